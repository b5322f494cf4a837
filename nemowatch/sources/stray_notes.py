"""Our own notes where none belongs: they came back with their file, or with a copy of their folder.
They are removed while they are ours; a file that only has such a name is reported, since it is
never worked on.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable

import structlog

from nemowatch.clock import Clock
from nemowatch.config.watch_section import Watch
from nemowatch.errors import LocalError
from nemowatch.fs.threads import Disks
from nemowatch.intake.records import FileProblem
from nemowatch.jobs.job_log import location_of
from nemowatch.journal import notes as kept
from nemowatch.journal.database import Journal
from nemowatch.outbox.note_file import ERROR_ENDING, remove_note
from nemowatch.retry_memory import NotBefore

log = structlog.get_logger("nemowatch.note")

#: Seconds until a note is judged: one that is being written is not remembered yet.
PATIENCE = 10.0
#: Seconds until one that could not be taken away, or is not ours, is checked again.
TRY_AGAIN = 600.0

#: (watch, path relative to the inbox)
Key = tuple[str, bytes]


class StrayNotes:
    """Removes them."""

    def __init__(self, journal: Journal, disks: Disks, clock: Clock) -> None:
        self._journal = journal
        self._disks = disks
        self._tries = NotBefore[Key](clock)
        self._foreign: dict[Key, FileProblem] = {}

    async def act_on(self, watch: Watch, found: Iterable[bytes]) -> list[FileProblem]:
        """Look after the files in this inbox that have a name of our notes; returns what to report
        about those that are not ours."""
        paths = list(found)
        self._forget_others(watch.name, set(paths))
        if not paths:
            return []

        for path, known in await self._journal.read(lambda conn: _strays(conn, watch, paths)):
            await self._judge(watch, path, known)
        return [self._foreign[watch.name, path] for path in paths if self._is_foreign(watch, path)]

    def _is_foreign(self, watch: Watch, path: bytes) -> bool:
        return (watch.name, path) in self._foreign

    def _forget_others(self, watch: str, paths: set[bytes]) -> None:
        for key in [*self._tries, *self._foreign]:
            if key[0] == watch and key[1] not in paths:
                self._tries.forget(key)
                self._foreign.pop(key, None)

    async def _judge(self, watch: Watch, path: bytes, known: str) -> None:
        key = (watch.name, path)
        is_new = key not in self._tries
        if is_new and not path.lower().endswith(ERROR_ENDING.encode()):
            self._tries.put_off(key, PATIENCE)
            return
        if not is_new and not self._tries.is_due(key):
            return

        self._tries.put_off(key, TRY_AGAIN)
        whole = watch.inbox / os.fsdecode(path)
        try:
            is_gone = await self._disks.run(watch.name, remove_note, watch.inbox, whole, known)
        except LocalError:  # the share is unavailable, or the note may not be removed
            return
        if is_gone:
            log.info("stray note removed", **location_of(watch.name, path))
        else:
            self._foreign[key] = _problem(path)


def _strays(
    conn: sqlite3.Connection, watch: Watch, paths: Iterable[bytes]
) -> list[tuple[bytes, str]]:
    """Those that were not written where they are, each with what was written where it came from,
    in failed/ ("": not known)."""
    found: list[tuple[bytes, str]] = []
    for path in paths:
        if not kept.text_at(conn, os.path.join(os.fsencode(watch.inbox), path)):
            before = kept.text_at(conn, os.path.join(os.fsencode(watch.failed), path))
            found.append((path, before))
    return found


def _problem(path: bytes) -> FileProblem:
    folder = path.rpartition(b"/")[0]
    what = "It has the name of one of nemowatch's own notes, so it is not processed."
    cure = "Give it another name if it is to be processed, or remove it."
    return FileProblem(path, folder, what, cure, code="note name")
