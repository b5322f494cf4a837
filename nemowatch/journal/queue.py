"""The queue: which jobs are due, and what lets waiting jobs go on.

There is no queue besides the journal: a job is due when its state is a working one and its time has
come. What it then does is not decided here.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable
from operator import itemgetter

from nemowatch.errors import UsageError
from nemowatch.journal import jobs
from nemowatch.journal.jobs import UNFINISHED, Job
from nemowatch.journal.queries import every, load
from nemowatch.model import WORKING, State

SQL = load("queue")
#: States whose due jobs have a query of their own.
_OWN_WAY = {State.CLAIMED: "due_uploads", State.RENDERING: "due_polls"}
#: The states in which a job may become due.
_WORKING = json.dumps(sorted(WORKING))
#: States in which a waiting job waits only for its time.
_WAIT_FOR_A_TIME = sorted(
    set(UNFINISHED) - {State.HELD, State.ATTENTION, State.INSTRUCTING, State.RENDERING}
)
#: No pause is longer than this: retry.cap and the waits that the cloud asks for are minutes.
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
    """Up to `limit` jobs in one of `states` that may run now, without those in `skipped`: the
    furthest along first, and in each state the folders take turns. `fresh`: only those that have
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
    found: int | None = conn.execute(SQL["next_due"], values).fetchone()[0]
    return found


def next_in(conn: sqlite3.Connection, state: State, without: Collection[int]) -> int | None:
    """UTC ms, possibly in the past, at which the first job in this state is due; those in `without`
    do not count."""
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
    """How many jobs wait for their next try after `tries` or more failures of a kind that may go on
    without end, the last of them after `since_ms`."""
    values = {"tries": tries, "since": since_ms, "now": now_ms, "states": _WORKING}
    return int(conn.execute(SQL["count_long_retries"], values).fetchone()[0])


def count_behind(conn: sqlite3.Connection) -> int:
    """How many jobs wait for another one of their session that itself waits for a person or a
    time, or that has ended and nobody knows what became of its paid call."""
    behind = every(conn, SQL["behind_waiting"], {"states": _WORKING}, itemgetter("id"))
    return len({*behind, *behind_ended(conn)})


def behind_ended(conn: sqlite3.Connection) -> dict[int, int]:
    """The jobs that wait although every other one of their session has ended, each with the one
    whose paid call is in doubt: a person ended it without saying what became of that."""
    return dict(every(conn, SQL["behind_ended"], (), itemgetter("job", "ended")))


def check_turn_comes(conn: sqlite3.Connection, ids: Iterable[int]) -> None:
    """Raise UsageError if one of these jobs waits in that way: its turn would never come."""
    behind = behind_ended(conn)
    for job_id in ids:
        if job_id in behind:
            text, cure = in_doubt(behind[job_id])
            raise UsageError(text, cure=cure)


def in_doubt(job_id: int) -> tuple[str, str]:
    """What is said of a job that has ended while its paid call was in doubt, and the cure."""
    text = f"What became of the paid call of job {job_id} is not known."
    return text, f"nemowatch retry {job_id} asks about it again."


def newest(conn: sqlite3.Connection) -> int:
    """The id of the newest job; 0 when there is none."""
    return int(conn.execute(SQL["newest"]).fetchone()[0])


def held_for(conn: sqlite3.Connection, reason: str) -> list[Job]:
    """Jobs held for this reason."""
    return every(conn, SQL["of_held_reason"], (reason,), jobs.from_row)


def wake_held(conn: sqlite3.Connection, reason: str, now_ms: int) -> int:
    """Let every job held for this reason continue where it was; returns how many."""
    return conn.execute(SQL["wake_held"], {"reason": reason, "now": now_ms}).rowcount


def wake_one(conn: sqlite3.Connection, job_id: int, now_ms: int) -> None:
    """Let one held job continue where it was."""
    conn.execute(SQL["wake_one"], {"id": job_id, "now": now_ms})


