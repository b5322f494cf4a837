"""`run --once`: when is everything that is there finished, and did it go well?"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Collection

from nemowatch.engine.lifecycle import Engine
from nemowatch.journal import jobs, sources
from nemowatch.model import PAID, WORKING, HoldReason, State

#: Seconds between two looks.
LOOK = 0.1
#: Holds that end by themselves in a while; all others wait for a person or a time, and `--once` does not.
PASSING = frozenset({HoldReason.SLOW_RENDER})


class Once:
    """Watches an engine until it has nothing left to do."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def finished(self) -> None:
        """Return when every file that was there has its results, or waits for somebody."""
        # What it waits for is spread over the journal and every inbox: no single event tells.
        while not await self._idle():  # noqa: ASYNC110
            await asyncio.sleep(LOOK)

    async def _idle(self) -> bool:
        engine = self._engine
        if not engine.looked.is_set():
            return False
        if any(inbox.busy() for inbox in engine.inboxes.values()):
            return False
        stuck = engine.departures.postponed
        return not await engine.journal.read(lambda conn: _work_left(conn, set(engine.inboxes), stuck, self._tired(conn)))

    def _tired(self, conn: sqlite3.Connection) -> int:
        """How many jobs are paid for, have used up their attempts, and were tried again in this run: they go on without
        end, ten minutes apart, and the next run goes on with them as well."""
        if jobs.count_in(conn, WORKING) != jobs.count_in(conn, PAID & WORKING):
            return 0  # there is other work to wait for
        rows = (row.job for row in jobs.unfinished(conn, -1) if row.job.state in PAID)
        attempts, since, now = self._engine.config.retry.attempts, self._engine.started_at, self._engine.clock.now_ms()
        tired = (job for job in rows if job.attempt >= attempts and job.error_text)
        return sum(1 for job in tired if job.due_at > now and job.updated_at >= since)

    async def verdict(self) -> int:
        """The exit code: 0, or 1 when something failed in this run or waits for a person."""
        since = self._engine.started_at
        refused = any(found.at_ms >= since for found in self._engine.reception.refused)
        return await self._engine.journal.read(lambda conn: int(bool(refused or self._tired(conn)) or _went_wrong(conn, since)))


def _work_left(conn: sqlite3.Connection, watches: Collection[str], stuck: Collection[int], tired: int) -> bool:
    held, working = jobs.held_counts(conn), jobs.count_in(conn, WORKING) - tired
    leaving = [row for row in sources.to_retire(conn, 0, -1) if row.watch in watches and row.id not in stuck]
    return bool(working or any(held.get(reason) for reason in PASSING) or leaving)


def _went_wrong(conn: sqlite3.Connection, since_ms: int) -> bool:
    rows = jobs.listed(conn)
    waits = any(r.job.state in (State.ATTENTION, State.HELD) for r in rows)
    failed = any(r.job.state in (State.FAILED, State.REJECTED) and r.job.updated_at >= since_ms for r in rows)
    return waits or failed
