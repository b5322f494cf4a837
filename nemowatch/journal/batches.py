"""Batches: many new jobs at once, of which nothing is spent until a person approves."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from nemowatch.journal import facts, jobs
from nemowatch.journal.queries import load

SQL = load("rest")

#: The cause of a batch after a damaged journal was set aside: nobody remembers what was paid for.
REBUILT = "rebuilt journal"


@dataclass(frozen=True, slots=True)
class BatchRow:
    """A batch that waits for approval."""

    id: int
    watch: str
    cause: str
    expected: int  #: jobs, counted when it was made
    created_at: int  #: UTC ms
    waiting: int = 0  #: jobs held by it now


def open_for(conn: sqlite3.Connection, watch: str) -> BatchRow | None:
    """The batch of this watch that waits for approval, if there is one."""
    row = conn.execute(SQL["batch_open"], (watch,)).fetchone()
    return BatchRow(row["id"], row["watch"], row["cause"], row["expected"], row["created_at"]) if row else None


def waiting(conn: sqlite3.Connection) -> list[BatchRow]:
    """Every batch that waits for approval."""
    rows = conn.execute(SQL["batches_open"])
    return [
        BatchRow(r["id"], r["watch"], r["cause"], r["expected"], r["created_at"], r["waiting"]) for r in rows
    ]  # fmt: skip


def held(conn: sqlite3.Connection, watch: str) -> list[tuple[str, int, int]]:
    """What waits for approval in this inbox: (skill, jobs, files)."""
    return [(row["skill"], row["jobs"], row["files"]) for row in conn.execute(SQL["batch_held"], (watch,))]


def begin(conn: sqlite3.Connection, watch: str, cause: str, expected: int, now_ms: int) -> int:
    """Begin a batch, or let the one that already waits grow; returns its id."""
    standing = open_for(conn, watch)
    if standing is not None:
        conn.execute(SQL["batch_grow"], {"id": standing.id, "more": expected})
        return standing.id
    values = {"watch": watch, "cause": cause, "expected": expected, "now": now_ms}
    return int(conn.execute(SQL["batch_begin"], values).fetchone()["id"])


def shrink(conn: sqlite3.Connection, batch_id: int, fewer: int, now_ms: int) -> None:
    """So many of its jobs turned out to be done: with none left there is nothing to ask a person."""
    conn.execute(SQL["batch_grow"], {"id": batch_id, "more": -fewer})
    conn.execute(SQL["batch_close_empty"], {"id": batch_id, "now": now_ms})


def expect_rebuilding(conn: sqlite3.Connection, watches: Iterable[str]) -> None:
    """The journal was begun anew: what stands in these inboxes at their first scan waits for a person."""
    for watch in watches:
        facts.put(conn, f"{REBUILT} {watch}", "yes")


def begin_rebuilding(conn: sqlite3.Connection, watches: Iterable[str], now_ms: int) -> None:
    """The journal was put back from a backup: what it takes for unpaid may be paid for, so that waits for a person too."""
    expect_rebuilding(conn, watches)
    for row in conn.execute(SQL["unpaid_by_watch"]).fetchall():
        batch = begin(conn, row["watch"], REBUILT, row["n"], now_ms)
        conn.execute(SQL["batch_join"], {"watch": row["watch"], "id": batch})
    conn.execute(SQL["hold_unpaid"], {"now": now_ms})


def rebuild(conn: sqlite3.Connection, watch: str, expected: int, now_ms: int) -> bool:
    """The first scan of a watch: where the journal was begun anew, a batch of all that stands there; True then."""
    if facts.get(conn, f"{REBUILT} {watch}") != "yes":
        return False
    facts.put(conn, f"{REBUILT} {watch}", "")
    if expected:
        begin(conn, watch, REBUILT, expected, now_ms)
    return True


def approve(conn: sqlite3.Connection, watch: str | None, now_ms: int) -> int:
    """A person approves what waits (in one watch, or everywhere); returns how many jobs go on."""
    conn.execute(SQL["batch_approve"], {"watch": watch or "", "now": now_ms})
    return jobs.wake_approved(conn, now_ms)
