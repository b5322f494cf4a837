"""Brings a known source whose file has settled again up to date: it gets the file's content, and
its unpaid jobs follow the present instructions.

Owns what is written about that, in the transaction that claims the file. It decides nothing.
"""

from __future__ import annotations

import sqlite3

from nemowatch.intake.claim.known_sources import unpaid
from nemowatch.intake.records import Candidate
from nemowatch.journal import jobs, offers, reviews, sessions, sources, tips
from nemowatch.journal.jobs import Job
from nemowatch.model import State, Target


def resettle(conn: sqlite3.Connection, source_id: int, candidate: Candidate, now_ms: int) -> None:
    """Give the source the candidate's content and instructions."""
    renew_prompts(conn, source_id, candidate, now_ms)
    tips.keep(conn, source_id, candidate.tips)
    sources.resettle(conn, source_id, candidate.digest, candidate.members, now_ms)


def renew_prompts(
    conn: sqlite3.Connection, source_id: int, candidate: Candidate, now_ms: int
) -> None:
    """Have unpaid jobs follow the present instructions. A project is left alone: instructions are
    part of its identity."""
    if candidate.is_project:
        return

    own = jobs.of_source(conn, source_id)
    if unpaid(conn, own):
        offers.keep_instructions(conn, source_id, candidate.instructions)
    targets = targets_of_each(candidate)
    for job in own:
        target = targets.get((job.item, job.target))
        if target is not None and _is_order_to_come(conn, job):
            _renew(conn, job, target, now_ms)


def targets_of_each(candidate: Candidate) -> dict[tuple[str, str], Target]:
    """The targets of a candidate's jobs, by (item, target's name)."""
    return {(new.item, new.target.name): new.target for new in candidate.jobs}


def _is_order_to_come(conn: sqlite3.Connection, job: Job) -> bool:
    """Whether a job is the folder's order and has not been begun."""
    if job.state is not State.CLAIMED:
        return False
    return not sessions.goes_on(conn, job)


def _renew(conn: sqlite3.Connection, job: Job, target: Target, now_ms: int) -> None:
    if target.prompt != job.prompt:
        jobs.apply(conn, job, job.state, now_ms, {"prompt": target.prompt})
    if target.review is not None:
        reviews.plan(conn, job.id, target.review)
