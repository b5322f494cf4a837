"""Tips for better results, by source. They hold nothing up."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from nemowatch.journal.queries import first_value, load

SQL = load("tips")


def keep(conn: sqlite3.Connection, source_id: int, tips: Sequence[str]) -> None:
    """Replace the tips for a source; an empty list removes them."""
    if not tips:
        conn.execute(SQL["drop"], (source_id,))
        return
    conn.execute(SQL["put"], {"source_id": source_id, "text": "\n".join(tips)})


def of_source(conn: sqlite3.Connection, source_id: int) -> tuple[str, ...]:
    """The tips for a source, a line each."""
    return tuple(first_value(conn, SQL["of_source"], (source_id,), "").splitlines())
