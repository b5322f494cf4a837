"""What the journal knows about files at given paths: their sources, whether anything was paid for
them, and that they have changed or are gone.

It claims nothing; `journal_claims` does.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import chain, filterfalse
from operator import attrgetter

from nemowatch.intake.claim.copy_names import copies_between, originals
from nemowatch.intake.claim.made_before import Outputs, paths_and_sizes, results_before
from nemowatch.intake.records import Candidate
from nemowatch.intake.scan.paths import parent
from nemowatch.journal import jobs, renames, source_members, sources, spend
from nemowatch.journal.jobs import Job
from nemowatch.journal.sources import SourceRow
from nemowatch.model import ENDED, HoldReason, State

#: States in which, or on return to which, nothing has been paid for a job.
UNPAID = frozenset({State.CLAIMED, State.UPLOADING, State.UPLOADED})
#: States in which a job has ended without a result.
_IN_VAIN = ENDED - {State.PUBLISHED}
#: Up to this many missing files are looked up one by one; more are read in one query.
FEW = 200


def unpaid(conn: sqlite3.Connection, found: Iterable[Job]) -> bool:
    """True when nothing was, or may have been, paid for any of these jobs, and some are still to
    be done. A job that lost its session starts over and yet may be paid for, as its calls show.
    """
    going_on = list(filterfalse(_is_cancelled, found))
    return bool(going_on) and all(map(partial(_is_unpaid, conn), going_on))


def _is_cancelled(job: Job) -> bool:
    return job.state is State.CANCELLED


def _is_unpaid(conn: sqlite3.Connection, job: Job) -> bool:
    return job.working_state in UNPAID and not spend.is_paid(conn, job.id)


def unsettle(
    conn: sqlite3.Connection,
    watch: str,
    paths: Iterable[bytes],
    now_ms: int,
) -> None:
    """Let the jobs of these changed files rest until the files have settled again, unless something
    was paid already."""
    for path in paths:
        # the source of a project is the folder of its files
        rows = sources.in_inbox(conn, watch, path) or sources.in_inbox(conn, watch, parent(path))
        for row in filter(attrgetter("settled"), rows):
            _unsettle_unpaid(conn, row, now_ms)


def _unsettle_unpaid(conn: sqlite3.Connection, row: SourceRow, now_ms: int) -> None:
    own = jobs.of_source(conn, row.id)
    if unpaid(conn, own):
        sources.unsettle(conn, row.id, now_ms)


def gone_sources(conn: sqlite3.Connection, watch: str, paths: Iterable[bytes]) -> list[int]:
    """Ids of the sources in the inbox of which one of these missing files is a member."""
    missing = list(paths)
    if len(missing) > FEW:
        return sorted(_members_of(conn, watch, missing))

    # a path at which no source ever was may be that of a member
    found = _members_of(conn, watch, never_seen(conn, watch, missing))
    for path in missing:
        found.update(claimed_at(conn, watch, path))
    return sorted(found)


def _members_of(conn: sqlite3.Connection, watch: str, paths: Iterable[bytes]) -> set[int]:
    """Ids of the sources in the inbox that have one of these files."""
    wanted = set(paths)
    if not wanted:
        return set()

    known = source_members.known_files(conn, watch)
    found: set[int] = set()
    for path in wanted & known.keys():
        found.add(known[path].source_id)
    return found


def claimed_at(conn: sqlite3.Connection, watch: str, path: bytes) -> dict[int, int]:
    """When the sources at this path that have not left it were claimed: id -> UTC ms."""
    return {row.id: row.created_at for row in sources.in_inbox(conn, watch, path)}


def never_seen(conn: sqlite3.Connection, watch: str, paths: Iterable[bytes]) -> list[bytes]:
    """The paths among these at which this journal has never had a source."""
    return list(filterfalse(partial(sources.at_path, conn, watch), paths))


@dataclass(frozen=True, slots=True)
class Ended:
    """What had been published for a source when its file came again, by job id."""

    outputs: Outputs


def ended_before(
    conn: sqlite3.Connection, watch: str, candidates: Collection[Candidate]
) -> dict[bytes, Ended]:
    """The candidates whose source has ended, or that an earlier list has made in part, by path:
    their results must be looked for before they are claimed."""
    found: dict[bytes, Ended] = {}
    seen = renames.paths_seen(conn, watch, map(attrgetter("path"), candidates))
    for candidate in candidates:
        if candidate.path not in seen:
            continue
        outputs = _outputs_before(conn, watch, candidate)
        if outputs is not None:
            found[candidate.path] = Ended(outputs)
    return found


def _outputs_before(conn: sqlite3.Connection, watch: str, candidate: Candidate) -> Outputs | None:
    """What was published of it before; None when there is nothing to look for."""
    row = sources.find(conn, watch, candidate.path, candidate.digest)
    if row is not None:
        return _outputs_of_ended(conn, row)
    return results_before(conn, watch, candidate) or None


def _outputs_of_ended(conn: sqlite3.Connection, row: SourceRow) -> Outputs | None:
    """What was published of a source; None while it is being worked on."""
    found: Outputs = {}
    for job in jobs.of_source(conn, row.id):
        if job.state not in ENDED:
            return None
        if job.state is State.PUBLISHED:
            found[job.id] = paths_and_sizes(conn, job)
    return found


def copies_last(candidates: Iterable[Candidate]) -> list[Candidate]:
    """The candidates, each that by its name may be a copy of another one after that."""
    by_path = {candidate.path: candidate for candidate in candidates}
    copies: list[Candidate] = []
    for candidate in by_path.values():
        if not by_path.keys().isdisjoint(originals(candidate.path)):
            copies.append(candidate)

    copies.sort(key=_length)
    behind = {candidate.path for candidate in copies}
    first = [candidate for candidate in candidates if candidate.path not in behind]
    return [*first, *copies]


def _length(candidate: Candidate) -> int:
    return len(candidate.path)


def is_copy(conn: sqlite3.Connection, watch: str, candidate: Candidate) -> bool:
    """Whether it has the name of a copy and the same content as its original, so that nothing new
    would be made of it. Sync clients may bring the copy before its original."""
    find = partial(sources.find, conn, watch, digest=candidate.digest)
    first = filter(None, map(find, originals(candidate.path)))
    copies = filterfalse(partial(_waits_as_copy, conn), _copies_of(conn, watch, candidate))
    return any(map(partial(_may_have_results, conn), chain(first, copies)))


def _copies_of(conn: sqlite3.Connection, watch: str, candidate: Candidate) -> list[SourceRow]:
    """The sources of the same content whose names are those of copies of it."""
    first, last = copies_between(candidate.path)
    found = sources.between(conn, watch, first, last, candidate.digest)
    return [row for row in found if candidate.path in originals(row.path)]


def _may_have_results(conn: sqlite3.Connection, row: SourceRow) -> bool:
    """Whether something was made of this source, is being made, or may be."""
    own = jobs.of_source(conn, row.id)
    return any(job.state not in _IN_VAIN for job in own)


def _waits_as_copy(conn: sqlite3.Connection, row: SourceRow) -> bool:
    """Whether this source itself waits because it may be a copy."""
    own = jobs.of_source(conn, row.id)
    return all(job.state is State.HELD and job.reason == HoldReason.CONFLICT for job in own)


def paid_here(conn: sqlite3.Connection, watch: str, path: bytes) -> Iterator[SourceRow]:
    """The sources at this path, still in the inbox, that are or may be paid for."""
    for row in sources.at_path(conn, watch, path):
        if row.is_here and not unpaid(conn, jobs.of_source(conn, row.id)):
            yield row


@dataclass(frozen=True, slots=True)
class Late:
    """Subtitles that came after their clip was taken."""

    source: SourceRow
    files: tuple[bytes, ...]


def late_for(conn: sqlite3.Connection, watch: str, candidate: Candidate) -> Late | None:
    """The paid source that already has the candidate's clip, but not all of its subtitles; None
    when there is none. A clip that was removed since and comes again with subtitles is a new
    order."""
    if not candidate.subtitles:
        return None
    for row in paid_here(conn, watch, candidate.path):
        before = source_members.of_source(conn, row.id)
        digests = {member.path: member.digest for member in before}
        if digests.get(candidate.path) == candidate.main.digest:
            return Late(row, _not_among(candidate, digests))
    return None


def _not_among(candidate: Candidate, digests: Mapping[bytes, str]) -> tuple[bytes, ...]:
    """The paths of the candidate's subtitles that differ from these files."""
    late: list[bytes] = []
    for member in candidate.files:
        is_other = digests.get(member.path) != member.digest
        if is_other and member.path in candidate.subtitles:
            late.append(member.path)
    return tuple(late)
