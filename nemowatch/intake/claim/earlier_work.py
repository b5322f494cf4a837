"""Finds results that exist of candidates, and sources that they were under other names.

Owns the checks of the disk that a claim needs, which run in the inbox's worker thread.
`journal_claims` decides what follows.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from itertools import chain

from nemowatch.clock import Clock
from nemowatch.intake.claim.existing_results import Finder, ResultLookup
from nemowatch.intake.claim.known_sources import Ended
from nemowatch.intake.claim.renames import Earlier, choose, moved_away, sources_of_same_content
from nemowatch.intake.ready.file_checks import still_there
from nemowatch.intake.records import Candidate
from nemowatch.intake.watch.root_monitor import RootMonitor
from nemowatch.journal import batch_causes, batches
from nemowatch.journal.batches import BatchRow
from nemowatch.journal.database import Journal


class EarlierWork:
    """Looks for earlier work on the files of one inbox."""

    def __init__(
        self,
        root_monitor: RootMonitor,
        journal: Journal,
        clock: Clock,
        finder: Finder,
    ) -> None:
        self._root_monitor = root_monitor
        self._journal = journal
        self._clock = clock
        self._finder = finder
        #: files that were there at the start: their results may exist as well
        self.existed_before: set[bytes] = set()

    async def lost_results(self, ended: Mapping[bytes, Ended]) -> frozenset[int]:
        """Published jobs of which some result is no longer in the outbox."""
        if not ended:
            return frozenset()
        return await self._root_monitor.worker.run(lambda: _lost(ended))

    async def under_other_names(self, candidates: list[Candidate]) -> dict[bytes, Earlier]:
        """The known source that each candidate is under another name, by the candidate's path."""
        watch = self._root_monitor.watch
        now = self._clock.now_ms()
        found = await self._journal.read(
            lambda conn: sources_of_same_content(conn, watch.name, candidates, now)
        )
        if not found:
            return {}

        root = self._root_monitor.root
        earlier = list(chain.from_iterable(found.values()))
        moved = await self._root_monitor.worker.run(lambda: moved_away(root, earlier))
        return choose(found, moved, deletes=watch.after == "delete")

    async def with_results(
        self, candidates: list[Candidate], batch: BatchRow | None
    ) -> list[Candidate]:
        """The same candidates; those that this journal may have forgotten come with their existing
        results."""
        which: set[bytes] | None = None
        is_rebuilt = batch is not None and batch.cause == batch_causes.REBUILT
        if not is_rebuilt:
            which = self.existed_before
            if which.isdisjoint(candidate.path for candidate in candidates):
                return candidates

        existing = self._result_lookup()
        return await self._root_monitor.worker.run(lambda: existing.with_results(candidates, which))

    def _result_lookup(self) -> ResultLookup:
        root_monitor = self._root_monitor
        return ResultLookup(root_monitor.watch, self._finder, root_monitor.worker.beat)

    async def settle_held(self) -> None:
        """After the journal was restored: end the jobs that it takes for unpaid although their
        results exist."""
        name = self._root_monitor.watch.name
        held = await self._journal.read(lambda conn: batches.held_jobs(conn, name))
        if not held:
            return

        existing = self._result_lookup()
        found = await self._root_monitor.worker.run(lambda: existing.results_of(held))
        now = self._clock.now_ms()

        def settle(conn: sqlite3.Connection) -> None:
            for job, results in found:
                batches.settle_held(conn, job, results, now)

        await self._journal.write(settle)


def _lost(ended: Mapping[bytes, Ended]) -> frozenset[int]:
    found: set[int] = set()
    for one in ended.values():
        for job, outputs in one.outputs.items():
            if not still_there(outputs):
                found.add(job)
    return frozenset(found)
