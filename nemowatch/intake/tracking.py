"""What comes in: scans, hints and checks, all fed into the state of one inbox.

Owns the way from "something may have happened there" to what is tracked, known, changed or gone.
It decides neither when to scan nor what becomes of a settled file.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import chain

from nemowatch.clock import Clock
from nemowatch.errors import LocalError, LocalPassing, SourceGone
from nemowatch.intake.claim import known_sources
from nemowatch.intake.prompt_files import PromptFiles
from nemowatch.intake.ready.file_checks import (
    Checked,
    check_files,
    really_gone,
    sort_paths,
)
from nemowatch.intake.ready.stability import Observation, Verdict
from nemowatch.intake.scan.diff import FolderFacts, ScanDiff, ScanDiffer, snapshot_hash
from nemowatch.intake.scan.folders import natural
from nemowatch.intake.scan.ignore import INSTRUCTIONS, NameClass, folded
from nemowatch.intake.scan.scanner import in_project, walk
from nemowatch.intake.state import InboxState
from nemowatch.intake.watch.root_monitor import RootMonitor
from nemowatch.journal import Journal
from nemowatch.model import Snapshot

#: Files checked in one tick: some tens of milliseconds, and a megabyte.
PORTION = 1_000
#: With more folders named by events than this, one full scan costs less.
MAX_FOLDERS = 100
#: Stands for the moment of an event where none has come.
NO_EVENT = -1.0

#: Names under which work may be.
_ENTERED = frozenset({NameClass.WORK, NameClass.CONFLICT})


class Tracking:
    """Feeds the state of one inbox."""

    def __init__(
        self, root_monitor: RootMonitor, inbox_state: InboxState, journal: Journal, clock: Clock
    ) -> None:
        self._root_monitor = root_monitor
        self._state = inbox_state
        self._journal = journal
        self._clock = clock
        self._prompts = PromptFiles(root_monitor, inbox_state, clock)

    def prompt_paths(self) -> set[bytes]:
        """Every prompt.txt that is known, relative to the inbox."""
        return self._prompts.paths()

    async def survey(self, start: bytes) -> ScanDiff:
        """Scan what is at and below `start`. Raises what the walk raises."""
        state = self._state
        root = self._root_monitor.root
        worker = self._root_monitor.worker
        differ = ScanDiffer(
            state.book,
            state.known,
            state.tracker,
            self._root_monitor.is_local,
        )

        def scan() -> ScanDiff:
            entries = walk(root, state.ignore, start, worker.beat, differ.unchanged)
            return differ.survey(entries, start)

        return await worker.run(scan)

    def absorb(self, survey: ScanDiff) -> None:
        """Take in what a scan has found."""
        now = self._clock.monotonic()
        self._state.problems.forget(*survey.fresh)
        self._track(survey.fresh, now)
        for folder, facts in survey.folders.items():
            self._prompts.absorb(folder, facts, now)
        self._state.problems.learn(survey, self._state.facts, now)

    async def note_changed(self, fresh: Iterable[bytes]) -> None:
        """Claimed files that look different now rest until they have settled again."""
        changed = self._state.resettle(fresh)
        if not changed:
            return

        name = self._root_monitor.watch.name
        now_ms = self._clock.now_ms()
        await self._journal.write(lambda conn: known_sources.unsettle(conn, name, changed, now_ms))

    async def missing(self, paths: Iterable[bytes]) -> list[int]:
        """Known files that are no longer there; returns the ids of sources that nobody has moved
        away."""
        claimed = list(filter(self._state.is_claimed, paths))
        gone = await self.really_gone(claimed)
        if not gone:
            return []

        self._state.forget(gone)
        self._state.problems.forget(*gone)
        name = self._root_monitor.watch.name
        return await self._journal.read(lambda conn: known_sources.gone_sources(conn, name, gone))

    async def really_gone(self, paths: list[bytes]) -> list[bytes]:
        """Those of them that are no longer there, while the root is the one that was checked.
        Raises LocalPassing."""
        if not paths:
            return []

        root = self._root_monitor.root
        gone = await self._root_monitor.worker.run(lambda: really_gone(root, paths))
        if gone and await self._root_monitor.same_root():
            return gone
        return []

    # -- hints

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
        return await self.missing(found.gone)

    async def _enter(
        self, folders: Mapping[bytes, int], hints: Mapping[bytes, float]
    ) -> list[bytes]:
        """Scan folders that came; returns known files that are not in them any more."""
        missing: list[bytes] = []
        for folder in _outermost(filter(self._is_entered, folders)):
            survey = await self.survey(folder)
            missing += await self._extend(survey, folders[folder], hints[folder])
        return missing

    def _left(self, path: bytes) -> None:
        """Nothing is here any more; when it was a folder, a scan shows what went with it."""
        was_file = path in self._state.known or path in self._state.tracker
        self._state.tracker.drop(path)
        self._state.problems.forget(path)
        if not was_file and self._held_something(path):
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
        await self.note_changed(survey.fresh)
        for folder, facts in survey.folders.items():
            if folder and survey.start == folder:
                self._state.facts[folder] = facts
            else:
                self._state.facts.setdefault(folder, FolderFacts())

        now = self._clock.monotonic()
        self._track(survey.fresh, now, event_at)
        survey.fresh = {}

        self._root_monitor.watching.expected |= survey.inodes | {inode}
        if survey.more or any(map(_needs_scan, survey.folders.values())):
            self._root_monitor.scan_soon = True
        self._state.problems.learn(survey, self._state.facts, now)
        return list(survey.missing)

    async def _arrived(self, files: Collection[bytes], hints: Mapping[bytes, float]) -> None:
        """Files that events named: tracked, when their folder takes such."""
        taken = list(filter(self._is_taken, files))
        if len(taken) < len(files):  # a file that nobody takes is reported after a while
            self._root_monitor.scan_soon = True

        for seen in await self._check(taken):
            path = seen.path
            if isinstance(seen.found, Snapshot) and not self._is_known(path, seen.found):
                await self.note_changed([path])
                self._state.problems.forget(path)
                self._see(seen, seen.found, hints[path])

    def _is_taken(self, path: bytes) -> bool:
        folder, slash, _ = path.partition(b"/")
        return bool(slash) and self._state.book.takes(folder, path.rpartition(b"/")[2])

    def _is_known(self, path: bytes, found: Snapshot) -> bool:
        local = self._root_monitor.is_local(path)
        return self._state.known.get(path) == snapshot_hash(found, local=local)

    # -- checking

    async def _check(self, paths: list[bytes]) -> list[Checked]:
        if not paths:
            return []

        root = self._root_monitor.root
        pace = self._root_monitor.pace
        return await self._root_monitor.worker.run(lambda: check_files(root, paths, pace))

    def _see(self, seen: Checked, found: Snapshot, event_at: float = NO_EVENT) -> None:
        """Tell the tracker what a check of one file has found."""
        observed = Observation(found, self._clock.monotonic(), seen.lease, event_at)
        self._observe(seen.path, observed)

    def _track(
        self, fresh: Mapping[bytes, Snapshot], now: float, event_at: float = NO_EVENT
    ) -> None:
        """Track what a scan has found: what came together is worked on in the order people see."""
        for path in sorted(fresh, key=natural):
            self._observe(path, Observation(fresh[path], now, event_at=event_at))

    def _observe(self, path: bytes, observed: Observation) -> None:
        self._state.tracker.see(path, observed, self._root_monitor.pace(path))

    async def check(self) -> tuple[list[bytes], list[bytes]]:
        """Check tracked files whose time has come; returns those that are ready, and those that
        are gone."""
        ready: list[bytes] = []
        vanished: list[bytes] = []
        prompts = self._prompts.paths()
        due = self._state.tracker.due(self._clock.monotonic(), PORTION)
        for seen in await self._check(due):
            path = seen.path
            is_prompt = path in prompts
            if isinstance(seen.found, SourceGone):
                self._state.tracker.drop(path)
                vanished.append(path)
            elif isinstance(seen.found, LocalError):
                self._failed(path, seen.found, is_prompt=is_prompt)
            elif await self._is_ready(seen, seen.found, is_prompt=is_prompt):
                ready.append(path)
        return ready, vanished

    def _failed(self, path: bytes, error: LocalError, *, is_prompt: bool) -> None:
        """A file could not be checked."""
        if isinstance(error, LocalPassing):
            self._prompts.not_now(path, error)
        elif is_prompt:
            self._prompts.fail(path, error)
        else:
            self._state.tracker.drop(path)
            self._root_monitor.scan_soon = True

    async def _is_ready(self, seen: Checked, found: Snapshot, *, is_prompt: bool) -> bool:
        """Whether a file may be claimed now; a prompt.txt is read instead."""
        self._see(seen, found)
        tracked = self._state.tracker.get(seen.path)
        if tracked is None or tracked.verdict() is not Verdict.READY:
            return False
        if not is_prompt:
            return True

        await self._prompts.ready(seen.path, tracked, found)
        return False


def _is_instruction(path: bytes, kind: NameClass) -> bool:
    name = path.rpartition(b"/")[2]
    return kind is NameClass.OURS and folded(name) in INSTRUCTIONS


def _needs_scan(facts: FolderFacts) -> bool:
    """True for a new folder that holds more than files to work on."""
    return bool(facts.prompt or facts.paused or facts.foreign)


def _outermost(folders: Iterable[bytes]) -> list[bytes]:
    """Those folders that lie below no other of them."""
    found: list[bytes] = []
    for folder in sorted(folders):
        if not found or not folder.startswith(found[-1] + b"/"):
            found.append(folder)
    return found
