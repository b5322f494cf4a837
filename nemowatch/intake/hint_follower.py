"""Hints of the kernel about one inbox, followed: what is at the paths that events named?

Owns the way from "something may have happened there" to what is tracked or gone. Where hints do
not tell enough, it asks for a full scan; it makes none itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import chain

from nemowatch.clock import Clock
from nemowatch.intake.ready.file_checks import sort_paths
from nemowatch.intake.scan.diff import FolderFacts, ScanDiff, snapshot_hash
from nemowatch.intake.scan.folders import name_of, parent
from nemowatch.intake.scan.ignore import NameClass
from nemowatch.intake.scan.instructions import exact, look_alike
from nemowatch.intake.scan.scanner import in_project
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
        """Check the paths that events named; returns ids of sources whose file is gone."""
        wanted = list(filter(self._is_worth, hints))
        if not wanted:
            return []

        root = self._root_monitor.root
        found = await self._root_monitor.worker.run(lambda: sort_paths(root, wanted))
        self._root_monitor.scan_soon |= found.odd or len(found.folders) > MAX_FOLDERS
        if not self._root_monitor.scan_soon:
            found.gone += await self._enter(found.folders, hints)

        await self._arrived(found.files, hints)
        for path in found.gone:
            self._left(path)
        return await self._tracking.missing(found.gone)

    async def _enter(
        self, folders: Mapping[bytes, int], hints: Mapping[bytes, float]
    ) -> list[bytes]:
        """Scan folders that came; returns known files that are not in them any more."""
        missing: list[bytes] = []
        for folder in _outermost(filter(self._is_entered, folders)):
            survey = await self._tracking.survey(folder)
            missing += await self._extend(survey, folders[folder], hints[folder])
        return missing

    def _left(self, path: bytes) -> None:
        """Nothing is here any more; when it was a folder, a scan shows what went with it."""
        was_file = path in self._state.known or path in self._state.tracker
        self._state.tracker.drop(path)
        self._state.problems.forget(path)
        if self._state.problems.answered(path):
            self._state.unblock(parent(path))
        if not was_file and self._held_something(path):
            self._root_monitor.scan_soon = True
        if self._state.book.in_doubt(path):
            self._root_monitor.scan_soon = True

    def _is_worth(self, path: bytes) -> bool:
        """False for names that are never work; an instruction that comes or goes asks for a
        scan."""
        kind = self._state.ignore.path(path).kind
        inside_project = in_project(path)
        if inside_project or _is_instruction(path, kind):
            self._root_monitor.scan_soon = True
        return not inside_project and kind in _ENTERED

    def _is_entered(self, folder: bytes) -> bool:
        """False for a folder that no scan enters: as a file it could have been work, for all
        that its event said."""
        return self._state.ignore.path(folder, folder=True).kind in _ENTERED

    def _held_something(self, path: bytes) -> bool:
        """True when a folder was here, as far as anything is known of one."""
        if path in self._state.facts:
            return True
        prefix = path + b"/"
        known = chain(self._state.known, self._state.tracker)
        return any(file.startswith(prefix) for file in known)

    async def _extend(self, survey: ScanDiff, inode: int, event_at: float) -> list[bytes]:
        """A folder that came: take in what is in it; returns known files that are not in it any
        more."""
        await self._tracking.note_changed(survey.fresh)
        for folder, facts in survey.folders.items():
            if folder and survey.start == folder:
                self._state.facts[folder] = facts
            else:
                self._state.facts.setdefault(folder, FolderFacts())

        now = self._clock.monotonic()
        self._tracking.track(survey.fresh, now, event_at)
        survey.fresh = {}

        self._root_monitor.watching.expected |= survey.inodes | {inode}
        is_instructed = bool(survey.instructions or survey.near)
        if survey.more or is_instructed or any(map(_needs_scan, survey.folders.values())):
            self._root_monitor.scan_soon = True
        self._tracking.learn_instructions(survey)
        self._state.problems.learn(survey, self._state.facts, now)
        return list(survey.missing)

    async def _arrived(self, files: Collection[bytes], hints: Mapping[bytes, float]) -> None:
        """Files that events named: tracked, when their folder takes such."""
        taken = list(filter(self._is_taken, files))
        if len(taken) < len(files):  # a file that nobody takes is reported after a while
            self._root_monitor.scan_soon = True

        for seen in await self._tracking.check_files(taken):
            path = seen.path
            if isinstance(seen.found, Snapshot) and not self._is_known(path, seen.found):
                await self._tracking.note_changed([path])
                self._state.problems.forget(path)
                self._tracking.see(seen, seen.found, hints[path])

    def _is_taken(self, path: bytes) -> bool:
        is_in_folder = b"/" in path
        # what may be meant as an instruction only a scan can tell
        return is_in_folder and self._state.book.takes(path) and not self._state.book.in_doubt(path)

    def _is_known(self, path: bytes, found: Snapshot) -> bool:
        local = self._root_monitor.is_local(path)
        return self._state.known.get(path) == snapshot_hash(found, local=local)


def _is_instruction(path: bytes, kind: NameClass) -> bool:
    """Whether an instruction comes or goes, or what looks like one, and no note of ours."""
    name = name_of(path)
    is_instruction = exact(name) or look_alike(name) or look_alike(name, folder=True)
    if name.lower().endswith(b".error.txt"):  # it came back with its file
        return True
    return kind is NameClass.OURS and bool(is_instruction)


def _needs_scan(facts: FolderFacts) -> bool:
    """True for a new folder that holds more than files to work on."""
    return bool(facts.foreign or facts.partial)


def _outermost(folders: Iterable[bytes]) -> list[bytes]:
    """Those folders that lie below no other of them."""
    found: list[bytes] = []
    for folder in sorted(folders):
        if not found or not folder.startswith(found[-1] + b"/"):
            found.append(folder)
    return found
