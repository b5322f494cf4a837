"""One transaction over an open connection. Owns when one begins and ends, and no connection."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from nemowatch.journal.opening import journal_error

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]

#: A file name of its own, so that a backup script can name it.
FILE_NAME = "journal.db"


class Begin(StrEnum):
    """How a transaction begins."""

    READ = "BEGIN"
    WRITE = "BEGIN IMMEDIATE"


def run(conn: sqlite3.Connection, path: Path, begin: Begin, work: Work[T]) -> T:
    """What `work` returns, all of it done or nothing of it. Raises JournalError and its kinds."""
    try:
        conn.execute(begin)
        try:
            result = work(conn)
            conn.execute("COMMIT")
        except BaseException:  # whatever it was, nothing half may stay
            if conn.in_transaction:
                conn.execute("ROLLBACK")
            raise
    except sqlite3.Error as exc:
        raise journal_error(exc, path) from exc
    return result
