"""Notes in people's folders, remembered so that they are removed again when their cause is gone;
and which sources have notes that may be out of date (triggers write that, see migration 0003).
"""

from __future__ import annotations

import os
import sqlite3
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path

from nemowatch.journal.queries import every, first, first_value, load

SQL = load("notes")


@dataclass(frozen=True, slots=True)
class Due:
    """A source whose notes are to be updated."""

    source_id: int
    change: int  #: its version when it was read


def remember(
    conn: sqlite3.Connection,
    path: bytes | Path,
    text: str,
    now_ms: int,
) -> None:
    """Remember that a note with this text is at this absolute path."""
    conn.execute(SQL["put"], {"path": os.fsencode(path), "text": text, "now": now_ms})


def forget(conn: sqlite3.Connection, path: bytes | Path) -> None:
    """Forget a note that was removed."""
    conn.execute(SQL["drop"], (os.fsencode(path),))


def text_at(conn: sqlite3.Connection, path: bytes | Path) -> str:
    """The text of the note at this absolute path; "" when none is known there."""
    return first_value(conn, SQL["at"], (os.fsencode(path),), "")


def all(conn: sqlite3.Connection) -> dict[bytes, str]:
    """Every known note, by its absolute path."""
    return dict(every(conn, SQL["all"], (), itemgetter("path", "text")))


def below(conn: sqlite3.Connection, folder: bytes, limit: int) -> list[bytes]:
    """The paths of the latest notes below a folder, which is given with a slash at its end."""
    values = {"first": folder, "last": folder + b"\xff", "limit": limit}
    return every(conn, SQL["below"], values, itemgetter("path"))


def due(
    conn: sqlite3.Connection,
    watch: str,
    after_id: int,
    limit: int,
) -> list[Due]:
    """Up to `limit` sources of `watch` whose notes are due: those with an id above `after_id`
    first, then the others."""
    values = {"watch": watch, "after": after_id, "limit": limit}
    return every(conn, SQL["due"], values, _due)


def due_for(conn: sqlite3.Connection, source_id: int) -> Due | None:
    """The same for one source; None when its notes are up to date."""
    return first(conn, SQL["due_for"], (source_id,), _due)


def _due(row: sqlite3.Row) -> Due:
    return Due(row["source_id"], row["change"])


def all_due(conn: sqlite3.Connection) -> dict[int, str]:
    """The watch of every source whose notes are due, by the source's id."""
    return dict(every(conn, SQL["all_due"], (), itemgetter("source_id", "watch")))


def mark_up_to_date(conn: sqlite3.Connection, due: Due) -> None:
    """Note that the notes of this source are as up to date as the journal was when `due` was read.
    A later change keeps them due."""
    conn.execute(SQL["written"], {"source_id": due.source_id, "change": due.change})
