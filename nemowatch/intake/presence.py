"""Is the root there, is it ours, and how does news of it come? Everything about one inbox but its files.

Owns the worker thread, the watcher, the owner file, the root's identity and the inbox's health. A missing root is a
state; so is a share that hangs, another host, and a kernel that does not tell. It concludes nothing about files.
"""

from __future__ import annotations

import asyncio
import errno
import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from nemowatch.clock import Clock
from nemowatch.config import Watch
from nemowatch.errors import LocalError, show_path
from nemowatch.intake import lease, owner
from nemowatch.intake.guard import PULSE_WAIT, Backoff, Identity, Trouble, identify, is_lost_mount, uncovered
from nemowatch.intake.health import Health, HealthState, HealthTracker
from nemowatch.intake.ignore import Ignore, NameClass
from nemowatch.intake.mounts import Mode, MountNews, MountTable, mode_of, tells_leases
from nemowatch.intake.settle import LOCAL_SETTLE, NETWORK_SETTLE, Pace
from nemowatch.intake.watcher import Hints, Watcher
from nemowatch.intake.worker import Hung, Worker, aside
from nemowatch.journal import Journal, facts

#: Seconds without a sign of life after which a share counts as hung; soft mounts answer with an error after 6 to 12 s.
PATIENCE = 20.0
#: Seconds for which a start waits for a share; the rest goes on behind it.
START_PATIENCE = 5.0
#: Seconds between two looks at a root that is away; the mount table's news come at once.
PROBE_EVERY = 5.0


@dataclass(frozen=True, slots=True)
class RootLook:
    """One look at the root."""

    identity: Identity
    standing: owner.Standing
    lost_mount: bool


