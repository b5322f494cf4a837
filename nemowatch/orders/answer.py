"""`answer`: what the agent has asked is answered in words, in the same session."""

from __future__ import annotations

import sqlite3
from typing import Any, Self

from nemowatch.errors import OrderError, UsageError
from nemowatch.journal import jobs, new_jobs, queue
from nemowatch.model import AttentionReason, State
from nemowatch.orders.folder_terms import FolderTerms
from nemowatch.orders.order import Args, Order, job_id
from nemowatch.orders.site import Site
from nemowatch.tasks.further import further


class Answer(Order):
    """{"job": id, "text": the answer} -> {"job": id, "state": where it goes on}. One more turn in
    the session in which it was asked."""

    name = "answer"

    def __init__(self, job_id: int, text: str) -> None:
        self._id = job_id
        self._text = text
        self._terms = FolderTerms(job_id)

    @classmethod
    def read(cls, args: Args) -> Self:
        try:
            return cls(job_id(args), further(str(args.get("text") or "")))
        except OrderError as exc:
            raise UsageError(exc.text, cure=exc.cure) from exc

    @property
    def about(self) -> dict[str, Any]:
        return {"job": self._id}

    def prepare(self, conn: sqlite3.Connection) -> None:
        self._terms.prepare(conn)

    async def on_disk(self, site: Site) -> None:
        await self._terms.read(site)

    def commit(self, conn: sqlite3.Connection, now_ms: int) -> dict[str, Any]:
        job = jobs.by_id(conn, self._id)
        is_asking = job.state is State.ATTENTION and job.reason == AttentionReason.QUESTION
        if not is_asking:
            raise UsageError(
                f"Job {job.id} has asked nothing that could be answered in words.",
                cure=f"nemowatch show {job.id} says what it is doing, and what can be done.",
            )
        new_jobs.answer(conn, job, self._terms.added_to(self._text), now_ms)
        queue.check_turn_comes(conn, [job.id])
        return {"job": job.id, "state": State.CLAIMED.value}
