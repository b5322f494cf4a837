"""Jobs: one instruction in a session each. Every change of one goes through `apply`, in one
transaction with whatever belongs to it; legality and history are the database's own (triggers).

A job is added in `sessions`. Whether it is paid for, `spend` says.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields
from typing import Any, TypedDict

from nemowatch.errors import UsageError
from nemowatch.journal.queries import load
from nemowatch.model import WORKING, Output, OutputKind, State

SQL = load("jobs")
QUEUE = load("queue")
RESULTS = load("results")
#: The states in which a job may become due.
_WORKING = json.dumps(sorted(WORKING))


@dataclass(frozen=True, slots=True)
class Job:
    """A job with what its session says of it; the schema says what each column is for."""

    id: int
    session: int  #: the journal's row of its session
    source_id: int
    item: str
    target: str
    session_id: str  #: the cloud's id of its session, "" while there is none alive
    uploaded_by: str
    stem: str
    skill: str
    prompt: str
    outputs: tuple[Output, ...]
    state: State
    reason: str
    checking: bool  #: its last effect may have happened: the world is asked first
    back: str
    attempt: int  #: tries that end the job when they reach retry.attempts
    tries: int  #: tries that may go on without end: they only space the next one
    due_at: int  #: UTC ms
    render_id: str
    render_at: int  #: UTC ms
    renders: int
    progress: float  #: percent
    result_url: str
    result_size: int  #: bytes
    part: bytes
    part_sha256: str
    part_size: int  #: bytes
    answer: str
    credits: float | None
    credits_about: bool
    error_code: str
    error_text: str
    created_at: int  #: UTC ms
    updated_at: int  #: UTC ms


@dataclass(frozen=True, slots=True)
class ListedJob:
    """A job with where its source lies."""

    job: Job
    watch: str
    folder: bytes
    path: bytes  #: relative to the inbox
    task: str
    settled: bool
    retired_to: bytes | None  #: absolute path the source went to


@dataclass(frozen=True, slots=True)
class Event:
    """A row of a job's history."""

    at: int  #: UTC ms
    from_state: str
    to_state: str
    reason: str
    attempt: int
    error: str


@dataclass(frozen=True, slots=True)
class PublishedOutput:
    """A result that was put into the outbox."""

    ending: str
    path: bytes  #: absolute
    size: int  #: bytes
    sha256: str
    published_at: int  #: UTC ms


class JobChanges(TypedDict, total=False):
    """Columns that a change of a job may set beside its state; mypy refuses any other."""

    stem: str
    skill: str
    prompt: str
    reason: str
    checking: bool
    back: str
    attempt: int
    tries: int
    due_at: int
    render_id: str
    render_at: int
    renders: int
    progress: float
    result_url: str
    result_size: int
    part: bytes
    part_sha256: str
    part_size: int
    answer: str
    credits: float | None
    credits_about: bool
    error_code: str
    error_text: str
    session: int


SETTABLE = JobChanges.__optional_keys__


def apply(
    conn: sqlite3.Connection,
    job: Job,
    state: State,
    now_ms: int,
    changes: JobChanges | None = None,
) -> bool:
    """Move `job` to `state` and set its `changes`; False when somebody else has moved it since it
    was read.

    Raises JournalError for a transition that is not legal, TypeError for a column that does not
    exist.
    """
    values: dict[str, Any] = dict(changes or {})
    unknown = sorted(values.keys() - SETTABLE)
    if unknown:
        raise TypeError(f"not columns of a job: {', '.join(unknown)}")
    columns = [f"{name} = :{name}" for name in [*values, "updated_at"]]
    done = conn.execute(
        f"UPDATE job SET state = :new_state, {', '.join(columns)}"
        " WHERE id = :job_id AND state = :old_state AND reason = :old_reason"
        " AND checking = :old_checking",
        {
            **values,
            "updated_at": now_ms,
            "new_state": state,
            "job_id": job.id,
            "old_state": job.state,
            "old_reason": job.reason,
            "old_checking": job.checking,
        },
    )
    return done.rowcount == 1


def by_id(conn: sqlite3.Connection, job_id: int) -> Job:
    """The job with this id. Raises UsageError when there is none."""
    row = conn.execute(SQL["by_id"], (job_id,)).fetchone()
    if row is None:
        raise UsageError(f"There is no job {job_id}.", cure="nemowatch jobs lists them.")
    return _job(row)


def of_source(conn: sqlite3.Connection, source_id: int) -> list[Job]:
    """All jobs of a source."""
    return [_job(row) for row in conn.execute(SQL["of_source"], (source_id,))]


