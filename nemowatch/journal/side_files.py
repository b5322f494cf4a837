"""Side files, which lie beside results and say what was asked and answered: where each was written
and with what content, and which are to be written or updated (triggers write that, see migration
0007).
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, fields
from operator import itemgetter

from nemowatch.journal.queries import every, first_value, load

SQL = load("side_files")


@dataclass(frozen=True, slots=True)
class SideFileRow:
    """A row of table side_file."""

    job_id: int
    due: int  #: its version when it was read; 0 when it is up to date
    result: bytes  #: absolute path of the result that it lies beside
    path: bytes  #: absolute; b"" while it has no name yet
    sha256: str  #: of what was written last; "" when nothing was
    text: str  #: what is about to be written; "" when nothing is


def due(
    conn: sqlite3.Connection,
    watch: str,
    after_id: int,
    limit: int,
) -> list[SideFileRow]:
    """Up to `limit` side files of `watch` that are due: those of jobs above `after_id` first,
    then the others."""
    values = {"watch": watch, "after": after_id, "limit": limit}
    return every(conn, SQL["due"], values, _side_file)


def all_due(conn: sqlite3.Connection) -> dict[int, str]:
    """The watch of every job whose side file is due, by the job's id."""
    return dict(every(conn, SQL["all_due"], (), itemgetter("job_id", "watch")))


def intend(conn: sqlite3.Connection, file: SideFileRow) -> None:
    """Record that `file.text` is about to be written."""
    values = {
        "job_id": file.job_id,
        "result": file.result,
        "path": file.path,
        "digest": file.sha256,
        "text": file.text,
    }
    conn.execute(SQL["intend"], values)


def written(
    conn: sqlite3.Connection,
    job_id: int,
    path: bytes,
    sha256: str,
) -> None:
    """Record that the intended text is at this absolute path, with this digest."""
    conn.execute(SQL["written"], {"job_id": job_id, "path": path, "digest": sha256})


def mark_up_to_date(conn: sqlite3.Connection, file: SideFileRow) -> None:
    """Record that it is as up to date as the journal was when `file` was read. A later change keeps
    it due."""
    conn.execute(SQL["mark_up_to_date"], {"job_id": file.job_id, "due": file.due})


def path_of(conn: sqlite3.Connection, job_id: int) -> bytes:
    """The absolute path of a job's side file; b"" when it has none."""
    return first_value(conn, SQL["path_of"], (job_id,), b"")


def at_path(conn: sqlite3.Connection, path: bytes) -> list[SideFileRow]:
    """Every side file that was written at this absolute path, the latest first."""
    return every(conn, SQL["at_path"], (path,), _side_file)


def delivered_anew(conn: sqlite3.Connection, job_id: int) -> None:
    """Begin a new side file, because the job is about to deliver another result: what a person did
    to the old one no longer matters."""
    conn.execute(SQL["delivered_anew"], (job_id,))


def of_path(conn: sqlite3.Connection, path: bytes) -> int:
    """The job whose side file is at this absolute path; 0 when none is."""
    return first_value(conn, SQL["of_path"], (path,), 0)


def _side_file(row: sqlite3.Row) -> SideFileRow:
    return SideFileRow(**{field.name: row[field.name] for field in fields(SideFileRow)})
