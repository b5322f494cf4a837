"""Which ready files are one thing: a clip, and the text of the same stem that is its narration.

Owns the waiting of one for the other, and of both for what their folder must be able to say
before anything is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from nemowatch.errors import OrderError
from nemowatch.intake.ready.file_checks import names_in
from nemowatch.intake.ready.inspect import promised_kind
from nemowatch.intake.ready.stability import Verdict
from nemowatch.intake.scan.folders import as_text, folder_of, stem_of
from nemowatch.intake.scan.ignore import NameClass
from nemowatch.intake.state import InboxState
from nemowatch.intake.watch.root_monitor import RootMonitor
from nemowatch.model import MediaKind
from nemowatch.tasks import Drop, Folder, plan

#: The paths in one folder, by the stems of their names.
Stems: TypeAlias = Mapping[str, list[bytes]]


@dataclass(frozen=True, slots=True)
class Group:
    """A file, and the text that belongs to it when there is one (else b"")."""

    main: bytes
    text: bytes = b""

    @property
    def paths(self) -> tuple[bytes, ...]:
        """Its files."""
        return (self.main, self.text) if self.text else (self.main,)


class Groups:
    """Puts ready files of one inbox together."""

    def __init__(self, root_monitor: RootMonitor, inbox_state: InboxState) -> None:
        self._root_monitor = root_monitor
        self._state = inbox_state

    async def of(self, ready: list[bytes]) -> list[Group]:
        """The groups of these files that are complete; what waits for its other half is blocked,
        with the reason."""
        beside = await self._beside(set(filter(self._pairs, map(_folder, ready))))
        groups = [self._group(path, beside) for path in ready]
        return list(dict.fromkeys(filter(None, groups)))

    def _pairs(self, folder: bytes) -> bool:
        """Whether a text belongs to the clip of its name in this folder (relative)."""
        return self._state.book.groups(folder_of(folder))

    async def _beside(self, folders: set[bytes]) -> Mapping[bytes, Stems]:
        """The files of each of these folders by their stems."""
        if not folders:
            return {}
        root = self._root_monitor.root
        names = await self._root_monitor.worker.run(lambda: names_in(root, folders))
        return {folder: _by_stem(folder, found) for folder, found in names.items()}

    def _group(self, path: bytes, beside: Mapping[bytes, Stems]) -> Group | None:
        """The group that `path` belongs to, None while some of it is not ready (it is then
        blocked, with the reason)."""
        if not self._prompt_is_read(path) or not self._has_order(path):
            return None
        stems = beside.get(_folder(path))
        if stems is None or promised_kind(path) is MediaKind.LINK:
            return Group(path)
        partner = self._partner(path, stems)
        return Group(path) if partner is None else self._with(path, partner)

    def _with(self, path: bytes, partner: bytes) -> Group | None:
        """The group of a file and its partner, as far as that one is known and ready."""
        if partner in self._state.known:
            if not _is_text(path):
                return Group(path)  # that text belongs to another source
            if partner not in self._state.tracker:
                # the text came later: whether that still counts, the journal knows
                return Group(partner, path)
        if not self._is_ready(partner):
            wait_for(self._state, path, partner)
            return None
        return Group(partner, path) if _is_text(path) else Group(path, partner)

    def _partner(self, path: bytes, stems: Stems) -> bytes | None:
        """The text of this clip, or the clip of this text: the first by name of several, a video
        before a recording."""
        same_stem = sorted(stems.get(_stem_key(_name(path)), []), key=_by_kind)
        if _is_sound(path) and any(map(self._is_waiting_video, same_stem)):
            return None
        for other in same_stem:
            if _is_text(other) is not _is_text(path) and self._may_belong(other):
                return other
        return None

    def _is_waiting_video(self, path: bytes) -> bool:
        """Whether a text of its stem belongs to this one, rather than to a recording."""
        is_video = promised_kind(path) is MediaKind.VIDEO
        return is_video and path not in self._state.known and self._may_belong(path)

    def _is_ready(self, path: bytes) -> bool:
        tracked = self._state.tracker.get(path)
        return tracked is not None and tracked.verdict() is Verdict.READY

    def _may_belong(self, path: bytes) -> bool:
        """True for a file of a kind that its folder takes, and that was not refused."""
        name = _name(path)
        if promised_kind(path) is MediaKind.LINK or self._state.problems.refused(path):
            return False
        is_taken = self._state.book.takes(folder_of(path), name)
        return is_taken and self._state.ignore.name(name).kind is NameClass.WORK

    def _prompt_is_read(self, path: bytes) -> bool:
        folder = folder_of(path)
        facts = self._state.facts.get(folder)
        if facts is None or facts.prompt_snapshot is None:
            return True
        if self._state.prompts.get(folder) == facts.prompt_snapshot:
            return True

        waiting = self._state.tracker.get(facts.prompt)
        why = "waits for prompt.txt, which is still being copied"
        if waiting is not None and waiting.blocked:
            why = f"waits for prompt.txt: {waiting.blocked}"
        self._state.block(path, why)
        return False

    def _has_order(self, path: bytes) -> bool:
        """False, with the reason reported, when the folder cannot say what to do with any such
        file: asked before reading it."""
        raw = folder_of(path)
        kind = promised_kind(path)
        folder = self._state.book.read(raw)
        # its recipe is gone: with the next one, a scan finds it anew
        if kind is None or not isinstance(folder, Folder):
            self._state.tracker.drop(path)
            return False

        drop = Drop(kind, as_text(_name(path)), "text", self._state.book.prompt(raw))
        try:
            plan(folder, drop)
        except OrderError as exc:
            self._state.problems.order(raw, exc.text, exc.cure)
            self._state.block(path, exc.text)
            return False
        self._state.problems.order_holds(raw)
        return True


def wait_for(state: InboxState, path: bytes, partner: bytes) -> None:
    """Block a file because of another one of its group."""
    tracked = state.tracker.get(partner)
    settles = tracked is not None and not tracked.stuck
    why = f"waits for {as_text(_name(partner))}, which belongs to it"
    state.block(path, why, soon=settles)


def _folder(path: bytes) -> bytes:
    """The folder of a file, relative to the inbox."""
    return path.rpartition(b"/")[0]


def _name(path: bytes) -> bytes:
    return path.rpartition(b"/")[2]


def _is_text(path: bytes) -> bool:
    return promised_kind(path) is MediaKind.SCRIPT


def _is_sound(path: bytes) -> bool:
    return promised_kind(path) is MediaKind.AUDIO


def _by_kind(path: bytes) -> tuple[bool, bytes]:
    return _is_sound(path), path


def _stem_key(name: bytes) -> str:
    return as_text(stem_of(name)).casefold()


def _by_stem(folder: bytes, names: Iterable[bytes]) -> Stems:
    found: dict[str, list[bytes]] = {}
    for name in names:
        found.setdefault(_stem_key(name), []).append(folder + b"/" + name)
    return found
