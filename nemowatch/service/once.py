"""`run --once`: when is everything that is there finished, and did it go well?"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from operator import attrgetter, methodcaller

import structlog

from nemowatch.errors import show_path
from nemowatch.hold_reasons import HOLDS
from nemowatch.intake.watch.health import AWAY
from nemowatch.journal import job_counts, jobs, notes, queue, side_files, sources
from nemowatch.model import WORKING, State
from nemowatch.service.engine import Engine

log = structlog.get_logger("nemowatch.daemon")

#: Seconds between two checks.
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
        # What it waits for is spread over the journal and every inbox: no single event says so.
        while not await self._idle():  # noqa: ASYNC110
            await asyncio.sleep(LOOK)

    async def _idle(self) -> bool:
        engine = self._engine
        is_scanned = engine.loops.all_scanned and not engine.loops.receiving
        if not is_scanned or engine.loops.has_news:
            return False
        if any(map(methodcaller("busy"), engine.inboxes.values())):
            return False
        return not await engine.journal.read(self._work_left)

    def _work_left(self, conn: sqlite3.Connection) -> bool:
        resting = self._tired(conn) + queue.count_behind(conn)
        if job_counts.count_in(conn, WORKING) > resting:
            return True
        held = job_counts.held_counts(conn)
        if not held.keys().isdisjoint(PASSING):
            return True
        return self._wrap_up_left(conn)

    def _wrap_up_left(self, conn: sqlite3.Connection) -> bool:
        """Whether sources have yet to leave, or notes to be written, that were not tried in vain
        already."""
        due = notes.all_due(conn)
        for row in sources.to_retire(conn, 0, -1):
            due[row.id] = row.watch

        wrap_ups = self._engine.wrap_ups.values()
        if self._any_left(due, [wrap_up.postponed for wrap_up in wrap_ups]):
            return True
        return self._side_files_left(conn)

    def _side_files_left(self, conn: sqlite3.Connection) -> bool:
        """Whether files beside results have yet to be written, that were not tried in vain
        already."""
        wrap_ups = self._engine.wrap_ups.values()
        tried = [wrap_up.side_files.postponed for wrap_up in wrap_ups]
        return self._any_left(side_files.all_due(conn), tried)

    def _any_left(self, due: Mapping[int, str], tried: Iterable[set[int]]) -> bool:
        """Whether any of what is due, {id: inbox}, is of an inbox of ours and not among `tried`."""
        left = due.keys() - set[int]().union(*tried)
        return any(due[one] in self._engine.inboxes for one in left)

    def _tired(self, conn: sqlite3.Connection) -> int:
        """How many jobs have used up as many tries as others have attempts, and were tried again
        in this run: they go on without end, ten minutes apart, and the next run goes on with
        them as well."""
        engine = self._engine
        return queue.count_long_retries(
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
            if inbox.health.state in AWAY:
                yield f"{show_path(inbox.watch.inbox)} was not processed: {inbox.health}"

    def _unclaimed(self) -> Iterator[str]:
        times = map(attrgetter("at_ms"), self._engine.tick_results.refused)
        refused = self._in_this_run(times)
        if refused:
            yield f"{_count(refused, 'file')} refused"

        waiting = sum(map(attrgetter("settling"), self._engine.inboxes.values()))
        if waiting:
            yield f"{_count(waiting, 'file')} waiting for something"

    def _in_this_run(self, times: Iterable[int]) -> int:
        """How many of these times (UTC ms) are since the start."""
        return sum(at >= self._engine.started_at for at in times)

    def _unfinished(self, conn: sqlite3.Connection) -> list[str]:
        """Jobs that failed in this run, or wait for a person or a time."""
        counts = {
            "failed": self._failed(conn),
            "waiting for a person's decision": job_counts.count_in(conn, (State.ATTENTION,)),
        }
        for reason, number in job_counts.held_counts(conn).items():
            counts[f"held ({reason})"] = number
        behind = queue.count_behind(conn)
        counts["waiting for an earlier one of the session"] = behind
        # all others, not the tired ones alone: one may be tried again at this moment
        counts["to be tried again later"] = job_counts.count_in(conn, WORKING) - behind

        found: list[str] = []
        for what, number in counts.items():
            if number:
                found.append(f"{_count(number, 'job')} {what}")
        return found

    def _failed(self, conn: sqlite3.Connection) -> int:
        ended = jobs.listed(conn, state=State.FAILED) + jobs.listed(conn, state=State.REJECTED)
        return self._in_this_run(map(attrgetter("job.updated_at"), ended))


def _count(number: int, noun: str) -> str:
    if number == 1:
        return f"{number} {noun}"
    return f"{number} {noun}s"