class Presence:
    """One root, and how news of it comes."""

    def __init__(
        self, watch: Watch, clock: Clock, journal: Journal, state_id: str, tell: Callable[[Health], None],
        ring: Callable[[], None],
    ) -> None:  # fmt: skip
        self.watch = watch
        self.worker = Worker(f"inbox {watch.inbox.name}", PATIENCE)
        self.health = HealthTracker(clock, tell)
        self.hints: Hints | None = None
        self.root = watch.inbox  #: resolved as soon as it is there
        self.returned = False  #: it was away since the last scan
        self.scan_soon = True  #: something happened that only a full scan can make good
        self.next_probe = 0.0  #: monotonic seconds
        self.expected: frozenset[int] = frozenset()  #: inodes of the folders that the last full scan entered
        self.scans = 0  #: full scans so far
        self._clock, self._journal, self._state_id, self._ring = clock, journal, state_id, ring
        self._identity: Identity | None = None
        self._table: MountTable | None = None
        self._pace = self._pace_of("")
        self._below: tuple[tuple[bytes, Pace], ...] = ()
        self._remembered: dict[str, str] = {}
        self._watcher: Watcher | None = None
        self._news: MountNews | None = None
        self._backoff = Backoff()
        self._suspect_scan = -1
        self._trouble: Trouble | None = None
        self._ignore = Ignore(watch.ignore)

    def __repr__(self) -> str:
        return f"Presence({str(self.root)!r}, {self.health.now})"

    @property
    def online(self) -> bool:
        """True when the root is there and ours to work."""
        return self.health.now.state in (HealthState.WATCHING, HealthState.SCANNING, HealthState.DEGRADED)

    @property
    def owner_root(self) -> Path:
        """Where the owner file stands."""
        return self.watch.root or self.watch.inbox

    @property
    def _fact(self) -> str:
        return f"root {self.watch.name}"

    async def start(self) -> None:
        """Look for the root and begin to watch it. A root that is away, or hangs, is a state."""
        lease.prepare()
        self.hints = Hints(asyncio.get_running_loop(), self._ring)
        self._remembered = _load(await self._journal.read(lambda conn: facts.get(conn, self._fact)))
        try:
            self._news = MountNews(self._mounts_changed)
        except OSError:  # no /proc: the guard's own looks remain
            self._news = None
        await self.check(START_PATIENCE)

    async def stop(self) -> None:
        """Stop watching. The owner file stays: what this host has paid, no other host knows."""
        if self._news is not None:
            self._news.close()
            self._news = None
        await self._close_watcher()
        self.worker.close()

    def _mounts_changed(self) -> None:
        self.next_probe = 0.0
        self._ring()

    async def check(self, patience: float = 0) -> bool:
        """Look at the root and at who owns it; returns whether it is there and ours. Never raises for files."""
        self.next_probe = self._clock.monotonic() + PROBE_EVERY
        try:
            look = await self.worker.run(self._look, patience)
        except Hung:
            await self.hung()
            return False
        except (OSError, LocalError, ValueError) as exc:
            await self._away(_missing_words(exc, self.watch.inbox))
            return False
        if look.lost_mount:
            await self._away("the share is not mounted: only its empty mount point is there")
            return False
        if not look.standing.ours:
            await self._close_watcher()
            self.health.become(HealthState.HELD, look.standing.holder)
            return False
        await self._here(look)
        return self.online

    def _look(self) -> RootLook:
        root = Path(os.path.realpath(self.watch.inbox))
        found = identify(root)
        self.root = root
        lost = is_lost_mount(
            self._remembered.get("fstype", found.fstype), bool(self._remembered.get("mounted")), found,
            empty=_is_empty(root, self._ignore),
        )  # fmt: skip
        if lost:
            return RootLook(found, owner.Standing(True), True)
        self._table = MountTable.read()
        return RootLook(found, owner.claim(self.owner_root, self._state_id, self._clock.now_ms()), False)

    async def _here(self, look: RootLook) -> None:
        before, self._identity = self._identity, look.identity
        self._set_paces(look.identity)
        came = not self.online
        changed = before is not None and before != look.identity
        if (came and before is not None) or changed or self.health.now.state is HealthState.OFFLINE:
            self.returned = True
        if came or changed:
            self.scan_soon = True
            await self._remember(look.identity)
            if await self._rewatch():
                self._healthy()

    async def _remember(self, found: Identity) -> None:
        fresh = {"fstype": found.fstype, "mounted": "yes" if found.on_mount else ""}
        if fresh != self._remembered:
            self._remembered = fresh
            await self._journal.write(lambda conn: facts.put(conn, self._fact, json.dumps(fresh)))

    @property
    def mode(self) -> Mode:
        """How news comes: by configuration, else by the filesystems of the root and of the mounts below it."""
        if self.watch.mode != "auto":
            return Mode(self.watch.mode)
        mode = mode_of(self._identity.fstype) if self._identity else Mode.SCAN
        below = self._table.below(os.fsencode(self.root)) if self._table else ()
        return Mode.BOTH if mode is Mode.EVENTS and any(m.scanned for m in below) else mode

    async def _rewatch(self) -> bool:
        """A new observer, and with it a full scan: for a root that is new, came back, or fell silent. Returns whether it
        could be made (True where none is needed)."""
        await self._close_watcher()
        self.scan_soon = True
        self._trouble = None
        if self.mode is Mode.SCAN:
            return True
        try:
            self._watcher = await self.worker.run(self._open_watcher)
        except Hung:
            await self.hung()
            return False
        except OSError as exc:
            self._troubled(_limit_of(exc))
            return False
        return True

    def _open_watcher(self) -> Watcher:
        assert self.hints is not None  # start() made them
        name = hashlib.sha256(os.fsencode(self.watch.inbox)).hexdigest()[:12]
        pulse = self._journal.path.parent / "pulse" / name
        pulse.mkdir(parents=True, exist_ok=True)
        watcher = Watcher(self.root, pulse, self.hints, self._clock)
        watcher.open()
        return watcher

    async def _close_watcher(self) -> None:
        watcher, self._watcher = self._watcher, None
        if watcher is not None:
            await aside(watcher.close)

    def _healthy(self) -> None:
        fstype = self._identity.fstype if self._identity else ""
        if self.mode is Mode.SCAN:
            self.health.become(HealthState.SCANNING, fstype, self.mode)
        else:
            self.health.become(HealthState.WATCHING, "", self.mode)

    def _troubled(self, trouble: Trouble) -> None:
        self._trouble = trouble
        self._backoff.tried(self._clock.monotonic())
        self.health.become(HealthState.DEGRADED, trouble, self.mode)

    async def _away(self, why: str) -> None:
        await self._close_watcher()
        self.health.become(HealthState.OFFLINE, why)

    async def hung(self) -> None:
        """A call into the share does not come back: this inbox waits, and nothing else does."""
        self.worker.when_free(self._mounts_changed)
        await self._away("the share does not answer")

    async def failed(self, error: LocalError) -> None:
        """A scan could not read the share."""
        await self._away(error.text)

    async def same_root(self) -> bool:
        """True when the root is still the one that was looked at: asked after a scan, before anything is concluded."""
        before = self._identity
        try:
            now = await self.worker.run(lambda: identify(self.root))
        except (OSError, LocalError):
            return False
        return before is not None and now == before

    def pace(self, path: bytes) -> Pace:
        """How long a file at this place must be still."""
        for point, pace in self._below:
            if path.startswith(point):
                return pace
        return self._pace

    def _pace_of(self, fstype: str) -> Pace:
        local = mode_of(fstype) is Mode.EVENTS
        settle = self.watch.settle if self.watch.settle != "auto" else LOCAL_SETTLE if local else NETWORK_SETTLE
        return Pace(float(settle), local, leases=tells_leases(fstype), blocks=local)

    def _set_paces(self, found: Identity) -> None:
        """Reckoned once for each look at the root: every file of a scan asks."""
        top = os.fsencode(self.root) + b"/"
        below = self._table.below(top) if self._table else ()
        inside = sorted((m.point[len(top) :] + b"/", m.fstype) for m in below)
        self._below = tuple((point, self._pace_of(fstype)) for point, fstype in reversed(inside))
        self._pace = self._pace_of(found.fstype)

    def is_local(self, path: bytes) -> bool:
        """True where inode numbers are real."""
        return self.pace(path).local

    async def guard(self) -> None:
        """One pass: root, owner, pulse, coverage, lost events; repairs what can be repaired. Never raises for files."""
        if self.worker.stuck or not await self.check():
            return
        if self.mode is Mode.SCAN:
            return
        trouble = await self._find_trouble()
        if trouble is None:
            self._backoff.worked()
            self._trouble = None
            self._healthy()
            return
        self.health.become(HealthState.DEGRADED, trouble, self.mode)
        self._trouble = trouble
        if self._clock.monotonic() >= self._backoff.due_at:
            self._backoff.tried(self._clock.monotonic())
            await self._repair(trouble)

    async def _find_trouble(self) -> Trouble | None:
        watcher = self._watcher
        if watcher is None:
            return self._trouble or Trouble.DEAF
        if watcher.take_lost():
            self.scan_soon = True
            self._ring()
        if not await self._pulse(watcher):
            return Trouble.DEAF
        return self._coverage(watcher)

    async def _pulse(self, watcher: Watcher) -> bool:
        before, until = watcher.beats, self._clock.monotonic() + PULSE_WAIT
        try:
            await self.worker.run(watcher.knock)
        except OSError:  # the state folder's disk is full or read-only: that says nothing about the watch
            return True
        except LocalError:
            return True
        while watcher.beats == before and self._clock.monotonic() < until:  # noqa: ASYNC110 - the event comes in a foreign thread
            await asyncio.sleep(0.02)
        return watcher.beats != before

    def _coverage(self, watcher: Watcher) -> Trouble | None:
        """Folders come and go between a scan and this look: only what a newer scan confirms counts."""
        if not uncovered(self.expected, watcher.watched()):
            self._suspect_scan = -1
            return None
        if self._trouble is not None and self._suspect_scan >= 0:
            return self._trouble
        if self._suspect_scan < 0:
            self._suspect_scan = self.scans
            self.scan_soon = True
            self._ring()
            return None
        if self.scans <= self._suspect_scan:
            return None
        return Trouble.WATCH_LIMIT if self._limit_reached() else Trouble.COVERAGE

    def _limit_reached(self) -> bool:
        """Ask for one more watch on a folder that has none: the only way to tell a used-up limit from a race."""
        folder = self._journal.path.parent / "pulse"
        probe = Watcher(folder, folder, Hints(asyncio.get_running_loop(), lambda: None), self._clock)
        try:
            probe.open()
        except OSError as exc:
            return exc.errno == errno.ENOSPC
        finally:
            probe.close()
        return False

    async def _repair(self, trouble: Trouble) -> None:
        if not await self._rewatch():
            return
        self._trouble = trouble
        if await self._find_trouble() is None:
            self._trouble = None
            self._healthy()

    async def take_over(self) -> None:
        """A person said so: this host works the folder from now on."""
        await self.worker.run(lambda: owner.take_over(self.owner_root, self._state_id, self._clock.now_ms()))
        await self.check()


def _load(text: str) -> dict[str, str]:
    try:
        found = json.loads(text) if text else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _is_empty(root: Path, ignore: Ignore) -> bool:
    """True when nothing stands in the root that a person may have put there."""
    with os.scandir(os.fsencode(root)) as entries:
        return all(
            ignore.name(e.name, folder=e.is_dir(follow_symlinks=False)).kind is not NameClass.WORK for e in entries
        )


def _missing_words(exc: Exception, root: Path) -> str:
    number = exc.errno if isinstance(exc, OSError) else 0
    if number in (errno.ENOENT, errno.ENOTDIR):
        return f"{show_path(root)} is not there"
    if number in (errno.EACCES, errno.EPERM):
        return f"{show_path(root)} may not be read"
    return (exc.strerror if isinstance(exc, OSError) else "") or str(exc) or "it cannot be read"


def _limit_of(exc: OSError) -> Trouble:
    if exc.errno == errno.ENOSPC:
        return Trouble.WATCH_LIMIT
    return Trouble.INSTANCE_LIMIT if exc.errno in (errno.EMFILE, errno.ENFILE) else Trouble.DEAF
