"""Files that were moved out of an inbox, each as it was then: nothing else in done/ may be deleted.

Owns their dates, which do not age when the wall clock jumps. It touches no file.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from nemowatch.clock import Clock
from nemowatch.journal import facts
from nemowatch.journal.facts import Fact
from nemowatch.journal.inode_numbers import signed, unsigned
from nemowatch.journal.queries import load

SQL = load("retired_files")

DAY_MS = 24 * 3600 * 1000
#: Nobody knows how much time has passed between two boots. More than this counts as a jump of the
#: clock, since a machine whose clock has no battery may start in any year.
LONGEST_OFF_MS = DAY_MS
#: A smaller jump does not matter for dates that count in days.
LEAST_JUMP_MS = 60_000


@dataclass(frozen=True, slots=True)
class RetiredFile:
    """One file as it was when it had been moved."""

    path: bytes  #: absolute
    size: int  #: bytes
    mtime_ns: int
    ino: int  #: 0: not known
    digest: str  #: SHA-256, hex


def record(conn: sqlite3.Connection, source_id: int, files: Iterable[RetiredFile]) -> None:
    """Record where the source's files were moved. The source's date counts for all of them."""
    conn.execute(SQL["reset_clock"], (source_id,))
    for file in files:
        conn.execute(SQL["put"], _values(source_id, file))


def record_text(
    conn: sqlite3.Connection, source_id: int, files: Iterable[RetiredFile], now_ms: int
) -> None:
    """Record where a text about a source was moved. It may come long after the source has left, and
    so has a date of its own."""
    for file in files:
        conn.execute(SQL["put"], _values(source_id, file))
        conn.execute(SQL["dated"], {"path": file.path, "now": now_ms})


def _values(source_id: int, file: RetiredFile) -> dict[str, Any]:
    return {
        "path": file.path,
        "source_id": source_id,
        "size": file.size,
        "mtime_ns": file.mtime_ns,
        "ino": signed(file.ino),
        "digest": file.digest,
    }


def old(conn: sqlite3.Connection, watch: str, before_ms: int) -> list[RetiredFile]:
    """The files of a watch whose sources left its inbox before this time."""
    rows = conn.execute(SQL["old"], {"watch": watch, "before": before_ms})
    return list(map(_file, rows))


def forget(conn: sqlite3.Connection, path: bytes) -> None:
    """Forget the file at this path: it is no longer there, or no longer ours."""
    conn.execute(SQL["drop"], (path,))


def follow_clock(conn: sqlite3.Connection, clock: Clock) -> int:
    """Compare the wall clock with the time that has really passed since the last call, and move all
    dates along with a jump; returns the jump in ms. To be called before a date is written, so that
    only later jumps move it, and before `old`."""
    now_ms = clock.now_ms()
    boot, up_ms = clock.since_boot()
    before = facts.get(conn, Fact.CLOCK)
    jump = _jump(before, now_ms, up_ms, boot)
    if abs(jump) >= LEAST_JUMP_MS:
        conn.execute(SQL["clock_was_set"], (jump,))
    else:
        # small drifts add up until they are worth a write to every row
        now_ms, jump = now_ms - jump, 0
    facts.put(conn, Fact.CLOCK, f"{now_ms} {up_ms} {boot}")
    return jump


def _jump(before: str, now_ms: int, up_ms: int, boot: str) -> int:
    """Milliseconds by which the wall clock has jumped since `before` was written."""
    if not before:
        return 0
    then, up_then, boot_then = before.split(" ", 2)
    passed = now_ms - int(then)
    really = min(max(passed, 0), LONGEST_OFF_MS)
    if boot == boot_then and up_ms >= int(up_then):
        really = up_ms - int(up_then)
    return passed - really


def _file(row: sqlite3.Row) -> RetiredFile:
    return RetiredFile(
        path=row["path"],
        size=row["size"],
        mtime_ns=row["mtime_ns"],
        ino=unsigned(row["ino"]),
        digest=row["digest"],
    )
