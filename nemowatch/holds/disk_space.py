"""Which outboxes have room again. A share that hangs keeps nobody else waiting."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from nemowatch.config.watch_section import Watch
from nemowatch.fs import space
from nemowatch.intake.inbox import Inbox
from nemowatch.journal import queue
from nemowatch.journal.database import Journal
from nemowatch.model import MB, HoldReason

#: Bytes that a disk must take to count as having space again, at least; a result that still does
#: not fit is held once more, at no cost.
SPACE_AGAIN = 8 * MB
#: Seconds until a disk that does not say how full it is counts as full: a share that hangs must
#: hold up nothing else.
DISK_SECONDS = 5.0
#: Outboxes that are asked at once, each by a thread that is there only when it is needed: more
#: inboxes nobody has on one host.
DISKS = 64

#: A part file, and how many bytes it is to have (0: unknown).
Part = tuple[Path, int]


class DiskSpace:
    """Asks each outbox on a thread of its own, with one question at a time however long it
    hangs."""

    def __init__(self, journal: Journal, inboxes: Mapping[str, Inbox]) -> None:
        self._journal = journal
        self._inboxes = inboxes
        self._threads = ThreadPoolExecutor(DISKS, thread_name_prefix="space")
        self._asked: dict[str, asyncio.Future[bool]] = {}  # by watch

    def close(self) -> None:
        """Let the threads end, unless a share that hangs keeps one."""
        self._threads.shutdown(wait=False)

    async def ask(self) -> dict[str, bool]:
        """Whether each outbox has room, by watch; without those that do not answer in time."""
        parts = await self._journal.read(_held_parts)
        for name, inbox in self._inboxes.items():
            self._ask(name, inbox.watch, parts)

        if not self._asked:
            return {}

        await asyncio.wait(self._asked.values(), timeout=DISK_SECONDS)
        answers = self._asked.items()
        return {name: answer.result() for name, answer in answers if answer.done()}

    def _ask(self, name: str, watch: Watch, parts: Iterable[Part]) -> None:
        before = self._asked.get(name)
        if before is not None and not before.done():
            return

        loop = asyncio.get_running_loop()
        self._asked[name] = loop.run_in_executor(self._threads, has_room, watch, parts)


def _held_parts(conn: sqlite3.Connection) -> list[Part]:
    """What is being fetched and found no space."""
    found: list[Part] = []
    for job in queue.held_for(conn, HoldReason.SPACE):
        if job.part:
            part = Path(os.fsdecode(job.part))
            found.append((part, job.result_size))
    return found


def has_room(watch: Watch, parts: Iterable[Part]) -> bool:
    """Whether the outbox takes the smallest of what waits for it: that one is then finished, and
    the others go on waiting."""
    missing: list[int] = []
    for part, size in parts:
        if part.is_relative_to(watch.outbox):
            missing.append(_missing(part, size))
    smallest = min(missing, default=0)
    return space.has_room(watch.outbox, max(SPACE_AGAIN, smallest))


def _missing(part: Path, size: int) -> int:
    """Bytes that are still to be written."""
    with contextlib.suppress(OSError):  # not begun
        size -= part.lstat().st_size
    return max(size, 0)
