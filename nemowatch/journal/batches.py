"""Batches: many new jobs at once, for which nothing is spent until a person approves."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from operator import itemgetter

from nemowatch.journal import facts, jobs, queue, results, reviews, sessions
from nemowatch.journal.batch_causes import ALONE, REBUILT
from nemowatch.journal.facts import InboxFact
from nemowatch.journal.queries import every, first, load
from nemowatch.journal.results import PublishedOutput
from nemowatch.model import State

SQL = load("batches")


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
    return first(conn, SQL["open_for"], (watch,), _batch)


def waiting(conn: sqlite3.Connection) -> list[BatchRow]:
    """Every batch that waits for approval."""
    return every(conn, SQL["waiting"], (), _batch)


def _batch(row: sqlite3.Row) -> BatchRow:
    return BatchRow(**dict(row))


def held(conn: sqlite3.Connection, watch: str) -> list[tuple[str, int, int]]:
    """What waits for approval in this inbox: (skill, jobs, files)."""
    return every(conn, SQL["held"], (watch,), itemgetter("skill", "jobs", "files"))


def begin(
    conn: sqlite3.Connection,
    watch: str,
    cause: str,
    expected: int,
    now_ms: int,
) -> int:
    """Begin a batch, or let the one that already waits grow; returns its id."""
    standing = open_for(conn, watch)
    if standing is not None:
        conn.execute(SQL["grow"], {"id": standing.id, "more": expected})
        if standing.cause in ALONE and cause not in ALONE:
            conn.execute(SQL["set_cause"], {"id": standing.id, "cause": cause})
        return standing.id
    values = {"watch": watch, "cause": cause, "expected": expected, "now": now_ms}
    return int(conn.execute(SQL["begin"], values).fetchone()["id"])


def shrink(
    conn: sqlite3.Connection,
    batch_id: int,
    fewer: int,
    now_ms: int,
) -> None:
    """Take jobs that turned out to be done out of the batch. With none left, no person is asked."""
    conn.execute(SQL["grow"], {"id": batch_id, "more": -fewer})
    conn.execute(SQL["close_empty"], {"id": batch_id, "now": now_ms})


def ask_after_loss(conn: sqlite3.Connection, watches: Iterable[str]) -> None:
    """A new journal was begun: have what is in these inboxes at their first scan wait for a
    person."""
    for watch in watches:
        facts.put_of(conn, InboxFact.REBUILT, watch, facts.YES)


def unpaid(conn: sqlite3.Connection) -> set[str]:
    """The watches with jobs that would be paid for, as far as this journal knows."""
    return set(every(conn, SQL["unpaid"], (), itemgetter("watch")))


def ask_after_restore(conn: sqlite3.Connection, watches: Iterable[str], now_ms: int) -> None:
    """The journal was restored from a backup: have what it takes for unpaid in these watches wait
    for a person, since it may have been paid for."""
    concerned = set(watches)
    ask_after_loss(conn, concerned)
    for row in conn.execute(SQL["unpaid"]).fetchall():
        if row["watch"] in concerned:
            hold_source(
                conn, row["id"], begin(conn, row["watch"], REBUILT, row["n"], now_ms), now_ms
            )


def hold_source(
    conn: sqlite3.Connection,
    source_id: int,
    batch_id: int,
    now_ms: int,
) -> None:
    """Have the jobs of this source that would be paid for wait with a batch."""
    conn.execute(SQL["join"], {"source": source_id, "batch": batch_id})
    sessions.leave_unpaid(conn, source_id)
    conn.execute(SQL["hold_unpaid"], {"source": source_id, "now": now_ms})


def is_unapproved(conn: sqlite3.Connection, source_id: int) -> bool:
    """Whether the jobs of this source still wait for a person's approval."""
    return conn.execute(SQL["is_unapproved"], (source_id,)).fetchone() is not None


def held_jobs(conn: sqlite3.Connection, watch: str) -> list[tuple[bytes, jobs.Job]]:
    """The jobs of this watch that wait for approval and have not begun, each with the path of
    its source."""
    rows = conn.execute(SQL["held_jobs"], (watch,)).fetchall()
    return [(row["path"], jobs.by_id(conn, row["id"])) for row in rows]


def settle_held(
    conn: sqlite3.Connection,
    job: jobs.Job,
    found: Iterable[PublishedOutput],
    now_ms: int,
) -> None:
    """End a job that waits for approval as published: its results are in the outbox, and no other
    job has made them."""
    standing = list(found)
    if any(results.of_output(conn, result.path) for result in standing):
        return
    if not jobs.apply(conn, job, State.DOWNLOADED, now_ms, {"reason": "", "back": ""}):
        return
    jobs.apply(conn, jobs.by_id(conn, job.id), State.PUBLISHED, now_ms, {"error_text": ""})
    for result in standing:
        results.remember(conn, job.id, result)
    reviews.ask(conn, job.id, reviews.TO_APPROVE, now_ms)
    batch = conn.execute(SQL["of_source"], (job.source_id,)).fetchone()
    if batch["batch_id"] is not None:
        shrink(conn, batch["batch_id"], 1, now_ms)


def is_rebuilding(conn: sqlite3.Connection, watch: str) -> bool:
    """Whether the next scan of this watch is the first since its journal was lost or restored."""
    return facts.get_of(conn, InboxFact.REBUILT, watch) == facts.YES


def open_rebuilt_batch(
    conn: sqlite3.Connection,
    watch: str,
    expected: int,
    now_ms: int,
) -> bool:
    """At the first scan of a watch: if the journal is a new one, begin a batch of everything there;
    returns whether it is."""
    if not is_rebuilding(conn, watch):
        return False
    facts.put_of(conn, InboxFact.REBUILT, watch, "")
    if expected:
        begin(conn, watch, REBUILT, expected, now_ms)
    return True


def approve(conn: sqlite3.Connection, watch: str, now_ms: int) -> int:
    """A person approves what waits (in one watch, or with "" everywhere); returns how many jobs go
    on."""
    conn.execute(SQL["approve"], {"watch": watch, "now": now_ms})
    return queue.wake_approved(conn, now_ms)
