"""One watched inbox: events and scans in, claimed sources out, in one calm loop.

Owns the order of things: hints and scans feed the tracker, the tracker says what is ready, the
claimer claims it. It is touched by the engine's loop alone; blocking calls run in the worker
thread of its root monitor. It never raises for what is wrong with a file or a share: those are
problems and states.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace

import structlog

from nemowatch.clock import Clock
from nemowatch.config import Recipe, Watch
from nemowatch.errors import JournalError, LocalError
from nemowatch.fs.threads import Hung
from nemowatch.intake.claim.arrivals import Arrivals
from nemowatch.intake.claim.claimer import Claimer
from nemowatch.intake.claim.existing_results import Finder, no_results
from nemowatch.intake.full_scan import FullScan
from nemowatch.intake.hint_follower import HintFollower
from nemowatch.intake.records import Tick, Waiting
from nemowatch.intake.scan.schedule import ScanSchedule
from nemowatch.intake.state import InboxState
from nemowatch.intake.tracking import Tracking
from nemowatch.intake.watch.health import Health, HealthState
from nemowatch.intake.watch.root_monitor import RootMonitor
from nemowatch.journal import Journal
from nemowatch.pacing import NotBefore

log = structlog.get_logger("nemowatch.inbox")

#: Paths that events named, taken in one tick.
PORTION = 5_000
#: Seconds between two writes of the owner file for what is paid, at least: each is work for every
#: sync client.
MARK_PAUSE = 15.0
#: What is not done again before then.
PAID = "paid"


class Inbox:
    """One watch, from its files to its sources."""

    def __init__(
        self,
        watch: Watch,
        *,
        recipes: Mapping[str, Recipe],
        clock: Clock,
        confirm_above: int,
        journal: Journal,
        on_change: Callable[[], None],
        state_id: str,
        finder: Finder = no_results,
    ) -> None:
        """`on_change` is called, on the loop, when `tick` has something to do at once.
        `state_id` names our state folder in the owner file. `finder` finds results in the outbox
        after a journal was lost."""
        self.watch = watch
        self._clock = clock
        self._on_change = on_change
        self._root_monitor = RootMonitor(
            watch,
            clock,
            journal,
            state_id,
            _health_logger(watch.name),
            on_change,
        )
        self._state = InboxState.of(watch, recipes)
        self._tracking = Tracking(self._root_monitor, self._state, journal, clock)
        self._hint_follower = HintFollower(
            self._root_monitor,
            self._state,
            self._tracking,
            clock,
        )
        self._claimer = Claimer(
            self._root_monitor,
            self._state,
            journal,
            clock,
            confirm_above,
            finder,
        )
        self._schedule = ScanSchedule(clock, watch.scan_interval)
        self._arrivals = Arrivals(watch.name, journal, clock, self._claimer, self._state.book)
        self._full_scan = FullScan(
            self._root_monitor,
            self._state,
            self._tracking,
            self._arrivals,
            self._schedule,
            journal,
            clock,
        )
        self._due_at = 0.0
        self._ready: list[bytes] = []  #: settled files that the claimer has not come to yet
        self._marks = NotBefore[str](clock)
        #: why `tick` fails for a reason that nobody has foreseen; "" when it does not
        self.fault = ""
        self._busy = asyncio.Lock()
        self._stopped = False

    def __repr__(self) -> str:
        return (
            f"Inbox({self.watch.name!r}, {self.health}, {len(self._state.tracker)} waiting,"
            f" {len(self._state.known)} known)"
        )

    @property
    def health(self) -> Health:
        """Its state, with the reason."""
        health = self._root_monitor.health.now
        if self.fault and not health.troubled:
            return replace(health, state=HealthState.DEGRADED, reason=self.fault)
        return health

    async def start(self) -> None:
        """Begin. A root that is missing, or hangs, is a state; raises only what the journal
        raises."""
        async with self._failing_alone():
            await self._root_monitor.start()

    async def stop(self) -> None:
        """End. What is under way in the worker thread is left to itself."""
        self._stopped = True
        await self._root_monitor.stop()

    def due_in(self) -> float:
        """Seconds until `tick` has work; 0: now."""
        now = self._clock.monotonic()
        if self._root_monitor.online and (self._has_hints() or self._full_scan.is_due(now)):
            return 0.0
        return max(self._due_at - now, 0.0)

    def _has_hints(self) -> bool:
        """True when events have named paths that nobody has checked yet."""
        hints = self._root_monitor.hints
        return hints is not None and hints.waiting

    def request_scan(self) -> None:
        """Scan everything soon."""
        self._root_monitor.scan_soon = True
        self._root_monitor.next_probe = 0.0
        self._due_at = 0.0
        self._on_change()

    def reconcile(self) -> None:
        """The cadence asks for a scan; one that has just been made, or is planned anyhow, is
        enough."""
        if not self._schedule.is_recent():
            self.request_scan()

    @asynccontextmanager
    async def _failing_alone(self) -> AsyncIterator[None]:
        """Whatever goes wrong in here is the state of this inbox; raises only what the journal
        raises."""
        try:
            yield
        except JournalError:
            raise
        except Exception as exc:  # noqa: BLE001 - whatever it is, it is this inbox's state
            await self._fail(exc)

    async def _fail(self, error: Exception) -> None:
        """An error that nobody foresaw is the state of this inbox, with its reason, until the next
        try."""
        await self._root_monitor.failed_unexpectedly(error)
        self._plan()

    async def guard(self) -> None:
        """One pass of the guard. Raises only what the journal raises."""
        async with self._busy:
            if not self._stopped:
                async with self._failing_alone():
                    await self._root_monitor.guard()
                self._plan()
        if self.due_in() == 0:
            self._on_change()

    async def take_over(self) -> None:
        """A person said so: this host works the inbox from now on; what it brings waits for
        approval."""
        async with self._busy:
            await self._root_monitor.take_over()
            self._arrivals.take_over()
        self.request_scan()

    @property
    def surveyed(self) -> bool:
        """Whether a scan has seen the whole inbox since the start: before that, nobody knows
        whether there is a PAUSE."""
        return not self._arrivals.is_first

    @property
    def pauses(self) -> dict[bytes, bytes]:
        """The folders (b"": the inbox itself) that hold a PAUSE, with its path."""
        return {folder: facts.paused for folder, facts in self._state.facts.items() if facts.paused}

    def paused(self, folder: bytes) -> bool:
        """True when there is a PAUSE in the inbox or in this task folder."""
        return self._state.paused(folder)

    @property
    def settling(self) -> int:
        """How many files are not jobs yet."""
        return len(self._state.tracker)

    def waiting(self, limit: int = 0) -> list[Waiting]:
        """Files that are not jobs yet, with the reason in plain words: those that wait longest
        first, at most `limit` (0: all) of them. On the loop only."""
        offline = ""
        if self.health.state is HealthState.OFFLINE:
            offline = str(self.health)
        return self._tracking.waiting(limit, offline)

    async def gone(self, path: bytes) -> bool:
        """True when nothing is at this path although the root is there, as it was: only then was
        it taken away."""
        async with self._busy:
            if self._stopped or not await self._root_monitor.check():
                return False
            return await self._tracking.was_taken_away(path)

    async def same_root(self) -> bool:
        """True when the root is still the one that was checked last: a share that has just gone
        leaves a folder behind that can be written to."""
        return await self._root_monitor.same_root()

    def busy(self) -> bool:
        """True while some file may still become a job by itself: it is settling, or news of
        others wait to be followed. While it fails here nothing becomes one."""
        if self.fault or not self._root_monitor.online:
            return False
        if self._root_monitor.scan_soon or self._schedule.more:
            return True
        return self._state.tracker.busy() > 0 or self._has_hints()

    async def mark_paid(self) -> None:
        """Something is being paid for here: write it into the owner file, now or with one of the
        guard's next passes."""
        if not self._marks.is_due(PAID):
            return

        self._marks.put_off(PAID, MARK_PAUSE)
        async with self._busy:
            if not self._stopped and self._root_monitor.online:
                await self._root_monitor.check()

    def reconfigure(self, watch: Watch, recipes: Mapping[str, Recipe], confirm_above: int) -> None:
        """Go on with what may change while running (config.changes): how often to scan, and when
        to ask."""
        self.watch = watch
        self._schedule.interval = watch.scan_interval
        self._root_monitor.reconfigure(watch)
        self._state.book.reread(recipes)
        self._claimer.confirm_above = confirm_above
        self.request_scan()

    async def tick(self) -> Tick:
        """Do what is due, a bounded portion of it. Raises only what the journal raises."""
        async with self._busy:
            if self._stopped:
                return Tick()
            done = await self._guarded_tick()
            self._plan(more=done.more)
        now = self._clock.monotonic()
        return replace(
            done,
            problems=self._state.problems.current(now),
            approved=bool(self._state.approvals),
            approvals=self._state.approvals,
        )

    async def _guarded_tick(self) -> Tick:
        """A tick whose errors, foreseen or not, are states of this inbox."""
        try:
            return await self._tick()
        except Hung:
            await self._root_monitor.hung()
        except LocalError as exc:
            await self._root_monitor.failed(exc)
        except JournalError:
            raise
        except Exception as exc:  # noqa: BLE001 - whatever it is, it is this inbox's state
            await self._fail(exc)
        return Tick()

    def _plan(self, *, more: bool = False) -> None:
        """When the next tick has work."""
        now = self._clock.monotonic()
        root_monitor = self._root_monitor
        if not root_monitor.online:
            self._due_at = root_monitor.next_probe
            return
        if more:
            self._due_at = now
            return

        moments = (
            self._schedule.next_at(asked=root_monitor.scan_soon),
            self._state.tracker.next_at(),
            self._state.problems.next_at(now),
        )
        self._due_at = min(moments)

    async def _tick(self) -> Tick:
        root_monitor = self._root_monitor
        if not await self._is_workable():
            return Tick()

        assert root_monitor.hints is not None  # start() made them
        named, everything = root_monitor.hints.take(PORTION)
        gone: list[int] = []
        root_monitor.scan_soon |= everything
        if self._full_scan.is_due(self._clock.monotonic()):
            gone += await self._full_scan.run()
        if not root_monitor.online:
            return Tick(gone=tuple(gone))

        gone += await self._hint_follower.follow(named)
        gone += await self._tracking.missing(self._state.problems.final())
        if not self._ready:
            self._ready, vanished = await self._tracking.check()
            gone += await self._tracking.missing(vanished)
        taken = await self._claimer.take(self._ready)
        self._ready = [path for path in taken.left if path in self._state.tracker]
        more = bool(self._ready) or root_monitor.hints.waiting
        return Tick(
            claimed=tuple(taken.claimed),
            again=tuple(taken.again),
            gone=tuple(gone),
            more=more,
        )

    async def _is_workable(self) -> bool:
        """Whether the root is there and ours: checked again when it was not, and when something
        asks for that."""
        root_monitor = self._root_monitor
        if root_monitor.online and root_monitor.next_probe != 0:
            return True
        if self._clock.monotonic() < root_monitor.next_probe:
            return False
        return await root_monitor.check()


def _health_logger(name: str) -> Callable[[Health], None]:
    def report(health: Health) -> None:
        if health.troubled:
            log.warning(f"inbox {health}", inbox=name)
        else:
            log.info(f"inbox {health}", inbox=name)

    return report
