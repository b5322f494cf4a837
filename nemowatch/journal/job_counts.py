"""How many jobs there are, by state and reason. Where triggers keep a count, no query reads the
jobs themselves.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from operator import itemgetter

from nemowatch.journal.queries import every, load
from nemowatch.model import State

SQL = load("jobs")


def counts(conn: sqlite3.Connection) -> dict[str, int]:
    """How many jobs are in each state."""
    return dict(every(conn, SQL["counts"], (), itemgetter("state", "n")))


def held_counts(conn: sqlite3.Connection) -> dict[str, int]:
    """How many jobs are held, for each reason."""
    return dict(every(conn, SQL["held"], (), itemgetter("reason", "n")))


def count_in(conn: sqlite3.Connection, states: Iterable[State]) -> int:
    """How many jobs are in these states."""
    return int(conn.execute(SQL["in_states"], (json.dumps(list(states)),)).fetchone()[0])
