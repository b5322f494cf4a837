"""Takes an inbox's files from hints and scans to claimed sources, a bounded portion at a time.

Owns the parts that work on the files of one inbox, their order, and when the next portion is due.
`inbox` turns what goes wrong in it into a state. `service.inbox_loops` calls it, through `inbox`.
"""

from __future__ import annotations

import asyncio

from nemowatch.clock import Clock
from nemowatch.config.watch_section import Watch
from nemowatch.intake.claim.bulk_approval import BulkApproval
from nemowatch.intake.claim.claimer import Claimer
from nemowatch.intake.claim.existing_results import Finder
from nemowatch.intake.full_scan import FullScan
from nemowatch.intake.hint_follower import HintFollower
from nemowatch.intake.problems import FOREIGN_AFTER
from nemowatch.intake.records import Tick
from nemowatch.intake.scan.schedule import ScanSchedule
from nemowatch.intake.state import InboxState
from nemowatch.intake.tracking import Tracking
from nemowatch.intake.watch.root_monitor import RootMonitor
from nemowatch.intake.watch.watcher import Hints
from nemowatch.journal.database import Journal
from nemowatch.tasks.records import OwnNames

#: Paths that events named, taken in one portion.
PORTION = 5_000

#: With more settled clips than this, no further files are checked. Up to it they are: what settles
#: later may be another person's, and gets its turn.
MOST_READY = 2_000
#: Seconds after the first scan in which nearly everything has been judged: twice the longest wait
#: before a problem is reported. What comes without a break would never all be judged.
JUDGED_AFTER = 2 * FOREIGN_AFTER


class Pipeline:
    """Works on the files of one inbox."""

    def __init__(
        self,
        root_monitor: RootMonitor,
        inbox_state: InboxState,
        journal: Journal,
        clock: Clock,
        confirm_above: int,
        finder: Finder,
    ) -> None:
        watch = root_monitor.watch
        self._root_monitor = root_monitor
        self._state = inbox_state
        self._clock = clock
        self._schedule = ScanSchedule(clock, watch.scan_interval)
        self.tracking = Tracking(root_monitor, inbox_state, journal, clock)
        self._hint_follower = HintFollower(root_monitor, inbox_state, self.tracking, clock)
        self._claimer = Claimer(
            root_monitor,
            inbox_state,
            journal,
            clock,
            confirm_above,
            finder,
        )
        self.arrivals = BulkApproval(watch.name, journal, clock, self._claimer, inbox_state.book)
        self._full_scan = FullScan(
            root_monitor,
            inbox_state,
            self.tracking,
            self.arrivals,
            self._schedule,
            journal,
            clock,
        )
        self._hints: Hints | None = None
        self._ready: list[bytes] = []  #: settled files that the claimer has not reached yet
        self._clips = 0  #: how many of them only wait for their turn

    def __repr__(self) -> str:
        return f"Pipeline({self._schedule!r}, {len(self._ready)} ready)"

    @property
    def is_scan_recent(self) -> bool:
        """True when the last scan is so recent that no regular one is needed."""
        return self._schedule.is_recent()

    @property
    def is_settling(self) -> bool:
        """True while some file may still become a job by itself, or hints are to be followed."""
        unfinished = (
            self._root_monitor.scans.is_asked,
            self._schedule.more,
            self._state.projects_due,
            self._has_hints(),
            self._state.tracked.is_busy(),
        )
        return any(unfinished)

    def is_judged(self, now: float) -> bool:
        """Whether every problem with what lay here at the start is known; `now`: monotonic
        seconds."""
        if now >= self.arrivals.surveyed_at + JUDGED_AFTER:
            return True
        is_ripening = self._state.problems.next_at(now) < float("inf")
        return not (self.arrivals.is_first or self.is_settling or is_ripening)

    def _has_hints(self) -> bool:
        """True when events have named paths that have not been checked yet."""
        return self._hints is not None and self._hints.waiting

    def is_due(self, now: float) -> bool:
        """Whether a scan or hints are waiting; `now`: monotonic seconds."""
        if self._has_hints():
            return True
        return self._full_scan.is_due(now)

    def next_at(self, now: float) -> float:
        """The monotonic second at which the next portion is due if nothing happens before."""
        moments = (
            self._schedule.next_at(asked=self._root_monitor.scans.is_asked),
            self._state.tracked.next_at(frozenset(self._ready)),
            self._state.problems.next_at(now),
        )
        return min(moments)

    def reconfigure(self, watch: Watch, own_names: OwnNames, confirm_above: int) -> None:
        """Apply what may change while running."""
        self._schedule.interval = watch.scan_interval
        self._state.book.reread(own_names)
        # no event will name the files of a folder that has become a task folder
        self._root_monitor.unannounced.overlook()
        self._claimer.confirm_above = confirm_above

    async def project_waits(self, project: bytes) -> bool:
        """Whether something in this claimed project waits for a person. Raises LocalPassing."""
        return await self._claimer.project_waits(project)

    async def start(self) -> None:
        """Start watching the root. Raises only what the journal raises."""
        self._hints = Hints(asyncio.get_running_loop(), self._root_monitor.wake)
        await self._root_monitor.start(self._hints)

    def stop(self) -> None:
        """Stop. A reading that is under way is abandoned."""
        self._claimer.stop()

    async def work(self) -> Tick:
        """Do a bounded portion of what is due. Raises what the walk and the journal raise."""
        root_monitor = self._root_monitor
        if not await self._is_workable():
            return Tick()

        named = self._take_hints()
        removed = await self._scan_if_due()
        if not root_monitor.online:
            return Tick(removed=tuple(removed))

        removed += await self._hint_follower.follow(named)
        removed += await self.tracking.missing(self._state.problems.final())
        removed += await self._check_tracked()
        taken = await self._claimer.claim(self._ready)
        self._ready = [path for path in taken.left if path in self._state.tracked]
        self._clips = taken.clips
        more = taken.more or self._has_hints()
        if not more and not self._claimer.is_reading:
            root_monitor.went_well()
        return Tick(
            claimed=tuple(taken.claimed),
            duplicates=tuple(taken.duplicates),
            removed=tuple(source for source in removed if source not in taken.claimed),
            renamed=tuple(taken.renamed),
            used=tuple(taken.used),
            more=more,
        )

    def _take_hints(self) -> dict[bytes, float]:
        """The paths that events have named. Asks for a scan where everything must be checked."""
        assert self._hints is not None  # start() made them
        named, everything = self._hints.take(PORTION)
        unannounced = self._root_monitor.unannounced
        unannounced.hear(named)
        if everything:
            unannounced.begin()
            self._root_monitor.scans.request()
        return named

    async def _scan_if_due(self) -> list[int]:
        """Make a full scan if one is due; returns the ids of sources whose file was removed."""
        if not self._full_scan.is_due(self._clock.monotonic()):
            return []
        return await self._full_scan.run()

    async def _check_tracked(self) -> list[int]:
        """Check files that are due, unless very many still wait to be claimed; returns the ids of
        sources whose file was removed."""
        if self._clips >= MOST_READY:
            return []
        fresh, vanished = await self.tracking.check(frozenset(self._ready))
        self._ready += fresh
        return await self.tracking.missing(vanished)

    async def _is_workable(self) -> bool:
        """Whether the root is there and ours. It is checked again if it was not, or if something
        asks for that."""
        root_monitor = self._root_monitor
        if root_monitor.online and root_monitor.next_probe != 0:
            return True
        if self._clock.monotonic() < root_monitor.next_probe:
            return False
        return await root_monitor.check()
