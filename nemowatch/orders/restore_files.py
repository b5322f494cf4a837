"""Files that have left the inbox, moved back when a person orders a job that needs them again.

What has to be moved is read from the journal, and moved before the order is written there.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from abc import abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from nemowatch.errors import UsageError, show_path
from nemowatch.fs.exclusive_create import move_exclusive
from nemowatch.fs.safe_open import folder_of, root_folder
from nemowatch.journal import source_members, sources
from nemowatch.journal.jobs import Job
from nemowatch.journal.sources import SourceRow
from nemowatch.orders.order import JobsOrder
from nemowatch.orders.site import Site
from nemowatch.outbox.leaving_project import is_project


@dataclass(frozen=True, slots=True)
class Restore:
    """One file's way back."""

    here: Path  #: where it is now
    inbox: Path
    relative: bytes  #: where it was dropped, below the inbox

    @property
    def target(self) -> Path:
        return self.inbox / os.fsdecode(self.relative)


def to_restore(conn: sqlite3.Connection, needing: Iterable[Job]) -> list[Restore]:
    """The files of these jobs that have left their inbox."""
    found: dict[bytes, Restore] = {}
    for job in needing:
        row = sources.of_job(conn, job)
        if row.retired_to:
            found |= _files_of(conn, row, row.retired_to)
    return list(found.values())


def _files_of(conn: sqlite3.Connection, row: SourceRow, retired_to: bytes) -> dict[bytes, Restore]:
    """The journal knows where the first file went; the others of the source went along."""
    beside = os.path.dirname(retired_to)
    found: dict[bytes, Restore] = {}
    members = source_members.of_source(conn, row.id)
    if is_project(row.path, members):  # its folder went as a whole, and comes back so
        return {row.path: Restore(Path(os.fsdecode(retired_to)), Path(row.watch), row.path)}
    for member in members:
        if not member.path:
            continue
        here = os.path.join(beside, os.path.basename(member.path))
        if member.path == row.path:
            here = retired_to
        found[member.path] = Restore(Path(os.fsdecode(here)), Path(row.watch), member.path)
    return found


async def restore(files: Iterable[Restore], site: Site) -> None:
    """Move each file back, on the threads of its inbox. Raises as `move_back`."""
    for file in files:
        await site.run(str(file.inbox), partial(move_back, file))


def move_back(file: Restore) -> None:
    """Move one file back under its old name, overwriting nothing. Raises UsageError when that is
    not possible, LocalError."""
    if os.path.lexists(file.here):
        _move(file)
    elif not os.path.lexists(file.target):
        cure = f"Put the file into {show_path(str(file.target.parent))} again: that does the same."
        raise UsageError(f"{show_path(str(file.here))}: the file is no longer there.", cure=cure)


def _move(file: Restore) -> None:
    cure = f"Move it to {show_path(str(file.target))} yourself: that does the same."
    try:
        moved = _moved(file)
    except OSError as exc:
        raise UsageError(
            f"{show_path(str(file.here))} could not be moved back: {_why(exc)}.", cure=cure
        ) from exc
    if not moved:
        raise UsageError(
            f"{show_path(str(file.here))} could not be moved back on this filesystem.", cure=cure
        )


def _moved(file: Restore) -> bool:
    with (
        root_folder(file.here.parent) as here,
        folder_of(file.inbox, os.path.dirname(file.relative), make=True) as folder,
    ):
        return move_exclusive(file.here.name, here, file.target.name, folder)


def _why(exc: OSError) -> str:
    if exc.errno == errno.EEXIST:
        return "another file is in its place"
    return str(exc.strerror)


class RestoringOrder(JobsOrder):
    """An order for jobs, some of which need files that have left the inbox."""

    def __init__(self, ids: tuple[int, ...]) -> None:
        super().__init__(ids)
        self._restores: list[Restore] = []

    @abstractmethod
    def needs_files(self, conn: sqlite3.Connection, job: Job) -> bool:
        """Whether this job cannot go on without its files."""

    def prepare(self, conn: sqlite3.Connection) -> None:
        needing = filter(partial(self.needs_files, conn), self._found(conn))
        self._restores = to_restore(conn, needing)

    def sources(self, conn: sqlite3.Connection) -> frozenset[int]:
        return self._sources(conn)

    async def on_disk(self, site: Site) -> None:
        await restore(self._restores, site)