def explain_held(
    conn: sqlite3.Connection,
    reason: str,
    skill: str,
    text: str,
) -> None:
    """Renew the text of this skill's jobs that remain held for this reason."""
    conn.execute(SQL["explain_held"], {"reason": reason, "skill": skill, "text": text})


def explain_paused(conn: sqlite3.Connection, watch: str, folder: bytes, text: str) -> None:
    """Renew the text of this folder's jobs that remain paused."""
    conn.execute(SQL["explain_paused"], {"watch": watch, "folder": folder, "text": text})


def explain_paused_source(conn: sqlite3.Connection, source_id: int, text: str) -> None:
    """The same for the jobs of one source."""
    conn.execute(SQL["explain_paused_source"], {"source_id": source_id, "text": text})


def explain_all_paused(conn: sqlite3.Connection, text: str) -> None:
    """The same for every job that is paused."""
    conn.execute(SQL["explain_all_paused"], {"text": text})


def reset_unpaid(conn: sqlite3.Connection, source_id: int, now_ms: int) -> None:
    """Have the unpaid jobs of a source whose file has changed start over: none of their sessions
    may hold the old content."""
    for name in ("reset_unpaid", "reset_held"):
        conn.execute(SQL[name], {"source_id": source_id, "now": now_ms})


def wake_approved(conn: sqlite3.Connection, now_ms: int) -> int:
    """Let the jobs of approved batches go on; returns how many."""
    return conn.execute(SQL["wake_batch"], {"now": now_ms}).rowcount


def paused_folders(conn: sqlite3.Connection) -> list[tuple[str, bytes, int]]:
    """(watch, task folder, number) of the jobs that are held as paused."""
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
    """Let the paused jobs of this folder go on; returns how many."""
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
    """Have the unpaid jobs in this folder (b"": the whole inbox) that are held for one of these
    reasons judged again."""
    first, end = folder + b"/", folder + b"0"  # "0" comes right after "/"
    if not folder:
        first, end = b"", b"\xff"
    found = {"watch": watch, "first": first, "end": end, "now": now_ms}
    conn.execute(SQL["wake_below_pause"], {**found, "reasons": json.dumps(list(reasons))})


def paused_sources(
    conn: sqlite3.Connection, watch: str, folder: bytes
) -> list[tuple[int, bytes, int]]:
    """(id, path, number of jobs) of this task folder's sources with jobs that are held as
    paused."""
    values = {"watch": watch, "folder": folder}
    return every(conn, SQL["paused_sources"], values, itemgetter("id", "path", "n"))


def wake_paused_source(conn: sqlite3.Connection, source_id: int, now_ms: int) -> int:
    """Let the paused jobs of this source go on; returns how many."""
    found = {"source_id": source_id, "now": now_ms}
    return conn.execute(SQL["wake_paused_source"], found).rowcount


def wake_source(conn: sqlite3.Connection, source_id: int, now_ms: int) -> None:
    """Make the claimed jobs of a source due now."""
    conn.execute(SQL["wake_source"], {"source_id": source_id, "now": now_ms})


def wake_waiting(conn: sqlite3.Connection) -> int:
    """Make every job that only waits for its next try due now; returns how many."""
    return conn.execute(SQL["wake_all"], {"states": json.dumps(_WAIT_FOR_A_TIME)}).rowcount


def shift_due(conn: sqlite3.Connection, milliseconds: int, now_ms: int) -> None:
    """Move all due times by as much as the wall clock was set, so that no pause changes."""
    conn.execute(SQL["shift_due"], {"ms": milliseconds, "states": json.dumps(UNFINISHED)})
    clamp_due(conn, now_ms)


def clamp_due(conn: sqlite3.Connection, now_ms: int) -> None:
    """Let nothing wait longer than the longest pause: a due time that was written under a wrong
    clock could be years away."""
    latest = now_ms + LONGEST_WAIT_MS
    conn.execute(SQL["clamp_due"], {"latest": latest, "states": json.dumps(UNFINISHED)})
