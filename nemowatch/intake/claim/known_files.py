"""Goes on with a source that the journal knows: it is being worked on, its file came again, or its
results are gone. What is done is never paid for twice.

Owns what follows for that source, in the transaction that claims the file. It reads no file.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from functools import partial
from itertools import filterfalse
from operator import attrgetter

from nemowatch.errors import UsageError
from nemowatch.intake.claim.approval_batch import ApprovalBatch
from nemowatch.intake.claim.claimed import ClaimContext, ClaimOutcome
from nemowatch.intake.claim.resettling import renew_prompts, resettle, targets_of_each
from nemowatch.intake.records import Candidate
from nemowatch.journal import (
    job_steps,
    jobs,
    offers,
    results,
    sessions,
    source_members,
    sources,
    spend,
)
from nemowatch.journal.jobs import Job
from nemowatch.journal.sources import SourceRow


class KnownFiles:
    """Goes on with known sources of one watch."""

    def __init__(
        self,
        conn: sqlite3.Connection,
        context: ClaimContext,
        batch: ApprovalBatch,
    ) -> None:
        self._conn = conn
        self._now = context.now_ms
        self._keeps = context.keeps
        self._lost = context.lost
        self._batch = batch

    def outcome(self, candidate: Candidate, row: SourceRow) -> ClaimOutcome:
        """Decide what follows for this source now that its file is here, and write it."""
        done = jobs.of_source(self._conn, row.id)
        if not all(map(jobs.has_ended, done)):
            return self._at_work(candidate, row, done)

        source_members.refresh(self._conn, row.id, candidate.members)
        done = list(filter(self._is_ordered, done))
        if all(map(self._has_results, done)):
            return self._whole(candidate, row, done)
        sources.unretire(self._conn, row.id)
        return self._do_missing(candidate, row, done)

    def _whole(self, candidate: Candidate, row: SourceRow, done: list[Job]) -> ClaimOutcome:
        """What follows when everything that was ordered exists."""
        if self._offer(candidate, row, done):
            sources.unretire(self._conn, row.id)
            return ClaimOutcome.OFFERED
        if self._is_kept(row):
            return ClaimOutcome.KNOWN
        sources.unretire(self._conn, row.id)
        renew_prompts(self._conn, row.id, candidate, self._now)
        return ClaimOutcome.DUPLICATE

    def _offer(self, candidate: Candidate, row: SourceRow, done: list[Job]) -> bool:
        """Offer a new take if the folder's instructions have changed since this was made; returns
        whether they have."""
        if candidate.is_project or candidate.many:
            return False
        if not offers.have_changed(self._conn, row.id, candidate.instructions):
            return False

        targets = targets_of_each(candidate)
        offered = False
        for job in self._whole_orders(done):
            target = targets.get((job.item, job.target))
            if target is not None:
                offered |= self._offer_prompt(job, target.prompt)
        return offered

    def _offer_prompt(self, job: Job, prompt: str) -> bool:
        if not prompt:
            return False
        return offers.make(self._conn, job, prompt, self._now)

    def _whole_orders(self, done: list[Job]) -> list[Job]:
        """The paid jobs that were all their session was ordered to do, not one step of several."""
        ordered = list(filterfalse(partial(sessions.is_change, self._conn), done))
        steps = Counter(map(attrgetter("session"), ordered))
        alone = [job for job in ordered if steps[job.session] == 1]
        return [job for job in alone if spend.is_paid(self._conn, job.id)]

    def _is_ordered(self, job: Job) -> bool:
        """Whether a file that is dropped again asks for this job: for the folder's order and for
        whatever else was published, but not for a change that came to nothing."""
        return jobs.is_published(job) or not sessions.is_change(self._conn, job)

    def _has_results(self, job: Job) -> bool:
        """Whether a job was published and its results still exist."""
        return jobs.is_published(job) and job.id not in self._lost

    def _at_work(self, candidate: Candidate, row: SourceRow, done: list[Job]) -> ClaimOutcome:
        if not row.settled:
            resettle(self._conn, row.id, candidate, self._now)
            return ClaimOutcome.RESETTLED
        source_members.refresh(self._conn, row.id, candidate.members)
        if row.is_here:
            return ClaimOutcome.KNOWN
        # it had left: its results are changed, or delivered again. It leaves once that has ended
        sources.unretire(self._conn, row.id)
        ordered = filterfalse(partial(sessions.is_change, self._conn), done)
        if all(map(self._was_made, ordered)) and self._offer(candidate, row, done):
            return ClaimOutcome.OFFERED
        return ClaimOutcome.KNOWN

    def _was_made(self, job: Job) -> bool:
        """Whether a job has made its results, even if they are to be delivered again."""
        if jobs.is_published(job):
            return True
        is_again = results.was_delivered(self._conn, job.id)
        return is_again and spend.is_paid(self._conn, job.id)

    def _is_kept(self, row: SourceRow) -> bool:
        """True when finished sources stay in the inbox, and this one did. Whatever a sync client or
        a backup does to such a file, it is not a second copy."""
        return self._keeps and row.is_here

    def _do_missing(self, candidate: Candidate, row: SourceRow, done: list[Job]) -> ClaimOutcome:
        outcome = ClaimOutcome.DUPLICATE
        for job in done:
            if job.id in self._lost:
                outcome = self._redeliver(job)

        failed = list(filterfalse(jobs.is_published, done))
        if failed:
            self._retry(row, failed)
            outcome = ClaimOutcome.AGAIN
        renew_prompts(self._conn, row.id, candidate, self._now)
        return outcome

    def _retry(self, row: SourceRow, failed: list[Job]) -> None:
        for job in failed:
            job_steps.retry(self._conn, job.id, self._now)
        # it may have been paid for after the journal's backup was made
        if self._batch.is_rebuilt:
            self._batch.hold_again(row.id)

    def _redeliver(self, job: Job) -> ClaimOutcome:
        """Have the lost results of a published job made again from its saved draft."""
        try:
            job_steps.redeliver(self._conn, job.id, self._now)
        except UsageError:
            return ClaimOutcome.NO_DRAFT
        return ClaimOutcome.REDELIVERED
