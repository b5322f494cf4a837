"""Holds many new jobs at once for a person's approval: at a first scan, when a share returns, after
a take-over, and after the journal was restored.

Owns the decision whether a scan's finds are such a batch, and what this inbox has never seen.
"""

from __future__ import annotations

from collections.abc import Mapping

from nemowatch.clock import Clock
from nemowatch.intake.claim import known_sources
from nemowatch.intake.claim.claimer import Claimer
from nemowatch.intake.scan.diff import ScanDiff
from nemowatch.intake.scan.folders import FolderBook
from nemowatch.intake.scan.paths import folder_of
from nemowatch.journal import batches, inboxes
from nemowatch.journal.batch_causes import TAKEN_OVER
from nemowatch.journal.database import Journal
from nemowatch.model import Snapshot

#: Why a batch needs approval, in the words that the journal stores.
FIRST_SCAN, RETURN = "first scan", "return of the share"


class BulkApproval:
    """The new jobs that scans of one inbox bring at once."""

    def __init__(
        self,
        name: str,
        journal: Journal,
        clock: Clock,
        claimer: Claimer,
        book: FolderBook,
    ) -> None:
        self._name = name
        self._journal = journal
        self._clock = clock
        self._claimer = claimer
        self._book = book
        #: monotonic seconds at which the first scan since the start was complete; infinite before
        self.surveyed_at = float("inf")
        self._is_naming = True  # files of the first scan are still being handed over
        self._known_before = False  # an earlier start has already worked this inbox
        self._is_taken_over = False

    def __repr__(self) -> str:
        return f"BulkApproval({self._name!r}, first={self.is_first})"

    @property
    def is_first(self) -> bool:
        """True while no scan has completed since the start."""
        return self.surveyed_at == float("inf")

    @property
    def count_is_due(self) -> bool:
        """True while nothing may be claimed until a scan has counted the new files."""
        if self._is_taken_over:
            return True
        return self.is_first

    def take_over(self) -> None:
        """Hold whatever the next scan brings for approval: another host may have paid for it."""
        self._is_taken_over = True

    async def count(self, survey: ScanDiff, *, returned: bool, restored: bool) -> None:
        """Open a batch when a scan that is a first or a return brings many new jobs."""
        if self.count_is_due or returned or restored:
            await self._count(survey, returned)
        if self._is_naming:
            self._remember_first(survey)

    def _remember_first(self, survey: ScanDiff) -> None:
        """The files of the first scan may have results already."""
        self._is_naming = survey.more
        # otherwise this journal can have forgotten nothing about it
        if self._known_before:
            self._claimer.earlier_work.existed_before.update(map(self._book.unit, survey.fresh))

    async def _count(self, survey: ScanDiff, returned: bool) -> None:
        name = self._name
        now_ms = self._clock.now_ms()
        is_new = await self._journal.write(lambda conn: inboxes.seen(conn, name, now_ms))
        if self.is_first:
            self._known_before = not is_new

        is_rebuilding = await self._journal.read(lambda conn: batches.is_rebuilding(conn, name))
        if is_rebuilding:
            await self._ask_about_all(survey, now_ms)
        else:
            await self._ask(self._cause(is_new, returned), survey, now_ms)

        if is_new:
            await self._journal.write(lambda conn: inboxes.scanned(conn, name))
        self.surveyed_at = min(self.surveyed_at, self._clock.monotonic())
        self._is_taken_over = False

    def _cause(self, is_new: bool, returned: bool) -> str:
        """Why a batch would need approval; "" when it needs none."""
        if self._is_taken_over:
            return TAKEN_OVER
        if is_new:
            return FIRST_SCAN
        if returned:
            return RETURN
        return ""

    async def _ask_about_all(self, survey: ScanDiff, now_ms: int) -> None:
        """Ask a person whatever the limit is: these files may have been paid for already."""
        name = self._name
        await self._claimer.earlier_work.settle_held()
        await self._journal.write(
            lambda conn: batches.open_rebuilt_batch(conn, name, survey.expected, now_ms)
        )

    async def _ask(self, cause: str, survey: ScanDiff, now_ms: int) -> None:
        """Open a batch if there is a cause and there are more jobs than the limit."""
        limit = self._claimer.confirm_above
        if not cause or not limit:
            return

        expected = survey.expected
        is_complete = not survey.more
        if is_complete and limit < expected:
            expected = await self._never_seen(survey.fresh)

        if cause == TAKEN_OVER:
            limit = 0  # this journal cannot know what another host has paid for
        if expected <= limit:
            return
        name = self._name
        await self._journal.write(lambda conn: batches.begin(conn, name, cause, expected, now_ms))

    async def _never_seen(self, fresh: Mapping[bytes, Snapshot]) -> int:
        """How many jobs the new files bring, without those that this journal has had as sources."""
        name = self._name
        paths = list(dict.fromkeys(map(self._book.unit, fresh)))
        unseen = await self._journal.read(lambda conn: known_sources.never_seen(conn, name, paths))
        return sum(self._book.jobs_of_one(folder_of(path)) for path in unseen)
