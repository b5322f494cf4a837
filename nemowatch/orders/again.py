"""`again`: published jobs are delivered anew, or made anew as a paid take."""

from __future__ import annotations

import sqlite3
from typing import Any, Self

from nemowatch.journal import job_steps, jobs, sources
from nemowatch.model import State
from nemowatch.orders.order import Args, Order, job_ids
from nemowatch.orders.restore_files import Restore, restore, to_restore
from nemowatch.orders.site import Site


class Again(Order):
    """{"jobs": [id], "new_take": bool} -> {"jobs": {id: the state it goes on from}}. All of them,
    or none. A new take costs credits, and needs the files in the inbox once more."""

    name = "again"

    def __init__(self, ids: tuple[int, ...], *, new_take: bool = False) -> None:
        self._ids = ids
        self._new_take = new_take
        self._restores: list[Restore] = []

    @classmethod
    def read(cls, args: Args) -> Self:
        return cls(job_ids(args), new_take=bool(args.get("new_take")))

    @property
    def about(self) -> dict[str, Any]:
        return {"jobs": list(self._ids)}

    def prepare(self, conn: sqlite3.Connection) -> None:
        if not self._new_take:
            return
        found = [jobs.by_id(conn, job_id) for job_id in self._ids]
        self._restores = to_restore(conn, [job for job in found if job.state is State.PUBLISHED])

    async def on_disk(self, site: Site) -> None:
        await restore(self._restores, site)

    def commit(self, conn: sqlite3.Connection, now_ms: int) -> dict[str, Any]:
        states: dict[int, str] = {}
        for job_id in self._ids:
            state = job_steps.redeliver(conn, job_id, now_ms, new_take=self._new_take)
            states[job_id] = state.value
            if self._new_take:
                sources.unretire(conn, jobs.by_id(conn, job_id).source_id)
        return {"jobs": states}
