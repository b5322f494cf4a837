"""The queue: which jobs are due, and what lets those go on that wait.

There is no queue but the journal: a job is due when its state is a working one and its time has
come. What a job does then is not decided here.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable
from operator import itemgetter

from nemowatch.journal import jobs
from nemowatch.journal.jobs import UNFINISHED, Job
from nemowatch.journal.queries import every, load
from nemowatch.model import WORKING, State

SQL = load("queue")
#: States whose due jobs are asked for in a way of their own.
_OWN_WAY = {State.CLAIMED: "due_uploads", State.RENDERING: "due_polls"}
#: The states in which a job may become due.
_WORKING = json.dumps(sorted(WORKING))
#: Where a job that waits waits for nothing but its time.
_WAIT_FOR_A_TIME = sorted(
    set(UNFINISHED) - {State.HELD, State.ATTENTION, State.INSTRUCTING, State.RENDERING}
)
#: No pause is longer: retry.cap and the waits that the cloud asks for are minutes.
LONGEST_WAIT_MS = 3600 * 1000


def due(
    conn: sqlite3.Connection,
    states: Iterable[State],
    now_ms: int,
    limit: int,
    *,
    skipped: Iterable[int] = (),
    fresh: bool = False,
) -> list[Job]:
    """Up to `limit` jobs in one of `states` that may run now, those furthest along first, and in
    each state folders take turns; without those that are `skipped`. `fresh`: only those that have
    not failed so far."""
    found: list[Job] = []
    left_out = json.dumps(list(skipped))
    for state in states:
        name = _OWN_WAY.get(state, "due")
        left = limit - len(found)
        wanted = {"state": state, "now": now_ms, "limit": left, "fresh": fresh}
        rows = conn.execute(SQL[name], wanted | {"skipped": left_out})
        found.extend(map(jobs.from_row, rows))
        if len(found) >= limit:
            break
    return found


def next_due(
    conn: sqlite3.Connection, now_ms: int, states: Iterable[State] = WORKING
) -> int | None:
    """UTC ms at which the next waiting job in one of `states` becomes due."""
    values = {"now": now_ms, "states": json.dumps(list(states))}
    found = conn.execute(SQL["next_due"], values).fetchone()[0]
    return None if found is None else int(found)


def next_in(conn: sqlite3.Connection, state: State, without: Collection[int]) -> int | None:
    """UTC ms at which the first job in this state is due, also if that is past; those in
    `without` do not count."""
    rows = conn.execute(SQL["first_due"], {"state": state, "limit": len(without) + 1})
    moments = [row["due_at"] for row in rows if row["id"] not in without]
    if not moments:
        return None
    return int(moments[0])


def count_long_retries(
    conn: sqlite3.Connection,
    tries: int,
    since_ms: int,
    now_ms: int,
) -> int:
    """How many jobs have failed `tries` times and more in a way that may go on without end, the
    last time since a moment, and wait for the next try."""
    values = {"tries": tries, "since": since_ms, "now": now_ms, "states": _WORKING}
    return int(conn.execute(SQL["count_long_retries"], values).fetchone()[0])


def count_behind(conn: sqlite3.Connection) -> int:
    """How many jobs rest behind an earlier one of their session that waits for a person or a
    time."""
    return int(conn.execute(SQL["count_behind"], {"states": _WORKING}).fetchone()[0])


def newest(conn: sqlite3.Connection) -> int:
    """The number of the job that was made last; 0 for none."""
    return int(conn.execute(SQL["newest"]).fetchone()[0])


def held_for(conn: sqlite3.Connection, reason: str) -> list[Job]:
    """Jobs held for this reason."""
    return every(conn, SQL["of_held_reason"], (reason,), jobs.from_row)


def wake_held(conn: sqlite3.Connection, reason: str, now_ms: int) -> int:
    """Every job held for this reason continues where it was; returns how many."""
    return conn.execute(SQL["wake_held"], {"reason": reason, "now": now_ms}).rowcount


def wake_one(conn: sqlite3.Connection, job_id: int, now_ms: int) -> None:
    """One held job continues where it was."""
    conn.execute(SQL["wake_one"], {"id": job_id, "now": now_ms})


def explain_held(
    conn: sqlite3.Connection,
    reason: str,
    skill: str,
    text: str,
) -> None:
    """Jobs of this skill that stay held for this reason say why as of now."""
    conn.execute(SQL["explain_held"], {"reason": reason, "skill": skill, "text": text})


def reset_unpaid(conn: sqlite3.Connection, source_id: int, now_ms: int) -> None:
    """Unpaid jobs of a source whose file has changed start afresh: no session of theirs may hold
    the old content."""
    for name in ("reset_unpaid", "reset_held"):
        conn.execute(SQL[name], {"source_id": source_id, "now": now_ms})


def wake_approved(conn: sqlite3.Connection, now_ms: int) -> int:
    """Jobs of approved batches go on; returns how many."""
    return conn.execute(SQL["wake_batch"], {"now": now_ms}).rowcount


def paused_folders(conn: sqlite3.Connection) -> list[tuple[str, bytes, int]]:
    """(watch, task folder, how many) of the jobs that are held as paused."""
    return every(conn, SQL["paused_folders"], (), itemgetter("watch", "folder", "n"))


def undeliverable_folders(conn: sqlite3.Connection) -> list[tuple[str, bytes, str]]:
    """(watch, task folder, why) of the jobs that wait for the outbox."""
    wanted = itemgetter("watch", "folder", "why")
    return every(conn, SQL["undeliverable_folders"], (), wanted)


def wake_paused(
    conn: sqlite3.Connection,
    watch: str,
    folder: bytes,
    now_ms: int,
) -> int:
    """Jobs of this folder that were paused go on; returns how many."""
    return conn.execute(
        SQL["wake_paused"], {"watch": watch, "folder": folder, "now": now_ms}
    ).rowcount


def wake_below_pause(
    conn: sqlite3.Connection,
    watch: str,
    folder: bytes,
    reasons: Iterable[str],
    now_ms: int,
) -> None:
    """Unpaid jobs in this folder (b"": the whole inbox) that one of these holds stops are judged
    again."""
    first, end = folder + b"/", folder + b"0"  # "0" comes right after "/"
    if not folder:
        first, end = b"", b"\xff"
    found = {"watch": watch, "first": first, "end": end, "now": now_ms}
    conn.execute(SQL["wake_below_pause"], {**found, "reasons": json.dumps(list(reasons))})


def paused_sources(
    conn: sqlite3.Connection, watch: str, folder: bytes
) -> list[tuple[int, bytes, int]]:
    """(id, path, how many jobs) of this task folder's sources with jobs that are held as
    paused."""
    values = {"watch": watch, "folder": folder}
    return every(conn, SQL["paused_sources"], values, itemgetter("id", "path", "n"))


def wake_paused_source(conn: sqlite3.Connection, source_id: int, now_ms: int) -> int:
    """Jobs of this source that were paused go on; returns how many."""
    found = {"source_id": source_id, "now": now_ms}
    return conn.execute(SQL["wake_paused_source"], found).rowcount


def wake_source(conn: sqlite3.Connection, source_id: int, now_ms: int) -> None:
    """Claimed jobs of a source are due now."""
    conn.execute(SQL["wake_source"], {"source_id": source_id, "now": now_ms})


def wake_waiting(conn: sqlite3.Connection) -> int:
    """Whatever only waits for its next try is due now; returns how many."""
    return conn.execute(SQL["wake_all"], {"states": json.dumps(_WAIT_FOR_A_TIME)}).rowcount


def shift_due(conn: sqlite3.Connection, milliseconds: int, now_ms: int) -> None:
    """The wall clock was set by so much: nothing waits longer, or shorter, for it."""
    conn.execute(SQL["shift_due"], {"ms": milliseconds, "states": json.dumps(UNFINISHED)})
    clamp_due(conn, now_ms)


def clamp_due(conn: sqlite3.Connection, now_ms: int) -> None:
    """Nothing waits beyond the longest pause there is: a due time written under a wrong clock
    could be years away."""
    latest = now_ms + LONGEST_WAIT_MS
    conn.execute(SQL["clamp_due"], {"latest": latest, "states": json.dumps(UNFINISHED)})
