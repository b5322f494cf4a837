"""The history of a job, and which instructions were given about its item before and after it."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from nemowatch.i18n.quoted import unmarked
from nemowatch.journal import jobs
from nemowatch.journal.jobs import Job
from nemowatch.journal.queries import every


@dataclass(frozen=True, slots=True)
class JobEvent:
    """A row of a job's history."""

    at: int  #: UTC ms
    from_state: str
    to_state: str
    reason: str
    attempt: int
    error: str


@dataclass(frozen=True, slots=True)
class PastInstruction:
    """An instruction of a conversation, including one that another has replaced."""

    job: Job
    number: int  #: the job's, as people know it
    take: int  #: 1 for the first session about its item and target
    replaced: bool  #: another one has replaced it


def events(conn: sqlite3.Connection, job_id: int) -> list[JobEvent]:
    """The whole history of a job, oldest first."""
    return every(conn, jobs.SQL["events"], (job_id,), _event)


def _event(row: sqlite3.Row) -> JobEvent:
    fields = dict(row)
    return JobEvent(**fields | {"error": unmarked(fields["error"])})


def conversation(conn: sqlite3.Connection, job_id: int) -> list[PastInstruction]:
    """Every instruction about the same item and target as this job's, in the order in which they
    were given."""
    found: list[PastInstruction] = []
    for row in conn.execute(jobs.SQL["conversation"], (job_id,)):
        earlier_of = row["earlier_of"]
        number = earlier_of or row["id"]
        found.append(
            PastInstruction(jobs.from_row(row), number, row["take"], earlier_of is not None)
        )
    return found
