"""A file that is known under another name: renamed while its job is open, or spelled in the other
form of Unicode.

Owns the question which known source a candidate is. The journal and the disk are only read here.
"""

from __future__ import annotations

import sqlite3
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from nemowatch.errors import LocalError, SourceGone
from nemowatch.fs.identity import NO_LOOK, same_file
from nemowatch.fs.safe_open import lookup_many
from nemowatch.intake.records import Candidate
from nemowatch.journal import jobs, renames, source_members, sources
from nemowatch.journal.job_steps import TAKEN_AWAY
from nemowatch.journal.jobs import Job
from nemowatch.journal.sources import SourceRow
from nemowatch.model import Snapshot, State

#: Milliseconds after its file was gone in which a source may come again under another name.
RENAMED_WITHIN = 3_600_000


@dataclass(frozen=True, slots=True)
class Earlier:
    """A known source that a candidate may be."""

    source: SourceRow
    snapshot: Snapshot  #: its main file as it was claimed
    is_same_name: bool  #: only the form of Unicode differs
    is_there: bool = False  #: its file is still at its path


def sources_of_same_content(
    conn: sqlite3.Connection,
    watch: str,
    candidates: Iterable[Candidate],
    now_ms: int,
) -> dict[bytes, list[Earlier]]:
    """The known sources that each candidate may be, by the candidate's path; nothing for one that
    is known by its own path."""
    unknown: list[Candidate] = []
    for candidate in candidates:
        if sources.find(conn, watch, candidate.path, candidate.digest) is None:
            unknown.append(candidate)
    if not unknown:
        return {}

    same = renames.with_digests(conn, watch, [candidate.digest for candidate in unknown])
    found: dict[bytes, list[Earlier]] = {}
    for candidate in unknown:
        for row in same.get(candidate.digest, []):
            if _may_be(conn, row, candidate, now_ms):
                same_name = is_same_name(row.path, candidate.path)
                earlier = Earlier(row, _snapshot_of(conn, row), same_name)
                found.setdefault(candidate.path, []).append(earlier)
    return found


def _snapshot_of(conn: sqlite3.Connection, row: SourceRow) -> Snapshot:
    for member in source_members.of_source(conn, row.id):
        if member.path == row.path and member.snapshot is not None:
            return member.snapshot
    return NO_LOOK


def is_same_name(one: bytes, other: bytes) -> bool:
    """Whether two paths differ only in the form of Unicode (NFC, as most systems write it, or NFD,
    as macOS does)."""
    return composed(one) == composed(other)


def composed(path: bytes) -> str:
    """A path in the one form of Unicode (NFC); bytes that are not UTF-8 survive."""
    return unicodedata.normalize("NFC", path.decode("utf-8", "surrogateescape"))


def _may_be(
    conn: sqlite3.Connection,
    row: SourceRow,
    candidate: Candidate,
    now_ms: int,
) -> bool:
    """Whether this source orders the same, and its file may have been renamed."""
    own = jobs.of_source(conn, row.id)
    wanted = {(job.item, job.target.name) for job in candidate.jobs}
    if row.task != candidate.task or {(job.item, job.target) for job in own} != wanted:
        return False
    if is_same_name(row.path, candidate.path):
        return True
    return _may_be_renamed(row, own, now_ms)


def _may_be_renamed(row: SourceRow, own: list[Job], now_ms: int) -> bool:
    if {job.state for job in own} <= {State.CANCELLED}:
        return False  # nothing is paid for: it is an order like any other
    if row.retired_at is None or row.retired_to == b"":
        return True
    return row.retired_to is None and now_ms - row.retired_at < RENAMED_WITHIN


def moved_away(root: Path, earlier: Iterable[Earlier]) -> frozenset[int]:
    """Ids of those sources at whose paths their files are no more: nothing is there, or another
    file, as when people renumber a series. What cannot be checked counts as there. Blocking."""
    by_path: dict[bytes, list[Earlier]] = {}
    for one in earlier:
        by_path.setdefault(one.source.path, []).append(one)

    moved: set[int] = set()
    for path, now in lookup_many(root, by_path):
        for one in by_path[path]:
            if _is_another(one, now):
                moved.add(one.source.id)
    return frozenset(moved)


def _is_another(one: Earlier, now: Snapshot | LocalError) -> bool:
    if isinstance(now, LocalError):
        return isinstance(now, SourceGone)
    return not same_file(one.snapshot, now)


def choose(
    found: Mapping[bytes, list[Earlier]], moved: frozenset[int], *, deletes: bool
) -> dict[bytes, Earlier]:
    """The source that each candidate is, by the candidate's path, each source once. `moved`: ids
    of sources whose files are not at their paths any more; `deletes`: done files are deleted here,
    and do not come again."""
    chosen: dict[bytes, Earlier] = {}
    taken: set[int] = set()
    for path, earlier in found.items():
        for one in sorted(earlier, key=_by_name):
            there = one.source.id not in moved
            if one.source.id in taken or not _is_it(one, there, deletes):
                continue
            chosen[path] = replace(one, is_there=there)
            taken.add(one.source.id)
            break
    return chosen


def _by_name(one: Earlier) -> bool:
    return not one.is_same_name


def _is_it(one: Earlier, there: bool, deletes: bool) -> bool:
    if one.is_same_name:
        return True
    was_deleted = one.source.retired_at is not None and one.source.retired_to is None
    return not there and not (deletes and was_deleted)


def ended_by_rename(job: Job) -> bool:
    """Whether this job has only ended because its file was no longer at its path."""
    if job.state is State.CANCELLED:
        return job.error_text == TAKEN_AWAY
    return job.state is State.FAILED and job.error_code == SourceGone.code
