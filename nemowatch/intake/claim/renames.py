"""Recognizes a file that is known under another name: renamed while its job is open, or written in
the other Unicode form.

Owns the decision which known source a candidate is. It only reads the journal and the disk.
"""

from __future__ import annotations

import sqlite3
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from operator import attrgetter
from pathlib import Path

from nemowatch.errors import LocalError, SourceGone
from nemowatch.fs.identity import NO_LOOK, same_file
from nemowatch.fs.lookups import lookup_many
from nemowatch.intake.records import Candidate
from nemowatch.journal import jobs, renames, source_members, sources
from nemowatch.journal.job_steps import PART_BEFORE, TAKEN_AWAY
from nemowatch.journal.jobs import Job
from nemowatch.journal.sources import SourceRow
from nemowatch.model import Snapshot, State

#: Milliseconds, after its file was gone, within which a source may come again under another name.
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
    candidates: Collection[Candidate],
    now_ms: int,
) -> dict[bytes, list[Earlier]]:
    """The known sources that each candidate may be, by the candidate's path. Candidates that are
    known by their own path are left out."""
    unknown = _unknown(conn, watch, candidates)
    if not unknown:
        return {}

    digests = [candidate.digest for candidate in unknown]
    same = renames.with_digests(conn, watch, digests)
    found: dict[bytes, list[Earlier]] = {}
    for candidate in unknown:
        rows = same.get(candidate.digest, [])
        earlier = _earlier(conn, rows, candidate, now_ms)
        if earlier:
            found[candidate.path] = earlier
    return found


def _unknown(
    conn: sqlite3.Connection, watch: str, candidates: Collection[Candidate]
) -> list[Candidate]:
    """The candidates that are not known by their own paths."""
    found: list[Candidate] = []
    seen = renames.paths_seen(conn, watch, map(attrgetter("path"), candidates))
    for candidate in candidates:
        is_seen = candidate.path in seen
        if not is_seen or not sources.find(conn, watch, candidate.path, candidate.digest):
            found.append(candidate)
    return found


def _earlier(
    conn: sqlite3.Connection,
    rows: Iterable[SourceRow],
    candidate: Candidate,
    now_ms: int,
) -> list[Earlier]:
    """The sources among these, all of the same content, that a candidate may be."""
    found: list[Earlier] = []
    for row in rows:
        if _may_be(conn, row, candidate, now_ms):
            same_name = is_same_name(row.path, candidate.path)
            found.append(Earlier(row, _snapshot_of(conn, row), same_name))
    return found


def _snapshot_of(conn: sqlite3.Connection, row: SourceRow) -> Snapshot:
    """The source's main file as it was claimed."""
    for member in source_members.of_source(conn, row.id):
        is_main = member.path == row.path
        if is_main and member.snapshot is not None:
            return member.snapshot
    return NO_LOOK


def is_same_name(one: bytes, other: bytes) -> bool:
    """Whether two paths are the same but for the Unicode form (NFC, as most systems write it, or
    NFD, as macOS does)."""
    return composed(one) == composed(other)


def composed(path: bytes) -> str:
    """A path in composed Unicode (NFC); bytes that are not UTF-8 survive."""
    return unicodedata.normalize("NFC", path.decode("utf-8", "surrogateescape"))


def _may_be(
    conn: sqlite3.Connection,
    row: SourceRow,
    candidate: Candidate,
    now_ms: int,
) -> bool:
    """Whether this source orders the same, and its file may have been renamed."""
    own = jobs.of_source(conn, row.id)
    if row.task != candidate.task:
        return False
    if targets_of(own) != candidate.targets:
        return False
    if is_same_name(row.path, candidate.path):
        return True
    return _may_be_renamed(row, own, now_ms)


def targets_of(own: Iterable[Job]) -> set[tuple[str, str]]:
    """What the jobs of a source make: (item, target)."""
    return {(job.item, job.target) for job in own}


def _may_be_renamed(row: SourceRow, own: list[Job], now_ms: int) -> bool:
    states = {job.state for job in own}
    if states <= {State.CANCELLED}:
        return False  # nothing was paid for it: the file is an order like any other
    if row.retired_at is None:
        return True

    is_kept_here = row.retired_to == b""
    if is_kept_here:
        return True
    was_moved = row.retired_to is not None
    if was_moved:
        return False
    return now_ms - row.retired_at < RENAMED_WITHIN


def moved_away(root: Path, earlier: Iterable[Earlier]) -> frozenset[int]:
    """Ids of the sources whose files are no longer at their paths: nothing is there, or another
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
    """The source that each candidate is, by the candidate's path; each source at most once.
    `moved`: ids of sources whose files are no longer at their paths; `deletes`: finished files are
    deleted here, and do not come again."""
    chosen: dict[bytes, Earlier] = {}
    taken: set[int] = set()
    for path, earlier in found.items():
        for one in sorted(earlier, key=_has_another_name):
            if one.source.id in taken:
                continue
            checked = replace(one, is_there=one.source.id not in moved)
            if _is_it(checked, deletes):
                chosen[path] = checked
                taken.add(one.source.id)
                break
    return chosen


def _has_another_name(one: Earlier) -> bool:
    return not one.is_same_name


def _is_it(one: Earlier, deletes: bool) -> bool:
    if one.is_same_name:
        return True
    if one.is_there:
        return False

    if not deletes or one.source.retired_at is None:
        return True
    is_deleted = one.source.retired_to is None
    return not is_deleted


def ended_by_rename(job: Job) -> bool:
    """Whether this job has ended only because its file was no longer at its path."""
    if job.state is State.CANCELLED:
        return job.error_text == TAKEN_AWAY
    if job.state is State.FAILED:
        return job.error_code in (SourceGone.code, PART_BEFORE)
    return False
