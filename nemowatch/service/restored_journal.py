"""Notices at the start a journal that was restored from a backup, or lost: the state folder shows
of a paid call that the journal does not know, or cannot show that there was none. What it counts as
unpaid may be paid for, so none of it is paid before a person has decided.

A state folder that was restored as a whole shows nothing: each workspace's owner file does
(intake/watch/owner_file).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path

from nemowatch.intake.watch.owner_file import STATE_ID
from nemowatch.journal import batches, facts, payment_marks
from nemowatch.journal.database import Journal
from nemowatch.journal.facts import Fact


def is_restored(
    state_dir: Path,
    journal: Journal,
    watches: Iterable[str],
    now_ms: int,
) -> bool:
    """Whether the journal is older than its folder. Unpaid jobs then wait for approval, and so
    does what the first scans bring. Asked once for each time it is restored. Raises LocalError,
    JournalError."""
    mark, configured = payment_marks.kept(state_dir), list(watches)
    was_used = (state_dir / STATE_ID).exists()

    def work(conn: sqlite3.Connection) -> bool:
        is_copy = facts.is_set(conn, Fact.COPY)
        if is_copy and was_used and mark == payment_marks.newest(conn):
            # nothing was paid for in this folder since the copy was made
            facts.set_flag(conn, Fact.COPY, to=False)
            return False
        if not is_copy and not payment_marks.is_lost(conn, mark):
            return False
        batches.ask_after_restore(conn, {*configured, *batches.unpaid(conn)}, now_ms)
        facts.set_flag(conn, Fact.COPY, to=False)
        payment_marks.asked(conn, mark)
        return True

    return journal.write_now(work)
