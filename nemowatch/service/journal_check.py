"""Reads every page of the journal once in each life of the daemon, beside its work: the start
leaves that out where the journal was closed whole (docs/decisions/0044).

Decides nothing: damage ends the daemon, as damage that a job meets does.
"""

from __future__ import annotations

import asyncio

from nemowatch.fs.threads import aside
from nemowatch.journal.database import Journal

#: Seconds from the start: what was dropped meanwhile comes first.
AFTER = 60.0


async def check_once(journal: Journal) -> None:
    """Check it when the start is over. Raises JournalError: JournalCorrupt for damage."""
    await asyncio.sleep(AFTER)
    await aside(journal.check_pages)
