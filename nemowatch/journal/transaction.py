"""Runs one transaction over an open connection. Owns when it begins and ends, but no connection."""

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
    """What `work` returns, with all of its changes made or none. Raises JournalError and its
    subclasses."""
    try:
        conn.execute(begin)
        try:
            result = work(conn)
            conn.execute("COMMIT")
        except BaseException:  # whatever it was, nothing may stay half done
            if conn.in_transaction:
                conn.execute("ROLLBACK")
            raise
    except sqlite3.Error as exc:
        raise journal_error(exc, path) from exc
    return result
