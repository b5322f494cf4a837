"""What happens when a person takes a file out of the inbox: unpaid jobs are cancelled, and paid
work is delivered all the same."""

from __future__ import annotations

import sqlite3
from operator import attrgetter

from nemowatch.journal import job_steps, jobs, sessions, source_members, sources, spend
from nemowatch.journal.jobs import Job
from nemowatch.model import ENDED, PAID, AttentionReason, State

#: States in which a job has ended, or may be paid for.
_STAYS = ENDED | PAID | {State.INSTRUCTING}


def cancel_taken_away(
    conn: sqlite3.Connection, source_id: int, now_ms: int, *, is_leaving: bool = False
) -> list[int]:
    """Cancel what can be; returns the ids of those jobs. `is_leaving`: nemowatch is moving its
    files, and writes down where they are."""
    row = sources.by_id(conn, source_id)
    if row is None or row.retired_at is not None:
        return []  # it had left the inbox before: what was missed was moved by nemowatch
    cancelled: list[int] = []
    for job in reversed(jobs.of_source(conn, source_id)):  # a part takes those behind it along
        # a change concerns what the cloud has, not the file
        is_order = not sessions.is_change(conn, job)
        if is_order and not _stays(job) and not spend.is_paid(conn, job.id):
            job_steps.cancel(conn, job.id, job_steps.TAKEN_AWAY, now_ms)
            cancelled.append(job.id)
    if is_leaving:
        return cancelled
    if _is_one_file(conn, source_id) and _all_cancelled(conn, source_id):
        # restored a moment later, it is dropped again
        sources.retire(conn, source_id, None, now_ms)
    return cancelled


def _stays(job: Job) -> bool:
    """Whether the job has ended, or may be paid for as far as anybody knows."""
    if job.state is State.ATTENTION:
        return job.reason not in (AttentionReason.QUESTION, AttentionReason.REVIEW)
    if job.state is State.HELD:
        return State(job.back) in _STAYS
    return job.state in _STAYS


def _is_one_file(conn: sqlite3.Connection, source_id: int) -> bool:
    files = filter(attrgetter("path"), source_members.of_source(conn, source_id))
    return len(list(files)) == 1


def _all_cancelled(conn: sqlite3.Connection, source_id: int) -> bool:
    return {job.state for job in jobs.of_source(conn, source_id)} <= {State.CANCELLED}
