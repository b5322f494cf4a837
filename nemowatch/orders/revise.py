"""`revise`: a result is changed by one more instruction in its session."""

from __future__ import annotations

import sqlite3
from typing import Any, Self

from nemowatch.errors import OrderError, UsageError
from nemowatch.journal import jobs, sessions, spend
from nemowatch.journal.jobs import Job
from nemowatch.model import ENDED
from nemowatch.orders.order import Args, Order, job_id
from nemowatch.tasks.further import further


class Revise(Order):
    """{"job": id, "text": what is to be different} -> {"job": id of the job that makes it, "of":
    id, "state": where it begins}. One more turn, and one more result beside the others."""

    name = "revise"

    def __init__(self, of: int, text: str) -> None:
        self._of = of
        self._text = text

    @classmethod
    def read(cls, args: Args) -> Self:
        try:
            return cls(job_id(args), further(str(args.get("text") or "")))
        except OrderError as exc:
            raise UsageError(exc.text, cure=exc.cure) from exc

    @property
    def about(self) -> dict[str, Any]:
        return {"job": self._of}

    def commit(self, conn: sqlite3.Connection, now_ms: int) -> dict[str, Any]:
        job = jobs.by_id(conn, self._of)
        _check_made(conn, job)
        made = sessions.add_turn(conn, job, self._text, now_ms)
        state = jobs.by_id(conn, made).state
        return {"job": made, "of": job.id, "state": state.value}


def _check_made(conn: sqlite3.Connection, job: Job) -> None:
    """Raises UsageError for a job that has made nothing that could be changed."""
    if job.state not in ENDED:
        raise UsageError(
            f"Job {job.id} is {job.state}: there is nothing to revise yet.",
            cure=f"nemowatch show {job.id} says what it is doing.",
        )
    if not spend.is_paid(conn, job.id):
        raise UsageError(
            f"There is no edit of job {job.id} that could be revised.",
            cure=f"To try it again: nemowatch retry {job.id}",
        )
