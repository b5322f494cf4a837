"""The daemon's whole: opens what it needs in order, keeps its loops going, and lets go of
everything in reverse.

It wires; it decides nothing. Whoever runs it (service.daemon) gives it a configuration and takes
its health.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import structlog

from nemowatch.clock import Clock
from nemowatch.config import Config, Watch
from nemowatch.errors import NemowatchError
from nemowatch.fs.threads import Disks
from nemowatch.holds.admission import Admission
from nemowatch.holds.balance import CREDITS_LOOK, Balance
from nemowatch.holds.keeper import HoldKeeper
from nemowatch.holds.outage_probe import OutageProbe
from nemowatch.intake.inbox import Inbox
from nemowatch.intake.scan.pauses import Pauses
from nemowatch.intake.watch.health import HealthState
from nemowatch.jobs.cancel_renders import cancel_renders
from nemowatch.jobs.job_log import JobLog
from nemowatch.jobs.runner import Runner
from nemowatch.journal import Journal, jobs, sources
from nemowatch.journal.jobs import Job
from nemowatch.model import ENDED, State
from nemowatch.orders import Approve, DaemonSite, carry_out, read_order
from nemowatch.outbox import result_finder
from nemowatch.remote.interface import RemoteApi
from nemowatch.reporting.note_writer import NoteWriter
from nemowatch.reporting.status_page import StatusPage
from nemowatch.service.housekeeping import drop_part, retain, tidy
from nemowatch.service.poll_schedule import PollSchedule
from nemowatch.service.timers import Timers
from nemowatch.sources.scan_results import ScanResults
from nemowatch.sources.wrap_up import WrapUp
from nemowatch.stages import recover
from nemowatch.stages.deps import Board, Deps

log = structlog.get_logger("nemowatch.daemon")

#: Seconds between two looks at the holds, at most (docs/behaviour.md section 3, point 9); sooner
#: where renders are polled sooner.
HOLD_LOOK = 60.0
#: Seconds between two passes of the guard over each inbox's watcher.
GUARD_LOOK = 15.0
#: Seconds between two sweeps of old history and of leftovers.
RETENTION_LOOK = 6 * 3600.0
#: Seconds between two writes of the status page, at least (each is work for every sync client).
PAGE_LOOK = 30.0
#: Seconds that requests under way have to end after their connections were closed.
CLOSE_SECONDS = 5.0


class Engine:
    """One running daemon."""

    def __init__(
        self,
        config: Config,
        state_dir: Path,
        journal: Journal,
        api: RemoteApi,
        clock: Clock,
        *,
        state_id: str,
    ) -> None:
        self.config = config
        self.journal = journal
        self.api = api
        self.clock = clock
        self.board = Board()
        self._disks = Disks()
        self._state_dir = state_dir
        self._wake = {watch.name: asyncio.Event() for watch in config.watch}
        self.inboxes: dict[str, Inbox] = {
            watch.name: Inbox(
                watch,
                recipes=config.recipes,
                clock=clock,
                confirm_above=config.limits.confirm_above,
                journal=journal,
                on_change=self._wake[watch.name].set,
                state_id=state_id,
                finder=result_finder.find,
            )
            for watch in config.watch
        }
        gate = Admission(journal, lambda: self.config, self.inboxes, clock)
        deps = Deps(
            api, journal, lambda: self.config, clock, self._disks, gate, self.board, self._gone
        )
        job_log = JobLog(clock)
        self.timers = Timers(clock, self._clock_was_set)
        self._polls = PollSchedule(self.timers, clock)
        self.runner = Runner(
            deps, self.watches, self._moved, job_log, self._offline, self._polls.earliest
        )
        note_writer = NoteWriter(journal, self._disks, clock)
        self.endings = {
            name: WrapUp(name, self.watches, journal, note_writer, self._disks, clock, self._gone)
            for name in self.inboxes
        }
        self.holds = HoldKeeper(
            journal, api, lambda: self.config, self.inboxes, clock, self.runner.nudge, job_log
        )
        self._site = DaemonSite(
            journal,
            self._disks,
            clock,
            self.inboxes,
            lambda: self.config.recipes,
            self._stop_renders,
        )
        self.scan_results = ScanResults(
            journal, note_writer, self._disks, clock, self.runner.nudge, self._approve
        )
        self._outage = OutageProbe(self.holds, self.runner, lambda: self.config)
        self._page = StatusPage(
            journal,
            self.inboxes,
            self.scan_results,
            self.board,
            lambda: api.account,
            self._disks,
            clock,
        )
        self._balance = Balance(api, journal, clock)
        self._loops: list[asyncio.Task[None]] = []
        self._side: set[asyncio.Task[None]] = set()
        self._stop = asyncio.Event()
        self._ending = False
        self.started_at = clock.now_ms()
        self._pauses: dict[str, dict[bytes, bytes]] = {}  # by inbox, once its first scan is over
        #: every inbox was scanned, and the holds were looked at after that
        self.looked = asyncio.Event()

    def watches(self) -> Mapping[str, Watch]:
        """The configured watches by name."""
        return {watch.name: watch for watch in self.config.watch}

    # -- life --------------------------------------------------------------------------

    async def start(self) -> None:
        """Recover, start the watchers and the loops. Returns when everything stands; scans are
        ordinary work."""
        first_look = self.clock.now_ms() + round(self.config.chat.recheck[0] * 1000)
        open_ones = await self.journal.write(lambda conn: recover.begin(conn, first_look))
        if open_ones:
            log.info("recovering", jobs=open_ones)
        await asyncio.gather(*(ending.begin() for ending in self.endings.values()))
        await asyncio.gather(*(inbox.start() for inbox in self.inboxes.values()))
        self.timers.start()
        self._set_cadences()
        self._spawn("runner", self.runner.run)
        self._spawn("outage", self._outage.run)
        self._spawn("credits", self._balance.run)
        for name in self.inboxes:
            self._spawn(f"inbox {name}", partial(self._receive, name))
            self._spawn(f"ending {name}", self.endings[name].run)
        self._look_at_endings()
        self._balance.ask()
        if await self.holds.in_outage():
            self.runner.outage.set()

    def reconfigure(self, fresh: Config) -> None:
        """Go on with a new configuration, as far as it can change while running (config.changes
        names the rest)."""
        self.config = fresh
        self._set_cadences()
        self.runner.nudge()
        for name, watch in self.watches().items():
            if name in self.inboxes:
                self.inboxes[name].reconfigure(watch, fresh.recipes, fresh.limits.confirm_above)
        self._later(self.holds.check())

    def _spawn(self, name: str, loop: Callable[[], Awaitable[None]]) -> None:
        async def run() -> None:
            await loop()

        task = asyncio.get_running_loop().create_task(run(), name=name)
        task.add_done_callback(self._loop_ended)
        self._loops.append(task)

    def _loop_ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and task.exception() is not None:
            self._stop.set()

    def _set_cadences(self) -> None:
        config = self.config
        quick = min(HOLD_LOOK, 2 * config.render.poll_interval)
        self._polls.begin(config.render.poll_interval, self.runner.poll)
        self.timers.every("holds", quick, lambda: self._later(self.holds.check()))
        self.timers.every("guard", GUARD_LOOK, self._guard)
        self.timers.every("credits", CREDITS_LOOK, self._balance.ask)
        self.timers.every("retention", RETENTION_LOOK, lambda: self._later(self._upkeep()))
        self.timers.every("departures", min(HOLD_LOOK, 10.0), self._look_at_endings)
        if config.page.enabled:
            self.timers.every(
                "page", min(PAGE_LOOK, quick), lambda: self._later(self._page.write())
            )
        else:
            self.timers.drop("page")
        for name, inbox in self.inboxes.items():
            self.timers.every(f"reconcile {name}", inbox.watch.scan_interval, inbox.reconcile)
        self._later(self._upkeep())

    def _later(self, work: Awaitable[None]) -> None:
        """Run a small piece of work beside the loops; its failure is said, never fatal."""

        async def run() -> None:
            try:
                await work
            except Exception:
                log.exception("internal error", doing="housekeeping")

        task = asyncio.get_running_loop().create_task(run())
        self._side.add(task)
        task.add_done_callback(self._side.discard)

    async def wait(self) -> None:
        """Until somebody asks for the end, or a loop failed. Raises what it failed with."""
        await self._stop.wait()
        for task in self._loops:
            if task.done() and not task.cancelled() and (exc := task.exception()) is not None:
                raise exc

    def request_stop(self) -> None:
        """Begin the end."""
        self._stop.set()

    async def stop(self, drain: float) -> None:
        """No new work; paid turns and uploads get `drain` seconds; then everything is closed, in
        reverse."""
        self._ending = True
        self.timers.stop()
        await asyncio.gather(*(inbox.stop() for inbox in self.inboxes.values()))
        await self.runner.stop(drain)
        await self.api.aclose()
        await self.runner.join(CLOSE_SECONDS)
        if self.config.page.enabled:
            # a share that hangs now gets no last page
            with contextlib.suppress(TimeoutError, NemowatchError):
                await asyncio.wait_for(self._page.write(stopped=True), CLOSE_SECONDS)
        for task in [*self._loops, *self._side]:
            task.cancel()  # these only wait; requests end by themselves, see runner.join
        await asyncio.gather(*self._loops, *self._side, return_exceptions=True)
        self._disks.close()
        self.holds.close()

    def _offline(self, watch: str) -> bool:
        inbox = self.inboxes.get(watch)
        return inbox is not None and inbox.health.state is HealthState.OFFLINE

    # -- loops -------------------------------------------------------------------------

    async def _gone(self, watch: str, path: bytes) -> bool:
        inbox = self.inboxes.get(watch)
        return inbox is None or await inbox.gone(path)

    async def _receive(self, name: str) -> None:
        """Look after one inbox: scan when due, and pass on what it found."""
        inbox = self.inboxes[name]
        # asked as well as cancelled: wait_for forgets a cancellation that meets its event
        while not self._ending:
            self._wake[name].clear()
            tick = await inbox.tick()
            await self.scan_results.take(inbox, tick)
            if tick.gone:  # at once: what lay beside it leaves before anybody puts it back
                self.endings[name].nudge()
            await self._look_at_holds(name)
            try:
                await asyncio.wait_for(self._wake[name].wait(), timeout=max(inbox.due_in(), 0.01))
            except TimeoutError:
                continue

    async def _look_at_holds(self, name: str) -> None:
        """When the first scans are over, and whenever a PAUSE comes or goes: what is held may go
        on."""
        pauses, before = self.inboxes[name].pauses, self._pauses.get(name)
        self._pauses[name] = pauses
        if len(self._pauses) == len(self.inboxes) and (
            pauses != before or not self.looked.is_set()
        ):
            await self.holds.check()
            self.looked.set()

    def _look_at_endings(self) -> None:
        for ending in self.endings.values():
            ending.nudge()

    def _moved(self, job: Job) -> None:
        """The runner has moved a job."""
        if job.state in (State.FAILED, State.REJECTED, State.CANCELLED):
            self._later(drop_part(self.journal, self._disks, job.id))
        if job.state in ENDED or job.state is State.ATTENTION:
            self._look_at_endings()
        if job.state in (State.INSTRUCTED, State.HELD):
            self._balance.ask()
        if job.state in (State.INSTRUCTED, State.ATTENTION):
            self._later(self.holds.price_told())
        if job.state is State.INSTRUCTING:
            self._later(self._mark_paid(job.source_id))

    async def _mark_paid(self, source_id: int) -> None:
        """The workspace is to know of what is paid for in it, whatever becomes of the state
        folder."""
        row = await self.journal.read(lambda conn: sources.by_id(conn, source_id))
        inbox = self.inboxes.get(row.watch) if row else None
        if inbox is not None:
            await inbox.mark_paid()

    def _guard(self) -> None:
        for inbox in self.inboxes.values():
            self._later(inbox.guard())

    def _clock_was_set(self, step: float) -> None:
        log.warning("the wall clock was set", by_seconds=round(step, 1))
        self._later(self._shift_due(round(step * 1000)))

    async def _shift_due(self, milliseconds: int) -> None:
        """Nothing waits longer, or shorter, because the wall clock was set."""
        now = self.clock.now_ms()
        await self.journal.write(lambda conn: jobs.shift_due(conn, milliseconds, now))
        self.runner.nudge()

    async def _upkeep(self) -> None:
        config = self.config
        await self.journal.write(
            lambda conn: retain(conn, config.retention.jobs_days, self.clock.now_ms())
        )
        for watch in config.watch:  # apart: a share may hang
            if not self._offline(watch.name):
                self._later(tidy(watch, config.retention.done_days, self.journal, self._disks))

    def pauses(self) -> Pauses:
        """The PAUSE files that stand, as far as the scans have seen."""
        return self._site.pauses()

    def scan_all(self) -> None:
        """A full scan of every inbox, soon."""
        for inbox in self.inboxes.values():
            inbox.request_scan()

    async def _approve(self, watch: str) -> int:
        """An APPROVE lies in this inbox; how many jobs it lets go on."""
        answer = await carry_out(Approve(watch), self._site)
        return int(answer["approved"])

    async def order(self, name: str, args: dict[str, Any]) -> dict[str, Any]:
        """Carry out one of `orders.ORDERS`. Raises UsageError, LocalError."""
        wanted = read_order(name, args)
        result = await carry_out(wanted, self._site)
        log.info("ordered by a person", command=name, **wanted.about)
        self.runner.nudge()
        self._look_at_endings()
        self._later(self.holds.check())
        return result

    def _stop_renders(self, cancelled: list[Job]) -> None:
        """The cloud need not go on with what was cancelled; whatever it answers, the order is
        carried out."""
        self._later(cancel_renders(self.api, cancelled))
