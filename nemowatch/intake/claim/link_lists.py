"""A list of links that comes again with other lines: what an earlier list at its place has made, or
is making, is not paid for once more.

Owns which job of an earlier list counts for one of the new: the same address, the same target,
the same instructions. It reads no file.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Container, Iterator
from dataclasses import replace

from nemowatch.intake.records import Candidate
from nemowatch.journal import jobs, results, source_members, sources, spend
from nemowatch.journal.jobs import Job
from nemowatch.journal.sources import NewJob
from nemowatch.model import ENDED, PAID, Member, State

#: What makes two jobs of lists the same one: (address, target, skill, instructions).
Key = tuple[str, str, str, str]
#: From here on a job is, or may be, paid for.
BEGUN = PAID | {State.INSTRUCTING, State.ATTENTION}


def results_before(
    conn: sqlite3.Connection, watch: str, candidate: Candidate
) -> dict[int, tuple[tuple[bytes, int], ...]]:
    """The published results of earlier lists that this one asks for as well, by job id:
    (absolute path, bytes)."""
    made = _made(conn, watch, candidate)
    found: dict[int, tuple[tuple[bytes, int], ...]] = {}
    for _, key in _wanted(candidate):
        before = made.get(key)
        if before is not None and before.state is State.PUBLISHED:
            found[before.id] = paths_and_sizes(conn, before)
    return found


def paths_and_sizes(conn: sqlite3.Connection, job: Job) -> tuple[tuple[bytes, int], ...]:
    """The results of a published job: (absolute path, bytes)."""
    outputs = results.outputs(conn, job.id)
    return tuple((output.path, output.size) for output in outputs)


def without_paid(
    conn: sqlite3.Connection,
    watch: str,
    candidate: Candidate,
    lost: Container[int],
) -> Candidate:
    """The candidate with only what is new of it to be paid for. What exists is taken as it is;
    what is gone (`lost`: ids of published jobs) or has failed is delivered from its saved edit;
    what an earlier list is still making is left to that.
    """
    made = _made(conn, watch, candidate)
    found: list[NewJob] = []
    for job, key in _wanted(candidate):
        fresh = _after(conn, job, made.get(key), lost)
        if fresh is not None:
            found.append(fresh)
    return replace(candidate, jobs=tuple(found))


def _after(
    conn: sqlite3.Connection,
    job: NewJob,
    before: Job | None,
    lost: Container[int],
) -> NewJob | None:
    """What is left to do of a job after `before`, which an earlier list has asked for; None: that
    list is on it."""
    if before is None:
        return job
    if before.state is State.PUBLISHED and before.id not in lost:
        return replace(job, existing=tuple(results.outputs(conn, before.id)))
    if before.state in ENDED:
        return replace(job, edit_of=_edit_of(conn, before))
    if before.working_state in BEGUN:
        return None
    return job


def _wanted(candidate: Candidate) -> Iterator[tuple[NewJob, Key]]:
    """The jobs of a list, each with what makes it the same as one of an earlier list."""
    urls = _urls(candidate.members)
    for job in candidate.jobs:
        url = urls.get(job.item, "")
        yield job, (url, job.target.name, job.skill, job.target.prompt)


def _urls(members: tuple[Member, ...] | list[Member]) -> dict[str, str]:
    return {member.item: member.url for member in members if member.url}


def _made(conn: sqlite3.Connection, watch: str, candidate: Candidate) -> dict[Key, Job]:
    """The jobs of earlier lists at this place; of several for one address those that have made
    something come first, the latest first. {} for what is no list."""
    if not _urls(candidate.members):
        return {}
    found: dict[Key, Job] = {}
    for row in sources.at_path(conn, watch, candidate.path):
        urls = _urls(source_members.of_source(conn, row.id))
        for job in jobs.of_source(conn, row.id):
            url = urls.get(job.item, "")
            key = (url, job.target, job.skill, job.prompt)
            if url and _is_better(conn, job, found.get(key)):
                found[key] = job
    return found


def _is_better(conn: sqlite3.Connection, job: Job, known: Job | None) -> bool:
    return known is None or _worth(conn, job) > _worth(conn, known)


def _worth(conn: sqlite3.Connection, job: Job) -> int:
    if job.state is State.PUBLISHED:
        return 2
    return int(job.working_state in BEGUN or spend.is_paid(conn, job.id))


def _edit_of(conn: sqlite3.Connection, before: Job) -> int:
    """The job whose paid and saved edit can be delivered once more; 0 for none."""
    is_there = spend.is_paid(conn, before.id) and results.is_draft_saved(conn, before.id)
    return before.id if is_there else 0
