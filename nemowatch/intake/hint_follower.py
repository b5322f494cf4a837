"""Follows the kernel's hints about one inbox: checks what is at the paths that events named.

Owns the way from "something may have happened there" to files that are tracked or gone. If hints do
not say enough it asks for a full scan; it makes none itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from nemowatch.clock import Clock
from nemowatch.fs.identity import content_hash
from nemowatch.intake.ready.file_checks import Checked, sort_paths
from nemowatch.intake.scan.diff import FolderFacts, ScanDiff
from nemowatch.intake.scan.ignore import NameClass
from nemowatch.intake.scan.instruction_names import exact, look_alike, request_of
from nemowatch.intake.scan.paths import below, is_below, name_of, parent
from nemowatch.intake.scan.project_folders import ProjectFolder
from nemowatch.intake.state import InboxState
from nemowatch.intake.tracking import Tracking
from nemowatch.intake.watch.root_monitor import RootMonitor
from nemowatch.model import Snapshot

#: With more folders named by events than this, one full scan costs less.
MAX_FOLDERS = 100
#: Names under which work may be.
_ENTERED = frozenset({NameClass.WORK, NameClass.CONFLICT})


class HintFollower:
    """Follows the hints about one inbox."""

    def __init__(
        self,
        root_monitor: RootMonitor,
        inbox_state: InboxState,
        tracking: Tracking,
        clock: Clock,
    ) -> None:
        self._root_monitor = root_monitor
        self._state = inbox_state
        self._tracking = tracking
        self._clock = clock

    def __repr__(self) -> str:
        return f"HintFollower({self._root_monitor!r})"

    async def follow(self, hints: Mapping[bytes, float]) -> list[int]:
        """Check the paths that events named; returns the ids of sources whose file is gone."""
        wanted = list(filter(self._is_worth, hints))
        if not wanted:
            return []

        root = self._root_monitor.root
        found = await self._root_monitor.worker.run(lambda: sort_paths(root, wanted))
        if found.odd or len(found.folders) > MAX_FOLDERS:
            self._root_monitor.scans.request()
        if not self._root_monitor.scans.is_asked:
            found.gone += await self._enter(found.folders, hints)

        await self._root_monitor.confirm(found.folders)
        await self._arrived(found.files, hints)
        for path in found.gone:
            self._left(path)
        return await self._tracking.missing(found.gone)

    async def _enter(
        self, folders: Mapping[bytes, int], hints: Mapping[bytes, float]
    ) -> list[bytes]:
        """Scan folders that came; returns known files that are no longer in them."""
        missing: list[bytes] = []
        for folder in _outermost(filter(self._is_entered, folders)):
            survey = await self._tracking.survey(folder)
            missing += await self._extend(survey, folders[folder], hints[folder])
        return missing

    def _left(self, path: bytes) -> None:
        """Note that nothing is at this path any more. If it was a folder, a scan shows what went
        with it."""
        was_file = path in self._state.known or path in self._state.tracked
        self._state.tracked.drop(path)
        self._state.problems.forget(path)
        if self._state.problems.clear_question(path):
            self._state.unblock(parent(path))

        was_folder = not was_file and self._held_something(path)
        if was_folder or self._state.book.in_doubt(path):
            self._root_monitor.scans.request()

    def _is_worth(self, path: bytes) -> bool:
        """Whether to check this path: not if its name is never work. For an instruction that comes
        or goes, a scan is asked for."""
        project = self._state.book.project(path)
        if project is not None and project.path == path:
            self._root_monitor.scans.request()  # a scan decides what is reported of it

        kind = self._state.ignore.path(path).kind
        if _is_instruction(path, kind):
            self._root_monitor.scans.request()
        return kind in _ENTERED

    def _is_entered(self, folder: bytes) -> bool:
        """False for a folder that no scan enters: its event alone did not show whether it was a
        file."""
        return self._state.ignore.path(folder, folder=True).kind in _ENTERED

    def _held_something(self, path: bytes) -> bool:
        """Whether a folder was here, as far as is known."""
        if path in self._state.facts or self._state.known.is_any_below(path):
            return True
        return below(self._state.tracked, path) != []

    async def _extend(self, survey: ScanDiff, inode: int, event_at: float) -> list[bytes]:
        """Take in what is in a folder that came; returns known files that are no longer in it."""
        await self._tracking.note_changed(survey.fresh)
        self._note_facts(survey)

        now = self._clock.monotonic()
        self._tracking.track(survey.fresh, now, event_at)
        survey.fresh = {}

        self._root_monitor.watching.expected |= survey.inodes | {inode}
        if _needs_scan(survey):
            self._root_monitor.scans.request()
        self._tracking.learn_instructions(survey)
        self._state.problems.learn(survey, self._state.facts, now)
        return list(survey.missing)

    def _note_facts(self, survey: ScanDiff) -> None:
        """Take over what was counted, if a whole task folder was scanned; of any other only a full
        scan sees everything."""
        for folder, facts in survey.folders.items():
            is_whole = folder != b"" and folder == survey.start
            if is_whole:
                self._state.facts[folder] = facts
            else:
                self._state.facts.setdefault(folder, FolderFacts())

    async def _arrived(self, files: Collection[bytes], hints: Mapping[bytes, float]) -> None:
        """Track files that events named, if their folder accepts them."""
        taken = list(filter(self._is_taken, files))
        if len(taken) < len(files):  # a file that is not taken is reported after a while
            self._root_monitor.scans.request()

        for seen in await self._tracking.check_files(taken):
            if isinstance(seen.found, Snapshot):
                await self._seen(seen, seen.found, hints[seen.path])

    async def _seen(self, seen: Checked, found: Snapshot, event_at: float) -> None:
        path = seen.path
        if self._is_known(path, found):
            return
        await self._tracking.note_changed([path])
        self._state.problems.forget(path)
        self._tracking.see(seen, found, event_at)

    def _is_taken(self, path: bytes) -> bool:
        folder = parent(path)
        project = self._state.book.project(folder)
        if project is None:
            is_taken = folder != b"" and self._state.book.takes(path)
        else:
            is_taken = self._is_of(path, project)
        # only a scan can decide what may be meant as an instruction
        return is_taken and self._state.book.in_doubt(path) is None

    def _is_of(self, path: bytes, project: ProjectFolder) -> bool:
        """Whether a file below this folder belongs to the project."""
        return project.is_work and parent(path) == project.path

    def _is_known(self, path: bytes, found: Snapshot) -> bool:
        local = self._root_monitor.is_local(path)
        return self._state.known.get(path) == content_hash(found, local=local)


def _is_instruction(path: bytes, kind: NameClass) -> bool:
    """Whether this is an instruction, looks like one, or is an error note back with its file."""
    name = name_of(path)
    if name.lower().endswith(b".error.txt"):  # it came back with its file
        return True
    if kind is not NameClass.OURS:
        return False
    meant = (request_of(name), exact(name), look_alike(name), look_alike(name, folder=True))
    return any(meant)


def _needs_scan(survey: ScanDiff) -> bool:
    """True when a new folder holds more than files to work on, or more files than were taken."""
    is_more = (survey.more, survey.instructions, survey.near, survey.requests)
    return any(is_more) or any(map(_holds_others, survey.folders.values()))


def _holds_others(facts: FolderFacts) -> bool:
    return facts.foreign > 0 or bool(facts.partial)


def _outermost(folders: Iterable[bytes]) -> list[bytes]:
    """The folders among these that lie below no other of them."""
    found: list[bytes] = []
    for folder in sorted(folders):
        if not found or not is_below(folder, found[-1]):
            found.append(folder)
    return found
