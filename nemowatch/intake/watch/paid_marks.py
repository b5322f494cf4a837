"""The latest paid call in an inbox, as our journal and as its owner file know it.

Owns the comparison of the two. It writes only the journal; the root monitor writes the owner file,
and has a person asked before anything is paid for.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

import structlog

from nemowatch.clock import Clock
from nemowatch.journal import batches, payment_marks
from nemowatch.journal.database import Journal
from nemowatch.journal.payment_marks import Mark

log = structlog.get_logger("nemowatch.inbox")


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the owner file's mark means, compared with ours."""

    mine: Mark
    is_lost: bool  #: our journal does not know that call, so it was restored from a backup
    is_newer: bool  #: ours has to be written into the owner file


class PaidMarks:
    """The marks of paid calls of one inbox."""

    def __init__(self, watch: str, journal: Journal, clock: Clock) -> None:
        self._watch = watch
        self._journal = journal
        self._clock = clock

    async def mine(self) -> Mark:
        """The latest paid call here that our journal knows."""
        return await self._journal.read(lambda conn: payment_marks.of_watch(conn, self._watch))

    async def compare(self, theirs: Mark) -> Comparison:
        """Compare ours with the call that the owner file names. If the journal does not know that
        call, the whole state folder was restored from a backup: from now on a person is asked
        before anything is paid for here."""
        found = await self._journal.read(lambda conn: self._compare(conn, theirs))
        if found.is_lost:
            await self._journal.write(lambda conn: self._ask(conn, theirs))
            log.warning(
                "the journal is older than this inbox: what it counts as unpaid waits for approval",
                inbox=self._watch,
            )
        return found

    def _compare(self, conn: sqlite3.Connection, theirs: Mark) -> Comparison:
        mine = payment_marks.of_watch(conn, self._watch)
        is_lost = payment_marks.is_lost(conn, theirs, self._watch)
        return Comparison(mine, is_lost, payment_marks.moves_on(conn, mine, theirs))

    def _ask(self, conn: sqlite3.Connection, theirs: Mark) -> None:
        batches.ask_after_restore(conn, [self._watch], self._clock.now_ms())
        payment_marks.asked(conn, theirs, self._watch)
