"""Housekeeping: history that is old, and leftovers that nobody owns."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterable
from pathlib import Path

import structlog

from nemowatch.config import Watch
from nemowatch.errors import LocalError
from nemowatch.journal.queries import load
from nemowatch.outbox.publish import recover

log = structlog.get_logger("nemowatch.upkeep")

DAY_MS = 24 * 3600 * 1000


def retain(conn: sqlite3.Connection, jobs_days: int, now_ms: int) -> int:
    """Prune what only history needs of jobs that ended more than `jobs_days` ago (0: never); returns how many jobs.

    What stays is what keeps a file from being paid for twice: its identity, its draft, where its results went."""
    if not jobs_days:
        return 0
    sql, before = load("retention"), now_ms - jobs_days * DAY_MS
    pruned = conn.execute(sql["slim_jobs"], {"before": before}).rowcount
    conn.execute(sql["drop_events"], {"before": before})
    return pruned


def sweep_parts(watches: Iterable[Watch], owned: set[bytes], done_days: int) -> None:
    """Take away part files that no job owns, and sources in done/ older than `done_days` (0: none ever)."""
    for watch in watches:
        for folder in _folders(watch.outbox):
            names = {os.fsdecode(os.path.basename(p)) for p in owned if os.path.dirname(p) == os.fsencode(folder)}
            try:
                for gone in recover(folder, names):
                    log.info("leftover removed", file=str(gone))
            except LocalError as exc:
                log.debug("leftovers not swept", folder=str(folder), why=exc.text)
        if done_days:
            _expire(watch.done, time.time() - done_days * DAY_MS / 1000)


def _folders(root: Path) -> Iterable[Path]:
    for where, _, _ in os.walk(root):
        yield Path(where)


def _expire(root: Path, before: float) -> None:
    """Delete files in done/ that have lain there (by the change of their inode: a move sets it) since before a moment."""
    for where, _, files in os.walk(root):
        for name in files:
            path = Path(where, name)
            try:
                if path.lstat().st_ctime < before:
                    path.unlink()
                    log.info("source expired", file=str(path))
            except OSError as exc:
                log.debug("source not expired", file=str(path), why=exc.strerror)
