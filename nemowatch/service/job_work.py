"""What runs jobs, and what holds them up: made and wired here.

Owns the runner, the holds and what they ask of the account. Its caller says what has to happen
elsewhere when a job has moved.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping

import structlog

from nemowatch.clock import Clock
from nemowatch.config.schema import Config
from nemowatch.config.watch_section import Watch
from nemowatch.fs.threads import Disks
from nemowatch.holds.account_check import AccountCheck
from nemowatch.holds.admission import Admission
from nemowatch.holds.balance import BalanceReader
from nemowatch.holds.keeper import HoldKeeper
from nemowatch.holds.outage_probe import OutageProbe
from nemowatch.jobs.job_log import JobLog
from nemowatch.jobs.runner import Runner
from nemowatch.journal import pace
from nemowatch.journal.database import Journal
from nemowatch.journal.jobs import Job
from nemowatch.remote.interface import RemoteApi
from nemowatch.service.background import Background
from nemowatch.service.inbox_loops import Inboxes
from nemowatch.service.poll_schedule import PollSchedule
from nemowatch.service.timers import Timers
from nemowatch.stages import recover
from nemowatch.stages.context import StageContext
from nemowatch.stages.live_progress import Board

log = structlog.get_logger("nemowatch.daemon")


class JobWork:
    """The parts through which jobs go on."""

    def __init__(
        self,
        config: Callable[[], Config],
        watches: Callable[[], Mapping[str, Watch]],
        journal: Journal,
        api: RemoteApi,
        clock: Clock,
        disks: Disks,
        inboxes: Inboxes,
        timers: Timers,
        *,
        moved: Callable[[Job], None],
        account_ready: Callable[[], None],
    ) -> None:
        """`moved` is called with each job that has moved; `account_ready`, when the account works
        again."""
        self._config = config
        self._journal = journal
        self._clock = clock
        self.board = Board()
        self.account = AccountCheck(api, journal, clock, account_ready)
        self.balance = BalanceReader(self.account, journal)
        gate = Admission(journal, config, inboxes.all, clock)
        context = StageContext(
            api, journal, config, clock, disks, gate, self.board, inboxes.was_removed
        )
        job_log = JobLog(clock)
        self._polls = PollSchedule(timers, clock)
        self.runner = Runner(
            context, watches, moved, job_log, inboxes.offline, self._polls.earliest
        )
        self.holds = HoldKeeper(
            journal,
            api,
            self.account,
            config,
            inboxes.all,
            clock,
            self.runner.nudge,
            job_log.holds,
        )
        self._outage = OutageProbe(self.holds, self.runner, config)

    async def recover(self) -> None:
        """Mark everything that may have happened: the stages ask before they act. Raises
        JournalError."""
        now = self._clock.now_ms()
        first_check = now + round(self._config().chat.recheck[0] * 1000)

        def begin(conn: sqlite3.Connection) -> int:
            pace.begin(conn, now)
            return recover.begin(conn, first_check)

        open_ones = await self._journal.write(begin)
        if open_ones:
            log.info("recovering", jobs=open_ones)

    def spawn(self, background: Background) -> None:
        """Begin the loops."""
        background.spawn("runner", self.runner.run)
        background.spawn("outage", self._outage.run)
        background.spawn("credits", self.balance.run)

    async def connect(self) -> None:
        """The first question to the cloud. Raises JournalError."""
        log.info("connecting to the cloud", address=self._config().api.base_url)
        self.balance.ask()
        if await self.holds.in_outage():
            self.runner.outage.set()

    def begin_polls(self) -> None:
        """Poll renders at the pace that the configuration says now."""
        self._polls.begin(self._config().render.poll_interval, self.runner.poll)
