"""Single facts that outlive a restart: the credits seen last, whether a person has paused
everything."""

from __future__ import annotations

import sqlite3

from nemowatch.journal.queries import load

SQL = load("rest")


def get(conn: sqlite3.Connection, key: str) -> str:
    """The fact's value, "" when nobody has written it."""
    row = conn.execute(SQL["fact_get"], (key,)).fetchone()
    return str(row["value"]) if row else ""


def put(conn: sqlite3.Connection, key: str, value: str) -> None:
    """Write it."""
    conn.execute(SQL["fact_put"], {"key": key, "value": value})
