"""What a person can order of single jobs: another try, another delivery, an end. Each is one
legal step, and none pays again for what is paid: that is decided here, from what the journal
knows."""

from __future__ import annotations

import sqlite3
from typing import Any

from nemowatch.errors import UsageError
from nemowatch.journal import jobs, spend
from nemowatch.journal.jobs import Job
from nemowatch.model import ENDED, AttentionReason, State

#: What a fresh start of a job forgets.
FRESH: dict[str, Any] = {
    "reason": "",
    "back": "",
    "attempt": 0,
    "tries": 0,
    "due_at": 0,
    "render_id": "",
    "render_at": 0,
    "renders": 0,
    "progress": 0,
    "result_url": "",
    "result_size": 0,
    "part": b"",
    "part_sha256": "",
    "part_size": 0,
    "error_code": "",
    "error_text": "",
}


def retry(conn: sqlite3.Connection, job_id: int, now_ms: int) -> State:
    """A person asks for another try: from the last state whose effect is saved; returns that state.

    A paid turn whose outcome is still unknown stays a person's decision. Raises UsageError for a
    job that has not failed.
    """
    job = jobs.by_id(conn, job_id)
    if job.state not in (State.FAILED, State.REJECTED, State.CANCELLED):
        raise UsageError(
            f"Job {job_id} is {job.state}, not failed.", cure="Only failed jobs can be tried again."
        )
    if spend.unsettled(conn, job_id) is not None:
        jobs.apply(conn, job, State.ATTENTION, now_ms, {"reason": "unknown", "due_at": 0})
        return State.ATTENTION
    state = (
        State.INSTRUCTED
        if job.state is not State.REJECTED and _edit_exists(conn, job)
        else State.CLAIMED
    )
    # What showed nothing may have come late: the old session is looked at before a new turn is paid
    # for (stages.render).
    code = NOTHING_MADE if state is State.INSTRUCTED and job.error_code == NOTHING_MADE else ""
    jobs.apply(conn, job, state, now_ms, {**FRESH, "error_code": code})
    return state


#: `error_code` of a job whose paid turn has happened and showed nothing that could be rendered.
NOTHING_MADE = "nothing made"
#: `error_code` of ends after which the session has nothing to show: only a new turn helps, and the
#: note says what it costs.
NOTHING_LEFT = frozenset({"session lost", "question"})


def _edit_exists(conn: sqlite3.Connection, job: Job) -> bool:
    """Whether there is a paid edit to go on from: saved here, or known to have happened in the
    session that the job has."""
    if jobs.has_draft(conn, job.id):
        return True
    last = spend.latest(conn, job.id)
    happened = (
        last is not None
        and last.outcome is spend.Outcome.HAPPENED
        and last.session_id == job.session_id
    )
    return happened and job.error_code not in NOTHING_LEFT


def redeliver(
    conn: sqlite3.Connection, job_id: int, now_ms: int, *, new_take: bool = False
) -> State:
    """A published job is delivered anew: from the saved draft without a new paid turn, or as a new
    take.

    Returns the state it goes on from. Raises UsageError for a job that is not published, or has
    no draft.
    """
    job = jobs.by_id(conn, job_id)
    if job.state is not State.PUBLISHED:
        raise UsageError(
            f"Job {job_id} is {job.state}, not published.",
            cure="nemowatch retry tries failed jobs again.",
        )
    if not new_take and not jobs.has_draft(conn, job_id):
        raise UsageError(
            f"Job {job_id} has no saved draft to deliver from.",
            cure="nemowatch again --new-take pays for a new one.",
        )
    if new_take and not job.prompt:
        raise UsageError(
            f"The instructions of job {job_id} are no longer kept.", cure="Drop its file again."
        )
    if new_take:
        conn.execute(jobs.SQL["drop_draft"], (job_id,))
    conn.execute(jobs.SQL["drop_outputs"], (job_id,))
    state = State.CLAIMED if new_take else State.INSTRUCTED
    fresh = {**FRESH, "session_id": "", "uploaded_by": "", "answer": ""} if new_take else FRESH
    jobs.apply(conn, job, state, now_ms, fresh)
    return state


def cancel(conn: sqlite3.Connection, job_id: int, why: str, now_ms: int) -> None:
    """Take a job back. What was paid stays paid. Raises UsageError when it has ended already."""
    job = jobs.by_id(conn, job_id)
    if job.state in ENDED:
        raise UsageError(f"Job {job_id} is {job.state} already.")
    # a retry has no edit to go on from
    code = "question" if job.reason == AttentionReason.QUESTION else "cancelled"
    jobs.apply(
        conn,
        job,
        State.CANCELLED,
        now_ms,
        {"reason": "", "back": "", "error_code": code, "error_text": why},
    )
