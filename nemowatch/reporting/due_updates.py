"""Updates what the journal says is due in one inbox: a portion at a time, in turn, and later again
what cannot be done now.

It does not know what is updated: notes about sources and the files beside results use it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Generic, Protocol, TypeVar

from nemowatch.clock import Clock
from nemowatch.config.watch_section import Watch
from nemowatch.errors import LocalError, LocalPassing
from nemowatch.journal.database import Journal
from nemowatch.retry_memory import NotBefore

D = TypeVar("D")


#: Seconds until an update that failed for a reason of its own is tried again.
TRY_AGAIN = 600.0


class DueReader(Protocol[D]):
    """Reads up to `limit` of what is due in an inbox: numbers above `after_id` first."""

    def __call__(
        self, conn: sqlite3.Connection, watch: str, after_id: int, limit: int
    ) -> list[D]: ...


@dataclass(frozen=True, slots=True)
class DueTable(Generic[D]):
    """Where the journal keeps what is due."""

    due: DueReader[D]
    number: Callable[[D], int]  #: its id in the table
    #: the inbox of everything that is due, by number
    all_due: Callable[[sqlite3.Connection], dict[int, str]]
    mark_up_to_date: Callable[[sqlite3.Connection, D], None]
    #: how many are read at once: enough to keep up with any burst, few enough not to occupy the
    #: journal
    at_once: int


class DueUpdates(Generic[D]):
    """Updates what is due in one inbox. It is called from one loop, one call after the other."""

    def __init__(
        self,
        watch: str,
        watches: Callable[[], Mapping[str, Watch]],
        journal: Journal,
        clock: Clock,
        table: DueTable[D],
        update: Callable[[Watch, D], Awaitable[None]],
    ) -> None:
        """`update` brings one of them up to date, or raises LocalError."""
        self._watch = watch
        self._watches = watches
        self._journal = journal
        self._table = table
        self._update = update
        self._tries = NotBefore[int](clock)
        self._last = 0  # what was tried last: the others come first
        self._none_at = -1  # how far the journal had changed when nothing was due

    @property
    def postponed(self) -> set[int]:
        """The numbers of what could not be updated and will be tried again later."""
        return set(self._tries)

    async def check(self) -> None:
        """Update whatever is due. If nothing was due, the journal is only read again once it has
        changed."""
        if self._journal.changes == self._none_at:
            return
        self._none_at = -1
        watch = self._watches().get(self._watch)
        while watch is not None and await self._portion(watch):
            continue
        # read first: whatever is written meanwhile is checked next time
        changes = self._journal.changes
        if self._watch not in (await self._journal.read(self._table.all_due)).values():
            self._tries.forget_all()
            self._none_at = changes

    async def _portion(self, watch: Watch) -> bool:
        """Up to `at_once` of them; True when there may be more to do now."""
        limit = self._table.at_once
        due = partial(self._table.due, watch=watch.name, after_id=self._last, limit=limit)
        found = await self._journal.read(due)
        done = 0
        for one in found:
            self._last = self._table.number(one)
            if not self._tries.is_due(self._last):
                continue
            error = await self.update(watch, one)
            if isinstance(error, LocalPassing):
                return False  # no share, busy or full: most likely for the others as well
            if error is None:
                done += 1
        return bool(done) and len(found) == limit

    async def update(self, watch: Watch, one: D) -> LocalError | None:
        """Update this one now. Returns why that was not possible: it is then tried again later."""
        number = self._table.number(one)
        try:
            await self._update(watch, one)
        except LocalError as exc:
            wait = 0.0 if isinstance(exc, LocalPassing) else TRY_AGAIN
            self._tries.put_off(number, wait)
            return exc
        await self._journal.write(lambda conn: self._table.mark_up_to_date(conn, one))
        self._tries.forget(number)
        return None
