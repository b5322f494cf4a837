"""APPROVE files that approve nothing any more: they have approved a batch, or were there before
anything asked. Remembered over restarts, so that none of them lets the next batch go on.

A file is the same one while its times are: a new APPROVE is a new yes. Device and inode would not
do: a share may give both anew when it is mounted again, and the old yes would count once more.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Mapping

from nemowatch.clock import Clock
from nemowatch.config.watch_section import Watch
from nemowatch.intake.records import FileProblem
from nemowatch.journal import facts
from nemowatch.journal.database import Journal
from nemowatch.journal.facts import InboxFact
from nemowatch.model import Snapshot

#: Seconds until one is reported: it is removed when it was used, and a scan has to see that.
PATIENCE = 10.0
_WHAT = "Nothing waited for approval when this was put here, so it approves nothing."
_CURE = "Remove it. When a note asks for approval, put it here again."

#: Behind the times of one that has let something go on, until its removal was tried.
_USED = 1

#: Modification and change time, ns, by path; perhaps _USED.
Seen = dict[str, list[int]]


class StaleApprovals:
    """Remembers them."""

    def __init__(
        self, journal: Journal, clock: Clock, fact: InboxFact = InboxFact.APPROVALS
    ) -> None:
        self._journal = journal
        self._fact = fact
        self._clock = clock
        self._of: dict[str, Seen] = {}  # by watch
        self._since: dict[tuple[str, str], float] = {}  # monotonic, by watch and path

    async def fresh(self, watch: Watch, files: Mapping[bytes, Snapshot]) -> bool:
        """Whether one of these files is not stale."""
        return bool(await self.fresh_ones(watch, files))

    async def fresh_ones(self, watch: Watch, files: Mapping[bytes, Snapshot]) -> list[bytes]:
        """Those of these files that are not stale."""
        known = await self._recall(watch)
        fresh: list[bytes] = []
        for path, times in _seen(files).items():
            if known.get(path, [])[:2] != times:
                fresh.append(os.fsencode(path))
        return fresh

    async def used_ones(self, watch: Watch, files: Mapping[bytes, Snapshot]) -> list[bytes]:
        """Those that have let something go on, and were not removed: the process ended in
        between."""
        known = await self._recall(watch)
        used: list[bytes] = []
        for path, times in _seen(files).items():
            if known.get(path) == [*times, _USED]:
                used.append(os.fsencode(path))
        return used

    def use(self, conn: sqlite3.Connection, watch: str, files: Mapping[bytes, Snapshot]) -> None:
        """Write down, in the transaction that lets something go on, that these have said yes."""
        known: Seen = facts.table_of(conn, self._fact, watch)
        for path, times in _seen(files).items():
            known[path] = [*times, _USED]
        facts.put_table_of(conn, self._fact, watch, known)
        self._of.pop(watch, None)  # the transaction may still fail

    async def remember(self, watch: Watch, files: Mapping[bytes, Snapshot]) -> None:
        """Remember these files, and no others, as stale."""
        found = _seen(files)
        if found == await self._recall(watch):
            return
        self._of[watch.name] = found
        await self._journal.write(
            lambda conn: facts.put_table_of(conn, self._fact, watch.name, found)
        )

    async def _recall(self, watch: Watch) -> Seen:
        known = self._of.get(watch.name)
        if known is None:
            known = self._of[watch.name] = await self._journal.read(
                lambda conn: facts.table_of(conn, self._fact, watch.name)
            )
        return known

    def problems(self, watch: Watch) -> list[FileProblem]:
        """What people read about those that stay for longer than a moment."""
        now = self._clock.monotonic()
        paths = self._of.get(watch.name, {})
        for key in list(self._since):
            if key[0] == watch.name and key[1] not in paths:
                del self._since[key]

        found: list[FileProblem] = []
        for path in paths:
            since = self._since.setdefault((watch.name, path), now)
            if now - since >= PATIENCE:
                found.append(FileProblem(os.fsencode(path), b"", _WHAT, _CURE, code="approve"))
        return found


def _seen(files: Mapping[bytes, Snapshot]) -> Seen:
    return {os.fsdecode(path): [at.mtime_ns, at.ctime_ns] for path, at in files.items()}
