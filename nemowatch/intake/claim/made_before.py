"""Pays nothing again when a list of links comes back with other lines, or a clip with other
subtitles, for what an earlier source at its path has made or is making.

Owns which job of an earlier source counts for a new one. For an address it is the one with the same
target and instructions; for a clip the one with the same target and the same words, or with any
words if the new one has none. It reads no file.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Container, Iterable, Iterator
from dataclasses import replace
from operator import itemgetter
from typing import TypeAlias

from nemowatch.intake.claim.subtitle_names import tags_of
from nemowatch.intake.records import Candidate
from nemowatch.journal import jobs, results, sessions, source_members, sources, spend
from nemowatch.journal.jobs import Job
from nemowatch.journal.sources import NewJob, SourceRow
from nemowatch.model import ENDED, PAID, Member, MemberRole, State

#: Two jobs with the same key make the same: (address or digest, target, skill, instructions or
#: words).
Key = tuple[str, str, str, str]
#: Published results by job id, each job's as (absolute path, bytes).
Outputs: TypeAlias = dict[int, tuple[tuple[bytes, int], ...]]
#: From here on a job is, or may be, paid for.
BEGUN = PAID | {State.INSTRUCTING, State.ATTENTION}


def results_before(conn: sqlite3.Connection, watch: str, candidate: Candidate) -> Outputs:
    """The published results of earlier sources that this candidate asks for as well."""
    made = _made(conn, watch, candidate)
    found: Outputs = {}
    if not made:
        return found
    keys = map(itemgetter(1), _wanted(candidate))
    earlier = filter(None, map(made.get, keys))
    for before in filter(jobs.is_published, earlier):
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
    """The candidate, with only what is new in it left to be paid for. Existing results are taken as
    they are; those that are gone (`lost`: ids of published jobs) or have failed are made from their
    saved edits; what an earlier source is still making is left to that source.
    """
    made = _made(conn, watch, candidate)
    if not made:
        return candidate
    fresh = (_after(conn, job, made.get(key), lost) for job, key in _wanted(candidate))
    return replace(candidate, jobs=tuple(filter(None, fresh)))


def _after(
    conn: sqlite3.Connection,
    job: NewJob,
    before: Job | None,
    lost: Container[int],
) -> NewJob | None:
    """What is left to do of a job after `before`, the same job of an earlier source; None when that
    source is still making it."""
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
    """The jobs of a candidate, each with its key."""
    of = _Members(candidate.path, candidate.members, [job.target.name for job in candidate.jobs])
    for job in candidate.jobs:
        target = job.target
        said = of.words(target.name)
        if of.is_address(job.item):
            said = target.prompt
        yield job, (of.contents.get(job.item, ""), target.name, job.skill, said)


class _Members:
    """The clips of a source, and the texts that belong to them."""

    def __init__(self, path: bytes, members: Iterable[Member], targets: Iterable[str]) -> None:
        #: what the clips of each item are: their addresses, or the digests of files
        self.contents: dict[str, str] = {}
        self._addresses: set[str] = set()
        self._texts: dict[bytes, str] = {}
        for member in members:
            self._add(member)
        #: the languages of those texts that are subtitles
        self._tags = tags_of(targets, path, self._texts)

    def _add(self, member: Member) -> None:
        if member.role is MemberRole.CLIP:
            before = self.contents.get(member.item, "")
            self.contents[member.item] = before + (member.url or member.digest)
        if member.role is MemberRole.SCRIPT:
            self._texts[member.path] = member.digest
        if member.url:
            self._addresses.add(member.item)

    def is_address(self, item: str) -> bool:
        """Whether an item is an address and not a file."""
        return item in self._addresses

    def words(self, target: str) -> str:
        """The digest of its texts for this target; "" when it has none."""
        found = [digest for path, digest in self._texts.items() if self._is_for(path, target)]
        return " ".join(found)

    def _is_for(self, path: bytes, target: str) -> bool:
        return self._tags.get(path, target) == target

    def is_given_words(self, target: str) -> bool:
        """Whether subtitles are given for this target, which could also be made without."""
        return target in self._tags.values()


def _made(conn: sqlite3.Connection, watch: str, candidate: Candidate) -> dict[Key, Job]:
    """The jobs of earlier sources at this path by their keys; of several with one key the one that
    is worth most counts, and of those the latest."""
    found: dict[Key, Job] = {}
    for row in sources.at_path(conn, watch, candidate.path):
        for job, key in _jobs_of_source(conn, row):
            known = found.get(key)
            if known is None or _worth(conn, job) > _worth(conn, known):
                found[key] = job
    return found


def _jobs_of_source(conn: sqlite3.Connection, row: SourceRow) -> Iterator[tuple[Job, Key]]:
    """The jobs of an earlier source, each with its key. One that was made with given words also
    counts for a job without."""
    own = jobs.of_source(conn, row.id)
    members = source_members.of_source(conn, row.id)
    of = _Members(row.path, members, [job.target for job in own])
    for job in own:
        content = of.contents.get(job.item, "")
        if not content or sessions.is_change(conn, job):
            continue
        if of.is_address(job.item):
            yield job, (content, job.target, job.skill, job.prompt)
            continue
        yield job, (content, job.target, job.skill, of.words(job.target))
        if of.is_given_words(job.target):
            yield job, (content, job.target, job.skill, "")


def _worth(conn: sqlite3.Connection, job: Job) -> int:
    """What an earlier job is worth: 2 with results, 1 if it is or may be paid for, else 0."""
    if job.state is State.PUBLISHED:
        return 2
    if job.working_state in BEGUN:
        return 1
    return int(spend.is_paid(conn, job.id))


def _edit_of(conn: sqlite3.Connection, before: Job) -> int:
    """The id of the job whose paid, saved edit can be rendered again; 0 for none."""
    if not spend.is_paid(conn, before.id):
        return 0
    if not results.is_draft_saved(conn, before.id):
        return 0
    return before.id
