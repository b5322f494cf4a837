"""The kernel's events of one inbox, by way of watchdog: hints at what to check, and no more.

Owns one Observer with its threads. The handlers only put a hint into a bounded set and wake the
loop; they never raise, read or decide. `pipeline` takes the hints. `liveness` finds out what
watchdog does not report (docs/platform.md section watchdog).
"""

from __future__ import annotations

import asyncio
import logging
import os
import threading
import warnings
import weakref
from collections.abc import Callable
from pathlib import Path

from watchdog.events import (
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

from nemowatch.clock import Clock

#: One identical filter for all watches: a second one on the same inode would replace the first.
#: Opening and reading, which we do ourselves, are not in it.
FILTER: list[type[FileSystemEvent]] = [
    FileClosedEvent,
    FileCreatedEvent,
    FileMovedEvent,
    FileDeletedEvent,
    DirCreatedEvent,
    DirMovedEvent,
    DirDeletedEvent,
]
#: Hints kept at once; with more, everything is checked, which costs less than sorting them.
MAX_HINTS = 20_000
#: Where watchdog logs, and what its line on lost events says.
LOGGER, OVERFLOW_WORDS = "watchdog", "queue overflowed"

#: In place of the time of a close or an arrival: there was none.
_LEFT = -1.0
_FDINFO = Path("/proc/self/fdinfo")
_creating = threading.Lock()


class _OverflowHandler(logging.Handler):
    """Notices the one log line that matters; service.logs keeps watchdog's tables (130 KB for a
    copied folder) out of the log."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.watchers: weakref.WeakSet[Watcher] = weakref.WeakSet()

    def emit(self, record: logging.LogRecord) -> None:
        if OVERFLOW_WORDS in str(record.msg):
            for watcher in list(self.watchers):
                watcher.overflowed()


_overflow_handler = _OverflowHandler()


def _install_overflow_handler() -> None:
    # It warns with its whole watch table when a new folder is watched twice, which harms nothing:
    # the table would fill the log, and Python keeps every such text for good.
    warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"watchdog\.")
    logger = logging.getLogger(LOGGER)
    if _overflow_handler not in logger.handlers:
        logger.addHandler(_overflow_handler)
        logger.setLevel(logging.WARNING)


class Hints:
    """Paths to check soon, filled by watchdog's threads and emptied by `pipeline`, on the loop."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, ring: Callable[[], None], limit: int = MAX_HINTS
    ) -> None:
        self._loop = loop
        self._ring = ring
        self._limit = limit
        self._lock = threading.Lock()
        self._paths: dict[bytes, float] = {}
        self._everything = False

    def __len__(self) -> int:
        return len(self._paths)

    @property
    def waiting(self) -> bool:
        """True when there is something to take."""
        if self._everything:
            return True
        return len(self._paths) > 0

    def add(self, path: bytes, at: float) -> None:
        """Have `path` (relative to the inbox) checked; `at`: monotonic seconds of a close or an
        arrival, negative: neither."""
        with self._lock:
            first = not self._paths and not self._everything
            if len(self._paths) >= self._limit:
                self._everything = True
            else:
                self._paths[path] = max(at, self._paths.get(path, -1.0))
        if first:
            self._wake()

    def add_later(self, path: bytes, seconds: float) -> None:
        """Have `path` checked in so many seconds. On the loop only."""
        self._loop.call_later(seconds, self.add, path, _LEFT)

    def all(self) -> None:
        """Have everything checked, because events were lost."""
        with self._lock:
            self._everything = True
        self._wake()

    def take(self, limit: int) -> tuple[dict[bytes, float], bool]:
        """Up to `limit` paths, oldest first, and whether everything must be checked."""
        with self._lock:
            taken = dict(list(self._paths.items())[:limit])
            for path in taken:
                del self._paths[path]
            everything = self._everything
            self._everything = False
        return taken, everything

    def _wake(self) -> None:
        try:
            self._loop.call_soon_threadsafe(self._ring)
        except RuntimeError:  # the loop has closed: the process ends
            return


