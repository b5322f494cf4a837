"""One watched inbox: events and scans in, claimed sources out, in one calm loop.

Owns the order of things: hints and scans feed the tracker, the tracker says what is ready, the
claimer claims it. It is touched by the engine's loop alone; blocking calls run in the worker
thread of its root monitor. It never raises for what is wrong with a file or a share: those are
problems and states.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import islice

import structlog

from nemowatch.clock import Clock
from nemowatch.config import Recipe, Watch
from nemowatch.errors import JournalError, LocalError
from nemowatch.fs.mounts import Mode
from nemowatch.fs.threads import Hung
from nemowatch.intake.claim import known_sources
from nemowatch.intake.claim.arrivals import Arrivals
from nemowatch.intake.claim.claimer import Claimer
from nemowatch.intake.claim.existing_results import Finder, nothing_stands
from nemowatch.intake.ready.stability import why
from nemowatch.intake.records import Tick, Waiting
from nemowatch.intake.scan.diff import ScanDiff
from nemowatch.intake.scan.schedule import ScanSchedule
from nemowatch.intake.state import InboxState
from nemowatch.intake.tracking import Tracking
from nemowatch.intake.watch.health import Health, HealthState
from nemowatch.intake.watch.root_monitor import RootMonitor
from nemowatch.journal import Journal, sources
from nemowatch.pacing import NotBefore

log = structlog.get_logger("nemowatch.inbox")

#: Places that events named, taken in one tick.
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
        finder: Finder = nothing_stands,
    ) -> None:
        """`on_change` is called, on the loop, when `tick` has something to do at once.
        `state_id` names our state folder in the owner file. `finder` finds results in the outbox
        after a journal was lost."""
        self.watch = watch
        self._clock, self._journal, self._on_change = clock, journal, on_change
        self._root_monitor = RootMonitor(
            watch, clock, journal, state_id, _say(watch.name), on_change
        )
        self._state = InboxState.of(watch, recipes)
        self._tracking = Tracking(self._root_monitor, self._state, journal, clock)
        self._claimer = Claimer(
            self._root_monitor, self._state, journal, clock, confirm_above, finder
        )
        self._schedule = ScanSchedule(clock, watch.scan_interval)
        self._arrivals = Arrivals(watch.name, journal, clock, self._claimer, self._state.book)
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
        """How it is."""
        health = self._root_monitor.health.now
        if self.fault and not health.troubled:
            return replace(health, state=HealthState.DEGRADED, reason=self.fault)
        return health

    async def start(self) -> None:
        """Begin. A root that is missing, or hangs, is a state; raises only what the journal
        raises."""
        try:
            await self._root_monitor.start()
        except JournalError:
            raise
        except Exception as exc:  # noqa: BLE001 - whatever it is, it is this inbox's state
            await self._fail(exc)

    async def stop(self) -> None:
        """End. What is under way in the worker thread is left to itself."""
        self._stopped = True
        await self._root_monitor.stop()

    def due_in(self) -> float:
        """Seconds until `tick` has work; 0: now."""
        hints = self._root_monitor.hints
        now = self._clock.monotonic()
        if self._root_monitor.online and (
            (hints is not None and hints.waiting) or self._scan_is_due(now)
        ):
            return 0.0
        return max(self._due_at - now, 0.0)

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

    async def _fail(self, error: Exception) -> None:
        """An error that nobody foresaw is the state of this inbox, with its reason, until the next
        try."""
        await self._root_monitor.failed_unexpectedly(error)
        self._plan()

    async def guard(self) -> None:
        """One pass of the guard. Raises only what the journal raises."""
        async with self._busy:
            if not self._stopped:
                try:
                    await self._root_monitor.guard()
                except JournalError:
                    raise
                except Exception as exc:  # noqa: BLE001 - whatever it is, it is this inbox's state
                    await self._fail(exc)
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
        whether a PAUSE stands there."""
        return not self._arrivals.is_first

    @property
    def pauses(self) -> dict[bytes, bytes]:
        """The folders (b"": the inbox itself) in which a PAUSE stands, with its path."""
        return {folder: facts.paused for folder, facts in self._state.facts.items() if facts.paused}

    def paused(self, folder: bytes) -> bool:
        """True when a PAUSE stands in the inbox or in this task folder."""
        return self._state.paused(folder)

    @property
    def settling(self) -> int:
        """How many files are not jobs yet."""
        return len(self._state.tracker)

    def waiting(self, limit: int = 0) -> list[Waiting]:
        """Files that are not jobs yet, with the reason in plain words: those that wait longest
        first, at most `limit` (0: all) of them. On the loop only."""
        now, now_ms, found = self._clock.monotonic(), self._clock.now_ms(), list[Waiting]()
        prompts = self._tracking.prompt_paths()
        for path in islice(self._state.tracker, limit or None):
            tracked = self._state.tracker.get(path)
            if tracked is not None and path not in prompts:
                since = now_ms - round((now - tracked.first_at) * 1000)
                reason = (
                    str(self.health)
                    if self.health.state is HealthState.OFFLINE
                    else why(tracked, now)
                )
                found.append(Waiting(path, reason, since))
        return found

    async def gone(self, path: bytes) -> bool:
        """True when nothing stands at this place although the root is there, as it was: only
        then was it taken away."""
        async with self._busy:
            if self._stopped or not await self._root_monitor.check():
                return False
            try:
                gone = bool(await self._tracking.really_gone([path]))
            except LocalError:
                return False
            return gone and not await self._is_hidden(path)

    async def same_root(self) -> bool:
        """True when the root is still the one that was checked last: a share that has just gone
        leaves a folder behind that can be written to."""
        return await self._root_monitor.same_root()

    async def _is_hidden(self, path: bytes) -> bool:
        """True when the source claimed at this place lies below a mount that came since, or on
        one that went."""
        name = self.watch.name
        claimed = await self._journal.read(lambda conn: known_sources.claimed_at(conn, name, path))
        return any(self._root_monitor.on_other_mount(path, at) for at in claimed)

    def busy(self) -> bool:
        """True while some file may still become a job by itself: it is settling, or news of
        others wait to be followed. While it fails here nothing becomes one."""
        if self.fault:
            return False
        hints = self._root_monitor.hints
        if not self._root_monitor.online:
            return False
        if self._root_monitor.scan_soon or self._schedule.more:
            return True
        return self._state.tracker.busy() > 0 or (hints is not None and hints.waiting)

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
        now, root_monitor = self._clock.monotonic(), self._root_monitor
        if not root_monitor.online:
            self._due_at = root_monitor.next_probe
            return
        moments = (
            self._schedule.next_at(asked=root_monitor.scan_soon),
            self._state.tracker.next_at(),
            self._state.problems.next_at(now),
        )
        self._due_at = now if more else min(moments)

    async def _tick(self) -> Tick:
        root_monitor = self._root_monitor
        if not await self._is_workable():
            return Tick()

        assert root_monitor.hints is not None  # start() made them
        places, everything = root_monitor.hints.take(PORTION)
        gone: list[int] = []
        root_monitor.scan_soon |= everything
        if self._scan_is_due(self._clock.monotonic()):
            gone += await self._scan()
        if not root_monitor.online:
            return Tick(gone=tuple(gone))

        gone += await self._tracking.follow(places)
        gone += await self._tracking.missing(self._state.problems.final())
        if not self._ready:
            self._ready, vanished = await self._tracking.check()
            gone += await self._tracking.missing(vanished)
        taken = await self._claimer.take(self._ready)
        self._ready = [path for path in taken.left if path in self._state.tracker]
        more = bool(self._ready) or root_monitor.hints.waiting
        return Tick(tuple(taken.claimed), again=tuple(taken.again), gone=tuple(gone), more=more)

    async def _is_workable(self) -> bool:
        """Whether the root is there and ours: checked again when it was not, and when something
        asks for that."""
        root_monitor = self._root_monitor
        if root_monitor.online and root_monitor.next_probe != 0:
            return True
        if self._clock.monotonic() < root_monitor.next_probe:
            return False
        return await root_monitor.check()

    # -- scanning

    def _scan_is_due(self, now: float) -> bool:
        """A first scan, or one after an absence, is due at once: nothing is claimed before it
        has been counted."""
        root_monitor = self._root_monitor
        if self._arrivals.count_is_due or root_monitor.returned or root_monitor.put_back:
            return True
        waiting = len(self._state.tracker)
        return self._schedule.is_due(now, asked=root_monitor.scan_soon, waiting=waiting)

    async def _load(self) -> None:
        """What the journal knows of files here. Read anew after an absence: the share may show
        its files differently."""
        known = await self._journal.read(lambda conn: sources.known_files(conn, self.watch.name))
        self._state.known.clear()
        for path, file in known.items():
            if file.settled:
                self._state.know(path, file.snapshot, local=self._root_monitor.is_local(path))
            else:
                self._state.changed.add(path)

    async def _scan(self) -> list[int]:
        """The whole inbox; returns ids of sources whose file is gone."""
        root_monitor, begun = self._root_monitor, self._clock.monotonic()
        root_monitor.scan_soon = False
        returned, root_monitor.returned = root_monitor.returned, False
        if returned or self._arrivals.is_first:
            await self._load()

        survey = await self._tracking.survey(b"")
        if not await root_monitor.same_root():
            root_monitor.scan_soon, root_monitor.returned = True, True
            await root_monitor.check()
            return []

        root_monitor.watching.scanned(survey.inodes)
        self._schedule.ended(
            begun,
            events=root_monitor.paces.mode is Mode.EVENTS,
            degraded=root_monitor.health.now.state is HealthState.DEGRADED,
            more=survey.more,
        )
        restored, root_monitor.put_back = root_monitor.put_back, False
        await self._arrivals.count(survey, returned=returned, restored=restored)
        await self._absorb(survey)
        if returned:
            self._forget_absence(survey)
            return []
        return await self._tracking.missing(survey.missing)

    async def _absorb(self, survey: ScanDiff) -> None:
        self._state.facts = survey.folders
        self._state.approvals = tuple(survey.approvals)
        self._tracking.absorb(survey)
        await self._tracking.note_changed(survey.fresh)

    def _forget_absence(self, survey: ScanDiff) -> None:
        """After an absence nothing is taken for a deletion, and nothing is blocked by what was
        then."""
        self._state.unblock(b"")
        for path in survey.missing:
            self._state.known.pop(path, None)


def _say(name: str) -> Callable[[Health], None]:
    def tell(health: Health) -> None:
        (log.warning if health.troubled else log.info)(f"inbox {health}", inbox=name)

    return tell
