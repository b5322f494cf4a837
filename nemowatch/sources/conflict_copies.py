"""Conflict copies that wait for a person, as problems of their folders: people who see only the
share read about them there.

Reads the journal, and only when it has changed.
"""

from __future__ import annotations

import sqlite3

from nemowatch.config.watch_section import Watch
from nemowatch.hold_reasons import HOLDS
from nemowatch.intake.records import FileProblem
from nemowatch.journal import holds
from nemowatch.journal.database import Journal
from nemowatch.model import HoldReason

_HOLD = HOLDS[HoldReason.CONFLICT]
_WHAT = f"{_HOLD.words} Nothing is made of it, nor paid for it, until a person decides."


class ConflictCopies:
    """The conflict copies of all inboxes."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._read_at: dict[str, int] = {}  # how far the journal had changed, by watch
        self._found: dict[str, tuple[FileProblem, ...]] = {}

    async def problems(self, watch: Watch) -> tuple[FileProblem, ...]:
        """One for each copy in this inbox."""
        changes = self._journal.changes
        if self._read_at.get(watch.name) != changes:
            name = watch.name
            self._found[name] = await self._journal.read(lambda conn: _problems(conn, name))
            self._read_at[name] = changes
        return self._found[watch.name]


def _problems(conn: sqlite3.Connection, watch: str) -> tuple[FileProblem, ...]:
    found: list[FileProblem] = []
    for folder, path in holds.conflict_copies(conn, watch):
        found.append(FileProblem(path, folder, _WHAT, _HOLD.cure.by_hand, code="conflict"))
    return tuple(found)
