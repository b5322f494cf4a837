"""Offers: when a finished file is dropped again under other instructions, its result can be changed
by them. That happens once a person approves, and costs nothing before.

Knows what the instructions were; other modules find out what was dropped, and whether a person has
approved.
"""

from __future__ import annotations

import sqlite3
from operator import itemgetter

from nemowatch.journal import job_steps, jobs, new_jobs
from nemowatch.journal.jobs import Job, JobChanges
from nemowatch.journal.queries import every, load
from nemowatch.model import AttentionReason, State

SQL = load("offers")

#: The question that an offer asks.
QUESTION = (
    "This was done before, and the instructions of its folder have changed since. It can be changed"
    " by them: one more paid turn in the same session, and one more result beside the first."
)
#: Why an offer is withdrawn.
SAID_OTHERWISE = "Something else was asked for instead."


def keep_instructions(conn: sqlite3.Connection, source_id: int, digest: str) -> None:
    """Note by which instructions the source is made ("": not known)."""
    if digest:
        conn.execute(SQL["keep_instructions"], {"source_id": source_id, "digest": digest})


def have_changed(conn: sqlite3.Connection, source_id: int, digest: str) -> bool:
    """Whether the source was made by other instructions than these, as far as is known."""
    row = conn.execute(SQL["instructions"], (source_id,)).fetchone()
    return row is not None and digest != "" and row["digest"] != digest


def make(conn: sqlite3.Connection, job: Job, prompt: str, now_ms: int) -> bool:
    """Offer to change what `job` has made by a further instruction. False if the same was already
    asked for in its session."""
    if conn.execute(SQL["is_given"], {"session": job.session, "prompt": prompt}).fetchone():
        return False
    offer = jobs.by_id(conn, new_jobs.add_turn(conn, job, prompt, now_ms))
    asked = JobChanges(
        reason=AttentionReason.CHANGED.value,
        back=State.INSTRUCTING.value,
        error_text=QUESTION,
    )
    jobs.apply(conn, offer, State.ATTENTION, now_ms, asked)
    return True


def waiting(conn: sqlite3.Connection, watch: str) -> list[tuple[bytes, int]]:
    """(path of its source, job) of each offer in an inbox that waits for an answer."""
    values = {"watch": watch, "reason": AttentionReason.CHANGED.value}
    return every(conn, SQL["waiting"], values, itemgetter("source", "id"))


def take_back(conn: sqlite3.Connection, session: int, now_ms: int) -> None:
    """Withdraw what was offered in this session, because a person asks for something else there."""
    values = {"session": session, "reason": AttentionReason.CHANGED.value}
    for row in conn.execute(SQL["of_session"], values).fetchall():
        job_steps.cancel(conn, row["id"], SAID_OTHERWISE, now_ms)
