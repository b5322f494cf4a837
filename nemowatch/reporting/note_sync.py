"""Keeps the notes about sources up to date with the journal: at start, after each change, and on
a timer while some wait.

The journal itself writes down which sources are due, with the change that makes them so;
`source_notes` knows what their notes say. A note that a person deletes stays deleted until there is
something new to say: what is up to date is not checked again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from operator import attrgetter

from nemowatch.clock import Clock
from nemowatch.config.watch_section import Watch
from nemowatch.journal import notes
from nemowatch.journal.database import Journal
from nemowatch.journal.notes import Due
from nemowatch.reporting.due_updates import DueTable, DueUpdates
from nemowatch.reporting.note_writer import NoteWriter
from nemowatch.reporting.source_notes import wanted

#: Sources whose notes are due.
TABLE: DueTable[Due] = DueTable(
    due=notes.due,
    number=attrgetter("source_id"),
    all_due=notes.all_due,
    mark_up_to_date=notes.mark_up_to_date,
    at_once=200,
)


class NoteSync:
    """Updates the notes of one inbox. Its calls come one after the other, from one loop."""

    def __init__(
        self,
        watch: str,
        watches: Callable[[], Mapping[str, Watch]],
        journal: Journal,
        note_writer: NoteWriter,
        clock: Clock,
    ) -> None:
        self._journal = journal
        self._note_writer = note_writer
        self._updates = DueUpdates(watch, watches, journal, clock, TABLE, self._update)

    @property
    def postponed(self) -> set[int]:
        """Sources whose notes could not be written, and are tried again later."""
        return self._updates.postponed

    async def check(self) -> None:
        """Update whatever is due."""
        await self._updates.check()

    async def update_one(self, watch: Watch, source_id: int) -> None:
        """Update the notes about one source now, if they are due and were not tried in vain
        already."""
        due = await self._journal.read(lambda conn: notes.due_for(conn, source_id))
        if due is not None and source_id not in self.postponed:
            await self._updates.update(watch, due)

    async def _update(self, watch: Watch, due: Due) -> None:
        read = partial(wanted, watch=watch, source_id=due.source_id)
        for note in await self._journal.read(read):
            await self._note_writer.update(watch, note)
