"""Finds out when watching has died silently: by the root's identity, the mount table, the coverage
of watches, a pulse, and lost events.

Owns the checks and the verdict. It repairs nothing: `watch_upkeep` does, with the backoff that is
defined here.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from nemowatch.fs.mounts import Ground, MountTable, mode_of

#: Seconds within which an event of our own must come back: 0.2 ms is usual, but an unmatched move
#: holds up the queue for 0.5 s.
PULSE_WAIT = 1.5
#: Seconds between attempts to repair: short at first, because most troubles pass, then doubling up
#: to an hour.
REPAIR_FIRST, REPAIR_MOST = 2.0, 3600.0
#: The pause after the short ones, in place of one of 32 s: a minute, doubled from there.
REPAIR_STEADY = 60.0


class WatchTrouble(StrEnum):
    """Why watching cannot be relied on; the value is what people read after "degraded:"."""

    WATCH_LIMIT = "watch limit"  #: fs.inotify.max_user_watches is used up
    INSTANCE_LIMIT = "instance limit"  #: fs.inotify.max_user_instances is used up
    COVERAGE = "some folders are not watched"
    DEAF = "the kernel's events no longer arrive"
    LOST = "events were lost"
    UNANNOUNCED = "files come without events"  #: for instance of a bind mount in a container
    TOO_DEEP = "its folders are nested too deeply to be watched"


@dataclass(frozen=True, slots=True)
class Identity:
    """Which folder the root is: two equal ones are the same folder on the same mount."""

    dev: int
    ino: int
    ground: Ground  #: the filesystem that it is on
    concerns: frozenset[tuple[int, str, bytes, str]]  #: the mounts it depends on
    on_mount: bool  #: the root is itself a mount point

    @property
    def fstype(self) -> str:
        """The type of the filesystem that it lies on."""
        return self.ground.fstype

    @property
    def inode(self) -> tuple[int, int]:
        """The folder alone."""
        return (self.dev, self.ino)


def identify(root: Path) -> Identity:
    """Check the root. Raises OSError when it is not there or does not answer."""
    found = root.stat()
    if not stat.S_ISDIR(found.st_mode):
        raise NotADirectoryError(20, "not a folder", str(root))
    raw = os.fsencode(root)
    table = MountTable.read()
    ground = table.ground(raw)
    return Identity(found.st_dev, found.st_ino, ground, table.concerns(raw), ground.point == raw)


def is_lost_mount(
    before: Ground,
    was_mounted: bool,
    now: Identity,
    is_empty: Callable[[], bool],
) -> bool:
    """True when the filesystem that the root was on is no longer mounted, and what is there now
    holds no file: the share is unavailable, and only the empty folders beneath it are left. If
    there is content, somebody has decided so. `was_mounted`: the root was itself a mount point."""
    is_mounted = now.on_mount and mode_of(now.fstype) is mode_of(before.fstype)
    is_unmounted = was_mounted and not is_mounted
    if not is_unmounted and not before.is_laid_bare(now.ground):
        return False
    return is_empty()


def uncovered(expected: AbstractSet[int], watched: AbstractSet[int]) -> int:
    """How many folders on disk the kernel does not watch for us. If the filesystem shows different
    inode numbers to the two sides (overlay), only the counts can be compared."""
    missing = expected - watched
    if not missing:
        return 0
    if len(missing) == len(expected):
        return max(len(expected) - len(watched), 0)
    return len(missing)


class Backoff:
    """When to try the next repair."""

    def __init__(self) -> None:
        self._wait = REPAIR_FIRST
        self.due_at = 0.0  #: monotonic seconds

    def __repr__(self) -> str:
        return f"Backoff(next wait {self._wait:.0f} s)"

    def tried(self, now: float) -> None:
        """A repair was tried; whether it helped shows later."""
        self.due_at = now + self._wait
        self._wait = min(max(self._wait * 2, REPAIR_FIRST), REPAIR_MOST)
        if REPAIR_STEADY / 2 < self._wait < REPAIR_STEADY:
            self._wait = REPAIR_STEADY

    def worked(self) -> None:
        """A repair holds: the next trouble is repaired quickly again."""
        self._wait = REPAIR_FIRST
        self.due_at = 0.0
