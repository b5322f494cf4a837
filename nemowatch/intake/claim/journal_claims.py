"""Turns settled, read files into jobs in the journal, and never pays twice for the same content at
the same path.

Owns the decision what a candidate is to the journal (new, changed, renamed) and carries it out, in
one transaction for many candidates. `known_files` decides what follows for a known file. It reads
no file. The jobs wait in the journal, where `jobs.runner` finds them.
"""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from itertools import filterfalse

from nemowatch.intake.claim.approval_batch import ApprovalBatch
from nemowatch.intake.claim.claimed import ClaimContext, Claimed, ClaimOutcome
from nemowatch.intake.claim.known_files import KnownFiles
from nemowatch.intake.claim.known_sources import is_copy, late_for, paid_here, unpaid
from nemowatch.intake.claim.made_before import without_paid
from nemowatch.intake.claim.renames import Earlier, composed, ended_by_rename, targets_of
from nemowatch.intake.claim.resettling import resettle
from nemowatch.intake.records import Candidate
from nemowatch.journal import job_steps, jobs, offers, renames, results, reviews, sources
from nemowatch.journal.jobs import Job
from nemowatch.journal.sources import NewJob, NewSource, SourceRow
from nemowatch.model import HoldReason

#: Why jobs of an earlier version of a file end.
_REPLACED = "replaced by a newer version of the file"


