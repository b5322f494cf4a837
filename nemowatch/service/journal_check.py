"""Reads every page of the journal once in each life of the daemon, beside its work: the start
leaves that out where the journal was closed whole (docs/decisions/0044).

An error that keeps it from being read, such as too many open files, is no damage: the check is
tried again. Decides nothing: damage ends the daemon, as damage that a job meets does.
"""

from __future__ import annotations

import asyncio

import structlog

from nemowatch.fs.threads import aside
from nemowatch.journal.database import Journal

log = structlog.get_logger("nemowatch.journal")

#: Seconds from the start: what was dropped meanwhile comes first. And between two tries.
AFTER = 60.0


async def check_once(journal: Journal) -> None:
    """Check it when the start is over. Raises JournalError: JournalCorrupt for damage."""
    said = ""
    while True:
        await asyncio.sleep(AFTER)
        why = await aside(journal.check_pages)
        if not why:
            return
        if why != said:
            log.warning("the journal's pages could not be checked; trying again", why=why)
        said = why
