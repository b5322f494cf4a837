"""`cancel`: jobs are taken back, and the cloud need not go on with them."""

from __future__ import annotations

import sqlite3
from typing import Any

from nemowatch.jobs.cancel_renders import left_rendering
from nemowatch.journal import job_steps
from nemowatch.journal.jobs import Job
from nemowatch.model import State
from nemowatch.orders.order import JobsOrder
from nemowatch.orders.site import Site


class Cancel(JobsOrder):
    """{"jobs": [id]} -> {"jobs": {id: "cancelled"}}. All of them, or none; what was paid stays
    paid."""

    name = "cancel"

    def __init__(self, ids: tuple[int, ...]) -> None:
        super().__init__(ids)
        self._rendering: list[Job] = []  # those that the cloud may still be rendering

    def commit(self, conn: sqlite3.Connection, now_ms: int) -> dict[str, Any]:
        answer = super().commit(conn, now_ms)
        self._rendering = left_rendering(conn, self._ids)
        return answer

    def carry_out_one(self, conn: sqlite3.Connection, job_id: int, now_ms: int) -> State:
        job_steps.cancel(conn, job_id, "Cancelled by a person.", now_ms)
        return State.CANCELLED

    def afterwards(self, site: Site) -> None:
        if self._rendering:
            site.stop_renders(self._rendering)
