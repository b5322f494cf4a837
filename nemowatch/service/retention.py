"""What `[retention]` removes: words that only history needs, and sources that have lain in done/
for long enough.

Owns when their time is over. `outbox.expired_sources` finds out whether a file is still the one we
moved; nobody else's file is ever touched.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import structlog

from nemowatch.clock import Clock
from nemowatch.config.watch_section import Watch
from nemowatch.errors import LocalError, show_path
from nemowatch.fs.names import note_name
from nemowatch.fs.threads import Disks
from nemowatch.journal import retired_files
from nemowatch.journal.database import Journal
from nemowatch.journal.queries import load
from nemowatch.journal.retired_files import DAY_MS, RetiredFile
from nemowatch.outbox import expired_sources
from nemowatch.outbox.expired_sources import Expired
from nemowatch.outbox.note_file import DONE_ENDING
from nemowatch.reporting.note_writer import NoteWriter

log = structlog.get_logger("nemowatch.upkeep")

#: A jump of the clock that is worth a line: less changes nothing about days.
NOTABLE_JUMP_MS = 3600 * 1000


#: Jobs whose events are deleted in one transaction. SQLite notes every row before it deletes the
#: first: a hundred thousand jobs at once would take 28 MiB, and nobody else could write meanwhile.
PORTION = 1_000


async def prune(journal: Journal, jobs_days: int, now_ms: int) -> int:
    """Prune what only history needs of jobs that ended more than `jobs_days` ago (0: never);
    returns how many jobs.

    What stays is what keeps a file from being paid for twice: its identity, its draft, where its
    results went.
    """
    if not jobs_days:
        return 0
    sql, before = load("retention"), now_ms - jobs_days * DAY_MS
    pruned = await journal.write(
        lambda conn: conn.execute(sql["slim_jobs"], {"before": before}).rowcount
    )
    oldest, newest = await journal.read(
        lambda conn: conn.execute(sql["jobs_with_events"]).fetchone()
    )
    for first in range(oldest, newest + 1, PORTION):
        values = {"before": before, "first": first, "last": first + PORTION - 1}
        await journal.write(partial(_drop_events, values=values))
    return pruned


def _drop_events(conn: sqlite3.Connection, *, values: Mapping[str, int]) -> None:
    conn.execute(load("retention")["drop_events"], values)


async def follow_clock(journal: Journal, clock: Clock) -> None:
    """Call before anything is judged old: a clock that has jumped makes nothing older."""
    jump = await journal.write(lambda conn: retired_files.follow_clock(conn, clock))
    if abs(jump) >= NOTABLE_JUMP_MS:
        log.info(
            "sources in done stay longer: the clock was set, or the machine was off",
            by_seconds=round(jump / 1000),
        )


async def expire(
    watch: Watch,
    done_days: int,
    journal: Journal,
    disks: Disks,
    note_writer: NoteWriter,
    now_ms: int,
) -> None:
    """Delete the sources in done/ that were moved there more than `done_days` ago (0: they stay
    for ever)."""
    if not done_days:
        return
    before = now_ms - done_days * DAY_MS
    for file in await journal.read(lambda conn: retired_files.old(conn, watch.name, before)):
        if Path(os.fsdecode(file.path)).is_relative_to(watch.done):
            await _expire(watch, file, journal, disks, note_writer)


async def _expire(
    watch: Watch,
    file: RetiredFile,
    journal: Journal,
    disks: Disks,
    note_writer: NoteWriter,
) -> None:
    shown = show_path(file.path)
    try:
        found = await disks.run(watch.name, expired_sources.delete, watch.done, file)
    except LocalError as exc:  # tried again with the next sweep
        log.debug("source not expired", file=shown, why=exc.text)
        return
    await journal.write(lambda conn: retired_files.forget(conn, file.path))
    if found is Expired.DELETED:
        # what was said beside a second copy goes with it
        await note_writer.remove(watch, watch.done, _note_beside(file.path))
        log.info("source expired", file=shown)
    else:
        log.debug("source not expired", file=shown, why="it is gone, or another file")


def _note_beside(path: bytes) -> Path:
    folder, name = os.path.split(path)
    return Path(os.fsdecode(folder), note_name(name, DONE_ENDING))
