"""`retry`: failed jobs are tried again from what is saved, held ones go on."""

from __future__ import annotations

import sqlite3

from nemowatch.errors import UsageError
from nemowatch.journal import job_steps, jobs, queue, results, sessions, sources
from nemowatch.journal.jobs import Job
from nemowatch.model import HoldReason, State
from nemowatch.orders.order import JobsOrder
from nemowatch.orders.restore_files import Restore, restore, to_restore
from nemowatch.orders.site import Site
from nemowatch.reporting import words


class Retry(JobsOrder):
    """{"jobs": [id]} -> {"jobs": {id: the state it goes on from}}. All of them, or none."""

    name = "retry"

    def __init__(self, ids: tuple[int, ...]) -> None:
        super().__init__(tuple(sorted(ids)))  # parts in their order
        self._restores: list[Restore] = []

    def prepare(self, conn: sqlite3.Connection) -> None:
        needing = [job for job in self._found(conn) if _needs_files(conn, job)]
        self._restores = to_restore(conn, needing)

    def sources(self, conn: sqlite3.Connection) -> frozenset[int]:
        return self._sources(conn)

    async def on_disk(self, site: Site) -> None:
        await restore(self._restores, site)

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


def _needs_files(conn: sqlite3.Connection, job: Job) -> bool:
    if job.state not in job_steps.UNDONE or sessions.is_change(conn, job):
        return False
    return not results.is_draft_saved(conn, job.id)


def _release(conn: sqlite3.Connection, job: Job, now_ms: int) -> State:
    """A held job goes on, a conflict copy too."""
    if job.reason == HoldReason.APPROVAL:
        raise UsageError(
            f"Job {job.id} waits for approval.",
            cure="nemowatch approve lets the whole batch continue.",
        )
    queue.wake_one(conn, job.id, now_ms)
    return State(job.back)
