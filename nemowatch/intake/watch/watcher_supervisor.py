"""Looks after the watcher of one inbox: makes it, checks that it is alive, and replaces it if not.

Owns the observer, what the last scan expects it to cover, and the backoff between repairs.
`watch_upkeep` decides what follows for the inbox's health.
"""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import structlog

from nemowatch.clock import Clock
from nemowatch.errors import LocalError
from nemowatch.fs.threads import Hung, WorkerThread, aside
from nemowatch.intake.watch.liveness import PULSE_WAIT, Backoff, WatchTrouble, uncovered
from nemowatch.intake.watch.watcher import Hints, Watcher

log = structlog.get_logger("nemowatch.inbox")

#: Seconds within which a watcher must have been made: a folder takes some tenths of a millisecond,
#: or ten times that on a busy disk, and there may be hundreds of thousands.
WATCH_PATIENCE = 600.0


class WatcherSupervisor:
    """Watches one root, or tries to."""

    def __init__(
        self,
        inbox: Path,
        state_dir: Path,
        worker: WorkerThread,
        clock: Clock,
        need_scan: Callable[[], None],
    ) -> None:
        """`state_dir`: where our own folders for the pulse may be. `need_scan` is called when only
        a full scan can make up for, or confirm, what was found out."""
        name = hashlib.sha256(os.fsencode(inbox)).hexdigest()[:12]
        self._pulses = state_dir / "pulse"
        self._pulse_folder = self._pulses / name
        self._worker = worker
        self._clock = clock
        self._need_scan = need_scan
        #: inodes of the folders that the last full scan entered
        self.expected: frozenset[int] = frozenset()
        self.scans = 0  #: how many full scans there were so far
        self._watcher: Watcher | None = None
        self._wanted = object()  # a new one for each watcher that is asked for
        self._backoff = Backoff()
        self._trouble: WatchTrouble | None = None
        self._suspect_scan = -1

    def __repr__(self) -> str:
        return f"WatcherSupervisor({self._watcher!r}, trouble={self._trouble})"

    async def watch(self, root: Path, hints: Hints) -> WatchTrouble | None:
        """Make a new observer of `root`; returns why that failed, None if it did not. Raises
        Hung."""
        await self.close()
        self._trouble = None
        wanted = self._wanted
        try:
            self._watcher = await self._worker.run(
                lambda: self._open(root, hints, wanted), WATCH_PATIENCE
            )
        except Hung:
            self._wanted = object()
            raise
        except Exception as exc:  # noqa: BLE001 - whatever fails here, the inbox is scanned
            self._trouble = _trouble_of(exc)
            self._backoff.tried(self._clock.monotonic())
        return self._trouble

    def _open(
        self,
        root: Path,
        hints: Hints,
        wanted: object,
    ) -> Watcher:
        """Make a watcher. Raises Hung when that took so long that nothing waits for it any more."""
        self._pulse_folder.mkdir(parents=True, exist_ok=True)
        watcher = Watcher(root, self._pulse_folder, hints, self._clock)
        watcher.start()
        if wanted is not self._wanted:
            watcher.close()
            raise Hung()
        return watcher

    def scanned(self, inodes: Iterable[int]) -> None:
        """Note which folders a full scan has entered."""
        self.expected = frozenset(inodes)
        self.scans = self.scans + 1

    async def close(self) -> None:
        """Stop watching."""
        self._wanted = object()
        watcher = self._watcher
        self._watcher = None
        if watcher is not None:
            await aside(watcher.close)

    def worked(self) -> None:
        """Note that all is well: the next trouble is repaired quickly again."""
        self._backoff.worked()
        self._trouble = None

    def begin_repair(self, trouble: WatchTrouble) -> bool:
        """Note this trouble, and start a repair if one is due; returns whether it is."""
        self._trouble = trouble
        now = self._clock.monotonic()
        due = now >= self._backoff.due_at
        if due:
            self._backoff.tried(now)
        return due

    def still(self, trouble: WatchTrouble) -> None:
        """Keep this trouble after a repair, until all is confirmed to be well."""
        self._trouble = trouble

    async def find_trouble(self) -> WatchTrouble | None:
        """What is wrong with it, as far as it can be found out. Raises Hung."""
        watcher = self._watcher
        if watcher is None:
            return self._trouble or WatchTrouble.DEAF
        if watcher.take_lost():
            self._need_scan()
        if not await self._pulse(watcher):
            return WatchTrouble.DEAF
        return await self._coverage(watcher)

    def deaf_to(self, root: Path, folders: Mapping[bytes, int]) -> list[bytes]:
        """The folders among these (each with its inode) below `root` that the kernel does not
        report on, as far as that can be told. Reads the disk: in a worker thread only. Raises
        OSError."""
        watcher = self._watcher
        if watcher is None:
            return []
        watched = watcher.watched()
        if root.stat().st_ino not in watched:  # an overlay, whose inode numbers cannot be compared
            return []
        return [folder for folder, inode in folders.items() if inode not in watched]

    async def _pulse(self, watcher: Watcher) -> bool:
        before = watcher.beats
        until = self._clock.monotonic() + PULSE_WAIT
        try:
            await self._worker.run(watcher.touch_pulse)
        except OSError:
            # the state folder's disk is full or read-only, which says nothing about the watches
            return True
        except LocalError:
            return True
        # watchdog's own thread counts the beats, and no event of ours can wait for it
        while watcher.beats == before and self._clock.monotonic() < until:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        return watcher.beats != before

    async def _coverage(self, watcher: Watcher) -> WatchTrouble | None:
        """A gap in the coverage. Folders come and go between a scan and this check, so only a gap
        that a newer scan confirms counts."""
        if not uncovered(self.expected, watcher.watched()):
            self._suspect_scan = -1
            return None
        if self._trouble is not None and self._suspect_scan >= 0:
            return self._trouble
        if self._suspect_scan < 0:
            self._suspect_scan = self.scans
            self._need_scan()
            return None
        if self.scans <= self._suspect_scan:
            return None
        hints = Hints(asyncio.get_running_loop(), lambda: None)
        reached = await aside(lambda: self._limit_reached(hints))
        if reached:
            return WatchTrouble.WATCH_LIMIT
        return WatchTrouble.COVERAGE

    def _limit_reached(self, hints: Hints) -> bool:
        """Try to watch one folder more: the only way to tell an exhausted limit from a race. Never
        on the loop: it may have to wait for the end of a watcher whose share hangs."""
        probe = Watcher(self._pulses, self._pulses, hints, self._clock)
        try:
            probe.start()
        except OSError as exc:
            return exc.errno == errno.ENOSPC
        finally:
            probe.close()
        return False


def _trouble_of(exc: Exception) -> WatchTrouble:
    """Why no watcher could be made."""
    if isinstance(exc, OSError):
        return _limit_of(exc)
    if isinstance(exc, RecursionError):  # watchdog calls itself for each folder below another
        return WatchTrouble.TOO_DEEP
    log.error("internal error", doing="watch an inbox", exc_info=exc)
    return WatchTrouble.DEAF


def _limit_of(exc: OSError) -> WatchTrouble:
    if exc.errno == errno.ENOSPC:
        return WatchTrouble.WATCH_LIMIT
    if exc.errno in (errno.EMFILE, errno.ENFILE):
        return WatchTrouble.INSTANCE_LIMIT
    return WatchTrouble.DEAF
