"""`cancel`: jobs are taken back."""

from __future__ import annotations

import sqlite3
from typing import Any, Self

from nemowatch.jobs.cancel_renders import left_rendering
from nemowatch.journal import job_steps
from nemowatch.journal.jobs import Job
from nemowatch.model import State
from nemowatch.orders.order import Args, Order, job_ids
from nemowatch.orders.site import Site


class Cancel(Order):
    """{"jobs": [id]} -> {"jobs": {id: "cancelled"}}. All of them, or none; what was paid stays
    paid."""

    name = "cancel"

    def __init__(self, ids: tuple[int, ...]) -> None:
        self._ids = ids
        self._rendering: list[Job] = []  # those that the cloud may still be at

    @classmethod
    def read(cls, args: Args) -> Self:
        return cls(job_ids(args))

    @property
    def about(self) -> dict[str, Any]:
        return {"jobs": list(self._ids)}

    def commit(self, conn: sqlite3.Connection, now_ms: int) -> dict[str, Any]:
        for job_id in self._ids:
            job_steps.cancel(conn, job_id, "Cancelled by a person.", now_ms)
        self._rendering = left_rendering(conn, self._ids)
        return {"jobs": dict.fromkeys(self._ids, State.CANCELLED.value)}

    def afterwards(self, site: Site) -> None:
        if self._rendering:
            site.stop_renders(self._rendering)
