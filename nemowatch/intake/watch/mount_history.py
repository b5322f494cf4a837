"""On which mount each path below one root lies, now and when something was claimed there.

Owns the memory of the mount tables since the start. A file that is not to be seen because
another filesystem has been put over its folder, or because its own was taken away, was not taken
away by anybody. It reads no disk.
"""

from __future__ import annotations

import os
from pathlib import Path

from nemowatch.fs.mounts import Ground, MountTable

#: Tables remembered: a share that comes and goes all day makes many, and only the time since the
#: oldest open job counts.
MOST = 64


class MountHistory:
    """The mounts of one root over time."""

    def __init__(self) -> None:
        self._tables: list[tuple[int, MountTable, Path]] = []
        self._concerns: object = None

    def __repr__(self) -> str:
        return f"Grounds({len(self._tables)} tables)"

    def learn(self, root: Path, table: MountTable, now_ms: int) -> None:
        """The root (resolved) and its mounts are these since now, unless they were already."""
        concerns = (root, table.concerns(os.fsencode(root)))
        if concerns != self._concerns:
            self._concerns = concerns
            self._tables = [*self._tables[-MOST + 1 :], (now_ms, table, root)]

    def changed(self, path: bytes, since_ms: int) -> bool:
        """True when `path` (relative) lies on another mount now than at `since_ms`, or at the
        start when that was later."""
        if not self._tables:
            return False
        then = next((t for t in reversed(self._tables) if t[0] <= since_ms), self._tables[0])
        before, now = _ground(then, path), _ground(self._tables[-1], path)
        own = os.fsencode(self._tables[-1][2])
        if before.point == now.point and not now.point.startswith(own + b"/"):
            # the root's own mount, and mounted as it was, if by another name: the root's looks
            # judge that
            return False
        return before != now


def _ground(at: tuple[int, MountTable, Path], path: bytes) -> Ground:
    _, table, root = at
    return table.ground(os.fsencode(root) + b"/" + path)