class Claims:
    """Claims candidates of one watch, in one transaction."""

    def __init__(self, conn: sqlite3.Connection, context: ClaimContext) -> None:
        self._conn = conn
        self._watch = context.watch
        self._now = context.now_ms
        self._lost = context.lost
        self._earlier = context.earlier
        self._paused = context.paused
        self._batch = ApprovalBatch(conn, context.watch, context.now_ms, context.confirm_above)
        self._known_files = KnownFiles(conn, context, self._batch)
        self._claimed: dict[tuple[str, str], int] = {}  # source ids by content and composed path

    def claim(self, candidate: Candidate) -> Claimed:
        """Decide what the candidate is to the journal, and write it."""
        row = sources.find(self._conn, self._watch, candidate.path, candidate.digest)
        if row is not None:
            self._end_others(row)
            return Claimed(candidate, row.id, self._known_files.outcome(candidate, row))

        earlier = self._earlier.get(candidate.path)
        if earlier is not None and self._is_current(earlier):
            return self._renamed(candidate, earlier)

        key = (candidate.digest, composed(candidate.path))
        if key in self._claimed:
            return Claimed(candidate, self._claimed[key], ClaimOutcome.SAME_NAME)

        late = self._version_of(candidate)
        if late:
            return Claimed(candidate, late, ClaimOutcome.VERSION)
        claimed = self._new(candidate)
        self._claimed[key] = claimed.source_id
        return claimed

    def _version_of(self, candidate: Candidate) -> int:
        """The source of which this project would be another version, paid for again although no
        person has ordered that; 0 for none."""
        if not candidate.is_project or candidate.approved:
            return 0
        for row in paid_here(self._conn, self._watch, candidate.path):
            return row.id
        return 0

    def _is_current(self, earlier: Earlier) -> bool:
        """Whether the source has not changed since its file was looked for."""
        row = sources.by_id(self._conn, earlier.source.id)
        return row is not None and row.path == earlier.source.path

    def _renamed(self, candidate: Candidate, earlier: Earlier) -> Claimed:
        """Go on with a source whose file has another name now."""
        row = earlier.source
        own = jobs.of_source(self._conn, row.id)
        if not earlier.is_there:
            self._move(row, candidate)
        elif self._is_at_work(row, own):
            return Claimed(candidate, row.id, ClaimOutcome.SAME_NAME)

        if row.retired_to is not None:  # it had been kept here, or moved to done/ or failed/
            return Claimed(candidate, row.id, self._known_files.outcome(candidate, row))
        return self._follow(candidate, row, own)

    def _is_at_work(self, row: SourceRow, own: list[Job]) -> bool:
        """Whether a source is in the inbox, or has a job that has not ended."""
        return row.retired_at is None or not all(map(jobs.has_ended, own))

    def _move(self, row: SourceRow, candidate: Candidate) -> None:
        """Give the source's file, and its results to come, the candidate's name."""
        stems = {(job.item, job.target.name): job.stem for job in candidate.jobs}
        renames.move(self._conn, row.id, candidate.folder, candidate.path, candidate.members)
        renames.name_results(self._conn, row.id, stems)

    def _follow(self, candidate: Candidate, row: SourceRow, own: list[Job]) -> Claimed:
        if row.retired_at is not None:
            sources.unretire(self._conn, row.id)
        elif not row.settled:
            resettle(self._conn, row.id, candidate, self._now)

        again = list(filter(ended_by_rename, own))
        for job in again:
            job_steps.retry(self._conn, job.id, self._now)
        if again:
            self._batch.hold_again(row.id)
        return Claimed(candidate, row.id, ClaimOutcome.FOLLOWED, row.path)

    def _new(self, candidate: Candidate) -> Claimed:
        """Claim what is neither known nor renamed."""
        if is_copy(self._conn, self._watch, candidate):
            candidate = replace(candidate, conflict=True)
        late = late_for(self._conn, self._watch, candidate)
        if late is not None:
            return Claimed(candidate, late.source.id, ClaimOutcome.LATE, late=late.files)
        for row in sources.in_inbox(self._conn, self._watch, candidate.path):
            own = jobs.of_source(self._conn, row.id)
            if self._may_become(row, own, candidate):
                resettle(self._conn, row.id, candidate, self._now)
                return Claimed(candidate, row.id, ClaimOutcome.RESETTLED)
            self._end_version(row, own)

        return Claimed(candidate, self._add(candidate), ClaimOutcome.NEW)

    def _add(self, candidate: Candidate) -> int:
        """Write it as a new source; returns its id."""
        candidate, doubtful = self._own_results(candidate)
        candidate = without_paid(self._conn, self._watch, candidate, self._lost)
        batch, held = self._batch.join(candidate, doubtful=doubtful)
        why = ""
        if not held and candidate.path in self._paused:
            held, why = HoldReason.PAUSED, self._paused[candidate.path]
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
            held_why=why,
            tips=candidate.tips,
        )
        source_id = sources.claim(self._conn, new, self._now).id
        offers.keep_instructions(self._conn, source_id, candidate.instructions)
        return source_id

    def _own_results(self, candidate: Candidate) -> tuple[Candidate, bool]:
        """The candidate without existing results that were made of another file: it may be a new
        version of that. The second value: results exist that this journal does not know of,
        although it was never lost.
        """
        if not any(job.existing for job in candidate.jobs):
            return candidate, False
        own = tuple(map(self._without_known, candidate.jobs))
        have_results = any(job.existing for job in own)
        if self._batch.is_rebuilt or not have_results:
            return replace(candidate, jobs=own), False

        without = tuple(map(_without_results, own))
        return replace(candidate, jobs=without), True

    def _without_known(self, job: NewJob) -> NewJob:
        """The job without those existing results that a job of this journal has published: they
        were made of another file."""
        for result in job.existing:
            if results.of_output(self._conn, result.path):
                return _without_results(job)
        return job

    def _may_become(self, row: SourceRow, own: list[Job], candidate: Candidate) -> bool:
        """Whether this source is unpaid, has changed, and orders what the candidate does."""
        return not row.settled and unpaid(self._conn, own) and _is_same_order(own, candidate)

    def _end_others(self, current: SourceRow) -> None:
        """A known version of a file is in its place again: the others that were there have gone."""
        for row in sources.in_inbox(self._conn, self._watch, current.path):
            if row.id != current.id:
                self._end_version(row, jobs.of_source(self._conn, row.id))

    def _end_version(self, row: SourceRow, own: list[Job]) -> None:
        """Another version of this source's file is in its place now."""
        if unpaid(self._conn, own):
            self._supersede(row, own)
        else:
            self._withdraw_reviews(own)  # what is paid goes on

    def _withdraw_reviews(self, own: list[Job]) -> None:
        """Withdraw the reviews of an earlier version's texts: nothing is made of them any more."""
        for job in filter(reviews.is_waiting, own):
            job_steps.cancel(self._conn, job.id, _REPLACED, self._now)

    def _supersede(self, row: SourceRow, own: list[Job]) -> None:
        """End the jobs of this source: before anything was paid, another version of the file or a
        text beside it came, and the new order counts."""
        # the last first: ending a part also ends those after it
        for job in filterfalse(jobs.has_ended, reversed(own)):
            job_steps.cancel(self._conn, job.id, _REPLACED, self._now)
        sources.retire(self._conn, row.id, None, self._now)


def _is_same_order(own: list[Job], candidate: Candidate) -> bool:
    """Whether these jobs make what the candidate asks for. The jobs of a project share one
    target, and differ by their instructions."""
    if candidate.is_project:
        prompts = [job.prompt for job in filterfalse(jobs.has_ended, own)]
        return prompts == [job.target.prompt for job in candidate.jobs]
    return targets_of(own) == candidate.targets


def _without_results(job: NewJob) -> NewJob:
    return replace(job, existing=())
