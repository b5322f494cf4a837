"""Keeps the notes about sources up to date with the journal: at start, after each change, and on
a timer while some wait.

The journal itself writes down which sources are due, with the change that makes them so; what
their notes say is `source_notes`'. A note that a person deletes stays deleted until there is
something new to say: what is up to date is not checked again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from functools import partial

from nemowatch.clock import Clock
from nemowatch.config.watch_section import Watch
from nemowatch.errors import LocalError, LocalPassing
from nemowatch.journal import notes
from nemowatch.journal.database import Journal
from nemowatch.journal.notes import Due
from nemowatch.reporting.note_writer import Note, NoteWriter
from nemowatch.reporting.source_notes import wanted
from nemowatch.retry_memory import NotBefore

#: Sources read at once: enough to keep up with any burst, few enough to leave the journal to
#: others.
AT_ONCE = 200
#: Seconds until a note that was refused for a reason of its own is tried again.
TRY_AGAIN = 600.0


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
        self._watch = watch
        self._watches = watches
        self._journal = journal
        self._note_writer = note_writer
        self._tries = NotBefore[int](clock)  # by source id
        self._last = 0  # the source that was tried last: the others have their turn first
        self._none_at = -1  # how far the journal had changed when nothing was due

    @property
    def postponed(self) -> set[int]:
        """Sources whose notes could not be written, and are tried again later."""
        return set(self._tries)

    async def check(self) -> None:
        """Update whatever is due. A journal that has not changed since nothing was due is not
        asked again."""
        if self._journal.changes == self._none_at:
            return
        self._none_at = -1
        watch = self._watches().get(self._watch)
        while watch is not None and await self._some(watch):
            continue
        # read before it is asked: what is written meanwhile is checked once more
        changes = self._journal.changes
        if self._watch not in (await self._journal.read(notes.all_due)).values():
            self._tries.forget_all()
            self._none_at = changes

    async def update_one(self, watch: Watch, source_id: int) -> None:
        """Update the notes about one source now, if they are due and were not tried in vain
        already."""
        due = await self._journal.read(lambda conn: notes.due_for(conn, source_id))
        if due is not None and source_id not in self._tries:
            await self._try(watch, due)

    async def _some(self, watch: Watch) -> bool:
        """Up to AT_ONCE of them; True when there may be more to do now."""
        found = await self._journal.read(
            partial(
                notes.due,
                watch=watch.name,
                after_id=self._last,
                limit=AT_ONCE,
            )
        )
        done = 0
        for due in found:
            self._last = due.source_id
            if not self._tries.is_due(due.source_id):
                continue
            error = await self._try(watch, due)
            if isinstance(error, LocalPassing):
                return False  # no share, busy or full: most likely for the others as well
            if error is None:
                done += 1
        return bool(done) and len(found) == AT_ONCE

    async def _try(self, watch: Watch, due: Due) -> LocalError | None:
        try:
            for note in await self._journal.read(partial(_wanted, watch=watch, due=due)):
                await self._note_writer.update(watch, note)
        except LocalError as exc:
            wait = 0.0 if isinstance(exc, LocalPassing) else TRY_AGAIN
            self._tries.put_off(due.source_id, wait)
            return exc
        await self._journal.write(lambda conn: notes.mark_up_to_date(conn, due))
        self._tries.forget(due.source_id)
        return None


def _wanted(conn: sqlite3.Connection, watch: Watch, due: Due) -> list[Note]:
    return wanted(conn, watch, due.source_id)