def due(conn: sqlite3.Connection, states: Iterable[State], now_ms: int, limit: int) -> list[Job]:
    """Up to `limit` jobs in one of `states` that may run now, those furthest along first."""
    found: list[Job] = []
    for state in states:
        name = "due_uploads" if state is State.CLAIMED else "due"
        rows = conn.execute(
            QUEUE[name], {"state": state, "now": now_ms, "limit": limit - len(found)}
        )
        found.extend(_job(row) for row in rows)
        if len(found) >= limit:
            break
    return found


def next_due(
    conn: sqlite3.Connection, now_ms: int, states: Iterable[State] = WORKING
) -> int | None:
    """UTC ms at which the next waiting job in one of `states` becomes due."""
    values = {"now": now_ms, "states": json.dumps(list(states))}
    found = conn.execute(QUEUE["next_due"], values).fetchone()[0]
    return None if found is None else int(found)


def next_in(conn: sqlite3.Connection, state: State, without: Collection[int]) -> int | None:
    """UTC ms at which the first job in this state is due, also if that is past; those in
    `without` do not count."""
    rows = conn.execute(QUEUE["first_due"], {"state": state, "limit": len(without) + 1})
    moments = [row["due_at"] for row in rows if row["id"] not in without]
    if not moments:
        return None
    return int(moments[0])


def counts(conn: sqlite3.Connection) -> dict[str, int]:
    """How many jobs are in each state."""
    return {row["state"]: row["n"] for row in conn.execute(SQL["counts"])}


def held_counts(conn: sqlite3.Connection) -> dict[str, int]:
    """How many jobs are held, for each reason."""
    return {row["reason"]: row["n"] for row in conn.execute(SQL["held"])}


def count_in(conn: sqlite3.Connection, states: Iterable[State]) -> int:
    """How many jobs are in these states."""
    return int(conn.execute(SQL["in_states"], (json.dumps(list(states)),)).fetchone()[0])


def tired(conn: sqlite3.Connection, tries: int, since_ms: int, now_ms: int) -> int:
    """How many jobs have failed `tries` times and more in a way that may go on without end, the
    last time since a moment, and wait for the next try."""
    values = {"tries": tries, "since": since_ms, "now": now_ms, "states": _WORKING}
    return int(conn.execute(QUEUE["tired"], values).fetchone()[0])


def listed(
    conn: sqlite3.Connection, *, state: str = "", job_id: int = 0, limit: int = -1
) -> list[ListedJob]:
    """Jobs with their sources, oldest first; all states when `state` is empty; negative `limit`:
    all."""
    return [
        _listed(row)
        for row in conn.execute(SQL["list"], {"state": state, "id": job_id, "limit": limit})
    ]


def recent(conn: sqlite3.Connection, limit: int) -> list[ListedJob]:
    """Jobs that have ended, the latest first."""
    return [_listed(row) for row in conn.execute(SQL["recent"], (limit,))]


def unfinished(conn: sqlite3.Connection, limit: int) -> list[ListedJob]:
    """Jobs that have not ended, oldest first."""
    return [_listed(row) for row in conn.execute(SQL["unfinished"], (limit,))]


def events(conn: sqlite3.Connection, job_id: int) -> list[Event]:
    """Its whole history, oldest first."""
    return [Event(**dict(row)) for row in conn.execute(SQL["events"], (job_id,))]


def held_for(conn: sqlite3.Connection, reason: str) -> list[Job]:
    """Jobs held for this reason."""
    return [_job(row) for row in conn.execute(QUEUE["of_held_reason"], (reason,))]


def wake_held(conn: sqlite3.Connection, reason: str, now_ms: int) -> int:
    """Every job held for this reason goes on where it stood; returns how many."""
    return conn.execute(QUEUE["wake_held"], {"reason": reason, "now": now_ms}).rowcount


def wake_one(conn: sqlite3.Connection, job_id: int, now_ms: int) -> None:
    """One held job goes on where it stood."""
    conn.execute(QUEUE["wake_one"], {"id": job_id, "now": now_ms})


def explain_held(conn: sqlite3.Connection, reason: str, skill: str, text: str) -> None:
    """Jobs of this skill that go on being held for this reason say why as it stands now."""
    conn.execute(QUEUE["explain_held"], {"reason": reason, "skill": skill, "text": text})


def reset_unpaid(conn: sqlite3.Connection, source_id: int, now_ms: int) -> None:
    """Unpaid jobs of a source whose file has changed start afresh: no session of theirs may hold
    the old content."""
    for name in ("reset_unpaid", "reset_held"):
        conn.execute(QUEUE[name], {"source_id": source_id, "now": now_ms})


