"""`retry`: failed jobs are tried again from what is saved, held ones go on."""

from __future__ import annotations

import sqlite3

from nemowatch.errors import UsageError
from nemowatch.journal import job_steps, jobs, queue, results, sessions, sources
from nemowatch.journal.jobs import Job
from nemowatch.model import HoldReason, State
from nemowatch.orders.restore_files import RestoringOrder
from nemowatch.reporting import words


class Retry(RestoringOrder):
    """{"jobs": [id]} -> {"jobs": {id: the state it goes on from}}. All of them, or none."""

    name = "retry"

    def __init__(self, ids: tuple[int, ...]) -> None:
        super().__init__(tuple(sorted(ids)))  # parts in their order

    def needs_files(self, conn: sqlite3.Connection, job: Job) -> bool:
        if job.state not in job_steps.UNDONE or sessions.is_change(conn, job):
            return False
        return not results.is_draft_saved(conn, job.id)

    def carry_out_one(self, conn: sqlite3.Connection, job_id: int, now_ms: int) -> State:
        job = jobs.by_id(conn, job_id)
        if job.state is State.HELD:
            return _release(conn, job, now_ms)
        if job.state is State.ATTENTION:
            ways = words.about_job(job.id, job.state, job.reason).typed()
            said = f"Job {job.id} has not failed: it waits for your decision."
            raise UsageError(said, cure="\n".join(ways))
        state = job_steps.retry(conn, job_id, now_ms)
        if not sessions.is_change(conn, job):
            sources.unretire(conn, job.source_id)
        return state


def _release(conn: sqlite3.Connection, job: Job, now_ms: int) -> State:
    """A held job goes on, a conflict copy too."""
    if job.reason == HoldReason.APPROVAL:
        raise UsageError(
            f"Job {job.id} waits for approval.",
            cure="nemowatch approve lets the whole batch continue.",
        )
    queue.wake_one(conn, job.id, now_ms)
    return State(job.back)
