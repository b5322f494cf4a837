"""Reads a journal beside a running daemon, or without one, in a process that then ends: without a
thread, and without writing."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable
from pathlib import Path

from nemowatch.errors import JournalError
from nemowatch.journal.opening import connect_for_reading, journal_error
from nemowatch.journal.transaction import Begin, T, Work, run

Connect = Callable[[Path], sqlite3.Connection]


def connect_existing(path: Path, connect: Connect) -> sqlite3.Connection:
    """Open an existing journal. Raises JournalError when there is none."""
    if not path.exists():
        raise JournalError(
            f"{path}: there is no journal yet.", cure="Start the daemon once: nemowatch run."
        )
    try:
        return connect(path)
    except sqlite3.Error as exc:
        raise journal_error(exc, path) from exc


def read_existing(path: Path, work: Work[T], nothing: Callable[[], T]) -> T:
    """What `work` reads from it, with today's tables; `nothing()` while the first start is still
    creating them. Raises JournalError."""
    with contextlib.closing(connect_existing(path, connect_for_reading)) as conn:
        if not run(conn, path, Begin.READ, _version):
            return nothing()
        return run(conn, path, Begin.READ, work)


def _version(conn: sqlite3.Connection) -> int:
    return int(conn.execute("PRAGMA user_version").fetchone()[0])
