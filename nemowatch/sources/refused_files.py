"""Files that were refused before they had a job, and are in failed/ with a note. They are
remembered as long as they are there, also over restarts; when a person removes one, drops it again
or puts in another file of its name that is taken, it is forgotten and its note is removed.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from itertools import chain
from operator import attrgetter
from pathlib import Path
from typing import Any

from nemowatch.clock import Clock
from nemowatch.config.watch_section import Watch
from nemowatch.fs.threads import Disks
from nemowatch.intake.records import FileProblem, Refused
from nemowatch.journal import facts, notices, sources
from nemowatch.journal.database import Journal
from nemowatch.journal.facts import InboxFact
from nemowatch.reporting.note_writer import NoteWriter
from nemowatch.retry_memory import NotBefore

#: Files of one inbox that are remembered: more than anybody is shown.
REMEMBERED = 200
#: Seconds between two checks whether they are still there.
CHECK_AGAIN = 10.0
#: Fields of a problem that JSON cannot hold as they are.
_PATHS = ("path", "folder")


class RefusedFiles:
    """Remembers them."""

    def __init__(
        self,
        journal: Journal,
        note_writer: NoteWriter,
        disks: Disks,
        clock: Clock,
    ) -> None:
        self._journal = journal
        self._note_writer = note_writer
        self._disks = disks
        self._clock = clock
        self._of: dict[str, dict[bytes, Refused]] = {}  # by watch and path, latest last
        self._changed: set[str] = set()  # watches of which the journal does not know the latest
        self._checks = NotBefore[str](clock)  # by watch

    @property
    def latest(self) -> list[Refused]:
        """All of them, latest first."""
        found = chain.from_iterable(map(dict.values, self._of.values()))
        return sorted(found, key=attrgetter("at_ms"), reverse=True)

    def add(self, watch: Watch, problem: FileProblem, where: Path, told: str) -> None:
        """This file was moved to failed/; `told`: the digest of its note."""
        found = self._of[watch.name]
        found.pop(problem.path, None)
        found[problem.path] = Refused(watch.name, problem, self._clock.now_ms(), where, told)
        for path in list(found)[:-REMEMBERED]:
            del found[path]
        self._changed.add(watch.name)

    async def recall(self, watch: Watch) -> None:
        """Load what an earlier process has refused here, once."""
        if watch.name in self._of:
            return
        kept = await self._journal.read(lambda conn: remembered(conn, watch.name))
        self._of[watch.name] = {one.problem.path: one for one in kept}

    async def forget_gone(self, watch: Watch) -> None:
        """Forget those that a person has taken away or replaced, and remove their notes. Only while
        the share is there."""
        found = self._of[watch.name]
        if not found or not self._checks.is_due(watch.name):
            return
        self._checks.put_off(watch.name, CHECK_AGAIN)
        known = list(found.values())
        over = await self._disks.run(watch.name, _gone, known)
        over += await self._journal.read(partial(_replaced, known))
        for one in over:
            if await self._note_writer.withdraw(watch, one.problem, one.told):
                found.pop(one.problem.path, None)
                self._changed.add(watch.name)

    async def save(self, watch: Watch) -> None:
        """Write down what has changed."""
        if watch.name not in self._changed:
            return
        self._changed.discard(watch.name)
        kept = list(map(_written, self._of[watch.name].values()))

        def write(conn: sqlite3.Connection) -> None:
            facts.put_table_of(conn, InboxFact.REFUSED, watch.name, kept)
            notices.file_was_refused(conn, watch.name)

        await self._journal.write(write)


def remembered(conn: sqlite3.Connection, watch: str) -> list[Refused]:
    """The files of an inbox that were refused and are in failed/, latest last."""
    kept = facts.table_of(conn, InboxFact.REFUSED, watch)
    return list(map(partial(_read, watch), kept))


def _written(one: Refused) -> dict[str, Any]:
    problem = _with_paths(asdict(one.problem), os.fsdecode)
    return {"problem": problem, "at_ms": one.at_ms, "where": str(one.where), "told": one.told}


def _read(watch: str, written: dict[str, Any]) -> Refused:
    fields = _with_paths(written["problem"], os.fsencode)
    problem, where = FileProblem(**fields), Path(written["where"])
    return Refused(watch, problem, written["at_ms"], where, written.get("told", ""))


def _with_paths(fields: dict[str, Any], convert: Callable[[Any], str | bytes]) -> dict[str, Any]:
    """The fields of a problem, with its paths converted."""
    return fields | {key: convert(fields[key]) for key in _PATHS}


def _gone(refused: list[Refused]) -> list[Refused]:
    """Those whose file is no longer there; what cannot be asked counts as there."""
    return [one for one in refused if _is_gone(one.where)]


def _replaced(refused: list[Refused], conn: sqlite3.Connection) -> list[Refused]:
    """Those after which a file of their name was taken: it is what the note asked for."""
    return [one for one in refused if _was_taken_after(conn, one)]


def _was_taken_after(conn: sqlite3.Connection, refused: Refused) -> bool:
    taken = sources.at_path(conn, refused.watch, refused.problem.path)
    return any(source.created_at > refused.at_ms for source in taken)


def _is_gone(path: Path) -> bool:
    try:
        path.lstat()
    except OSError as exc:
        return isinstance(exc, FileNotFoundError | NotADirectoryError)
    return False
