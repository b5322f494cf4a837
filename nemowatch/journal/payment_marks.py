"""Marks of the latest paid call, kept where restoring the journal from a backup does not reach: in
a file of the state folder, and in the owner file of each workspace. A mark that the journal does
not know was made after the backup.

Owns what a mark is, and what a journal remembers of marks. Intake owns the workspaces' owner files.
"""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from nemowatch.errors import local_error
from nemowatch.fs.own_files import read_own, write_line
from nemowatch.journal import facts
from nemowatch.journal.facts import InboxFact
from nemowatch.journal.queries import first, load

SQL = load("spend")

#: The name of the file in the state folder.
FILE_NAME = "paid"
#: A mark as it is written.
_WRITTEN = re.compile(r"\s*([0-9]{1,18})\s+([0-9]{1,18})\s*")


@dataclass(frozen=True, slots=True)
class Mark:
    """One paid call: its number in the journal, and when it was opened. A restored journal uses the
    number again, but not at the same millisecond."""

    id: int = 0  #: 0: there was no paid call
    at: int = 0  #: UTC ms

    def __str__(self) -> str:
        return f"{self.id} {self.at}" if self.id else ""

    @classmethod
    def read(cls, text: str) -> Mark:
        """The mark that `str` returned as this text; an empty one if it cannot be understood."""
        found = _WRITTEN.fullmatch(text)
        if found is None:
            return cls()
        return cls(*map(int, found.groups()))


def newest(conn: sqlite3.Connection) -> Mark:
    """The latest paid call of all."""
    return first(conn, SQL["newest"], (), _mark) or Mark()


def _mark(row: sqlite3.Row) -> Mark:
    return Mark(row["id"], row["opened_at"])


def of_watch(conn: sqlite3.Connection, watch: str) -> Mark:
    """The latest paid call for a file of this watch."""
    return Mark.read(facts.get_of(conn, InboxFact.PAID, watch))


def is_known(conn: sqlite3.Connection, mark: Mark) -> bool:
    """Whether this journal has written that very call; an empty mark is always known."""
    return mark.id == 0 or conn.execute(SQL["is_known"], (mark.id, mark.at)).fetchone() is not None


def moves_on(conn: sqlite3.Connection, mine: Mark, theirs: Mark) -> bool:
    """Whether `mine` is to replace `theirs`. A mark never goes back: if the same old journal is
    restored a second time, that must be noticed again."""
    if mine.id == 0 or mine == theirs:
        return False
    return mine.id > theirs.id if is_known(conn, theirs) else mine.at > theirs.at


def is_lost(conn: sqlite3.Connection, mark: Mark, where: str = "") -> bool:
    """Whether this mark, found in the owner file of a watch (`where`) or in the state folder (""),
    is of a paid call that this journal does not know, and no person was asked because of it yet."""
    return not is_known(conn, mark) and facts.get_of(conn, InboxFact.LOST, where) != str(mark)


def asked(conn: sqlite3.Connection, mark: Mark, where: str = "") -> None:
    """Note that a person is asked because of this mark."""
    facts.put_of(conn, InboxFact.LOST, where, str(mark))


def keep(conn: sqlite3.Connection, folder: Path) -> None:
    """Write the latest paid call into the state folder; it is on the disk when this returns. Raises
    LocalError."""
    write_line(folder / FILE_NAME, str(newest(conn)))


def kept(folder: Path) -> Mark:
    """The mark in the state folder. Raises LocalError when the file exists and cannot be read."""
    path = folder / FILE_NAME
    try:
        return Mark.read(read_own(path).decode("ascii", "replace"))
    except FileNotFoundError:
        return Mark()
    except OSError as exc:
        raise local_error(exc, path) from exc
