"""`run --once`: when is everything that is there finished, and did it go well?"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator

import structlog

from nemowatch.errors import show_path
from nemowatch.hold_reasons import HOLDS
from nemowatch.intake.watch.health import HealthState
from nemowatch.journal import jobs, notes, queue, sources
from nemowatch.model import WORKING, State
from nemowatch.service.engine import Engine

log = structlog.get_logger("nemowatch.daemon")

#: Seconds between two looks.
LOOK = 0.1
#: Holds that end by themselves in a while; all others wait for a person or a time, and `--once`
#: does not.
PASSING = tuple(reason for reason, hold in HOLDS.items() if hold.passing)


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
        if not engine.loops.all_scanned or engine.loops.receiving:
            return False
        if any(inbox.busy() for inbox in engine.inboxes.values()):
            return False
        return not await engine.journal.read(self._work_left)

    def _work_left(self, conn: sqlite3.Connection) -> bool:
        held, working = jobs.held_counts(conn), jobs.count_in(conn, WORKING) - self._tired(conn)
        return bool(working or any(held.get(reason) for reason in PASSING) or self._ends_left(conn))

    def _ends_left(self, conn: sqlite3.Connection) -> bool:
        """Whether sources have yet to leave, or notes to be written, that were not tried in vain
        already."""
        watches, engine = set(self._engine.inboxes), self._engine
        later = {source for ending in engine.wrap_ups.values() for source in ending.postponed}
        leaving = {
            row.id: row.watch for row in sources.to_retire(conn, 0, -1) if row.id not in later
        }
        untold = {id_: watch for id_, watch in notes.all_due(conn).items() if id_ not in later}
        return bool(watches & {*leaving.values(), *untold.values()})

    def _tired(self, conn: sqlite3.Connection) -> int:
        """How many jobs have used up as many tries as others have attempts, and were tried again
        in this run: they go on without end, ten minutes apart, and the next run goes on with
        them as well."""
        engine = self._engine
        return queue.tired(
            conn, engine.config.retry.attempts, engine.started_at, engine.clock.now_ms()
        )

    async def verdict(self) -> int:
        """The exit code: 0, or 1 when something failed in this run or waits for a person."""
        left = [
            *self._away(),
            *self._unclaimed(),
            *await self._engine.journal.read(self._unfinished),
        ]
        if left:
            log.warning("not everything is finished", why="; ".join(left))
        return int(bool(left))

    def _away(self) -> Iterator[str]:
        """Inboxes that were not there, or that another host works: whatever lies in them was not
        done."""
        for inbox in self._engine.inboxes.values():
            away = inbox.health.state in (HealthState.OFFLINE, HealthState.HELD)
            if away or inbox.fault:
                yield f"{show_path(inbox.watch.inbox)} was not worked on: {inbox.health}"

    def _unclaimed(self) -> Iterator[str]:
        since = self._engine.started_at
        if refused := sum(1 for found in self._engine.scan_results.refused if found.at_ms >= since):
            yield f"{_count(refused, 'file')} refused"
        if waiting := sum(inbox.settling for inbox in self._engine.inboxes.values()):
            yield f"{_count(waiting, 'file')} waiting for something"

    def _unfinished(self, conn: sqlite3.Connection) -> list[str]:
        """Jobs that failed in this run, or wait for a person or a time."""
        since, asking = self._engine.started_at, jobs.count_in(conn, (State.ATTENTION,))
        bad = [
            r
            for s in (State.FAILED, State.REJECTED)
            for r in jobs.listed(conn, state=s)
            if r.job.updated_at >= since
        ]
        found = [f"{_count(len(bad), 'job')} failed"] if bad else []
        found += [f"{_count(asking, 'job')} waiting for a person's decision"] if asking else []
        found += [
            f"{_count(n, 'job')} held ({reason})"
            for reason, n in jobs.held_counts(conn).items()
            if n
        ]
        tired = self._tired(conn)
        return found + ([f"{_count(tired, 'job')} to be tried again later"] if tired else [])


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
