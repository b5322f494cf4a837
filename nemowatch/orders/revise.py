"""`revise`: a result is changed by one more instruction in its session."""

from __future__ import annotations

import sqlite3
from typing import Any, Self

from nemowatch.errors import OrderError, UsageError
from nemowatch.journal import jobs, new_jobs, offers, queue, results, reviews, sessions, spend
from nemowatch.journal.jobs import Job
from nemowatch.model import ENDED, State
from nemowatch.orders.folder_terms import FolderTerms
from nemowatch.orders.order import Args, Order, job_id
from nemowatch.orders.site import Site
from nemowatch.tasks.further import change


class Revise(Order):
    """{"job": id, "text": what is to be different} -> {"job": id of the job that makes it, "of":
    id, "state": where it begins}. One more turn, and one more result beside the others.

    With "session" it is given in an earlier session of that job, which made another take."""

    name = "revise"

    def __init__(self, of: int, text: str, session: int = 0) -> None:
        self._of = of
        self._text = text
        self._terms = FolderTerms(of)
        self._session = session

    @classmethod
    def read(cls, args: Args) -> Self:
        try:
            text = change(str(args.get("text") or ""))
        except OrderError as exc:
            raise UsageError(exc.text, cure=exc.cure) from exc
        return cls(job_id(args), text, int(args.get("session") or 0))

    @property
    def about(self) -> dict[str, Any]:
        return {"job": self._of}

    def prepare(self, conn: sqlite3.Connection) -> None:
        self._terms.prepare(conn)

    async def on_disk(self, site: Site) -> None:
        await self._terms.read(site)

    def commit(self, conn: sqlite3.Connection, now_ms: int) -> dict[str, Any]:
        job = jobs.by_id(conn, self._of)
        text = self._terms.added_to(self._text)
        session = self._session or job.session
        waiting = reviews.waiting_in(conn, session)
        if waiting is not None:
            made = reviews.revise(conn, waiting, text, now_ms)
            return {"job": made, "of": job.id, "state": State.CLAIMED.value}
        is_latest = session == job.session
        if is_latest:
            _check_made(conn, job)
        else:
            _check_own(conn, job, session)
        offers.take_back(conn, session, now_ms)
        made = new_jobs.add_turn(conn, job, text, now_ms, session=session)
        queue.check_turn_comes(conn, [made])
        state = jobs.by_id(conn, made).state
        return {"job": made, "of": job.id, "state": state.value}


def _check_own(conn: sqlite3.Connection, job: Job, session_id: int) -> None:
    """Raises UsageError for a session that makes something else."""
    session = sessions.by_id(conn, session_id)
    if (session.source_id, session.item, session.target) != (job.source_id, job.item, job.target):
        raise UsageError(f"Session {session_id} is not one of job {job.id}.")


def _check_made(conn: sqlite3.Connection, job: Job) -> None:
    """Raises UsageError for a job that has made nothing that could be changed."""
    is_made = job.state in ENDED or _is_delivered_again(conn, job)
    if not is_made:
        raise UsageError(
            f"Job {job.id} is {job.state}: there is nothing to revise yet.",
            cure=f"nemowatch show {job.id} says what it is doing.",
        )
    if not spend.is_paid(conn, job.id):
        raise UsageError(
            f"Job {job.id} has no edit to revise.",
            cure=f"To try it again: nemowatch retry {job.id}",
        )


def _is_delivered_again(conn: sqlite3.Connection, job: Job) -> bool:
    """Whether its results were there before, and what they are made from still is."""
    return results.was_delivered(conn, job.id) and spend.is_paid(conn, job.id)