class _EventHandler(FileSystemEventHandler):
    """Turns an event into hints. An exception here would end watchdog's thread for good, so none is
    raised."""

    def __init__(self, root: bytes, hints: Hints, clock: Clock) -> None:
        self._prefix = root.rstrip(b"/") + b"/"
        self._hints = hints
        self._clock = clock

    def on_any_event(self, event: FileSystemEvent) -> None:
        try:
            self._hint(event)
        except Exception:  # noqa: BLE001 - whatever it was, a full check makes up for it
            self._hints.all()

    def _hint(self, event: FileSystemEvent) -> None:
        now = self._clock.monotonic()
        if isinstance(event, (FileMovedEvent, DirMovedEvent)):
            self._add(event.src_path, _LEFT)
            self._add(event.dest_path, now)
        elif isinstance(event, (FileDeletedEvent, DirDeletedEvent)):
            self._add(event.src_path, _LEFT)
        else:
            self._add(event.src_path, now)

    def _add(self, path: bytes | str, at: float) -> None:
        raw = os.fsencode(path)
        if raw.startswith(self._prefix):
            self._hints.add(raw[len(self._prefix) :], at)


class _Pulse(FileSystemEventHandler):
    """Hears the events of our own folder."""

    def __init__(self, heard: Callable[[], None]) -> None:
        self._heard = heard

    def on_any_event(self, event: FileSystemEvent) -> None:
        self._heard()


class Watcher:
    """One Observer on one inbox, and on a folder of our own for the pulse."""

    def __init__(
        self,
        root: Path,
        pulse: Path,
        hints: Hints,
        clock: Clock,
    ) -> None:
        """Nothing is watched before `start`. `root` must be resolved: no events come for a link.
        `pulse`: an existing folder on a local disk that nobody else writes to."""
        self._root = root
        self._pulse = pulse
        self._hints = hints
        self._handler = _EventHandler(os.fsencode(root), hints, clock)
        self._beats = 0
        self._observer: BaseObserver | None = None
        self._fds: frozenset[int] = frozenset()
        self._lost = False

    def __repr__(self) -> str:
        return (
            f"Watcher({str(self._root)!r}, open={self._observer is not None},"
            f" watches={len(self.watched())})"
        )

    def start(self) -> None:
        """Start watching. This walks all folders, so it runs in a worker thread. Raises OSError
        (ENOSPC: the limit of watches, EMFILE: the limit of instances)."""
        _install_overflow_handler()
        with _creating:
            before = _inotify_fds()
            observer = Observer()
            self._fds = _inotify_fds() - before
        self._observer = observer
        try:
            observer.start()
            observer.schedule(_Pulse(self._beat), str(self._pulse), event_filter=FILTER)
            observer.schedule(self._handler, str(self._root), recursive=True, event_filter=FILTER)
        except BaseException:
            self.close()
            raise
        _overflow_handler.watchers.add(self)

    def close(self) -> None:
        """Stop watching. A thread that does not end is left behind: it is a daemon thread and gets
        no more events."""
        _overflow_handler.watchers.discard(self)
        observer = self._observer
        self._observer = None
        if observer is not None:
            # a descriptor that closes while another thread counts them would be miscounted
            with _creating:
                observer.stop()
                if observer.is_alive():
                    observer.join(5)
        self._fds = frozenset()

    def overflowed(self) -> None:
        """The kernel's queue was too short (called from watchdog's thread)."""
        self._lost = True
        self._hints.all()

    def take_lost(self) -> bool:
        """Whether events were lost since the last call."""
        lost = self._lost
        self._lost = False
        return lost

    def _beat(self) -> None:
        self._beats += 1

    @property
    def beats(self) -> int:
        """How many events of our own folder have come so far."""
        return self._beats

    def touch_pulse(self) -> None:
        """Make an event in our own folder. Raises OSError."""
        one = self._pulse / "tick"
        other = self._pulse / "tock"
        if one.exists():
            one.replace(other)
        elif other.exists():
            other.replace(one)
        else:
            one.touch()

    def watched(self) -> frozenset[int]:
        """The inode numbers that the kernel watches for us."""
        found: set[int] = set()
        for fd in self._fds:
            try:
                lines = (_FDINFO / str(fd)).read_text().splitlines()
            except OSError:
                continue
            for line in lines:
                if line.startswith("inotify "):
                    fields = dict(f.split(":", 1) for f in line.split()[1:] if ":" in f)
                    found.add(int(fields["ino"], 16))
        return frozenset(found)


def _inotify_fds() -> frozenset[int]:
    found = set()
    for entry in os.listdir("/proc/self/fd"):
        try:
            if str(Path(f"/proc/self/fd/{entry}").readlink()) == "anon_inode:inotify":
                found.add(int(entry))
        except OSError:
            continue
    return frozenset(found)
