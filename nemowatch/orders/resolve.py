"""`resolve`: a person says whether the paid turn of a job has happened, or approves a text."""

from __future__ import annotations

import sqlite3
from typing import Any, Self

from nemowatch.edits import transcript
from nemowatch.errors import UsageError
from nemowatch.journal import job_steps, jobs, queue, results, reviews, sessions
from nemowatch.journal.jobs import Job
from nemowatch.model import State
from nemowatch.orders.current_prompt import MadeFrom, current_prompt, made_from
from nemowatch.orders.order import Args, Order, job_id
from nemowatch.orders.site import Site


class Resolve(Order):
    """{"job": id, "how": "done"|"resend"} -> {"job": id, "state": where it goes on, "renewed":
    whether it has other instructions now}. With "words", "done" approves these, with their times,
    for a job that waits for a text; without, the text as it was made.

    After "done" the session is read, for as long as chat.recheck says. "resend" takes the
    instructions as the folder gives them now, and may pay a second time.
    """

    name = "resolve"

    def __init__(self, job_id: int, *, done: bool, words: str = "") -> None:
        self._id = job_id
        self._done = done
        self._words = words
        self._made_from: MadeFrom | None = None
        self._prompt = ""  # the instructions of now; "": those that it was claimed with

    @classmethod
    def read(cls, args: Args) -> Self:
        how = args.get("how")
        if how not in ("done", "resend"):
            raise UsageError("Say either done or resend.")
        return cls(job_id(args), done=how == "done", words=str(args.get("words") or ""))

    @property
    def about(self) -> dict[str, Any]:
        return {"job": self._id}

    def prepare(self, conn: sqlite3.Connection) -> None:
        job = jobs.by_id(conn, self._id)
        if reviews.is_waiting(job) and self._done and not self._words:
            self._words = _text_as_made(conn, job)
        # a further instruction is a person's words, whatever the folder says
        if not self._done and not sessions.goes_on(conn, job):
            self._made_from = made_from(conn, self._id)

    async def on_disk(self, site: Site) -> None:
        asked, own_names = self._made_from, site.own_names()
        if asked is not None:
            self._prompt = await site.run(
                asked.source.watch, lambda: current_prompt(asked, own_names)
            )

    def commit(self, conn: sqlite3.Connection, now_ms: int) -> dict[str, Any]:
        answer = self._decide(conn, now_ms)
        queue.check_turn_comes(conn, [self._id])
        return answer

    def _decide(self, conn: sqlite3.Connection, now_ms: int) -> dict[str, Any]:
        job = jobs.by_id(conn, self._id)
        if self._words or reviews.is_waiting(job):
            return self._approve(conn, job, now_ms)
        _check_waits(job)
        renewed = self._prompt not in ("", job.prompt)
        if self._done:
            state = job_steps.resolve_done(conn, job, now_ms)
        else:
            state = job_steps.resolve_resend(conn, job, self._prompt, now_ms)
        return {"job": job.id, "state": state.value, "renewed": renewed}

    def _approve(self, conn: sqlite3.Connection, job: Job, now_ms: int) -> dict[str, Any]:
        if not self._done:
            raise UsageError(
                f"Job {job.id} waits for its text to be approved: nothing was sent for it so far.",
                cure=f"nemowatch resolve {job.id} --done approves the text as it is.",
            )
        state = reviews.approve(conn, job, self._words, now_ms)
        return {"job": job.id, "state": state.value, "renewed": False}


def _text_as_made(conn: sqlite3.Connection, job: Job) -> str:
    """The text that waits, with its times. Raises UsageError when it is no longer known here."""
    planned = reviews.of_dub(conn, job.id)
    draft = results.draft(conn, planned.text_job) if planned else None
    text = transcript.as_srt(transcript.read(draft)).replace("\r\n", "\n").strip()
    if not text:
        raise UsageError(
            f"The text of job {job.id} is not known here any more.",
            cure="Put the file with the text into the inbox folder of its clip.",
        )
    return text


def _check_waits(job: Job) -> None:
    if job.state is State.ATTENTION:
        return
    cure = f"nemowatch show {job.id} says what it is doing."
    if job.state in job_steps.UNDONE:
        cure = f"To try it again: nemowatch retry {job.id}"
    raise UsageError(f"Job {job.id} is {job.state}: there is nothing to resolve.", cure=cure)
