"""From a settled, read file to jobs in the journal: the same content at the same place is never
paid for twice.

Owns the decision what a candidate is to the journal (new, changed, a retry, a second copy) and
carries it out, in one transaction for many candidates. It reads no file.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from nemowatch.errors import UsageError
from nemowatch.fs.identity import unchanged
from nemowatch.intake.claim.known_sources import unpaid
from nemowatch.intake.claim.link_lists import paths_and_sizes, results_before, without_paid
from nemowatch.intake.records import Candidate
from nemowatch.journal import batches, job_steps, jobs, results, source_members, sources
from nemowatch.journal.jobs import Job
from nemowatch.journal.sources import NewJob, NewSource, SourceRow
from nemowatch.model import ENDED, HoldReason, Snapshot, State


@dataclass(frozen=True, slots=True)
class Ended:
    """What had been published for a source when its file came again, by job id."""

    outputs: dict[int, tuple[tuple[bytes, int], ...]]  #: (absolute path, bytes)


class Outcome(StrEnum):
    """What became of a candidate."""

    NEW = "new"
    RESETTLED = "resettled"  #: it had changed after its claim, and has settled again
    STANDING = "standing"  #: the file of a source that is being worked on, or is kept here
    AGAIN = "again"  #: failed before: only what is missing is done
    REDELIVERED = "redelivered"  #: its results are gone and come from the saved draft
    DUPLICATE = "duplicate"  #: done, and its results stand
    NO_DRAFT = "no draft"  #: done, its results are gone, and there is no draft


@dataclass(frozen=True, slots=True)
class Claimed:
    """A candidate with its outcome."""

    candidate: Candidate
    source_id: int
    outcome: Outcome


def ended_before(
    conn: sqlite3.Connection, watch: str, candidates: Iterable[Candidate]
) -> dict[bytes, Ended]:
    """Those candidates whose source has ended, or that an earlier list has made in part, by
    path: their results must be looked for before they are claimed."""
    found: dict[bytes, Ended] = {}
    for candidate in candidates:
        row = sources.find(conn, watch, candidate.path, candidate.digest)
        if row is not None:
            ended = _ended(conn, row)
        else:
            ended = results_before(conn, watch, candidate) or None
        if ended is not None:
            found[candidate.path] = Ended(ended)
    return found


def _ended(
    conn: sqlite3.Connection, row: SourceRow
) -> dict[int, tuple[tuple[bytes, int], ...]] | None:
    """What was published of a source, by job; None while it is being worked on."""
    found: dict[int, tuple[tuple[bytes, int], ...]] = {}
    for job in jobs.of_source(conn, row.id):
        if job.state not in ENDED:
            return None
        if job.state is State.PUBLISHED:
            found[job.id] = paths_and_sizes(conn, job)
    return found


class Claims:
    """Claims candidates of one watch, in one transaction."""

    def __init__(
        self,
        conn: sqlite3.Connection,
        watch: str,
        now_ms: int,
        *,
        confirm_above: int,
        keeps: bool,
        lost: frozenset[int] = frozenset(),
    ) -> None:
        """`keeps`: sources stay in the inbox when they are done; `lost`: ids of published jobs
        whose results are gone."""
        self._conn, self._watch, self._now = conn, watch, now_ms
        self._confirm_above, self._keeps, self._lost = confirm_above, keeps, lost
        self._batch: int | None = None
        self._rebuilt = False
        standing = batches.open_for(conn, watch)
        if standing is not None:
            self._rebuilt = standing.cause == batches.REBUILT
            if standing.cause not in batches.ALONE:
                self._batch = standing.id

    def claim(self, candidate: Candidate) -> Claimed:
        """Decide and write."""
        row = sources.find(self._conn, self._watch, candidate.path, candidate.digest)
        outcome = self._new(candidate) if row is None else self._known(candidate, row)
        return Claimed(candidate, *outcome)

    def _new(self, candidate: Candidate) -> tuple[int, Outcome]:
        for row in sources.in_inbox(self._conn, self._watch, candidate.path):
            if not unpaid(self._conn, jobs.of_source(self._conn, row.id)):
                continue  # it cannot become another order any more
            if not row.settled and self._same_shape(row, candidate):
                return self._resettle(row, candidate), Outcome.RESETTLED
            self._supersede(row)

        return self._add(candidate), Outcome.NEW

    def _add(self, candidate: Candidate) -> int:
        """Write it as a new source; returns its id."""
        candidate, doubtful = self._own_results(candidate)
        candidate = without_paid(self._conn, self._watch, candidate, self._lost)
        batch, held = self._batch_for(candidate, doubtful=doubtful)
        done = sum(job.is_free for job in candidate.jobs)
        if done and batch is not None:
            batches.shrink(self._conn, batch, done, self._now)

        new = NewSource(
            watch=self._watch,
            folder=candidate.folder,
            path=candidate.path,
            digest=candidate.digest,
            task=candidate.task,
            members=candidate.members,
            jobs=candidate.jobs,
            batch_id=batch,
            held=held,
        )
        return sources.claim(self._conn, new, self._now).id

    def _own_results(self, candidate: Candidate) -> tuple[Candidate, bool]:
        """What is in the outbox and was made of another file is no result of this one, which
        may be its new version. The second: results stand that nobody remembers making, although
        this journal was never lost.
        """
        own = tuple(map(self._without_known, candidate.jobs))
        if self._rebuilt or not any(job.existing for job in own):
            return replace(candidate, jobs=own), False

        without = tuple(replace(job, existing=()) for job in own)
        return replace(candidate, jobs=without), True

    def _without_known(self, job: NewJob) -> NewJob:
        """The job without results that stand and were made of another file."""
        if self._are_known(job):
            return replace(job, existing=())
        return job

    def _are_known(self, job: NewJob) -> bool:
        """Whether the results that stand were published by a job of this journal."""
        return any(results.of_output(self._conn, result.path) for result in job.existing)

    def _batch_for(self, candidate: Candidate, *, doubtful: bool) -> tuple[int | None, str]:
        """The batch that a new source joins, and what holds its jobs."""
        batch = self._join_batch(candidate, doubtful=doubtful)
        if candidate.conflict:
            return batch, HoldReason.CONFLICT
        if batch is not None:
            return batch, HoldReason.APPROVAL
        return None, ""

    def _join_batch(self, candidate: Candidate, *, doubtful: bool) -> int | None:
        if self._batch is not None:
            return self._batch
        count = sum(not job.is_free for job in candidate.jobs)
        if doubtful:
            return batches.begin(self._conn, self._watch, batches.STANDS, count, self._now)
        if candidate.many and 0 < self._confirm_above < count:
            return batches.begin(self._conn, self._watch, batches.LIST, count, self._now)
        return None

    def _same_shape(self, row: SourceRow, candidate: Candidate) -> bool:
        """True when the jobs written then are those the new content asks for."""
        had = {(job.item, job.target) for job in jobs.of_source(self._conn, row.id)}
        return had == {(job.item, job.target.name) for job in candidate.jobs}

    def _resettle(self, row: SourceRow, candidate: Candidate) -> int:
        self._renew_prompts(row.id, candidate)
        sources.resettle(self._conn, row.id, candidate.digest, candidate.members, self._now)
        return row.id

    def _renew_prompts(self, source_id: int, candidate: Candidate) -> None:
        """What has not been paid for follows the instructions as they are now."""
        prompts = {(new.item, new.target.name): new.target.prompt for new in candidate.jobs}
        for job in jobs.of_source(self._conn, source_id):
            prompt = prompts.get((job.item, job.target), job.prompt)
            if job.state is State.CLAIMED and prompt != job.prompt:
                jobs.apply(self._conn, job, job.state, self._now, {"prompt": prompt})

    def _supersede(self, row: SourceRow) -> None:
        """Another version of the file, or a text beside it, came before anything was paid: the
        new order counts."""
        for job in jobs.of_source(self._conn, row.id):
            if job.state not in ENDED:
                job_steps.cancel(
                    self._conn, job.id, "replaced by a newer version of the file", self._now
                )
        sources.retire(self._conn, row.id, None, self._now)

    def _known(self, candidate: Candidate, row: SourceRow) -> tuple[int, Outcome]:
        done = jobs.of_source(self._conn, row.id)
        states = {job.state for job in done}
        if not states <= ENDED:
            return row.id, self._at_work(candidate, row)

        lost = [job for job in done if job.id in self._lost]
        is_whole = not lost and states <= {State.PUBLISHED}
        if is_whole and self._kept(candidate, row):
            source_members.refresh(self._conn, row.id, candidate.members)
            return row.id, Outcome.STANDING

        sources.unretire(self._conn, row.id)
        source_members.refresh(self._conn, row.id, candidate.members)
        return row.id, self._do_missing(candidate, row, done, lost)

    def _at_work(self, candidate: Candidate, row: SourceRow) -> Outcome:
        if row.settled:
            source_members.refresh(self._conn, row.id, candidate.members)
            return Outcome.STANDING
        self._resettle(row, candidate)
        return Outcome.RESETTLED

    def _kept(self, candidate: Candidate, row: SourceRow) -> bool:
        """True when this very file was left here on purpose after it was done; touched since, it
        is still the same."""
        left = row.retired_at is not None and row.retired_to != b""
        if not self._keeps or left:
            return False
        members = source_members.of_source(self._conn, row.id)
        before = {member.path: member.snapshot for member in members if member.snapshot}
        return all(_same_file(before.get(file.path), file.snapshot) for file in candidate.files)

    def _do_missing(
        self,
        candidate: Candidate,
        row: SourceRow,
        done: list[Job],
        lost: list[Job],
    ) -> Outcome:
        outcome = Outcome.DUPLICATE
        for job in lost:
            outcome = self._redeliver(job)
        for job in done:
            if job.state is not State.PUBLISHED:
                job_steps.retry(self._conn, job.id, self._now)
                outcome = Outcome.AGAIN

        # it may have been paid for after the journal's copy was made
        if outcome is Outcome.AGAIN and self._rebuilt and self._batch is not None:
            batches.hold_source(self._conn, row.id, self._batch, self._now)
        self._renew_prompts(row.id, candidate)
        return outcome

    def _redeliver(self, job: Job) -> Outcome:
        """Have the lost results of a published job delivered from its saved draft."""
        try:
            job_steps.redeliver(self._conn, job.id, self._now)
        except UsageError:
            return Outcome.NO_DRAFT
        return Outcome.REDELIVERED


def _same_file(before: Snapshot | None, now: Snapshot | None) -> bool:
    """Whether the same content is the same file: a backup or a share's server may touch a file, a
    second copy has an inode of its own."""
    if before is None or now is None:
        return False
    return before.ino == now.ino or unchanged(before, now, local=False)
