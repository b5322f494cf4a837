"""Reads from the journal all that a stage is given of its job."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import replace

from nemowatch.config.watch_section import Watch
from nemowatch.journal import jobs, results, sessions, source_members, sources, spend
from nemowatch.journal.jobs import Job
from nemowatch.journal.spend import CallOutcome
from nemowatch.stages.work import Work

#: Outcomes of a paid call that surely cost nothing.
FREE_OUTCOMES = frozenset({CallOutcome.UNSENT, CallOutcome.REFUSED})


def read_work(conn: sqlite3.Connection, watches: Mapping[str, Watch], job: Job) -> Work | None:
    """What the stage of a job needs, which was read in this transaction; None when its folder is no
    longer among `watches`."""
    source = sources.of_job(conn, job)
    watch = watches.get(source.watch)
    if watch is None:
        return None

    latest = spend.latest(conn, job.id)
    is_first = not sessions.goes_on(conn, job)
    work = Work(
        job=job,
        source=source,
        members=tuple(source_members.of_item(conn, job.source_id, job.item)),
        watch=watch,
        session=sessions.by_id(conn, job.session),
        paid=spend.is_paid(conn, job.id),
        draft_saved=results.is_draft_saved(conn, job.id),
        spend=latest,
        sibling_paid=_is_sibling_paid(conn, job),
        paid_before=_is_paid_before(conn, job.id, latest),
    )
    if is_first:  # as nearly always: there is nothing to ask about those before it
        return work
    return replace(
        work,
        later_turn=sessions.is_later_turn(conn, job),
        missing=sessions.missing(conn, job),
        versions=sessions.versions(conn, job),
    )


def _is_sibling_paid(conn: sqlite3.Connection, job: Job) -> bool:
    """Whether another job of the same source is paid for, or about to be."""
    return any(sources.is_paying(conn, other) for other in jobs.siblings(conn, job))


def _is_paid_before(conn: sqlite3.Connection, job_id: int, latest: spend.Spend | None) -> bool:
    """Whether a call before the newest one may have cost something."""
    before = {call.id: call.outcome for call in spend.of_job(conn, job_id)}
    if latest is not None:
        before.pop(latest.id, None)
    return not FREE_OUTCOMES.issuperset(before.values())
