"""The inboxes that this journal has worked, so that a first scan, or a return after an absence, is
recognized."""

from __future__ import annotations

import sqlite3

from nemowatch.journal.queries import load

SQL = load("inboxes")


def seen(conn: sqlite3.Connection, watch: str, now_ms: int) -> bool:
    """Note that a scan could read this inbox; returns True until its first scan by this journal is
    over."""
    row = conn.execute(SQL["of_watch"], (watch,)).fetchone()
    if row is None:
        conn.execute(SQL["begin"], {"watch": watch, "now": now_ms})
        return True
    conn.execute(SQL["seen"], {"watch": watch, "now": now_ms})
    return not row["scanned"]


def scanned(conn: sqlite3.Connection, watch: str) -> None:
    """Note that its first scan is over and its batch, if any, is written."""
    conn.execute(SQL["scanned"], (watch,))
