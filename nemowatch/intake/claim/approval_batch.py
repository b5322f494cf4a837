"""Whether the jobs of a new source wait for a person, and in which batch.

Owns the choice for one source, in the transaction that claims it. `bulk_approval` judges what a
scan brings at once.
"""

from __future__ import annotations

import sqlite3

from nemowatch.intake.records import Candidate
from nemowatch.journal import batch_causes, batches
from nemowatch.model import HoldReason


class ApprovalBatch:
    """The open batch of one watch, and those that single sources begin."""

    def __init__(
        self,
        conn: sqlite3.Connection,
        watch: str,
        now_ms: int,
        confirm_above: int,
    ) -> None:
        self._conn = conn
        self._watch = watch
        self._now = now_ms
        self._confirm_above = confirm_above
        self._open: int | None = None  # the id of the batch that every new source joins
        self.is_rebuilt = False  #: the journal is a new one, and may have forgotten what was paid

        batch = batches.open_for(conn, watch)
        if batch is not None:
            self.is_rebuilt = batch.cause == batch_causes.REBUILT
            if batch.cause not in batch_causes.ALONE:
                self._open = batch.id

    def hold_again(self, source_id: int) -> None:
        """Have a source that goes on wait for approval, if new ones do."""
        if self._open is not None:
            batches.hold_source(self._conn, source_id, self._open, self._now)

    def join(self, candidate: Candidate, *, doubtful: bool) -> tuple[int | None, str]:
        """The batch that a new source joins, and why its jobs are held ("": they are not).
        `doubtful`: results of it exist that this journal does not know of."""
        batch = self._choose(candidate, doubtful=doubtful)
        if batch is not None:
            self._count_free(batch, candidate)
        if candidate.conflict:
            return batch, HoldReason.CONFLICT
        if batch is not None:
            return batch, HoldReason.APPROVAL
        return None, ""

    def _choose(self, candidate: Candidate, *, doubtful: bool) -> int | None:
        if self._open is not None:
            return self._open

        count = sum(not job.is_free for job in candidate.jobs)
        if doubtful:
            return self._begin(batch_causes.ALREADY_MADE, count)
        is_much = 0 < self._confirm_above < count
        if candidate.many and is_much:
            return self._begin(batch_causes.LIST, count)
        if candidate.is_project and is_much:
            return self._begin(batch_causes.PROJECT, count)
        return None

    def _begin(self, cause: str, count: int) -> int:
        return batches.begin(self._conn, self._watch, cause, count, self._now)

    def _count_free(self, batch: int, candidate: Candidate) -> None:
        """Leave jobs that cost nothing out of what the batch asks for."""
        free = sum(job.is_free for job in candidate.jobs)
        if free:
            batches.shrink(self._conn, batch, free, self._now)
