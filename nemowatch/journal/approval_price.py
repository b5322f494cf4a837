"""Estimates what it would cost to make what waits for approval."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from nemowatch.journal import account, batches, spend
from nemowatch.journal.batches import BatchRow


@dataclass(frozen=True, slots=True)
class Estimate:
    """What waits for approval, and what it would cost."""

    jobs: int
    files: int
    credits_each: float  #: as seen lately, else the usual price
    available: float | None  #: credits; None when unknown


def estimate(conn: sqlite3.Connection, batch: BatchRow) -> Estimate:
    """The estimate for everything that waits in the batch's inbox."""
    count = files = 0
    credits = 0.0
    for skill, jobs_held, files_held in batches.held(conn, batch.watch):
        count += jobs_held
        files += files_held
        credits += spend.typical(conn, skill) * jobs_held
    each = credits / count if count else spend.EXPECTED_CREDITS
    available = account.credits_seen(conn)["available"]
    return Estimate(count, files, each, available)
