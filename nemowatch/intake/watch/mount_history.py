"""On which mount each path below one root lies, now and when something was claimed there.

Owns the memory of the mount tables since the start. A file that cannot be seen because another
filesystem was mounted over its folder, or because its own was unmounted, was not removed by
anybody. It reads no disk.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from nemowatch.fs.mounts import Ground, MountTable

#: Tables remembered: a share that comes and goes all day makes many, and only the time since the
#: oldest open job counts.
MOST = 64


@dataclass(frozen=True, slots=True)
class _Mounts:
    """The mounts of one root from a moment on."""

    since_ms: int  #: UTC ms
    table: MountTable
    root: Path  #: resolved


class MountHistory:
    """The mounts of one root over time."""

    def __init__(self) -> None:
        self._tables: list[_Mounts] = []
        self._concerns: object = None

    def __repr__(self) -> str:
        return f"MountHistory({len(self._tables)} tables)"

    def learn(self, root: Path, table: MountTable, now_ms: int) -> None:
        """The root (resolved) and its mounts are these since now, unless they were already."""
        concerns = (root, table.concerns(os.fsencode(root)))
        if concerns != self._concerns:
            self._concerns = concerns
            self._tables = [*self._tables[-MOST + 1 :], _Mounts(now_ms, table, root)]

    def changed(self, path: bytes, since_ms: int) -> bool:
        """True when `path` (relative) lies on another mount now than at `since_ms`, or at the
        start when that was later."""
        if not self._tables:
            return False
        latest = self._tables[-1]
        before = _ground(self._at(since_ms), path)
        now = _ground(latest, path)
        own = os.fsencode(latest.root)
        is_own_mount = not now.point.startswith(own + b"/")
        if is_own_mount and before.point == now.point:
            # mounted as it was, if by another name: the check of the root judges that
            return False
        return before != now

    def _at(self, since_ms: int) -> _Mounts:
        """The mounts at that moment; at the start when that was later."""
        for mounts in reversed(self._tables):
            if mounts.since_ms <= since_ms:
                return mounts
        return self._tables[0]


def _ground(mounts: _Mounts, path: bytes) -> Ground:
    return mounts.table.ground(os.fsencode(mounts.root) + b"/" + path)
