"""Single facts that outlive a restart: the credits seen last, whether a person has paused
everything."""

from __future__ import annotations

import sqlite3

from nemowatch.journal.queries import load

SQL = load("account")


def get(conn: sqlite3.Connection, key: str) -> str:
    """The fact's value, "" when nobody has written it."""
    row = conn.execute(SQL["fact"], (key,)).fetchone()
    return str(row["value"]) if row else ""


def put(conn: sqlite3.Connection, key: str, value: str) -> None:
    """Write it."""
    conn.execute(SQL["set_fact"], {"key": key, "value": value})
