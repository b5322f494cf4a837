"""`cancel`: jobs are taken back, and the cloud need not go on with them."""

from __future__ import annotations

import sqlite3
from typing import Any

from nemowatch.jobs.cancel_renders import left_rendering
from nemowatch.journal import job_steps, sessions
from nemowatch.journal.jobs import Job
from nemowatch.model import State
from nemowatch.orders.order import JobsOrder
from nemowatch.orders.site import Site


class Cancel(JobsOrder):
    """{"jobs": [id]} -> {"jobs": {id: "cancelled"}}, with the parts behind them, which are
    cancelled, too. All of them, or none; what was paid stays paid."""

    name = "cancel"

    def __init__(self, ids: tuple[int, ...]) -> None:
        # the last part first: a part takes those behind it along
        super().__init__(tuple(sorted(ids, reverse=True)))
        self._rendering: list[Job] = []  # those that the cloud may still be rendering

    def commit(self, conn: sqlite3.Connection, now_ms: int) -> dict[str, Any]:
        behind = [part for one in self._ids for part in sessions.parts_behind(conn, one)]
        answer = super().commit(conn, now_ms)
        for part in behind:
            answer["jobs"][part.id] = State.CANCELLED
        answer["jobs"] = dict(sorted(answer["jobs"].items()))
        self._rendering = left_rendering(conn, self._ids)
        return answer

    def carry_out_one(self, conn: sqlite3.Connection, job_id: int, now_ms: int) -> State:
        job_steps.cancel(conn, job_id, "Cancelled by a person.", now_ms)
        return State.CANCELLED

    def afterwards(self, site: Site) -> None:
        if self._rendering:
            site.stop_renders(self._rendering)
