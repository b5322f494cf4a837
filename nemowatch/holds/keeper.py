"""Releases jobs whose cause has cleared, by asking the cloud and the disks instead of waiting for a
person.

Owns when and whom it asks. `holds/probes.py` judges the answers; `jobs/hold_log.py` says in the log
what has begun and what is over.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Mapping
from functools import partial

from nemowatch.clock import Clock
from nemowatch.config.schema import Config
from nemowatch.errors import LocalError, RemoteError, RenderUnknown
from nemowatch.holds import probes
from nemowatch.holds.account_check import AccountCheck
from nemowatch.holds.disk_space import DiskSpace
from nemowatch.holds.outbox_retries import Outboxes
from nemowatch.holds.probes import BalanceAnswer, Evidence
from nemowatch.intake.inbox import Inbox
from nemowatch.intake.scan import pauses
from nemowatch.jobs.hold_log import HoldLog, causes
from nemowatch.journal import holds, queue
from nemowatch.journal.database import Journal
from nemowatch.journal.holds import HoldRow
from nemowatch.journal.jobs import Job
from nemowatch.journal.queries import version
from nemowatch.model import HoldReason, RenderStatus
from nemowatch.remote.interface import RemoteApi

#: Holds that the balance answers for.
ASK_BALANCE = frozenset({HoldReason.OUTAGE, HoldReason.TOKEN, HoldReason.CREDITS})
#: How a render has ended.
RENDER_OVER = (RenderStatus.COMPLETED, RenderStatus.FAILED)


class HoldKeeper:
    """Checks holds."""

    def __init__(
        self,
        journal: Journal,
        api: RemoteApi,
        account: AccountCheck,
        config: Callable[[], Config],
        inboxes: Mapping[str, Inbox],
        clock: Clock,
        nudge: Callable[[], None],
        hold_log: HoldLog,
    ) -> None:
        self._journal = journal
        self._api = api
        self._account = account
        self._config = config
        self._inboxes = inboxes
        self._clock = clock
        self._nudge = nudge
        self._hold_log = hold_log
        self._disks = DiskSpace(journal, inboxes)
        self._outboxes = Outboxes(journal, inboxes, clock)
        self._one = asyncio.Lock()
        self._version: object = None  # the journal when it was last looked through for orphans
        # checks: asked for, and how many of these the latest check answers
        self._asked = self._begun = 0

    def close(self) -> None:
        """Let its threads end, unless a share that hangs keeps one."""
        self._disks.close()
        self._outboxes.close()

    async def check(self) -> None:
        """Check everything that is held; however many checks are asked for while one is under
        way, they are one check after it. Never raises for what the cloud or the disk answers."""
        self._asked += 1
        mine = self._asked
        async with self._one:
            if self._begun < mine:
                self._begun = self._asked
                await self._check()

    async def _check(self) -> None:
        evidence = await self._gather()
        woken = await self._journal.write(partial(self._release, evidence=evidence))
        self._nudge()

        asked_at = self._clock.monotonic()
        self._hold_log.update(await self._journal.read(causes), woken, asked_at)

    def _release(self, conn: sqlite3.Connection, evidence: Evidence) -> dict[HoldReason, int]:
        found = version(conn)
        woken = probes.release(conn, evidence, orphans=found != self._version)
        self._version = found  # as it was before: what was released here is looked at once more
        return woken

    async def _gather(self) -> Evidence:
        existing = await self._journal.read(holds.active)
        balance = await self._ask_balance(existing)

        ended: list[int] = []
        if HoldReason.OUTAGE not in existing:
            ended = await self._ended_renders()

        room: dict[str, bool] = {}
        if HoldReason.SPACE in existing:
            room = await self._disks.ask()

        return Evidence(
            now_ms=self._clock.now_ms(),
            config=self._config(),
            existing=existing,
            balance=balance,
            account=self._api.account.key,
            room=room,
            deliverable=tuple(await self._outboxes.deliverable()),
            ended_renders=tuple(ended),
            pauses=pauses.seen(self._inboxes),
            is_worked=self._inboxes.__contains__,
        )

    async def release_capped(self) -> None:
        """A paid turn is over: what waits for its price, or for what it did not cost, may go on
        at once."""
        config = self._config()
        if config.limits.daily_credits:
            now = self._clock.now_ms()
            await self._journal.write(lambda conn: probes.wake_capped(conn, config, now))
            self._nudge()

    async def in_outage(self) -> bool:
        """Whether the cloud counts as out of reach."""
        return HoldReason.OUTAGE in await self._journal.read(holds.active)

    async def _ask_balance(self, existing: Mapping[HoldReason, HoldRow]) -> BalanceAnswer:
        """None when no hold needs it."""
        if not existing.keys() & ASK_BALANCE:
            return None
        return await self._account.ask(said_elsewhere=True)

    async def _ended_renders(self) -> list[int]:
        """Jobs held for a slow render that has come to an end: asked about here, so that waiting
        writes no history."""
        slow = await self._journal.read(lambda conn: queue.held_for(conn, HoldReason.SLOW_RENDER))
        return [job.id for job in slow if await self._render_over(job)]

    async def _render_over(self, job: Job) -> bool:
        try:
            render = await self._api.poll_render(job.skill, job.render_id)
        except RenderUnknown:
            return True
        except (RemoteError, LocalError):
            return False
        return render.status in RENDER_OVER
