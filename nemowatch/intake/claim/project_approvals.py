"""APPROVE files in projects and edit folders: each approves once, namely what waits there when it
comes.

Owns which of them count. One that was used, or for which nothing waited, is remembered by its times
across restarts, so that it approves nothing later.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable

from nemowatch.intake.records import FileProblem
from nemowatch.intake.scan.paths import is_below, parent
from nemowatch.intake.state import InboxState
from nemowatch.journal import facts, offers, sources
from nemowatch.journal.database import Journal
from nemowatch.journal.facts import InboxFact
from nemowatch.model import Snapshot

_WHAT = "Nothing waited here for approval when this came, so it approves nothing."
_CURE = "Remove it. When a note asks for it, put it there again."


class ProjectApprovals:
    """The APPROVE files of one inbox's projects and edit folders."""

    def __init__(self, watch: str, inbox_state: InboxState, journal: Journal) -> None:
        self._watch = watch
        self._state = inbox_state
        self._journal = journal
        #: modification and change time (ns) of those used, by path; None until the journal was read
        self._used: dict[str, list[int]] | None = None

    def __repr__(self) -> str:
        return f"ProjectApprovals({self._watch!r})"

    async def load(self) -> None:
        """Read from the journal which of them have been used."""
        if self._used is None:
            self._used = await self._journal.read(
                lambda conn: facts.table_of(conn, InboxFact.PROJECT_APPROVALS, self._watch)
            )

    async def is_claimed(self, project: bytes) -> bool:
        """Whether the journal has a version of this project that is in the inbox."""

        def read(conn: sqlite3.Connection) -> bool:
            rows = sources.at_path(conn, self._watch, project)
            return any(row.is_here for row in rows)

        return await self._journal.read(read)

    def _there(self, project: bytes) -> dict[bytes, Snapshot]:
        held = self._state.instructions.get(project)
        return {} if held is None else held.approvals

    def folders(self) -> list[bytes]:
        """The folders that hold one."""
        return [folder for folder, held in self._state.instructions.items() if held.approvals]

    def approved(self, project: bytes) -> bool:
        """Whether there is one that counts."""
        known = self._used or {}
        there = self._there(project)
        return any(known.get(os.fsdecode(path)) != _times(at) for path, at in there.items())

    async def judge(self, folder: bytes) -> None:
        """Nothing of this folder waits in the inbox. Where something done is offered again, its
        APPROVE is for that, and `sources/offer_approvals.py` obeys it."""
        if self.approved(folder) and await self._is_offered(folder):
            held = self._state.instructions[folder]
            self._state.folder_approvals |= held.approvals
            held.approvals = {}
        else:
            await self.without_cause(folder)

    async def _is_offered(self, folder: bytes) -> bool:
        waiting = await self._journal.read(lambda conn: offers.waiting(conn, self._watch))
        return any(is_below(source, folder) for source, _job in waiting)

    async def without_cause(self, project: bytes) -> None:
        """Nothing waits in this project, so its APPROVE files approve nothing, now or later."""
        there = self._there(project)
        if not there:
            return
        if self.approved(project):
            used = self._with(there)
            await self._journal.write(lambda conn: self._write(conn, used))
            self._used = used
        for path in there:
            problem = FileProblem(path, parent(project), _WHAT, _CURE, code="approve")
            self._state.problems.ask(problem)

    def use(self, conn: sqlite3.Connection, folders: Iterable[bytes]) -> None:
        """Record that the files in these folders are used, in the transaction that claims what they
        approved."""
        there: dict[bytes, Snapshot] = {}
        for folder in folders:
            there |= self._there(folder)
        if there:
            self._write(conn, self._with(there))

    async def use_up(self, folder: bytes) -> tuple[bytes, ...]:
        """Record that the APPROVE files of this folder have approved files and approve nothing
        more. Returns them, to be removed."""
        used = self._with(self._there(folder))
        await self._journal.write(lambda conn: self._write(conn, used))
        return self.used(folder)

    def used(self, folder: bytes) -> tuple[bytes, ...]:
        """Remember the APPROVE files that let this folder go on; returns them, to be removed."""
        there = self._there(folder)
        self._used = self._with(there)
        held = self._state.instructions.get(folder)
        if held is not None:
            held.approvals = {}
        return tuple(there)

    def _with(self, there: dict[bytes, Snapshot]) -> dict[str, list[int]]:
        """Everything that is used once these are, without files that no longer exist."""
        used: dict[str, list[int]] = {}
        for path, times in (self._used or {}).items():
            if os.fsencode(path) in self._there(parent(os.fsencode(path))):
                used[path] = times
        for new, at in there.items():
            used[os.fsdecode(new)] = _times(at)
        return used

    def _write(self, conn: sqlite3.Connection, used: dict[str, list[int]]) -> None:
        facts.put_table_of(conn, InboxFact.PROJECT_APPROVALS, self._watch, used)


def _times(at: Snapshot) -> list[int]:
    return [at.mtime_ns, at.ctime_ns]
