"""How long a file in each folder below one root must be still, and how changes are noticed: by
the mounts there.

Owns what the mount table says about an inbox. It reads no disk.
"""

from __future__ import annotations

import os
from pathlib import Path

from nemowatch.config import Watch
from nemowatch.fs.holes import reports
from nemowatch.fs.mounts import Mode, MountTable, mode_of, tells_leases
from nemowatch.intake.ready.stability import LOCAL_SETTLE, NETWORK_SETTLE, Pace


class Paces:
    """The paces of one inbox."""

    def __init__(self, watch: Watch) -> None:
        """Nothing is known yet: everything counts as a share."""
        self.watch = watch
        self._mode = Mode.SCAN
        self._top = self._pace_of("")
        self._below: tuple[tuple[bytes, Pace], ...] = ()

    def __repr__(self) -> str:
        return f"Paces({self.mode}, {len(self._below)} mounts below)"

    def learn(self, root: Path, fstype: str, table: MountTable) -> None:
        """The root (resolved) is on such a filesystem now. Worked out once for each check of the
        mounts: every file of a scan asks."""
        top = os.fsencode(root) + b"/"
        below = table.below(top)
        inside = sorted((mount.point[len(top) :] + b"/", mount.fstype) for mount in below)
        inside.reverse()  # what lies deeper comes first
        self._below = tuple((point, self._pace_of(kind)) for point, kind in inside)
        self._top = self._pace_of(fstype)

        self._mode = mode_of(fstype)
        if self._mode is Mode.EVENTS and any(mount.scanned for mount in below):
            self._mode = Mode.BOTH

    @property
    def mode(self) -> Mode:
        """How changes are noticed: by configuration, else by the filesystems of the root and of the
        mounts below it."""
        return self._mode if self.watch.mode == "auto" else Mode(self.watch.mode)

    def at(self, path: bytes) -> Pace:
        """How long the file at this path must be still."""
        for point, pace in self._below:
            if path.startswith(point):
                return pace
        return self._top

    def _pace_of(self, fstype: str) -> Pace:
        local = mode_of(fstype) is Mode.EVENTS
        settle = LOCAL_SETTLE if local else NETWORK_SETTLE
        if self.watch.settle != "auto":
            settle = float(self.watch.settle)
        return Pace(settle, local, leases=tells_leases(fstype), blocks=local, holes=reports(fstype))
