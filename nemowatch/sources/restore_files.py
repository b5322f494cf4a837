"""Files that have left the inbox, brought back when a person orders a job that needs them once
more.

Found out over the journal, carried out on the disk, and only then ordered: the three are apart,
so that a share that hangs holds up neither the journal nor the loop.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nemowatch.errors import UsageError, show_path
from nemowatch.fs.exclusive_create import move_exclusive
from nemowatch.fs.safe_open import folder_of, root_folder
from nemowatch.journal import jobs, sources


@dataclass(frozen=True, slots=True)
class Return:
    """One file's way back."""

    here: Path  #: where it lies now
    inbox: Path
    relative: bytes  #: where it was dropped, below the inbox


def needed(conn: sqlite3.Connection, command: str, args: Mapping[str, Any]) -> list[Return]:
    """The files that an order needs back. Raises UsageError for a job that is not there."""
    if command != "retry" and not (command == "again" and args.get("new_take")):
        return []
    found: dict[bytes, Return] = {}
    for job_id in args.get("jobs") or ():
        job = jobs.by_id(conn, job_id)
        row = sources.by_id(conn, job.source_id)
        if (
            row is None
            or not row.retired_to
            or (command == "retry" and jobs.has_draft(conn, job_id))
        ):
            continue
        for member in sources.members(conn, row.id):
            if member.path:
                name = (
                    row.retired_to
                    if member.path == row.path
                    else _beside(row.retired_to, member.path)
                )
                found[member.path] = Return(Path(os.fsdecode(name)), Path(row.watch), member.path)
    return list(found.values())


def _beside(where: bytes, path: bytes) -> bytes:
    return os.path.join(os.path.dirname(where), os.path.basename(path))


def carry_out(returns: Iterable[Return]) -> None:
    """Move each file back under its old name, over nothing. Raises UsageError when one cannot
    be, LocalError."""
    for one in returns:
        place = one.inbox / os.fsdecode(one.relative)
        if not os.path.lexists(one.here):
            if os.path.lexists(place):
                continue
            cure = f"Put the file into {show_path(str(place.parent))} again: that does the same."
            raise UsageError(f"{show_path(str(one.here))}: the file is no longer there.", cure=cure)
        _move(one, place)


def _move(one: Return, place: Path) -> None:
    cure = f"Move it to {show_path(str(place))} yourself: that does the same."
    try:
        with (
            root_folder(one.here.parent) as here,
            folder_of(one.inbox, os.path.dirname(one.relative), make=True) as folder,
        ):
            moved = move_exclusive(one.here.name, here, place.name, folder)
    except OSError as exc:
        words = (
            "another file stands in its place" if exc.errno == errno.EEXIST else str(exc.strerror)
        )
        raise UsageError(
            f"{show_path(str(one.here))} could not be moved back: {words}.", cure=cure
        ) from exc
    if not moved:
        raise UsageError(
            f"{show_path(str(one.here))} could not be moved back on this filesystem.", cure=cure
        )
