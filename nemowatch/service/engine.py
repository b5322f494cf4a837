"""The running daemon: puts its parts together, starts them in order, and lets go of everything in
reverse.

It decides nothing. Its caller (service.daemon) gives it a configuration and takes its health.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from functools import partial
from typing import Any

import structlog

from nemowatch.clock import Clock
from nemowatch.config.schema import Config
from nemowatch.config.watch_section import Watch
from nemowatch.errors import NemowatchError
from nemowatch.fs.threads import Disks
from nemowatch.holds.account_check import AccountCheck
from nemowatch.holds.admission import Admission
from nemowatch.holds.balance import BalanceReader
from nemowatch.holds.keeper import HoldKeeper
from nemowatch.holds.outage_probe import OutageProbe
from nemowatch.i18n.language import choose
from nemowatch.intake.inbox import Inbox
from nemowatch.jobs.job_log import JobLog
from nemowatch.jobs.runner import Runner
from nemowatch.journal import queue
from nemowatch.journal.database import Journal
from nemowatch.journal.jobs import Job
from nemowatch.model import ENDED, State
from nemowatch.remote.interface import RemoteApi
from nemowatch.reporting.guide_file import GuideFile
from nemowatch.reporting.note_writer import NoteWriter
from nemowatch.reporting.status_page import StatusPage
from nemowatch.service.background import Background, keep_going
from nemowatch.service.cadences import Nudges, set_cadences
from nemowatch.service.housekeeping import Housekeeping
from nemowatch.service.inbox_loops import Inboxes, InboxLoops
from nemowatch.service.journal_check import check_once
from nemowatch.service.order_desk import OrderDesk
from nemowatch.service.poll_schedule import PollSchedule
from nemowatch.service.telling import Telling
from nemowatch.service.timers import Timers
from nemowatch.sources.tick_results import TickResults
from nemowatch.sources.wrap_up import WrapUp
from nemowatch.stages import recover
from nemowatch.stages.board import Board
from nemowatch.stages.context import StageContext

log = structlog.get_logger("nemowatch.daemon")

#: Seconds that requests under way have to end after their connections were closed.
CLOSE_SECONDS = 5.0
#: States in which what was fetched so far is of no use.
IN_VAIN = (State.FAILED, State.REJECTED, State.CANCELLED)


class Engine:
    """One running daemon."""

    def __init__(
        self,
        config: Config,
        journal: Journal,
        api: RemoteApi,
        clock: Clock,
        *,
        state_id: str,
    ) -> None:
        """`state_id` names the state folder in the owner files."""
        choose(config.share.language)
        self.config = config
        self.journal = journal
        self.api = api
        self.clock = clock
        self.started_at = clock.now_ms()
        self.board = Board()
        self.timers = Timers(clock, self._clock_was_set)
        self.disks = Disks()
        self._background = Background()
        self._inboxes = Inboxes(config, clock, journal, state_id)
        self._note_writer = NoteWriter(journal, self.disks, clock)
        self._housekeeping = Housekeeping(
            journal,
            self.disks,
            clock,
            self._note_writer,
            self._inboxes.offline,
            self._background.later,
        )
        self.account = AccountCheck(api, self._check_holds)
        self._balance = BalanceReader(self.account, api, journal, clock)
        self.telling = Telling(journal, clock, self._current, self.inboxes)
        self._wire_jobs()
        self._wire_sources()

    def _wire_jobs(self) -> None:
        """What runs jobs, and what holds them up."""
        gate = Admission(self.journal, self._current, self.inboxes, self.clock)
        context = StageContext(
            self.api,
            self.journal,
            self._current,
            self.clock,
            self.disks,
            gate,
            self.board,
            self._inboxes.was_removed,
        )
        job_log = JobLog(self.clock)
        self._polls = PollSchedule(self.timers, self.clock)
        self.runner = Runner(
            context, self.watches, self._moved, job_log, self._inboxes.offline, self._polls.earliest
        )
        self.holds = HoldKeeper(
            self.journal,
            self.api,
            self.account,
            self._current,
            self.inboxes,
            self.clock,
            self.runner.nudge,
            job_log.holds,
        )
        self._outage = OutageProbe(self.holds, self.runner, self._current)

    def _wire_sources(self) -> None:
        """What passes on new files, what is left to do when their jobs have ended, and what
        people order and see."""
        note_writer = self._note_writer
        self.wrap_ups = {
            name: WrapUp(
                name,
                self.watches,
                self._current,
                self.journal,
                note_writer,
                self.disks,
                self.clock,
                self._inboxes.was_removed,
                self._inboxes.project_waits,
            )
            for name in self.inboxes
        }
        self._order_desk = OrderDesk(
            self.journal,
            self.disks,
            self.clock,
            self.inboxes,
            lambda: self.config.own_names,
            self.wrap_ups,
            self.api,
            self._balance.ask,
            self._background.later,
        )
        self.tick_results = TickResults(
            self.journal,
            note_writer,
            self.disks,
            self.clock,
            self.runner.nudge,
            self._order_desk.carry_out_file,
        )
        self.tick_results.unmoved = {
            name: wrap_up.retirement.unmoved for name, wrap_up in self.wrap_ups.items()
        }
        self.loops = InboxLoops(self._inboxes, self.tick_results, self.wrap_ups, self.holds)
        self.page = StatusPage(
            self.journal,
            self.inboxes,
            self.tick_results,
            self.board,
            lambda: self.api.account,
            lambda: self.account.now,
            self.disks,
            self.clock,
            self._current,
        )
        self.guide = GuideFile(self.journal, self.inboxes, self.disks)

    @property
    def inboxes(self) -> dict[str, Inbox]:
        """The inboxes by the name of their watch."""
        return self._inboxes.all

    def watches(self) -> Mapping[str, Watch]:
        """The configured watches by name."""
        return {watch.name: watch for watch in self.config.watch}

    def _current(self) -> Config:
        return self.config

    # -- life --------------------------------------------------------------------------

    async def start(self) -> None:
        """Recover, start the watchers and the loops. Returns when everything runs; scans are
        ordinary work."""
        first_check = self.clock.now_ms() + round(self.config.chat.recheck[0] * 1000)
        open_ones = await self.journal.write(lambda conn: recover.begin(conn, first_check))
        if open_ones:
            log.info("recovering", jobs=open_ones)

        await asyncio.gather(*(wrap_up.begin() for wrap_up in self.wrap_ups.values()))
        await asyncio.gather(*(inbox.start() for inbox in self.inboxes.values()))
        self.timers.start()
        self._set_cadences()
        self._spawn_loops()
        self._nudge_wrap_ups()
        if self.config.page.enabled:
            self._write_page()
        log.info("connecting to the cloud", address=self.config.api.base_url)
        self._balance.ask()
        if await self.holds.in_outage():
            self.runner.outage.set()

    def _spawn_loops(self) -> None:
        self._background.spawn("runner", self.runner.run)
        self._background.spawn("outage", self._outage.run)
        self._background.spawn("credits", self._balance.run)
        self._background.spawn("notifications", self.telling.run)
        self._background.spawn("journal check", partial(check_once, self.journal))
        for name, wrap_up in self.wrap_ups.items():
            inbox = self.inboxes[name]
            self._background.spawn(f"inbox {name}", partial(self.loops.run, name))
            self._background.spawn(f"wrap-up {name}", partial(keep_going, wrap_up.run, inbox.fail))

    def reconfigure(self, fresh: Config) -> None:
        """Go on with a new configuration, as far as it can change while running (config.changes
        names the rest)."""
        choose(fresh.share.language)
        self.config = fresh
        self._set_cadences()
        self.runner.nudge()
        self._inboxes.reconfigure(fresh)
        self.telling.reconfigure()
        self._check_holds()

    def _set_cadences(self) -> None:
        nudges = Nudges(
            holds=self._check_holds,
            guard=self._guard,
            credits=self._balance.ask,
            retention=self._sweep,
            wrap_up=self._nudge_wrap_ups,
            page=self._write_page,
        )
        set_cadences(self.timers, self.config, nudges, self.inboxes)
        self._polls.begin(self.config.render.poll_interval, self.runner.poll)
        self._sweep()

    async def wait(self) -> None:
        """Until somebody asks for the end, or a loop failed. Raises what it failed with."""
        await self._background.wait()

    def request_stop(self) -> None:
        """Begin the end."""
        self._background.request_end()

    async def stop(self, drain: float) -> None:
        """No new work; paid turns and uploads get `drain` seconds; then everything is closed, in
        reverse."""
        self.loops.end()
        self.timers.stop()
        await asyncio.gather(*(inbox.stop() for inbox in self.inboxes.values()))
        await self.runner.stop(drain)
        await self.api.aclose()
        await self.runner.join(CLOSE_SECONDS)
        if self.config.page.enabled:
            # a share that hangs now gets no last page
            with contextlib.suppress(TimeoutError, NemowatchError):
                async with asyncio.timeout(CLOSE_SECONDS):
                    await self.page.write(stopped=True)

        # what is left only waits; requests end by themselves, see runner.join
        await self._background.cancel()
        self.disks.close()
        self.holds.close()

    # -- nudges: none of them works, each has something done soon --------------------------

    def _check_holds(self) -> None:
        self._background.later(self.holds.check())

    def _write_page(self) -> None:
        self._background.later(self.page.write())
        self._background.later(self.guide.write(self.config.own_names))

    def _nudge_wrap_ups(self) -> None:
        for wrap_up in self.wrap_ups.values():
            wrap_up.nudge()

    def _guard(self) -> None:
        for inbox in self.inboxes.values():
            self._background.later(inbox.guard())

    def _sweep(self) -> None:
        self._housekeeping.sweep(self.config)

    def _moved(self, job: Job) -> None:
        """The runner has moved a job."""
        later = self._background.later
        if job.state in IN_VAIN:
            self._housekeeping.ended_in_vain(job.id)
        if job.state in ENDED or job.state is State.ATTENTION:
            self._nudge_wrap_ups()
            self.loops.jobs_changed()
        if job.state in (State.INSTRUCTED, State.HELD):
            self._balance.ask()
        if job.state in (State.INSTRUCTED, State.ATTENTION):
            later(self.holds.release_capped())
        if job.state is State.INSTRUCTING:
            later(self._inboxes.mark_paid(job.source_id))

    def _clock_was_set(self, step: float) -> None:
        log.warning("the wall clock was set", by_seconds=round(step, 1))
        self._background.later(self._shift_due(round(step * 1000)))

    async def _shift_due(self, milliseconds: int) -> None:
        """Nothing waits longer, or shorter, because the wall clock was set."""
        now = self.clock.now_ms()
        await self.journal.write(lambda conn: queue.shift_due(conn, milliseconds, now))
        self.runner.nudge()

    # -- what people ask for ---------------------------------------------------------------

    def scan_all(self) -> None:
        """A full scan of every inbox, soon."""
        for inbox in self.inboxes.values():
            inbox.request_scan()

    async def order(self, name: str, args: dict[str, Any]) -> dict[str, Any]:
        """Carry out one of `orders.ORDERS`. Raises UsageError, LocalError."""
        result = await self._order_desk.carry_out(name, args)
        if args.get("folder") is not None and args.get("watch") in self.inboxes:
            self.inboxes[args["watch"]].request_scan()
        self.runner.nudge()
        self._nudge_wrap_ups()
        self.loops.jobs_changed()
        self._check_holds()
        return result
