"""Jobs, each of which is one instruction in a session. Every change of a job goes through `apply`,
in one transaction with whatever belongs to it; triggers of the database refuse illegal transitions
and write the history.

`new_jobs` adds jobs. `spend` says whether one is paid for.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, fields
from functools import lru_cache
from operator import attrgetter, itemgetter
from typing import Any, TypedDict

from nemowatch.errors import UsageError
from nemowatch.i18n.quoted import unmarked
from nemowatch.journal.queries import every, load
from nemowatch.model import ENDED, Output, OutputKind, State

SQL = load("jobs")
#: States of jobs that have not ended.
UNFINISHED = tuple(state for state in State if state not in ENDED)


@dataclass(frozen=True, slots=True)
class Job:
    """A job with what its session knows about it; the schema says what each column is for."""

    id: int
    session: int  #: the id of its session in the journal
    source_id: int
    item: str
    target: str
    session_id: str  #: the cloud's id of its session; "" while the cloud has none
    uploaded_by: str
    stem: str
    skill: str
    prompt: str
    outputs: tuple[Output, ...]
    state: State
    reason: str
    checking: bool  #: its last effect may have happened, which is checked first
    back: str
    attempt: int  #: failed tries that end the job when they reach retry.attempts
    tries: int  #: failed tries that may go on without end: they only set the next pause
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
    error_text: str  #: for `language.said`, which does not translate what is quoted in it
    created_at: int  #: UTC ms
    updated_at: int  #: UTC ms

    @property
    def why(self) -> str:
        """Its error text, for a terminal, a log or a program."""
        return unmarked(self.error_text)

    @property
    def first_result(self) -> str:
        """The name of its first result, as it was ordered."""
        return f"{self.stem}{self.outputs[0].ending}"

    @property
    def working_state(self) -> State:
        """Its state; while it is held, the one to which it returns."""
        if self.state is State.HELD:
            return State(self.back)
        return self.state


#: Each is also a column.
_FIELDS = tuple(field.name for field in fields(Job))


@dataclass(frozen=True, slots=True)
class ListedJob:
    """A job, and where its source is."""

    job: Job
    watch: str
    folder: bytes
    path: bytes  #: relative to the inbox
    task: str
    settled: bool
    retired_to: bytes | None  #: absolute path to which the source was moved


class JobChanges(TypedDict, total=False):
    """Columns that a change of a job may set besides its state; mypy refuses any other."""

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
    """Move `job` to `state` and set its `changes`; False if it was changed elsewhere since it was
    read.

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


def has_ended(job: Job) -> bool:
    """Whether nothing more will be done for this job."""
    return job.state in ENDED


def is_published(job: Job) -> bool:
    """Whether its results were delivered."""
    return job.state is State.PUBLISHED


def by_id(conn: sqlite3.Connection, job_id: int) -> Job:
    """The job with this id. Raises UsageError when there is none."""
    row = conn.execute(SQL["by_id"], (job_id,)).fetchone()
    if row is None:
        raise UsageError(f"There is no job {job_id}.", cure="nemowatch jobs lists them.")
    return from_row(row)


def of_source(conn: sqlite3.Connection, source_id: int) -> list[Job]:
    """All jobs of a source."""
    return every(conn, SQL["of_source"], (source_id,), from_row)


def ids_of_source(conn: sqlite3.Connection, source_id: int) -> list[int]:
    """The ids of the jobs of a source, in the order in which they were given."""
    return every(conn, SQL["ids_of_source"], (source_id,), itemgetter("id"))


def siblings(conn: sqlite3.Connection, job: Job) -> list[Job]:
    """The other jobs of its source."""
    return every(conn, SQL["siblings"], (job.source_id, job.id), from_row)


def listed(
    conn: sqlite3.Connection,
    *,
    state: str = "",
    reason: str = "",
    job_id: int = 0,
    newest: bool = False,
    limit: int = -1,
) -> list[ListedJob]:
    """Jobs with their sources, oldest first, or those that changed last first (`newest`); an empty
    `state` means all states, a negative `limit` all jobs."""
    values = {"state": state, "reason": reason, "limit": limit}
    if job_id:
        return every(conn, SQL["list_one"], {"id": job_id}, listed_row)
    if newest:
        return _newest(conn, values)
    query = "list_state"
    if state in ("", State.PUBLISHED):
        query = "list"
    return every(conn, SQL[query], values, listed_row)


def _newest(conn: sqlite3.Connection, values: dict[str, Any]) -> list[ListedJob]:
    state, limit = values["state"], values["limit"]
    if not state:
        return every(conn, SQL["list_newest"], values, listed_row)
    if state in ENDED:
        return every(conn, SQL["recent"], values, listed_row)

    found = every(conn, SQL["list_state"], {**values, "limit": -1}, listed_row)
    found.sort(key=attrgetter("job.updated_at", "job.id"), reverse=True)
    if limit < 0:
        return found
    return found[:limit]


def recent(
    conn: sqlite3.Connection,
    limit: int,
    states: Iterable[State] = (State.PUBLISHED,),
    query: str = "recent",
) -> list[ListedJob]:
    """Jobs that have ended in one of these states, the latest first. `query`: "not_replaced" leaves
    out those whose file a newer one of its name has replaced."""
    found: list[ListedJob] = []
    for state in states:
        found += every(conn, SQL[query], {"state": state, "limit": limit}, listed_row)
    found.sort(key=attrgetter("job.updated_at"), reverse=True)
    return found[:limit]


def unfinished(conn: sqlite3.Connection, limit: int) -> list[ListedJob]:
    """Jobs that have not ended, oldest first: up to `limit` of each state, namely those that are
    due first."""
    found: list[ListedJob] = []
    for state in UNFINISHED:
        found += every(conn, SQL["in_state"], {"state": state, "limit": limit}, listed_row)
    found.sort(key=attrgetter("job.id"))
    return found


def unfinished_ids(conn: sqlite3.Connection) -> set[int]:
    """The ids of all jobs that have not ended."""
    values = {"states": json.dumps(UNFINISHED)}
    return set(every(conn, SQL["unfinished_ids"], values, itemgetter("id")))


def from_row(row: sqlite3.Row) -> Job:
    """A row of the view `instruction` as a record."""
    values = {name: row[name] for name in _FIELDS}
    values["state"] = State(values["state"])
    values["checking"] = bool(values["checking"])
    values["credits_about"] = bool(values["credits_about"])
    values["outputs"] = _outputs(values["outputs"])
    return Job(**values)


@lru_cache(maxsize=256)
def _outputs(text: str) -> tuple[Output, ...]:
    """The results that a job makes. Cached, since jobs of one folder make the same."""
    return tuple(Output(e, OutputKind(k), bool(r)) for e, k, r in json.loads(text))


def listed_row(row: sqlite3.Row) -> ListedJob:
    """The same with where its source is, from a query that also reads that."""
    return ListedJob(
        from_row(row),
        row["watch"],
        row["folder"],
        row["path"],
        row["task"],
        bool(row["settled"]),
        row["retired_to"],
    )
