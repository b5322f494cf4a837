"""Whether the root is there and ours, and how changes are noticed: everything about one inbox
except its files.

Owns the worker threads and the inbox's health, and combines what `root_check`, `watch_upkeep` and
`settle_rules` find out. A missing root is a state, and so are a share that hangs, another host that
owns it, and a kernel that reports nothing. It concludes nothing about files."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping

from nemowatch.clock import Clock
from nemowatch.config.watch_section import Watch
from nemowatch.errors import LocalError
from nemowatch.fs import lease
from nemowatch.fs.mount_events import MountEvents
from nemowatch.fs.threads import Hung, WorkerThread
from nemowatch.intake.ready.settle_rules import SettleRules
from nemowatch.intake.watch.health import ONLINE, Health, HealthState, HealthTracker
from nemowatch.intake.watch.liveness import Identity, identify
from nemowatch.intake.watch.mount_history import MountHistory
from nemowatch.intake.watch.new_folders import NewFolders
from nemowatch.intake.watch.paid_marks import PaidMarks
from nemowatch.intake.watch.root_check import SILENCE, RootCheck, RootState
from nemowatch.intake.watch.scan_requests import ScanRequests
from nemowatch.intake.watch.setbacks import Setbacks
from nemowatch.intake.watch.unannounced import Unannounced
from nemowatch.intake.watch.unforeseen_errors import UnforeseenErrors
from nemowatch.intake.watch.watch_upkeep import WatchUpkeep
from nemowatch.intake.watch.watcher import Hints
from nemowatch.intake.watch.watcher_supervisor import WatcherSupervisor
from nemowatch.journal import facts
from nemowatch.journal.database import Journal
from nemowatch.journal.facts import InboxFact
from nemowatch.journal.payment_marks import Mark

#: Seconds without a sign of life after which a share counts as hung; soft mounts return an error
#: after 6 to 12 s.
PATIENCE = 20.0
#: Seconds for which a start waits for a share; the check goes on in the background.
START_PATIENCE = 5.0
#: Seconds between two checks of an unavailable root; changes of the mount table are seen at once.
PROBE_EVERY = 5.0


class RootMonitor:
    """One root, and how changes below it are noticed."""

    def __init__(
        self,
        watch: Watch,
        clock: Clock,
        journal: Journal,
        state_id: str,
        report: Callable[[Health], None],
        ring: Callable[[], None],
    ) -> None:
        self.watch = watch
        self.worker = WorkerThread(f"inbox {watch.inbox.name}", PATIENCE)
        #: for texts and documents, whose reading may take seconds
        self.text_worker = WorkerThread(f"texts {watch.inbox.name}", PATIENCE)
        self.health = HealthTracker(clock, report)
        self.root = watch.inbox  #: resolved as soon as it is there
        self.scans = ScanRequests()
        self.next_probe = 0.0  #: monotonic seconds; others only read it
        self.is_failing = False  #: it is offline because of an unforeseen error
        self.watching = WatcherSupervisor(
            watch.inbox, journal.path.parent, self.worker, clock, self._scan_now
        )
        self.settle_rules = SettleRules(watch)
        self.wake = ring  #: has the inbox's next tick come at once
        self._root = RootCheck(watch, state_id)
        self.mount_history = MountHistory()
        self._upkeep = WatchUpkeep(
            self.watching,
            NewFolders(self.watching, self.worker, clock),
            self.settle_rules,
            self.scans,
            self.health,
            self.hung,
        )
        self._clock = clock
        self._journal = journal
        self._paid = PaidMarks(watch.name, journal, clock)
        self._identity: Identity | None = None
        self._news: MountEvents | None = None
        self._failures = UnforeseenErrors(clock, watch.name)
        self._setbacks = Setbacks(clock)

    def __repr__(self) -> str:
        return f"RootMonitor({str(self.root)!r}, {self.health.now})"

    @property
    def online(self) -> bool:
        """True when the root is there and ours to work, if only on trial."""
        return self.health.found in ONLINE

    @property
    def unannounced(self) -> Unannounced:
        """Files that come without events."""
        return self._upkeep.unannounced

    def is_local(self, path: bytes) -> bool:
        """True where inode numbers are real."""
        return self.settle_rules.at(path).local

    async def start(self, hints: Hints) -> None:
        """Check the root and begin to watch it, for these hints. A root that is unavailable, or
        hangs, is a state."""
        lease.prepare()
        self._upkeep.hints = hints
        name = self.watch.name
        kept = await self._journal.read(lambda conn: facts.get_of(conn, InboxFact.ROOT, name))
        self._root.recall(kept)
        try:
            self._news = MountEvents(self._mounts_changed)
        except OSError:  # no /proc: the guard's own checks remain
            self._news = None
        await self.check(START_PATIENCE)

    async def stop(self) -> None:
        """Stop watching. The owner file stays: no other host knows what this one has paid for."""
        if self._news is not None:
            self._news.close()
            self._news = None
        await self.watching.close()
        self.worker.close()
        self.text_worker.close(wait=0.1)

    def reconfigure(self, watch: Watch) -> None:
        """Apply what may change while running."""
        self.watch = self._root.watch = self.settle_rules.watch = watch

    def request_check(self) -> None:
        """Have the root checked before anything else is done here."""
        self.next_probe = 0.0

    def _mounts_changed(self) -> None:
        self._setbacks.try_now()
        self.request_check()
        self.wake()

    def _scan_now(self) -> None:
        self.scans.request()
        self.wake()

    async def check(self, patience: float = 0) -> bool:
        """Check the root and who owns it; returns whether it is there and ours. Never
        raises for files."""
        now = self._clock.monotonic()
        next_try = max(self._failures.next_try, self._setbacks.next_try)
        if now < next_try:
            self.next_probe = next_try
            return False
        self.next_probe = now + PROBE_EVERY
        self.is_failing = False
        now_ms = self._clock.now_ms()
        mine = str(await self._paid.mine())
        try:
            state = await self.worker.run(lambda: self._root.check(now_ms, mine), patience)
        except Hung:
            await self.hung()
            return False
        except (OSError, LocalError, ValueError) as exc:
            await self._away(self._root.why_away(exc), self._root.cure_of(exc))
            return False
        if not state.ownership.ours:
            await self.watching.close()
            self.health.become(HealthState.HELD, state.ownership.holder)
            return False
        await self._compare(Mark.read(state.ownership.paid))
        await self._here(state)
        return self.online

    async def _compare(self, theirs: Mark) -> None:
        """Check whether our journal knows the latest paid call here, which the owner file names.
        The order matters: a stop in between only has a person asked again, and pays nothing."""
        found = await self._paid.compare(theirs)
        if found.is_lost:
            self.scans.note_restored()
        if found.is_newer:
            now_ms = self._clock.now_ms()
            # if the share goes away now, the next check finds that out
            with contextlib.suppress(OSError, LocalError, Hung):
                await self.worker.run(lambda: self._root.sign(now_ms, str(found.mine)))

    async def _here(self, state: RootState) -> None:
        """The root is there and ours: watch it, if it came back or is another one."""
        came = not self.online
        is_another = self._identity not in (None, state.identity)
        if is_another or self._was_away():
            self.scans.note_absence()
        self._learn(state)
        if came or is_another:
            await self._remember(state)
            await self._upkeep.begin(self.root)

    def _was_away(self) -> bool:
        """Whether a root that was seen before, or was found missing, has just come back."""
        if self.health.found is HealthState.OFFLINE:
            return True
        return self._identity is not None and not self.online

    def _learn(self, state: RootState) -> None:
        self._identity = state.identity
        self.root = state.root
        self.settle_rules.learn(state.root, state.identity.fstype, state.table)
        self.mount_history.learn(state.root, state.table, self._clock.now_ms())

    async def _remember(self, state: RootState) -> None:
        text = self._root.memory(state)
        if text:
            name = self.watch.name
            await self._journal.write(lambda conn: facts.put_of(conn, InboxFact.ROOT, name, text))

    async def _away(self, why: str, cure: str = "") -> None:
        await self.watching.close()
        self.health.become(HealthState.OFFLINE, why, cure=cure)

    async def hung(self) -> None:
        """A call into the share does not return: this inbox waits, and nothing else does."""
        self.worker.when_free(self._mounts_changed)
        await self._away(SILENCE)

    async def failed(self, error: LocalError) -> None:
        """The work could not go on. The root may be there, so that alone does not bring the inbox
        back."""
        self._doubt()
        if isinstance(error, Hung):
            await self.hung()
        else:
            await self._away(self._root.why_away(error), self._root.cure_of(error))

    def _doubt(self) -> None:
        self._setbacks.add()
        self.health.doubt()
        self.next_probe = self._setbacks.next_try

    @property
    def proved_at(self) -> float | None:
        """The monotonic second at which work that goes well counts as proof; None when nothing is
        to be proved."""
        return self._setbacks.proved_at

    def went_well(self) -> None:
        """Everything that there was to do here has been done."""
        self._setbacks.went_well()

    def prove(self) -> None:
        """If the work has gone well since it was last stopped by a trouble, that is over."""
        if self.online and self._setbacks.overcome():
            self.health.believe()

    async def failed_unexpectedly(self, error: Exception) -> None:
        """Take the inbox offline because of an unforeseen error, until the next try."""
        reason = self._failures.add(error)
        self._doubt()
        self.is_failing = True
        self.next_probe = max(self._failures.next_try, self._setbacks.next_try)
        self.scans.repeat()
        await self._away(reason)

    async def same_root(self) -> bool:
        """True when the root is still the one that was checked. Called before anything is concluded
        from what was seen."""
        before = self._identity
        root = self.root
        try:
            now = await self.worker.run(lambda: identify(root))
        except (OSError, LocalError):
            return False
        return now == before

    async def is_taken_over(self) -> bool:
        """True when another host has taken over the inbox since the last check, or that is not
        known. Called before anything is claimed."""
        if not await self.worker.run(self._root.is_taken_over):
            return False
        self.request_check()
        return True

    async def take_over(self) -> None:
        """Make this host the owner of the inbox, because a person said so."""
        now_ms = self._clock.now_ms()
        mine = str(await self._paid.mine())
        await self.worker.run(lambda: self._root.take_over(now_ms, mine))
        await self.check()

    async def confirm(self, folders: Mapping[bytes, int]) -> None:
        """Make sure that the kernel reports on new folders (each with its inode)."""
        await self._upkeep.confirm(self.root, folders)

    async def guard(self) -> None:
        """Check root, owner, pulse, coverage and lost events once, and repair what can be
        repaired. Never raises for files."""
        is_here = not self.worker.stuck and await self.check()
        if is_here:
            await self._upkeep.check(self.root)
