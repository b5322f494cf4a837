"""How fast the work goes: how much of what came together is done, and how long turns and renders
took lately. Every query here reads a bounded number of rows, however many jobs have ended."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

from nemowatch.journal import facts
from nemowatch.journal.facts import Fact
from nemowatch.journal.queries import load
from nemowatch.model import WORKING

SQL = load("pace")
#: The most results that are counted: with more, progress says nothing to anybody.
MOST_DONE = 20_000
#: Rows of the history that are read: some minutes of the busiest hour.
ROWS = 2_000
#: The most turns, or renders, of which the median is taken.
MOST = 20
#: The fewest from which a usual time is derived.
FEWEST = 3


def begin(conn: sqlite3.Connection, now_ms: int) -> None:
    """A daemon begins: what was under way before lasted as long as nobody looked, which says
    nothing of the cloud."""
    facts.put(conn, Fact.STARTED, str(now_ms))


def done_of_load(conn: sqlite3.Connection, reasons: Iterable[str]) -> int | None:
    """How many jobs were published since the oldest job came that still goes on by itself or is
    held for one of these reasons; None if there is no such job, or too many were."""
    values = {"states": json.dumps(sorted(WORKING)), "reasons": json.dumps(list(reasons))}
    first = conn.execute(SQL["first"], values).fetchone()
    if first is None:
        return None
    if conn.execute(SQL["at_least_done"], {"id": first["id"]}).fetchone()[0] >= MOST_DONE:
        return None
    since = {"since": first["created_at"], "most": MOST_DONE}
    found = conn.execute(SQL["done_since"], since).fetchone()[0]
    return int(found) if found < MOST_DONE else None


def usual_turn(conn: sqlite3.Connection) -> float:
    """Seconds that a paid turn took lately; 0 if that is not known."""
    return _usual(conn, "turns")


def usual_render(conn: sqlite3.Connection) -> float:
    """Seconds that a render took lately; 0 if that is not known."""
    return _usual(conn, "renders")


def _usual(conn: sqlite3.Connection, query: str) -> float:
    started = int(facts.get(conn, Fact.STARTED) or 0)
    rows = conn.execute(SQL[query], {"rows": ROWS, "most": MOST, "started": started})
    took = [row[0] for row in rows]
    if len(took) < FEWEST:
        return 0.0
    middle: int = took[len(took) // 2]
    return middle / 1000
