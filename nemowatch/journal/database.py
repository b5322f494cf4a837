"""One connection, one thread, one transaction at a time.

Owns the connection and its transactions; `opening` makes it. It knows no table: what is read and
written is a function over the connection, passed to `read` or `write`. A `write` returns only when
its commit is on the disk (`synchronous=FULL`): an intent to pay that a power cut could lose would
lead to a double payment.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from nemowatch.clock import Clock, lasted
from nemowatch.errors import JournalCorrupt, JournalError, JournalFull, JournalRefused
from nemowatch.fs.threads import Serial
from nemowatch.journal import facts, seal
from nemowatch.journal.facts import Fact
from nemowatch.journal.opening import (
    check_whole,
    connect,
    connect_unchanged,
    free_bytes,
    journal_error,
)
from nemowatch.journal.reading import connect_existing
from nemowatch.journal.transaction import Begin, T, Work, run

#: Seconds between two attempts to write on a full disk.
FULL_LOOK = 2.0
#: Free bytes from which a disk that was full counts as having space again. With less, small writes
#: succeed and larger ones do not, and the log would report the same full disk many times.
SPACE_AGAIN = 512 * 1024


class Journal:
    """The journal file, opened."""

    def __init__(
        self,
        conn: sqlite3.Connection,
        path: Path,
        clock: Clock,
        *,
        is_read: bool = False,
    ) -> None:
        """`is_read`: every page of it was just read."""
        self._conn = conn
        self._is_read = is_read
        self._is_in_doubt = False  # an error has shown that it, or its disk, may be damaged
        self._thread = Serial("journal")
        self.path = path
        self.clock = clock
        #: rows changed through this journal so far: while this stays the same, so does what is
        #: shown of it
        self.changes = 0
        #: UTC ms since when the disk has been full and writes wait for space; 0: there is space
        self.full_at = 0
        self._full_since = 0.0  # the same, in monotonic seconds
        self._refused = 0  # writes that wait for space

    def __repr__(self) -> str:
        return f"Journal({str(self.path)!r})"

    @classmethod
    def open(cls, path: Path, clock: Clock) -> Journal:
        """Open the journal at `path`; create or migrate it if necessary. Its folder must exist.

        Raises JournalCorrupt, JournalTooNew, JournalReadOnly, JournalFull, JournalError.
        """
        is_whole = seal.is_whole(path)
        try:
            conn = connect(path, is_whole=is_whole)
        except sqlite3.Error as exc:
            raise journal_error(exc, path) from exc
        return cls(conn, path, clock, is_read=not is_whole)

    @classmethod
    def open_unchanged(cls, path: Path, clock: Clock) -> Journal:
        """Open an existing journal as it is, whichever version wrote it, to copy it or to check
        that it is sound. Raises JournalError when there is none."""
        return cls(connect_existing(path, connect_unchanged), path, clock)

    async def read(self, work: Work[T]) -> T:
        """Run `work` on the journal's thread, seeing one consistent state."""
        return await self._submit(lambda: self.read_now(work))

    async def write(self, work: Work[T]) -> T:
        """Run `work` in one transaction; all of it is on the disk when this returns, or none of it.

        On a full disk it waits for space and runs `work` again. Meanwhile what the cloud has just
        answered, above all about paid turns, is kept in memory, and nothing new can begin, since
        every beginning is a write.
        """
        try:
            done = await self._submit(lambda: self.write_now(work))
        except JournalFull as exc:
            done = await self._write_patiently(work, exc)
        self._say_space()
        return done

    async def _write_patiently(self, work: Work[T], refusal: JournalFull) -> T:
        self._say_full(refusal)
        self._refused += 1
        try:
            while True:
                await asyncio.sleep(FULL_LOOK)
                with contextlib.suppress(JournalFull):
                    return await self._submit(lambda: self.write_now(work))
        finally:
            self._refused -= 1

    def _say_full(self, refusal: JournalFull) -> None:
        if not self.full_at:
            self.full_at, self._full_since = self.clock.now_ms(), self.clock.monotonic()
            log = _log()
            cure = "Free some space on it; work then resumes by itself."
            log.error(
                "the journal's disk is full: everything waits for space",
                why=refusal.text,
                cure=cure,
            )

    def _say_space(self) -> None:
        """After a write: the disk is no longer full once no write waits and there is space for
        what comes."""
        if not self.full_at or self._refused or free_bytes(self.path) < SPACE_AGAIN:
            return
        self.full_at = 0
        log, seconds = _log(), self.clock.monotonic() - self._full_since
        log.info(
            "the journal's disk has space again", journal=str(self.path), after=lasted(seconds)
        )

    async def give_back(self) -> None:
        """Release memory that SQLite keeps in case it is asked the same again."""
        await self._submit(lambda: self._conn.execute("PRAGMA shrink_memory"))

    async def _submit(self, call: Callable[[], T]) -> T:
        # a task that is cancelled at shutdown does not interrupt its transaction, which is
        # completed
        return await self._thread.begin(call)

    def read_now(self, work: Work[T]) -> T:
        """`read` for callers without a loop. Not to be mixed with `read` from another thread."""
        return self._run(Begin.READ, work)

    def write_now(self, work: Work[T]) -> T:
        """`write` for callers without a loop."""
        return self._run(Begin.WRITE, work)

    def _run(self, begin: Begin, work: Work[T]) -> T:
        with self._doubting():
            result = run(self._conn, self.path, begin, work)
        self.changes = self._conn.total_changes
        return result

    def backup(self, target: Path) -> None:
        """Write a consistent copy to `target`, which must not exist, while the daemon runs. The
        copy is marked as one: if it is restored, it must not pay again for what was paid for after
        it was made."""
        with contextlib.closing(sqlite3.connect(target)) as copy:
            self._conn.backup(copy)
            facts.set_flag(copy, Fact.COPY, to=True)
            copy.commit()

    def check_pages(self) -> str:
        """Read every page once more, by a connection of its own. Blocking, for seconds where there
        are a million jobs. Returns why that connection could not be made, "" when all is well.
        Raises JournalCorrupt, JournalError."""
        try:
            conn = connect_existing(self.path, connect_unchanged)
        except JournalCorrupt:
            self._is_in_doubt = True
            raise
        except JournalError as exc:
            return exc.text
        with contextlib.closing(conn), self._doubting():
            try:
                check_whole(conn, self.path)
            except sqlite3.Error as exc:
                raise journal_error(exc, self.path) from exc
        self._is_read = True
        return ""

    @contextlib.contextmanager
    def _doubting(self) -> Iterator[None]:
        try:
            yield
        except (JournalRefused, JournalFull):
            raise
        except JournalError:
            self._is_in_doubt = True
            raise

    def close(self) -> None:
        """Finish what is queued, fold the WAL back and close. If every page was read, and no error
        has occurred, note that the journal is whole."""
        self._thread.close()
        self._conn.close()
        if self._is_read and not self._is_in_doubt:
            seal.make(self.path)


def _log() -> Any:
    import structlog  # here: commands that only read the journal do not need it

    return structlog.get_logger("nemowatch.journal")
