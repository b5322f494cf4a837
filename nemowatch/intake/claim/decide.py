"""From a settled, read file to jobs in the journal: the same content at the same place is never
paid for twice.

Owns the decision what a candidate is to the journal (new, changed, a retry, a second copy) and
carries it out, in one transaction for many candidates. It reads no file.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType

from nemowatch.errors import UsageError
from nemowatch.intake.claim.known_sources import is_copy, unpaid
from nemowatch.intake.claim.link_lists import without_paid
from nemowatch.intake.claim.renames import Earlier, composed, ended_by_rename
from nemowatch.intake.records import Candidate
from nemowatch.journal import batches, job_steps, jobs, renames, results, source_members, sources
from nemowatch.journal.jobs import Job
from nemowatch.journal.sources import NewJob, NewSource, SourceRow
from nemowatch.model import ENDED, HoldReason, State


class Outcome(StrEnum):
    """What became of a candidate."""

    NEW = "new"
    RESETTLED = "resettled"  #: it had changed after its claim, and has settled again
    STANDING = "standing"  #: the file of a source that is being worked on, or is kept here
    AGAIN = "again"  #: failed before: only what is missing is done
    REDELIVERED = "redelivered"  #: its results are gone and come from the saved draft
    DUPLICATE = "duplicate"  #: done, and its results stand
    NO_DRAFT = "no draft"  #: done, its results are gone, and there is no draft
    FOLLOWED = "followed"  #: renamed: its source goes on with it
    SAME_NAME = "same name"  #: the same file is there under the other spelling of its name


@dataclass(frozen=True, slots=True)
class Claimed:
    """A candidate with its outcome."""

    candidate: Candidate
    source_id: int
    outcome: Outcome
    before: bytes = b""  #: for FOLLOWED: the path that it had


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
        earlier: Mapping[bytes, Earlier] = MappingProxyType({}),
    ) -> None:
        """`keeps`: sources stay in the inbox when they are done; `lost`: ids of published jobs
        whose results are gone; `earlier`: known sources that candidates are, by the candidates'
        paths."""
        self._earlier = earlier
        self._claimed: dict[tuple[str, str], int] = {}  # sources, by content and composed path
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
        if row is not None:
            return Claimed(candidate, *self._known(candidate, row))
        earlier = self._earlier.get(candidate.path)
        if earlier is not None and self._is_current(earlier):
            return self._renamed(candidate, earlier)
        key = (candidate.digest, composed(candidate.path))
        if key in self._claimed:
            return Claimed(candidate, self._claimed[key], Outcome.SAME_NAME)
        if is_copy(self._conn, self._watch, candidate):
            candidate = replace(candidate, conflict=True)
        source_id, outcome = self._new(candidate)
        self._claimed[key] = source_id
        return Claimed(candidate, source_id, outcome)

    def _is_current(self, earlier: Earlier) -> bool:
        """Whether the source is still as it was when its file was looked for."""
        row = sources.by_id(self._conn, earlier.source.id)
        return row is not None and row.path == earlier.source.path

    def _renamed(self, candidate: Candidate, earlier: Earlier) -> Claimed:
        """Go on with a source whose file has another name now."""
        row = earlier.source
        own = jobs.of_source(self._conn, row.id)
        has_ended = {job.state for job in own} <= ENDED
        if earlier.is_there and (row.retired_at is None or not has_ended):
            return Claimed(candidate, row.id, Outcome.SAME_NAME)
        if not earlier.is_there:
            stems = {(job.item, job.target.name): job.stem for job in candidate.jobs}
            renames.move(self._conn, row.id, candidate.folder, candidate.path, candidate.members)
            renames.name_results(self._conn, row.id, stems)
        if row.retired_to is not None:  # kept here, or gone to done/ or failed/ before
            return Claimed(candidate, *self._known(candidate, row))
        return self._follow(candidate, row, own)

    def _follow(self, candidate: Candidate, row: SourceRow, own: list[Job]) -> Claimed:
        if row.retired_at is not None:
            sources.unretire(self._conn, row.id)
        elif not row.settled:
            self._resettle(row, candidate)

        again = list(filter(ended_by_rename, own))
        for job in again:
            job_steps.retry(self._conn, job.id, self._now)
        if again and self._batch is not None:
            batches.hold_source(self._conn, row.id, self._batch, self._now)
        return Claimed(candidate, row.id, Outcome.FOLLOWED, row.path)

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
        if is_whole and self._is_kept(row):
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

    def _is_kept(self, row: SourceRow) -> bool:
        """True when sources stay here when they are done, and this one did: whatever a sync client
        or a backup does to a file of known content, it is no second copy."""
        was_moved = row.retired_at is not None and row.retired_to != b""
        return self._keeps and not was_moved

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
