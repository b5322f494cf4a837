"""`again`: published jobs are delivered again, or made again as a paid take."""

from __future__ import annotations

import sqlite3
from typing import Self

from nemowatch.journal import job_steps, jobs, sessions, sources
from nemowatch.journal.jobs import Job
from nemowatch.model import State
from nemowatch.orders.order import Args, JobsOrder, job_ids
from nemowatch.orders.restore_files import Restore, restore, to_restore
from nemowatch.orders.site import Site


class Again(JobsOrder):
    """{"jobs": [id], "new_take": bool} -> {"jobs": {id: the state it goes on from}}. All of them,
    or none. A new take costs credits, and needs the files in the inbox once more."""

    name = "again"

    def __init__(self, ids: tuple[int, ...], *, new_take: bool = False) -> None:
        super().__init__(ids)
        self._new_take = new_take
        self._restores: list[Restore] = []

    @classmethod
    def read(cls, args: Args) -> Self:
        return cls(job_ids(args), new_take=bool(args.get("new_take")))

    def prepare(self, conn: sqlite3.Connection) -> None:
        if self._new_take:
            needing = [job for job in self._found(conn) if _needs_files(conn, job)]
            self._restores = to_restore(conn, needing)

    def sources(self, conn: sqlite3.Connection) -> frozenset[int]:
        return self._sources(conn)

    async def on_disk(self, site: Site) -> None:
        await restore(self._restores, site)

    def carry_out_one(self, conn: sqlite3.Connection, job_id: int, now_ms: int) -> State:
        job = jobs.by_id(conn, job_id)
        needs_files = self._new_take and _needs_files(conn, job)
        state = job_steps.redeliver(conn, job_id, now_ms, new_take=self._new_take)
        if needs_files:
            sources.unretire(conn, job.source_id)
        return state


def _needs_files(conn: sqlite3.Connection, job: Job) -> bool:
    """Whether a new take needs its files: a further instruction goes on from what the cloud
    has."""
    return job.state is State.PUBLISHED and not sessions.is_change(conn, job)
