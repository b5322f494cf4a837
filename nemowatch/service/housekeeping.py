"""Housekeeping at long intervals: what `retention` says is over, and leftovers without an owner."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Awaitable, Callable, Iterable
from operator import attrgetter
from pathlib import Path

import structlog

from nemowatch.clock import Clock
from nemowatch.config.schema import Config
from nemowatch.config.watch_section import Watch
from nemowatch.fs.threads import Disks
from nemowatch.journal import jobs, sources
from nemowatch.journal.database import Journal
from nemowatch.model import ENDED
from nemowatch.outbox import leftovers
from nemowatch.outbox.leftovers import Leftover
from nemowatch.reporting.note_writer import NoteWriter
from nemowatch.service import retention

log = structlog.get_logger("nemowatch.upkeep")


class Housekeeping:
    """Sweeps at long intervals, and removes what a failed job leaves behind."""

    def __init__(
        self,
        journal: Journal,
        disks: Disks,
        clock: Clock,
        note_writer: NoteWriter,
        offline: Callable[[str], bool],
        later: Callable[[Awaitable[None]], None],
    ) -> None:
        self._journal = journal
        self._disks = disks
        self._clock = clock
        self._note_writer = note_writer
        self._offline = offline
        self._later = later  # runs something beside everything else
        #: inboxes that are still to be swept: their shares were away
        self._put_off: set[str] = set()

    def sweep(self, config: Config) -> None:
        """Sweep everything, each inbox separately: a share may hang."""
        self._later(self._sweep(config))

    async def _sweep(self, config: Config) -> None:
        await retention.follow_clock(self._journal, self._clock)
        self._put_off.update(map(attrgetter("name"), config.watch))
        self.sweep_returned(config)
        await self._prune(config.retention.jobs_days)

    def sweep_returned(self, config: Config) -> None:
        """Sweep the inboxes whose shares were away when everything was swept, if they are there."""
        for watch in config.watch:
            if watch.name in self._put_off and not self._offline(watch.name):
                self._put_off.discard(watch.name)
                self._later(self._sweep_one(watch, config.retention.done_days))

    async def _sweep_one(self, watch: Watch, done_days: int) -> None:
        await tidy(watch, self._journal, self._disks)
        now_ms = self._clock.now_ms()
        await retention.expire(
            watch, done_days, self._journal, self._disks, self._note_writer, now_ms
        )
        if self._offline(watch.name):  # it went meanwhile: what could not be read counted as empty
            self._put_off.add(watch.name)

    async def _prune(self, days: int) -> None:
        now_ms = self._clock.now_ms()
        await retention.prune(self._journal, days, now_ms)

    def ended_in_vain(self, job_id: int) -> None:
        """Have what this job had fetched so far deleted."""
        self._later(drop_part(self._journal, self._disks, job_id))


def find_leftovers(watch: Watch) -> list[Leftover]:
    """Files of ours that a killed process may have left: in the workspace and in all its roots
    (a question's note lies beside its file, however deep that is)."""
    roots = (watch.inbox, watch.outbox, watch.done, watch.failed)
    return leftovers.find([watch.page.parent]) + leftovers.find_below(roots)


def unowned(conn: sqlite3.Connection, found: Iterable[Leftover]) -> list[Leftover]:
    """Those of them that no job may still need: asked after they were found, so that a part
    begun meanwhile is safe."""
    working = jobs.unfinished_ids(conn)
    return [leftover for leftover in found if leftover.job not in working]


async def drop_part(journal: Journal, disks: Disks, job_id: int) -> None:
    """Remove what a job that ended without a result had fetched so far."""
    job = await journal.read(lambda conn: jobs.by_id(conn, job_id))
    row = await journal.read(lambda conn: sources.by_id(conn, job.source_id))
    if job.part and job.state in ENDED and row is not None:
        part = Leftover(Path(os.fsdecode(job.part)), job.id)
        await disks.run(row.watch, leftovers.remove, [part])


async def tidy(watch: Watch, journal: Journal, disks: Disks) -> None:
    """Remove what a killed process has left in this workspace."""
    found = await disks.run(watch.name, find_leftovers, watch)
    mine = await journal.read(lambda conn: unowned(conn, found))
    for path in await disks.run(watch.name, leftovers.remove, mine):
        log.info("leftover removed", file=str(path))
