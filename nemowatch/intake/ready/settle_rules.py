"""How long a file in each folder below one root must be still, and how changes are noticed, both
depending on the mounts there.

Owns what the mount table says about an inbox. It reads no disk.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from nemowatch.config.watch_section import Watch
from nemowatch.fs.holes import Reports, reports
from nemowatch.fs.mounts import Mode, MountTable, mode_of, tells_leases

#: Seconds of stillness after a close that was reported, where a lease proves that nobody writes: a
#: second is enough to notice a program that closes the file and opens it again at once.
QUICK = 1.0
#: "auto": a local disk shows every write at once; a share's caches hide growth for up to 30 s and
#: more (docs/platform.md section filesystems, point 4).
LOCAL_SETTLE, NETWORK_SETTLE = 10.0, 30.0
#: Checks during one settle time: three, so that a writer's pause of half of it is noticed.
CHECKS = 3


@dataclass(frozen=True, slots=True)
class SettleRule:
    """How long a file of one folder must be still."""

    settle: float  #: seconds
    local: bool  #: a local filesystem: inode numbers are real, and every write shows at once
    leases: bool = False  #: a granted lease proves that nobody writes
    blocks: bool = True  #: the filesystem says how many blocks a file has
    holes: Reports = Reports.TRUE  #: what the filesystem reports of holes

    @property
    def quick(self) -> float:
        """Seconds of stillness that are enough after a close that was reported."""
        return min(QUICK, self.settle)

    @property
    def check_every(self) -> float:
        """Seconds between checks."""
        return min(self.settle / CHECKS, 5.0)


class SettleRules:
    """The rules of one inbox."""

    def __init__(self, watch: Watch) -> None:
        """While nothing is known, everything counts as a share."""
        self.watch = watch
        self.fstype = ""  #: of the root; "" while nothing is known
        self._mode = Mode.SCAN
        self._top = self._rule_of("")
        self._below: tuple[tuple[bytes, SettleRule], ...] = ()

    def __repr__(self) -> str:
        return f"SettleRules({self.mode}, {len(self._below)} mounts below)"

    def learn(self, root: Path, fstype: str, table: MountTable) -> None:
        """Take in that the root (resolved) is on this filesystem now. The rules are worked out
        here, once for each check of the mounts: every file of a scan asks for its rule."""
        top = os.fsencode(root) + b"/"
        below = table.below(top)
        inside = sorted((mount.point[len(top) :] + b"/", mount.fstype) for mount in below)
        inside.reverse()  # the deeper mounts come first
        self._below = tuple((point, self._rule_of(kind)) for point, kind in inside)
        self._top = self._rule_of(fstype)

        self.fstype = fstype
        self._mode = mode_of(fstype)
        if self._mode is Mode.EVENTS and any(mount.scanned for mount in below):
            self._mode = Mode.BOTH

    @property
    def mode(self) -> Mode:
        """How changes are noticed: as configured, else as the filesystems of the root and of the
        mounts below it allow."""
        if self.watch.mode == "auto":
            return self._mode
        return Mode(self.watch.mode)

    def at(self, path: bytes) -> SettleRule:
        """How long the file at this path must be still."""
        for point, rule in self._below:
            if path.startswith(point):
                return rule
        return self._top

    def _rule_of(self, fstype: str) -> SettleRule:
        local = mode_of(fstype) is Mode.EVENTS
        return SettleRule(
            self._settle(local),
            local,
            leases=tells_leases(fstype),
            blocks=local,
            holes=reports(fstype),
        )

    def _settle(self, local: bool) -> float:
        """Seconds without a change: as configured, else depending on whether the disk is local."""
        if self.watch.settle != "auto":
            return float(self.watch.settle)
        if local:
            return LOCAL_SETTLE
        return NETWORK_SETTLE
