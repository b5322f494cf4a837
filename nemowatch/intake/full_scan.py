"""Scans a whole inbox: decides when that is due, and takes in what was found.

Owns the order of these steps. It does not walk the folders itself (`scan.scanner` does), and claims
nothing.
"""

from __future__ import annotations

from nemowatch.clock import Clock
from nemowatch.fs.mounts import OF_HOST, Mode
from nemowatch.intake.claim.bulk_approval import BulkApproval
from nemowatch.intake.scan.diff import ScanDiff
from nemowatch.intake.scan.schedule import ScanSchedule
from nemowatch.intake.state import InboxState
from nemowatch.intake.tracking import Tracking
from nemowatch.intake.watch.health import HealthState
from nemowatch.intake.watch.root_monitor import RootMonitor
from nemowatch.journal import source_members
from nemowatch.journal.database import Journal


class FullScan:
    """The full scans of one inbox."""

    def __init__(
        self,
        root_monitor: RootMonitor,
        inbox_state: InboxState,
        tracking: Tracking,
        arrivals: BulkApproval,
        schedule: ScanSchedule,
        journal: Journal,
        clock: Clock,
    ) -> None:
        self._root_monitor = root_monitor
        self._state = inbox_state
        self._tracking = tracking
        self._arrivals = arrivals
        self._schedule = schedule
        self._journal = journal
        self._clock = clock

    def __repr__(self) -> str:
        return f"FullScan({self._schedule!r})"

    def is_due(self, now: float) -> bool:
        """Whether to scan now. A first scan, or one after an absence, is due at once: nothing is
        claimed before it has been counted."""
        root_monitor = self._root_monitor
        if self._arrivals.count_is_due or root_monitor.scans.must_count:
            return True
        return self._schedule.is_due(
            now,
            asked=root_monitor.scans.is_asked,
            waiting=len(self._state.tracked),
        )

    async def run(self) -> list[int]:
        """Scan the whole inbox; returns the ids of sources whose file is gone. Raises what the walk
        and the journal raise."""
        root_monitor = self._root_monitor
        begun = self._clock.monotonic()
        returned = root_monitor.scans.begin()
        if returned or self._arrivals.is_first:
            await self._load()

        survey = await self._tracking.survey(b"")
        if not await root_monitor.same_root():
            root_monitor.scans.repeat()
            await root_monitor.check()
            return []

        self._note_end(begun, survey)
        restored = root_monitor.scans.end()
        await self._arrivals.count(survey, returned=returned, restored=restored)
        await self._absorb(survey)
        if returned:
            self._forget_absence(survey)
            return []
        return await self._tracking.missing(survey.missing)

    async def _load(self) -> None:
        """Read what the journal knows of the files here. This is done again after an absence: the
        share may show its files differently."""
        name = self._root_monitor.watch.name
        known = await self._journal.read(lambda conn: source_members.known_files(conn, name))
        self._state.claimed_projects = await self._journal.read(
            lambda conn: source_members.known_projects(conn, name)
        )
        self._state.known.clear()
        for path, file in known.items():
            if file.settled:
                self._state.know(path, file.snapshot, local=self._root_monitor.is_local(path))
            else:
                self._state.changed.add(path)

    def _note_end(self, begun: float, survey: ScanDiff) -> None:
        """Plan the next scan: one that began at this monotonic second has ended."""
        root_monitor = self._root_monitor
        root_monitor.watching.scanned(survey.inodes)
        self._note_unannounced(survey)
        is_degraded = root_monitor.health.found is HealthState.DEGRADED
        self._schedule.ended(
            begun,
            events=root_monitor.settle_rules.mode is Mode.EVENTS,
            degraded=is_degraded or root_monitor.settle_rules.fstype in OF_HOST,
            more=survey.more,
        )

    def _note_unannounced(self, survey: ScanDiff) -> None:
        """Count files that only this scan has found, as far as a single scan can tell."""
        unannounced = self._root_monitor.unannounced
        if survey.more:
            unannounced.begin()
            return
        found = [path for path in survey.fresh if not self._is_followed(path)]
        unannounced.scanned(found, self._is_followed)

    def _is_followed(self, path: bytes) -> bool:
        return path in self._state.tracked or path in self._state.known

    async def _absorb(self, survey: ScanDiff) -> None:
        self._state.facts = survey.folders
        self._state.approvals = survey.approvals
        self._tracking.absorb(survey)
        await self._tracking.note_changed(survey.fresh)

    def _forget_absence(self, survey: ScanDiff) -> None:
        """After an absence, take nothing for a deletion, and block nothing for what was true
        before."""
        self._state.unblock(b"")
        for path in survey.missing:
            self._state.known.pop(path, None)
