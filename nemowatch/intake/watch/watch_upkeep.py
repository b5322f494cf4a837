"""Keeps the kernel's reports on one root coming: starts, checks and repairs them.

Owns what the inbox's health says about them, and the full scan with each new start.
`watcher_supervisor` owns the watcher itself; `root_monitor` has checked that the root is there
before it asks for anything here.
"""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from nemowatch.fs.mounts import Mode
from nemowatch.fs.threads import Hung
from nemowatch.intake.ready.settle_rules import SettleRules
from nemowatch.intake.watch.health import HealthState, HealthTracker
from nemowatch.intake.watch.liveness import WatchTrouble
from nemowatch.intake.watch.new_folders import NewFolders
from nemowatch.intake.watch.scan_requests import ScanRequests
from nemowatch.intake.watch.unannounced import Unannounced
from nemowatch.intake.watch.watcher import Hints
from nemowatch.intake.watch.watcher_supervisor import WatcherSupervisor


class WatchUpkeep:
    """Of one inbox."""

    def __init__(
        self,
        watching: WatcherSupervisor,
        new_folders: NewFolders,
        settle_rules: SettleRules,
        scans: ScanRequests,
        health: HealthTracker,
        hung: Callable[[], Awaitable[None]],
    ) -> None:
        """`hung` is called when a call into the share does not return."""
        self._watching = watching
        self._new_folders = new_folders
        self._settle_rules = settle_rules
        self._scans = scans
        self._health = health
        self._hung = hung
        self.unannounced = Unannounced()
        self.hints: Hints | None = None  #: where reports go; None before the start

    def __repr__(self) -> str:
        return f"WatchUpkeep({self._watching!r})"

    async def begin(self, root: Path) -> None:
        """Watch a root that is new, or came back."""
        self.unannounced.begin()
        if await self._rewatch(root):
            self._healthy()

    async def confirm(self, root: Path, folders: Mapping[bytes, int]) -> None:
        """Make sure that the kernel reports on new folders (each with its inode)."""
        if not folders or self._only_scans or self.hints is None:
            return
        # if the root is unavailable, the next check finds that out
        with contextlib.suppress(OSError):
            if await self._new_folders.confirm(root, folders, self.hints):
                await self._rewatch(root)

    async def check(self, root: Path) -> None:
        """Check pulse, coverage and lost events, and repair what can be repaired."""
        if self._only_scans:
            return
        trouble = await self._watching.find_trouble()
        if trouble is None:
            self._watching.worked()
            self._well()
            return
        self._degraded(trouble)
        if self._watching.begin_repair(trouble):
            await self._repair(root, trouble)

    @property
    def _only_scans(self) -> bool:
        return self._settle_rules.mode is Mode.SCAN

    async def _rewatch(self, root: Path) -> bool:
        """Make a new observer, and ask for a full scan with it: for a root that is new, came back,
        or fell silent. Returns whether that worked (True if none is needed)."""
        self._scans.request()
        if self._only_scans:
            await self._watching.close()
            return True
        assert self.hints is not None  # the inbox has started
        try:
            trouble = await self._watching.watch(root, self.hints)
        except Hung:
            await self._hung()
            return False
        if trouble is not None:
            self._degraded(trouble)
        return trouble is None

    def _degraded(self, trouble: WatchTrouble) -> None:
        self._health.become(HealthState.DEGRADED, trouble, self._settle_rules.mode)

    def _healthy(self) -> None:
        mode = self._settle_rules.mode
        if mode is Mode.SCAN:
            self._health.become(HealthState.SCANNING, self._settle_rules.fstype, mode)
        else:
            self._health.become(HealthState.WATCHING, "", mode)

    async def _repair(self, root: Path, trouble: WatchTrouble) -> None:
        if not await self._rewatch(root):
            return
        self._watching.still(trouble)
        if await self._watching.find_trouble() is None:
            self._watching.worked()
            self._well()

    def _well(self) -> None:
        """Note that the watcher itself is well; whether events arrive is another question."""
        if self.unannounced.many:
            self._degraded(WatchTrouble.UNANNOUNCED)
        else:
            self._healthy()
