"""Which ready files are one thing: a clip, and the text of the same stem that is its narration.

Owns the waiting of one for the other, and of both for what their folder must be able to say
before anything is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from nemowatch.errors import OrderError
from nemowatch.intake.ready.inspect import names_in, promised_kind
from nemowatch.intake.ready.stability import Verdict
from nemowatch.intake.scan.folders import as_text, folder_of, stem_of
from nemowatch.intake.scan.ignore import NameClass
from nemowatch.intake.state import InboxState
from nemowatch.intake.watch.root_monitor import RootMonitor
from nemowatch.model import MediaKind
from nemowatch.tasks import Drop, Folder, plan


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
        self._root_monitor, self._state = root_monitor, inbox_state

    async def of(self, ready: list[bytes]) -> list[Group]:
        """The groups of these files that are complete; what waits for its other half is blocked,
        with the reason."""
        grouping = {p.rpartition(b"/")[0] for p in ready if self._state.book.groups(folder_of(p))}
        names: Mapping[bytes, tuple[bytes, ...]] = {}
        if grouping:
            root = self._root_monitor.root
            names = await self._root_monitor.worker.run(lambda: names_in(root, grouping))
        beside = {place: _by_stem(place, found) for place, found in names.items()}
        found = [group for path in ready if (group := self._group(path, beside)) is not None]
        return list(dict.fromkeys(found))

    def _group(
        self, path: bytes, beside: Mapping[bytes, Mapping[str, list[bytes]]]
    ) -> Group | None:
        """The group that `path` belongs to, None while some of it is not ready (it is then
        blocked, with the reason)."""
        if not self._prompt_is_read(path) or not self._has_order(path):
            return None
        place, _, name = path.rpartition(b"/")
        if place not in beside or promised_kind(path) is MediaKind.LINK:
            return Group(path)
        others = [
            p for p in beside[place].get(_stem_key(name), []) if p != path and self._may_belong(p)
        ]
        is_text = promised_kind(path) is MediaKind.SCRIPT
        partners = [p for p in others if (promised_kind(p) is MediaKind.SCRIPT) is not is_text]
        if not partners:
            return Group(path)
        partner = sorted(partners)[0]
        main, text = (partner, path) if is_text else (path, partner)
        if is_text and partner in self._state.known and partner not in self._state.tracker:
            # the text came later: whether that still counts, the journal knows
            return Group(main, text)
        if not is_text and partner in self._state.known:
            return Group(path)  # that text belongs to another source
        waiting = self._state.tracker.get(partner)
        if waiting is None or waiting.verdict() is not Verdict.READY:
            settles = waiting is not None and not waiting.stuck
            self._state.block(
                path,
                f"waits for {as_text(partner.rpartition(b'/')[2])}, which belongs to it",
                soon=settles,
            )
            return None
        return Group(main, text)

    def _may_belong(self, path: bytes) -> bool:
        """True for a file of a kind that its folder takes, and that was not refused."""
        name = path.rpartition(b"/")[2]
        taken = (
            self._state.book.takes(folder_of(path), name)
            and promised_kind(path) is not MediaKind.LINK
        )
        return (
            taken
            and self._state.ignore.name(name).kind is NameClass.WORK
            and not self._state.problems.refused(path)
        )

    def _prompt_is_read(self, path: bytes) -> bool:
        folder = folder_of(path)
        facts = self._state.facts.get(folder)
        if (
            facts is None
            or facts.prompt_look is None
            or self._state.prompts.get(folder) == facts.prompt_look
        ):
            return True
        waiting = self._state.tracker.get(facts.prompt)
        unusable = waiting.blocked if waiting is not None else ""
        why = (
            f"waits for prompt.txt: {unusable}"
            if unusable
            else "waits for prompt.txt, which is still being copied"
        )
        self._state.block(path, why)
        return False

    def _has_order(self, path: bytes) -> bool:
        """False, with the reason told, when the folder cannot say what to do with any such file:
        asked before reading it."""
        raw, kind = folder_of(path), promised_kind(path)
        folder = self._state.book.read(raw)
        # its recipe is gone: with the next one, a scan finds it anew
        if kind is None or not isinstance(folder, Folder):
            self._state.tracker.drop(path)
            return False
        try:
            plan(
                folder,
                Drop(
                    kind,
                    as_text(path.rpartition(b"/")[2]),
                    "text",
                    self._state.book.prompt(raw),
                ),
            )
        except OrderError as exc:
            self._state.problems.order(raw, exc.text, exc.cure)
            self._state.block(path, exc.text)
            return False
        self._state.problems.order_holds(raw)
        return True


def _stem_key(name: bytes) -> str:
    return as_text(stem_of(name)).casefold()


def _by_stem(place: bytes, names: Iterable[bytes]) -> dict[str, list[bytes]]:
    found: dict[str, list[bytes]] = {}
    for name in names:
        found.setdefault(_stem_key(name), []).append(place + b"/" + name)
    return found
