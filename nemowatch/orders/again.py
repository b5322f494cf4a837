"""`again`: published jobs are delivered again, or made again as a paid take."""

from __future__ import annotations

import sqlite3
from typing import Self

from nemowatch.journal import job_steps, jobs, sessions, sources
from nemowatch.journal.jobs import Job
from nemowatch.model import State
from nemowatch.orders.order import Args, job_ids
from nemowatch.orders.restore_files import RestoringOrder


class Again(RestoringOrder):
    """{"jobs": [id], "new_take": bool} -> {"jobs": {id: the state it goes on from}}. All of them,
    or none. A new take costs credits, and needs the files in the inbox once more."""

    name = "again"

    def __init__(self, ids: tuple[int, ...], *, new_take: bool = False) -> None:
        super().__init__(ids)
        self._new_take = new_take

    @classmethod
    def read(cls, args: Args) -> Self:
        return cls(job_ids(args), new_take=bool(args.get("new_take")))

    def needs_files(self, conn: sqlite3.Connection, job: Job) -> bool:
        """A new take does; a further instruction goes on from what the cloud has."""
        is_made = jobs.is_published(job) and not sessions.is_change(conn, job)
        return self._new_take and is_made

    def carry_out_one(self, conn: sqlite3.Connection, job_id: int, now_ms: int) -> State:
        job = jobs.by_id(conn, job_id)
        needs_files = self.needs_files(conn, job)
        state = job_steps.redeliver(conn, job_id, now_ms, new_take=self._new_take)
        if needs_files:
            sources.unretire(conn, job.source_id)
        return state
