"""Opening the journal's file: the checks before it is used, its migrations, and what SQLite's
errors mean.

It knows no rows; what a migration does is in its SQL.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from pathlib import Path

from nemowatch.errors import (
    JournalCorrupt,
    JournalError,
    JournalFull,
    JournalReadOnly,
    JournalRefused,
    JournalTooNew,
    NemowatchError,
)
from nemowatch.journal import seal
from nemowatch.journal.queries import migrations, newest_version

#: The first version with STRICT tables.
SQLITE_NEEDED = (3, 37, 0)
#: Seconds to wait for a command that holds the write lock; commands write for milliseconds.
BUSY_SECONDS = 10.0
#: KiB of pages that SQLite caches: enough for what is read often; the rest is in the system's own
#: cache anyway.
CACHE_KIB = 512
#: Statements that stay compiled. A job needs more than the 128 that Python keeps by default, and
#: each would be compiled again, triggers and all, whenever it is used.
STATEMENTS = 512
#: A WAL frame and its index need fewer free bytes than this; with more, an I/O error is not for
#: lack of space.
SPACE_FOR_A_FRAME = 64 * 1024


def connect(path: Path, *, is_whole: bool = False) -> sqlite3.Connection:
    """Open the file for writing: create it or migrate it if necessary, and read every page unless
    it is known to be whole. Raises sqlite3.Error, JournalError."""
    if sqlite3.sqlite_version_info < SQLITE_NEEDED:
        raise JournalError(
            f"SQLite {sqlite3.sqlite_version} is too old; nemowatch needs 3.37 or newer.",
            cure="Use a Python that is built with a newer SQLite.",
        )
    return _connect(path, is_whole)


def connect_for_reading(path: Path) -> sqlite3.Connection:
    """Open an existing file, and write nothing to it. Raises sqlite3.Error, JournalError.

    What an earlier version wrote is read from a copy with today's tables: an administrator can see
    the state before the daemon is started again, and can still go back to that version.
    """
    conn = connect_unchanged(path)
    if _is_older(conn):
        return _upgraded_copy(conn)
    return conn


def connect_unchanged(path: Path) -> sqlite3.Connection:
    """Open an existing file as it is, whichever version wrote it. Raises sqlite3.Error,
    JournalTooNew."""
    uri = f"{path.absolute().as_uri()}?mode=ro"
    conn = sqlite3.connect(
        uri,
        uri=True,
        check_same_thread=False,
        isolation_level=None,
    )
    _prepare(conn)
    _check_version(conn, path)
    return conn


def _is_older(conn: sqlite3.Connection) -> bool:
    return 0 < _version(conn) < newest_version()


def _upgraded_copy(conn: sqlite3.Connection) -> sqlite3.Connection:
    """A temporary copy with the newest tables; SQLite removes it when it is closed. Closes
    `conn`."""
    copy = sqlite3.connect("", check_same_thread=False, isolation_level=None)
    with contextlib.closing(conn):
        conn.backup(copy)
    _prepare(copy)
    _migrate(copy)
    copy.execute("PRAGMA query_only = ON")
    return copy


def _connect(path: Path, is_whole: bool) -> sqlite3.Connection:
    # drafts and prompts are the user's: the file is for the daemon's user alone
    umask = os.umask(0o077)
    try:
        seal.destroy(path)
        conn = sqlite3.connect(
            path,
            timeout=BUSY_SECONDS,
            check_same_thread=False,
            isolation_level=None,
            cached_statements=STATEMENTS,
        )
        try:
            _prepare(conn)
            conn.execute("PRAGMA synchronous = FULL")
            if _version(conn) == 0:
                _migrate(conn)  # before there is a WAL: a small disk need not hold all of it twice
            conn.execute("PRAGMA journal_mode = WAL").fetchone()
            _check_version(conn, path)
            if not is_whole:
                check_whole(conn, path)
            _migrate(conn)
        except BaseException:
            conn.close()  # a damaged file will be moved away: nothing may hold it open
            raise
    finally:
        os.umask(umask)
    return conn


def _prepare(conn: sqlite3.Connection) -> None:
    conn.row_factory = sqlite3.Row
    conn.execute(f"PRAGMA busy_timeout = {round(BUSY_SECONDS * 1000)}")
    conn.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    conn.execute("PRAGMA foreign_keys = ON")
    conn.execute("PRAGMA trusted_schema = OFF")


def _version(conn: sqlite3.Connection) -> int:
    return int(conn.execute("PRAGMA user_version").fetchone()[0])


def _check_version(conn: sqlite3.Connection, path: Path) -> None:
    version = _version(conn)
    newest = newest_version()
    if version > newest:
        raise JournalTooNew(
            f"{path}: written by a newer nemowatch (journal version {version}; this one knows"
            f" {newest})."
        )


def check_whole(conn: sqlite3.Connection, path: Path) -> None:
    """Read every page. Raises JournalCorrupt, sqlite3.Error."""
    answer = conn.execute("PRAGMA quick_check(1)").fetchone()[0]
    if answer != "ok":
        raise JournalCorrupt(f"{path}: the journal is damaged ({answer}).")


def _migrate(conn: sqlite3.Connection) -> None:
    """Bring the tables to the newest version in one transaction: whoever reads meanwhile sees
    everything as it was, or all of the change."""
    at = _version(conn)
    steps = [(number, script) for number, script in migrations() if number > at]
    if not steps:
        return
    # Rebuilding a table drops it in between; with this off, no rows of other tables go with it.
    # It can only be set outside a transaction.
    conn.execute("PRAGMA foreign_keys = OFF")
    scripts = "\n".join(script for _, script in steps)
    conn.executescript(f"BEGIN IMMEDIATE;\n{scripts}")
    broken = conn.execute("PRAGMA foreign_key_check").fetchone()
    if broken is not None:
        raise sqlite3.IntegrityError(f"rows of {broken[0]} refer to nothing")
    conn.execute(f"PRAGMA user_version = {steps[-1][0]}")
    conn.execute("COMMIT")
    conn.execute("PRAGMA foreign_keys = ON")


_DAMAGED = (JournalCorrupt, "the journal is damaged ({exc})")
_READ_ONLY = (JournalReadOnly, "the journal cannot be written ({exc})")
#: What SQLite's primary codes mean.
_MEANINGS: dict[int, tuple[type[JournalError], str]] = {
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _DAMAGED,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: _READ_ONLY,
    sqlite3.SQLITE_PERM: _READ_ONLY,
    sqlite3.SQLITE_FULL: (JournalFull, "the disk that holds the journal is full"),
    sqlite3.SQLITE_CONSTRAINT: (JournalRefused, "{exc}"),
}


def journal_error(exc: sqlite3.Error, path: Path) -> NemowatchError:
    """Our error for one of SQLite's; nothing else translates them."""
    code = getattr(exc, "sqlite_errorcode", 0) & 0xFF  # the primary code is the low byte
    if code == sqlite3.SQLITE_IOERR and _no_space(path):
        code = sqlite3.SQLITE_FULL
    kind, said = _MEANINGS.get(code, (JournalError, "{exc}"))
    return kind(f"{path}: {said.format(exc=exc)}.")


def _no_space(path: Path) -> bool:
    return free_bytes(path) < SPACE_FOR_A_FRAME


def free_bytes(path: Path) -> int:
    """Bytes that can still be written beside `path`; a disk that does not say counts as one with
    space."""
    try:
        stat = os.statvfs(path.parent)
    except OSError:
        return 1 << 62
    return stat.f_bavail * stat.f_frsize


def set_aside(path: Path) -> Path:
    """Move a damaged journal out of the way, with its WAL, so that a new one can begin. Returns its
    new path."""
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    target = path.with_name(f"{path.name}.damaged-{stamp}")
    seal.destroy(path)
    for suffix in ("", "-wal", "-shm"):
        piece = path.with_name(path.name + suffix)
        if piece.exists():
            piece.rename(target.with_name(target.name + suffix))
    return target
