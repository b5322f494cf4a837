"""Housekeeping: history that is old, and leftovers that nobody owns."""

from __future__ import annotations

import os
import sqlite3
import stat
import time
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path

import structlog

from nemowatch.clock import Clock
from nemowatch.config import Config, Watch
from nemowatch.fs.exclusive_create import remove
from nemowatch.fs.listing import names_in, walk_folders
from nemowatch.fs.safe_open import stat_at
from nemowatch.fs.threads import Disks
from nemowatch.journal import Journal, jobs, sources
from nemowatch.journal.queries import load
from nemowatch.model import ENDED
from nemowatch.outbox import leftovers
from nemowatch.outbox.leftovers import Leftover

log = structlog.get_logger("nemowatch.upkeep")

DAY_MS = 24 * 3600 * 1000


class Housekeeping:
    """Sweeps at long intervals, and what a job leaves behind when it ends in vain."""

    def __init__(
        self,
        journal: Journal,
        disks: Disks,
        clock: Clock,
        offline: Callable[[str], bool],
        later: Callable[[Awaitable[None]], None],
    ) -> None:
        self._journal = journal
        self._disks = disks
        self._clock = clock
        self._offline = offline
        self._later = later  # runs something beside everything else

    def sweep(self, config: Config) -> None:
        """Have everything swept, each inbox for itself: a share may hang."""
        self._later(self._retain(config.retention.jobs_days))
        for watch in config.watch:
            if not self._offline(watch.name):
                days = config.retention.done_days
                self._later(tidy(watch, days, self._journal, self._disks))

    def ended_in_vain(self, job_id: int) -> None:
        """Have what this job had fetched so far deleted."""
        self._later(drop_part(self._journal, self._disks, job_id))

    async def _retain(self, days: int) -> None:
        now = self._clock.now_ms()
        await self._journal.write(lambda conn: retain(conn, days, now))


def retain(conn: sqlite3.Connection, jobs_days: int, now_ms: int) -> int:
    """Prune what only history needs of jobs that ended more than `jobs_days` ago (0: never);
    returns how many jobs.

    What stays is what keeps a file from being paid for twice: its identity, its draft, where its
    results went.
    """
    if not jobs_days:
        return 0
    sql, before = load("retention"), now_ms - jobs_days * DAY_MS
    pruned = conn.execute(sql["slim_jobs"], {"before": before}).rowcount
    conn.execute(sql["drop_events"], {"before": before})
    return pruned


def find_leftovers(watch: Watch) -> list[Leftover]:
    """Files of ours that a killed process may have left: in the workspace and in all its trees
    (a question's note lies beside its file, however deep that is)."""
    roots = (watch.inbox, watch.outbox, watch.done, watch.failed)
    return leftovers.find([watch.page.parent]) + leftovers.find_below(roots)


def unowned(conn: sqlite3.Connection, found: Iterable[Leftover]) -> list[Leftover]:
    """Those of them that no job may still need: asked after they were found, so that a part
    begun meanwhile is safe."""
    working = {row.job.id for row in jobs.unfinished(conn, -1)}
    return [leftover for leftover in found if leftover.job not in working]


async def drop_part(journal: Journal, disks: Disks, job_id: int) -> None:
    """What a job that has ended in vain had fetched so far is of no use in the outbox."""
    job = await journal.read(lambda conn: jobs.by_id(conn, job_id))
    row = await journal.read(lambda conn: sources.by_id(conn, job.source_id))
    if job.part and job.state in ENDED and row is not None:
        part = Leftover(Path(os.fsdecode(job.part)), job.id)
        await disks.run(row.watch, leftovers.remove, [part])


async def tidy(
    watch: Watch,
    done_days: int,
    journal: Journal,
    disks: Disks,
) -> None:
    """Take away what a killed process has left in this workspace, and sources that have lain in
    done/ for more than `done_days` (0: they stay for ever)."""
    found = await disks.run(watch.name, find_leftovers, watch)
    mine = await journal.read(lambda conn: unowned(conn, found))
    for path in await disks.run(watch.name, leftovers.remove, mine):
        log.info("leftover removed", file=str(path))
    if done_days:
        before = time.time() - done_days * DAY_MS / 1000
        await disks.run(watch.name, expire, watch.done, before)


def expire(root: Path, before: float) -> None:
    """Delete files in done/ that have lain there (by the change of their inode: a move sets it)
    since before a moment. Where a link has been put in its place, they are somebody else's."""
    for relative, folder in walk_folders(root):
        where = root / os.fsdecode(relative)
        try:
            for name in names_in(folder):
                if _expire(name, folder, before):
                    log.info("source expired", file=str(where / os.fsdecode(name)))
        except OSError as exc:
            log.debug("source not expired", file=str(where), why=exc.strerror)


def _expire(name: bytes, folder: int, before: float) -> bool:
    found = stat_at(name, folder)
    if found is None or stat.S_ISDIR(found.st_mode) or found.st_ctime >= before:
        return False
    return remove(name, folder)
