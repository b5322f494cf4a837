"""Whether the kernel reports on folders that came lately.

A folder that we may not read when it is made (root's, until it is given to our user) is silently
left out by watchdog (docs/platform.md section watchdog, point 3), and no event tells when it is
given to us. Owns how long that is checked again; other modules scan and watch.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from nemowatch.clock import Clock
from nemowatch.fs.listing import is_listed
from nemowatch.fs.threads import WorkerThread
from nemowatch.intake.watch.watcher import Hints
from nemowatch.intake.watch.watcher_supervisor import WatcherSupervisor

#: Seconds until a folder that the kernel does not report on is checked again: the watcher itself
#: takes milliseconds.
AGAIN = 1.0
#: Seconds after which a folder that still cannot be read is left to the scans.
LONGEST = 10.0


class NewFolders:
    """The new folders of one inbox of which that is not sure yet."""

    def __init__(self, watching: WatcherSupervisor, worker: WorkerThread, clock: Clock) -> None:
        self._watching = watching
        self._worker = worker
        self._clock = clock
        self._since: dict[bytes, float] = {}  # monotonic seconds

    def __repr__(self) -> str:
        return f"NewFolders({len(self._since)} in doubt)"

    async def confirm(self, root: Path, folders: Mapping[bytes, int], hints: Hints) -> bool:
        """Check new folders (each with its inode); returns whether everything has to be watched
        anew. For those that cannot be read yet another hint is set. Raises OSError,
        LocalError."""
        readable = await self._worker.run(lambda: self._deaf(root, folders))
        for folder in folders.keys() - readable.keys():
            self._since.pop(folder, None)
        found = [self._judge(folder, readable[folder], hints) for folder in readable]
        return any(found)

    def _deaf(self, root: Path, folders: Mapping[bytes, int]) -> dict[bytes, bool]:
        """Those on which the kernel does not report, each with whether it can be read by now."""
        deaf = self._watching.deaf_to(root, folders)
        return {folder: is_listed(root, folder) for folder in deaf}

    def _judge(self, folder: bytes, is_readable: bool, hints: Hints) -> bool:
        """Whether this folder, on which the kernel does not report, has to be watched anew."""
        now = self._clock.monotonic()
        since = self._since.setdefault(folder, now)
        is_missed = is_readable and since < now
        if is_missed or now - since >= LONGEST:
            del self._since[folder]
            return is_missed
        hints.add_later(folder, AGAIN)
        return False
