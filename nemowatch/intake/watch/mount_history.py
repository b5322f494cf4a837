"""Which mount each path below one root is on, now and at the time when something was claimed there.

Owns the memory of the mount tables since the start. Nobody has removed a file that cannot be seen
because another filesystem was mounted over its folder, or its own was unmounted. It reads no disk.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from nemowatch.fs.mounts import Ground, MountTable

#: Tables that are remembered: a share that comes and goes all day makes many, and only the time
#: since the oldest open job matters.
MOST = 64


@dataclass(frozen=True, slots=True)
class _Mounts:
    """The mounts of one root from a certain time on."""

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
        """Note the root (resolved) and its mounts from now on, if they have changed."""
        concerns = (root, table.concerns(os.fsencode(root)))
        if concerns != self._concerns:
            self._concerns = concerns
            self._tables = [*self._tables[-MOST + 1 :], _Mounts(now_ms, table, root)]

    def changed(self, path: bytes, since_ms: int) -> bool:
        """True when `path` (relative) is on another mount now than at `since_ms`, or than at the
        start if that was later."""
        if not self._tables:
            return False
        latest = self._tables[-1]
        before = _ground(self._at(since_ms), path)
        now = _ground(latest, path)
        own = os.fsencode(latest.root)
        is_own_mount = not now.point.startswith(own + b"/")
        if is_own_mount and before.point == now.point:
            # mounted as before, perhaps under another name: the check of the root judges that
            return False
        return before != now

    def _at(self, since_ms: int) -> _Mounts:
        """The mounts at that time, or at the start if that was later."""
        for mounts in reversed(self._tables):
            if mounts.since_ms <= since_ms:
                return mounts
        return self._tables[0]


def _ground(mounts: _Mounts, path: bytes) -> Ground:
    return mounts.table.ground(os.fsencode(mounts.root) + b"/" + path)
