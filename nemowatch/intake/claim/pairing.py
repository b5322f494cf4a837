"""Which ready files are one thing: a clip, and the text of the same stem that is its narration.

Owns the waiting of one for the other, and of both for what their folder must be able to say
before anything is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nemowatch.errors import OrderError
from nemowatch.intake.claim.neighbours import Neighbours, is_text
from nemowatch.intake.ready.file_checks import names_in
from nemowatch.intake.ready.inspect import promised_kind
from nemowatch.intake.ready.stability import Verdict
from nemowatch.intake.records import FileProblem
from nemowatch.intake.scan.folder_instructions import FolderInstructions
from nemowatch.intake.scan.folders import as_text, folder_of, name_of, parent
from nemowatch.intake.scan.ignore import NameClass
from nemowatch.intake.state import InboxState
from nemowatch.intake.watch.root_monitor import RootMonitor
from nemowatch.model import MediaKind
from nemowatch.tasks import Drop, Folder, enumerated, plan

#: What people are told to do when several files could be one pair.
ASK_CURE = (
    "Leave one text for each file. It may be named after the whole file, with .txt behind it"
    " (tour.mp4.txt), where two files differ in their endings alone."
)


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
        beside = await self._beside(set(filter(self._state.book.groups, map(parent, ready))))
        groups = [self._group(path, beside) for path in ready]
        return list(dict.fromkeys(filter(None, groups)))

    async def _beside(self, folders: set[bytes]) -> Mapping[bytes, Neighbours]:
        """The files of each of these folders, by their names."""
        if not folders:
            return {}
        root = self._root_monitor.root
        names = await self._root_monitor.worker.run(lambda: names_in(root, folders))
        return {folder: Neighbours(folder, found) for folder, found in names.items()}

    def _group(self, path: bytes, beside: Mapping[bytes, Neighbours]) -> Group | None:
        """The group that `path` belongs to, None while some of it is not ready (it is then
        blocked, with the reason)."""
        if not self._is_instructed(path) or not self._has_order(path):
            return None
        neighbours = beside.get(parent(path))
        if neighbours is None or promised_kind(path) is MediaKind.LINK:
            return Group(path)

        clips, texts = self._related(path, neighbours)
        if len(clips) > 1 or len(texts) > 1:
            self._ask(path, sorted(clips | texts))
            return None
        self._state.problems.answered(path)
        partner = (clips | texts) - {path}
        if not partner:
            return Group(path)
        return self._with(path, partner.pop())

    def _related(self, path: bytes, neighbours: Neighbours) -> tuple[set[bytes], set[bytes]]:
        """(clips, texts) of which this file's group is one each; more than one of either is a
        question. A text that belongs to another source already is nobody's any more."""
        if is_text(path):
            clips = self._clips(path, neighbours)
            texts = {path}
            for clip in clips:
                texts |= self._texts(clip, neighbours)
            return clips, texts

        clips, texts = {path}, self._texts(path, neighbours)
        for text in texts:
            clips |= self._clips(text, neighbours)
        return clips, texts

    def _texts(self, clip: bytes, neighbours: Neighbours) -> set[bytes]:
        """The texts that may be this clip's."""
        found: set[bytes] = set()
        for text in filter(self._may_belong, neighbours.texts_of(clip)):
            if text not in self._state.known and clip in self._clips(text, neighbours):
                found.add(text)
        return found

    def _clips(self, text: bytes, neighbours: Neighbours) -> set[bytes]:
        """The clips that this text may belong to: not to a recording while a video waits for
        it."""
        found = set(filter(self._may_belong, neighbours.clips_of(text)))
        videos = {clip for clip in found if promised_kind(clip) is MediaKind.VIDEO}
        if videos - self._state.known.keys():
            return videos
        return found

    def _ask(self, path: bytes, related: list[bytes]) -> None:
        names = enumerated([as_text(name_of(one)) for one in related])
        what = f"It is not clear which of these belong together: {names}. They wait."
        self._state.problems.ask(FileProblem(path, parent(path), what, ASK_CURE, code="pair"))
        self._state.block(path, what)

    def _with(self, path: bytes, partner: bytes) -> Group | None:
        """The group of a file and its partner, as far as that one is known and ready."""
        # the text came later: whether that still counts, the journal knows
        is_claimed = partner in self._state.known and partner not in self._state.tracker
        if not is_claimed and not self._is_ready(partner):
            wait_for(self._state, path, partner)
            return None
        if is_text(path):
            return Group(partner, path)
        return Group(path, partner)

    def _is_ready(self, path: bytes) -> bool:
        tracked = self._state.tracker.get(path)
        return tracked is not None and tracked.verdict() is Verdict.READY

    def _may_belong(self, path: bytes) -> bool:
        """True for a file of a kind that its folder takes, and that was not refused."""
        if promised_kind(path) is MediaKind.LINK or self._state.problems.refused(path):
            return False
        is_work = self._state.ignore.name(name_of(path)).kind is NameClass.WORK
        return is_work and self._state.book.takes(path)

    def _is_instructed(self, path: bytes) -> bool:
        """False while nobody knows what the folder's instructions, or those above it, say: the
        file is then blocked, with the reason."""
        for held in self._state.above(path):
            why = self._why_unclear(held)
            if why:
                self._state.block(path, why)
                return False
        return True

    def _why_unclear(self, held: FolderInstructions) -> str:
        if held.unclear is not None:
            return f"waits: {held.unclear.what}"
        if not held.prompt:
            return ""
        if self._state.prompts.get(parent(held.prompt)) == held.prompts[held.prompt]:
            return ""

        waiting = self._state.tracker.get(held.prompt)
        if waiting is not None and waiting.blocked:
            return f"waits for prompt.txt: {waiting.blocked}"
        return "waits for prompt.txt, which is still being copied"

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

        prompt = self._state.book.prompt(parent(path))
        noted_in = self._state.book.instructed_in(parent(path))
        try:
            plan(folder, Drop(kind, as_text(name_of(path)), "text", prompt))
        except OrderError as exc:
            self._state.problems.order(noted_in, exc.text, exc.cure)
            self._state.block(path, exc.text)
            return False
        self._state.problems.order_holds(noted_in)
        return True


def wait_for(state: InboxState, path: bytes, partner: bytes) -> None:
    """Block a file because of another one of its group."""
    tracked = state.tracker.get(partner)
    settles = tracked is not None and not tracked.stuck
    why = f"waits for {as_text(name_of(partner))}, which belongs to it"
    state.block(path, why, soon=settles)
