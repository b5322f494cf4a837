"""The running daemon: puts its parts together, starts them in order, and closes everything in
reverse.

It decides nothing. Its caller (service.daemon) gives it a configuration and takes its health.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import structlog

from nemowatch.clock import Clock
from nemowatch.config.schema import Config
from nemowatch.config.watch_section import Watch
from nemowatch.errors import NemowatchError
from nemowatch.fs.threads import Disks
from nemowatch.i18n.language import choose
from nemowatch.intake.inbox import Inbox
from nemowatch.journal.database import Journal
from nemowatch.journal.jobs import Job
from nemowatch.remote.interface import RemoteApi
from nemowatch.reporting.guide_file import GuideFile
from nemowatch.reporting.note_writer import NoteWriter
from nemowatch.reporting.overview import Trouble
from nemowatch.reporting.status_page import StatusPage
from nemowatch.service.background import Background, keep_going
from nemowatch.service.cadences import set_cadences
from nemowatch.service.clock_steps import ClockSteps
from nemowatch.service.housekeeping import Housekeeping
from nemowatch.service.inbox_loops import Inboxes, InboxLoops
from nemowatch.service.job_moves import JobMoves
from nemowatch.service.job_work import JobWork
from nemowatch.service.journal_check import check_once
from nemowatch.service.nudges import Nudges
from nemowatch.service.order_desk import OrderDesk
from nemowatch.service.telling import Telling
from nemowatch.service.timers import Timers
from nemowatch.sources.moving_out import MovingOut
from nemowatch.sources.tick_results import TickResults
from nemowatch.sources.wrap_up import WrapUp

log = structlog.get_logger("nemowatch.daemon")

#: Seconds that requests under way have to end after their connections were closed.
CLOSE_SECONDS = 5.0


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
        self.telling = Telling(journal, clock, self._current, self.inboxes, self._standing)
        self._wire_jobs()
        self._wire_sources()
        self._wire_nudges()

    def _wire_jobs(self) -> None:
        """What runs jobs, and what holds them up."""
        self._job_work = work = JobWork(
            self._current,
            self.watches,
            self.journal,
            self.api,
            self.clock,
            self.disks,
            self._inboxes,
            self.timers,
            moved=self._moved,
            account_ready=self._check_holds,
        )
        self.board = work.board
        self.account = work.account
        self.runner = work.runner
        self.holds = work.holds

    def _wire_sources(self) -> None:
        """What passes on new files, what is left to do when their jobs have ended, and what
        people order and see."""
        note_writer = self._note_writer
        moving_out = MovingOut()
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
                moving_out,
            )
            for name in self.inboxes
        }
        self._order_desk = OrderDesk(
            self.journal,
            self.disks,
            self.clock,
            self.inboxes,
            lambda: self.config.own_names,
            self.api,
            self._job_work.balance.ask,
            self._background.later,
            moving_out,
        )
        self.tick_results = TickResults(
            self.journal,
            note_writer,
            self.disks,
            self.clock,
            nudge=self.runner.nudge,
            carry_out=self._order_desk.carry_out_file,
            moving_out=moving_out,
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

    def _wire_nudges(self) -> None:
        """Who is told when something happens."""
        later = self._background.later
        self._nudges = Nudges(
            self._current,
            self.inboxes,
            self.holds,
            self._job_work.balance,
            self._housekeeping,
            self.wrap_ups,
            self.page,
            self.guide,
            later,
        )
        self._job_moves = JobMoves(
            self._nudges, self._housekeeping, self.holds, self._inboxes, self.loops, later
        )
        self._clock_steps = ClockSteps(self.journal, self.clock, self.runner, later)

    @property
    def inboxes(self) -> dict[str, Inbox]:
        """The inboxes by the name of their watch."""
        return self._inboxes.all

    def watches(self) -> Mapping[str, Watch]:
        """The configured watches by name."""
        return {watch.name: watch for watch in self.config.watch}

    # -- what the parts above need before their own parts exist

    def _current(self) -> Config:
        return self.config

    def _standing(self) -> Mapping[str, Sequence[Trouble]]:
        return self.tick_results.standing

    def _check_holds(self) -> None:
        self._nudges.holds()

    def _moved(self, job: Job) -> None:
        self._job_moves.follow(job)

    def _clock_was_set(self, step: float) -> None:
        self._clock_steps.follow(step)

    # -- life --------------------------------------------------------------------------

    async def start(self) -> None:
        """Recover, start the watchers and the loops. Returns when everything runs; scans are
        ordinary work."""
        await self._job_work.recover()
        await asyncio.gather(*(wrap_up.begin() for wrap_up in self.wrap_ups.values()))
        await asyncio.gather(*(inbox.start() for inbox in self.inboxes.values()))
        self.timers.start()
        self._set_cadences()
        self._spawn_loops()
        self._nudges.wrap_up()
        if self.config.page.enabled:
            self._nudges.page()
        await self._job_work.connect()

    def _spawn_loops(self) -> None:
        self._job_work.spawn(self._background)
        self._background.spawn("notifications", self.telling.run)
        self._background.spawn("journal check", partial(check_once, self.journal))
        for name, wrap_up in self.wrap_ups.items():
            inbox = self.inboxes[name]
            self._background.spawn(f"inbox {name}", partial(self.loops.run, name))
            self._background.spawn(f"wrap-up {name}", partial(keep_going, wrap_up.run, inbox.fail))

    def reconfigure(self, fresh: Config) -> None:
        """Apply a new configuration, as far as it can change while running (config.reload names the
        rest)."""
        choose(fresh.share.language)
        self.config = fresh
        self._set_cadences()
        self.runner.nudge()
        self._inboxes.reconfigure(fresh)
        self.telling.reconfigure()
        self._nudges.holds()

    def _set_cadences(self) -> None:
        set_cadences(self.timers, self.config, self._nudges, self.inboxes)
        self._job_work.begin_polls()
        self._nudges.retention()

    async def wait(self) -> None:
        """Until somebody asks for the end, or a loop failed. Raises what it failed with."""
        await self._background.wait()

    def request_stop(self) -> None:
        """Ask for the end."""
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

    # -- what people ask for ---------------------------------------------------------------

    def scan_all(self) -> None:
        """A full scan of every inbox, soon."""
        self._nudges.scans()

    async def order(self, name: str, args: dict[str, Any]) -> dict[str, Any]:
        """Carry out one of `orders.ORDERS`. Raises UsageError, LocalError."""
        result = await self._order_desk.carry_out(name, args)
        if args.get("folder") is not None and args.get("watch") in self.inboxes:
            self.inboxes[args["watch"]].request_scan()
        self.runner.nudge()
        self._nudges.wrap_up()
        self.loops.jobs_changed()
        self._nudges.holds()
        return result
