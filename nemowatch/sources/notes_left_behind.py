"""Notes beside files that have left: a person took the file out of failed/ or done/, under its own
name or another, and its note stayed behind.

A file that lies in its inbox folder again is being tried once more, and keeps its note until it is
known how that ends. `refused_files` has the notes of refused files.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain, groupby, starmap
from operator import attrgetter
from pathlib import Path

from nemowatch.clock import Clock
from nemowatch.config.watch_section import Watch
from nemowatch.errors import LocalError
from nemowatch.fs.lookups import lookup_gone
from nemowatch.fs.names import NAME_LIMIT
from nemowatch.fs.threads import Disks
from nemowatch.journal import notes, sources
from nemowatch.journal.database import Journal
from nemowatch.outbox.note_file import DONE_ENDING, ERROR_ENDING
from nemowatch.reporting.note_writer import NoteWriter
from nemowatch.retry_memory import NotBefore

#: Seconds between two checks: nobody waits for it, and a share is asked.
CHECK_AGAIN = 60.0
#: Notes of one folder that are checked, the latest: it may hold those of years.
MOST = 1000
#: Bytes: in a longer name the file's own name may have been cut.
_UNCUT = NAME_LIMIT - 16


@dataclass(frozen=True, slots=True)
class _Beside:
    """A note, and the file that it speaks of: one of several where more had that name."""

    root: Path
    note: Path
    files: tuple[bytes, ...]  #: relative to `root`
    dropped: bytes  #: where it was dropped, relative to the inbox


class NotesLeftBehind:
    """Removes them."""

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
        self._checks = NotBefore[str](clock)  # by watch

    async def check(self, watch: Watch) -> None:
        """Remove those of this inbox, when that is due. Only while the share is there."""
        if not self._checks.is_due(watch.name):
            return
        self._checks.put_off(watch.name, CHECK_AGAIN)
        known = await self._journal.read(partial(_known, watch=watch))
        if not known:
            return
        try:
            left = await self._disks.run(watch.name, _left_behind, watch, known)
        except LocalError:
            return  # the share is busy: the next check asks again
        for one in left:
            await self._note_writer.remove(watch, one.root, one.note)


def _known(conn: sqlite3.Connection, watch: Watch) -> list[_Beside]:
    """The notes in failed/ and done/, as the journal remembers them."""
    found: list[_Beside] = []
    for root, ending in ((watch.failed, ERROR_ENDING), (watch.done, DONE_ENDING)):
        for note, dropped in _notes(conn, os.fsencode(root) + b"/", ending):
            files = _files(conn, watch, root, dropped)
            if files:
                found.append(_Beside(root, note, files, dropped))
    return found


def _files(conn: sqlite3.Connection, watch: Watch, root: Path, dropped: bytes) -> tuple[bytes, ...]:
    """Where below `root` that went which was dropped there, maybe under another name, relative to
    `root`; nothing where the note speaks of what lies elsewhere."""
    rows = sources.at_path(conn, watch.name, dropped)
    if not rows and root == watch.done:
        return (dropped,)  # a text that ordered something
    below = os.fsencode(root) + b"/"
    went_to = [row.retired_to for row in rows if row.retired_to]
    return tuple(path.removeprefix(below) for path in went_to if path.startswith(below))


def _notes(conn: sqlite3.Connection, root: bytes, ending: str) -> Iterator[tuple[Path, bytes]]:
    """The notes below a folder, each with what it is named after, relative to that folder."""
    raw = ending.encode()
    for path in notes.below(conn, root, MOST):
        is_whole = len(os.path.basename(path)) <= _UNCUT
        if is_whole and path.endswith(raw):
            yield Path(os.fsdecode(path)), path[len(root) : -len(raw)]


def _left_behind(watch: Watch, known: Iterable[_Beside]) -> list[_Beside]:
    """Those whose files are neither beside them nor in the inbox again. Blocking."""
    by_root = groupby(known, attrgetter("root"))
    left = list(chain.from_iterable(starmap(_without_file, by_root)))
    not_again = set(lookup_gone(watch.inbox, set(map(attrgetter("dropped"), left))))
    return [one for one in left if one.dropped in not_again]


def _without_file(root: Path, known: Iterable[_Beside]) -> list[_Beside]:
    """Those notes of one folder whose files are not there. Blocking."""
    notes_there = list(known)
    files = chain.from_iterable(map(attrgetter("files"), notes_there))
    gone = set(lookup_gone(root, files))
    return [one for one in notes_there if gone.issuperset(one.files)]
