"""Puts ready files that belong together into groups: a clip, and the text of the same stem that is
its narration.

Owns that one waits for the other, and that both wait until their folder's order and instructions
are clear, before anything is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from nemowatch.errors import OrderError
from nemowatch.intake.claim.doubts import MACHINE_COPY, TWINS, Doubts
from nemowatch.intake.claim.group import Group, is_ready, is_work, wait_for
from nemowatch.intake.claim.mixed_arrivals import MixedArrivals
from nemowatch.intake.claim.paired_names import Neighbours, is_text
from nemowatch.intake.claim.subtitle_groups import SubtitleGroups
from nemowatch.intake.claim.subtitle_names import SubtitleNames
from nemowatch.intake.ready.file_checks import names_in
from nemowatch.intake.records import FileProblem
from nemowatch.intake.scan.folder_instructions import FolderInstructions
from nemowatch.intake.scan.instruction_names import exact
from nemowatch.intake.scan.paths import as_text, folder_of, name_of, parent, promised_kind
from nemowatch.intake.state import InboxState
from nemowatch.intake.watch.root_monitor import RootMonitor
from nemowatch.model import MediaKind
from nemowatch.tasks.plan import plan
from nemowatch.tasks.records import Drop, Folder
from nemowatch.tasks.words import enumerated_files

#: The files of a folder, by what its texts are to its clips: narration or subtitles.
Beside: TypeAlias = Neighbours | SubtitleNames
#: The cure when it is not clear which files are a pair.
ASK_CURE = (
    "Leave one text for each file. Where two files differ only in their endings, name it after the"
    " whole file, with .txt added (tour.mp4.txt)."
)


class Groups:
    """Puts ready files of one inbox together."""

    def __init__(
        self,
        root_monitor: RootMonitor,
        inbox_state: InboxState,
        mixed: MixedArrivals,
    ) -> None:
        self._root_monitor = root_monitor
        self._mixed = mixed
        self._state = inbox_state
        self._subtitles = SubtitleGroups(inbox_state)
        #: (folder, kind of file) for which an order was found during this call of `of`
        self._ordered: set[tuple[bytes, MediaKind]] = set()

    async def of(self, ready: list[bytes]) -> list[Group]:
        """The complete groups among these files; one that waits for its other half is blocked, with
        the reason."""
        folders = set(map(parent, ready))
        names = await self._names(set(filter(self._state.book.has_related, folders)))
        beside: dict[bytes, Beside] = {}
        doubts: dict[bytes, Doubts] = {}
        for folder, found in names.items():
            doubts[folder] = Doubts(folder, found)
            if self._state.book.groups(folder):
                beside[folder] = self._beside(folder, found)
        self._mixed.learn(folders)

        self._ordered.clear()
        groups: dict[Group, None] = {}  # in order, and each once
        for path in ready:
            group = self._group(path, beside.get(parent(path)))
            if group is None or self._is_doubtful(path, group, doubts.get(parent(path))):
                continue
            groups[group] = None
        return list(groups)

    async def _names(self, folders: set[bytes]) -> Mapping[bytes, Iterable[bytes]]:
        """The names of the files in each of these folders."""
        if not folders:
            return {}
        root = self._root_monitor.root
        return await self._root_monitor.worker.run(lambda: names_in(root, folders))

    def _is_doubtful(self, path: bytes, group: Group, doubts: Doubts | None) -> bool:
        """Whether a person has to say what is meant by two files that may be one."""
        if doubts is None:
            return False
        problems = self._state.problems
        asked = doubts.question(group.main, self._may_belong)
        if asked is None and problems.asks(group.main, MACHINE_COPY):
            # the original is done and has been moved: this is still its copy
            asked = problems.asked(group.main)
        if asked is not None:
            problems.ask(asked)
            self._state.block(path, asked.what)
            return True

        if problems.asks(group.main, TWINS):
            problems.clear_question(group.main)
        return False

    def _beside(self, folder: bytes, names: Iterable[bytes]) -> Beside:
        task = self._state.book.read(folder_of(folder))
        if isinstance(task, Folder) and self._state.book.takes_subtitles(folder):
            languages = {language.tag: language.name for language in task.languages}
            return SubtitleNames(languages, folder, names)
        return Neighbours(folder, names)

    def _group(self, path: bytes, beside: Beside | None) -> Group | None:
        """The group that `path` belongs to; None while some of it is not ready, and then it is
        blocked, with the reason."""
        if not self._is_instructed(path):
            return None
        if self._mixed.hold(path):
            return None
        is_subtitles = self._state.book.is_subtitles(path)
        if not is_subtitles and not self._has_order(path):
            return None

        if isinstance(beside, SubtitleNames):
            return self._subtitles.group(path, beside)
        is_link = promised_kind(path) is MediaKind.LINK
        if beside is None or is_link:
            return Group(path)
        return self._paired(path, beside)

    def _paired(self, path: bytes, neighbours: Neighbours) -> Group | None:
        """The file with its partner, if it has one; None while a person has to decide, or the
        partner is not ready."""
        clips, texts = self._related(path, neighbours)
        related = clips | texts
        if len(clips) > 1 or len(texts) > 1:
            self._ask(path, sorted(related))
            return None

        self._state.problems.clear_question(path)
        partners = related - {path}
        if not partners:
            return Group(path)
        return self._with(path, partners.pop())

    def _related(self, path: bytes, neighbours: Neighbours) -> tuple[set[bytes], set[bytes]]:
        """(clips, texts) that this file may be grouped with, itself included; more than one of
        either is a question. A text that already belongs to another source is left out."""
        if is_text(path):
            clips = self._clips(path, neighbours)
            texts = {path}
            for clip in clips:
                texts |= self._texts(clip, neighbours)
            return clips, texts

        clips = {path}
        texts = self._texts(path, neighbours)
        for text in texts:
            clips |= self._clips(text, neighbours)
        return clips, texts

    def _texts(self, clip: bytes, neighbours: Neighbours) -> set[bytes]:
        """The texts that may belong to this clip."""
        found: set[bytes] = set()
        for text in filter(self._may_belong, neighbours.texts_of(clip)):
            if text in self._state.known:
                continue
            if clip in self._clips(text, neighbours):
                found.add(text)
        return found

    def _clips(self, text: bytes, neighbours: Neighbours) -> set[bytes]:
        """The clips that this text may belong to; no recording while a video waits for it."""
        found = set(filter(self._may_belong, neighbours.clips_of(text)))
        videos = set(filter(_is_video, found))
        waiting = videos - self._state.known.keys()
        if waiting:
            return videos
        return found

    def _ask(self, path: bytes, related: list[bytes]) -> None:
        several = enumerated_files([as_text(name_of(one)) for one in related])
        what = f"It is not clear which of these belong together: {several}. They wait."
        self._state.problems.ask(FileProblem(path, parent(path), what, ASK_CURE, code="pair"))
        self._state.block(path, what)

    def _with(self, path: bytes, partner: bytes) -> Group | None:
        """The group of a file and its partner; None while the partner is not ready."""
        if not is_ready(self._state, partner):
            wait_for(self._state, path, partner)
            return None
        if is_text(path):
            return Group(partner, path)
        return Group(path, partner)

    def _may_belong(self, path: bytes) -> bool:
        """Whether its folder accepts files of this kind, and it was not refused."""
        return promised_kind(path) is not MediaKind.LINK and is_work(self._state, path)

    def _is_instructed(self, path: bytes) -> bool:
        """False while the instructions of the folder, or of those above it, are not known: the file
        is then blocked, with the reason."""
        why = self.why_unclear(path)
        if why:
            self._state.block(path, why)
        return not why

    def why_unclear(self, path: bytes) -> str:
        """Why the instructions for this file, in its folder or above, are not known; "" when they
        are."""
        unclear = filter(None, map(self._why_unclear, self._state.above(path)))
        return next(unclear, "")

    def _why_unclear(self, held: FolderInstructions) -> str:
        if held.unclear is not None:
            return f"waits: {held.unclear.what}"
        for text, found in held.texts_to_read():
            if self._state.texts_read.get(text) != found:
                return self._why_unread(text)
        return ""

    def _why_unread(self, text: bytes) -> str:
        name = exact(name_of(text))
        why = self._state.tracked.why_blocked(text)
        if why:
            return f"waits for {name}: {why}"
        return f"waits for {name}, which is still being copied"

    def _has_order(self, path: bytes) -> bool:
        """False, with the reason reported, when the folder has no order for any such file. Checked
        before the file is read."""
        kind = promised_kind(path)
        if kind is not None and (parent(path), kind) in self._ordered:
            return True
        folder = self._state.book.read(folder_of(path))
        # its recipe is gone: when there is one again, a scan finds the file
        if kind is None or not isinstance(folder, Folder):
            self._state.tracked.drop(path)
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
        self._ordered.add((parent(path), kind))
        return True


def _is_video(path: bytes) -> bool:
    return promised_kind(path) is MediaKind.VIDEO