def wake_approved(conn: sqlite3.Connection, now_ms: int) -> int:
    """Jobs of approved batches go on; returns how many."""
    return conn.execute(QUEUE["wake_batch"], {"now": now_ms}).rowcount


def paused_folders(conn: sqlite3.Connection) -> list[tuple[str, bytes, int]]:
    """(watch, task folder, how many) of the jobs that are held as paused."""
    return [
        (row["watch"], row["folder"], row["n"]) for row in conn.execute(QUEUE["paused_folders"])
    ]


def wake_paused(conn: sqlite3.Connection, watch: str, folder: bytes, now_ms: int) -> int:
    """Jobs of this folder that were paused go on; returns how many."""
    return conn.execute(
        QUEUE["wake_paused"], {"watch": watch, "folder": folder, "now": now_ms}
    ).rowcount


def wake_source(conn: sqlite3.Connection, source_id: int, now_ms: int) -> None:
    """Claimed jobs of a source are due now."""
    conn.execute(QUEUE["wake_source"], {"source_id": source_id, "now": now_ms})


def wake_waiting(conn: sqlite3.Connection) -> int:
    """Whatever only waits for its next try is due now; returns how many."""
    return conn.execute(QUEUE["wake_all"]).rowcount


#: No pause is longer: retry.cap and the waits that the cloud asks for are minutes.
LONGEST_WAIT_MS = 3600 * 1000


def shift_due(conn: sqlite3.Connection, milliseconds: int, now_ms: int) -> None:
    """The wall clock was set by so much: nothing waits longer, or shorter, for it."""
    conn.execute(QUEUE["shift_due"], {"ms": milliseconds})
    clamp_due(conn, now_ms)


def clamp_due(conn: sqlite3.Connection, now_ms: int) -> None:
    """Nothing waits beyond the longest pause there is: a due time written under a wrong clock
    could be years away."""
    conn.execute(QUEUE["clamp_due"], {"latest": now_ms + LONGEST_WAIT_MS})


def save_draft(conn: sqlite3.Connection, job_id: int, draft: dict[str, Any], now_ms: int) -> None:
    """Keep what the paid turn made: whatever happens to its session, it can be rendered from
    this."""
    # ASCII: a draft may hold half an emoji (a lone surrogate), which no UTF-8 can carry and JSON's
    # escapes can.
    conn.execute(RESULTS["save_draft"], (job_id, json.dumps(draft), now_ms))


def draft(conn: sqlite3.Connection, job_id: int) -> dict[str, Any] | None:
    """The saved draft, unchanged; None when the job has none."""
    row = conn.execute(RESULTS["draft"], (job_id,)).fetchone()
    return json.loads(row["draft"]) if row else None


def is_draft_saved(conn: sqlite3.Connection, job_id: int) -> bool:
    """Whether a draft is saved for this job: something to render from, and no sign of payment."""
    return conn.execute(RESULTS["is_draft_saved"], (job_id,)).fetchone() is not None


def add_output(
    conn: sqlite3.Connection,
    job_id: int,
    ending: str,
    path: bytes,
    size: int,
    sha256: str,
    now_ms: int,
) -> None:
    """Remember a published result."""
    conn.execute(RESULTS["add_output"], (job_id, ending, path, size, sha256, now_ms))


def outputs(conn: sqlite3.Connection, job_id: int) -> list[PublishedOutput]:
    """The results that were published, in order."""
    names = [f.name for f in fields(PublishedOutput)]
    return [
        PublishedOutput(**{n: row[n] for n in names})
        for row in conn.execute(RESULTS["outputs"], (job_id,))
    ]


def drop_outputs(conn: sqlite3.Connection, job_id: int) -> None:
    """Forget which results were published: they are delivered anew."""
    conn.execute(RESULTS["drop_outputs"], (job_id,))


def of_output(conn: sqlite3.Connection, path: bytes) -> int:
    """The id of the job that published the result at this absolute path; 0 when none did."""
    row = conn.execute(RESULTS["of_output"], (path,)).fetchone()
    return int(row["job_id"]) if row else 0


def _job(row: sqlite3.Row) -> Job:
    values = {f.name: row[f.name] for f in fields(Job)}
    values["state"] = State(values["state"])
    values["checking"] = bool(values["checking"])
    values["credits_about"] = bool(values["credits_about"])
    values["outputs"] = tuple(
        Output(e, OutputKind(k), bool(r)) for e, k, r in json.loads(values["outputs"])
    )
    return Job(**values)


def _listed(row: sqlite3.Row) -> ListedJob:
    return ListedJob(
        _job(row),
        row["watch"],
        row["folder"],
        row["path"],
        row["task"],
        bool(row["settled"]),
        row["retired_to"],
    )
