"""One watched inbox as the rest of nemowatch knows it: its ticks, what it can be told, and what can
be asked about it.

Owns that one thing is done at a time, and that whatever goes wrong becomes a state of this inbox:
it never raises for a file or a share. `pipeline` does the work of a tick. Only the engine's loop
touches it; blocking calls run in the worker threads of its root monitor.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import structlog

from nemowatch.clock import Clock
from nemowatch.config.watch_section import Watch
from nemowatch.errors import JournalError, LocalError
from nemowatch.intake.claim.existing_results import Finder, no_results
from nemowatch.intake.pipeline import Pipeline
from nemowatch.intake.records import PendingFile, Tick
from nemowatch.intake.scan.pauses import nearest_pause
from nemowatch.intake.state import InboxState
from nemowatch.intake.watch.health import AWAY, Health
from nemowatch.intake.watch.root_monitor import RootMonitor
from nemowatch.journal.database import Journal
from nemowatch.retry_memory import NotBefore
from nemowatch.tasks.records import OwnNames

log = structlog.get_logger("nemowatch.inbox")

#: The fewest seconds between two writes of the owner file for paid calls: each write is work for
#: every sync client.
MARK_PAUSE = 15.0
#: The key of what must not be done again before that time has passed.
PAID = "paid"


class Inbox:
    """One watch: takes files in, and turns them into sources."""

    def __init__(
        self,
        watch: Watch,
        *,
        own_names: OwnNames,
        clock: Clock,
        confirm_above: int,
        journal: Journal,
        on_change: Callable[[], None],
        state_id: str,
        finder: Finder = no_results,
    ) -> None:
        """`on_change` is called on the loop when `tick` has something to do at once. `state_id`
        names our state folder in the owner file. `finder` finds existing results in the outbox
        after a journal was lost."""
        self.watch = watch
        self._clock = clock
        self._on_change = on_change
        self._root_monitor = RootMonitor(
            watch, clock, journal, state_id, self._log_health, on_change
        )
        self._state = InboxState.of(watch, own_names)
        self._pipeline = Pipeline(
            self._root_monitor,
            self._state,
            journal,
            clock,
            confirm_above,
            finder,
        )
        self._due_at = 0.0
        self._marks = NotBefore[str](clock)
        self._busy = asyncio.Lock()
        self._stopped = False

    def __repr__(self) -> str:
        return (
            f"Inbox({self.watch.name!r}, {self.health}, {len(self._state.tracked)} waiting,"
            f" {len(self._state.known)} known)"
        )

    def _log_health(self, health: Health) -> None:
        if health.troubled:
            log.warning(f"inbox {health}", inbox=self.watch.name)
        else:
            log.info(f"inbox {health}", inbox=self.watch.name)

    @property
    def health(self) -> Health:
        """Its state, with the reason."""
        return self._root_monitor.health.now

    @property
    def own_names(self) -> OwnNames:
        """The recipes and aliases that its folders' names are read with."""
        return self._state.book.own_names

    @property
    def is_failing(self) -> bool:
        """True while it is offline because of an unforeseen error."""
        return self._root_monitor.is_failing

    async def start(self) -> None:
        """Start. A root that is missing or hangs becomes a state; raises only what the journal
        raises."""
        async with self._failing_alone():
            await self._pipeline.start()

    async def stop(self) -> None:
        """Stop. What is under way in the worker threads is abandoned."""
        self._stopped = True
        self._pipeline.stop()
        await self._root_monitor.stop()

    def due_in(self) -> float:
        """Seconds until `tick` has work; 0: now."""
        now = self._clock.monotonic()
        if self._root_monitor.online and self._pipeline.is_due(now):
            return 0.0
        return max(self._due_at - now, 0.0)

    def request_scan(self) -> None:
        """Scan everything soon."""
        self._root_monitor.scans.request()
        self._root_monitor.request_check()
        self._due_at = 0.0
        self._on_change()

    def reconcile(self) -> None:
        """Ask for the regular scan; one that was just made, or is planned anyway, is enough."""
        if not self._pipeline.is_scan_recent:
            self.request_scan()

    @asynccontextmanager
    async def _failing_alone(self) -> AsyncIterator[None]:
        """Turn whatever goes wrong inside into a state of this inbox; raises only what the journal
        raises."""
        try:
            yield
        except JournalError:
            raise
        except Exception as exc:  # noqa: BLE001 - whatever it is, it is this inbox's state
            await self._fail(exc)

    async def fail(self, error: Exception) -> None:
        """Make an unforeseen error, met while working for this inbox, its state until the next
        try."""
        async with self._busy:
            await self._fail(error)

    async def _fail(self, error: Exception) -> None:
        if self._stopped:
            return  # its threads have ended: that is no trouble
        await self._root_monitor.failed_unexpectedly(error)
        self._plan()

    async def guard(self) -> None:
        """One pass of the guard. Raises only what the journal raises."""
        async with self._busy:
            if not self._stopped:
                async with self._failing_alone():
                    await self._root_monitor.guard()
                self._plan()
        if self.due_in() == 0:
            self._on_change()

    async def take_over(self) -> None:
        """Make this host the owner of the inbox, because a person said so. What the inbox brings
        next waits for approval."""
        async with self._busy:
            await self._root_monitor.take_over()
            self._pipeline.arrivals.take_over()
        self.request_scan()

    @property
    def surveyed(self) -> bool:
        """Whether a scan has seen the whole inbox since the start. Before that it is not known
        whether there is a PAUSE."""
        return not self._pipeline.arrivals.is_first

    @property
    def pauses(self) -> dict[bytes, bytes]:
        """The folders (b"": the inbox itself) that hold a PAUSE, with its path."""
        return self._state.pauses

    def paused(self, folder: bytes) -> bool:
        """True when there is a PAUSE in this folder, or in one above it."""
        return bool(nearest_pause(self.pauses, folder))

    @property
    def settling(self) -> int:
        """How many files are not jobs yet."""
        return len(self._state.tracked)

    def waiting(self, limit: int = 0) -> list[PendingFile]:
        """Files that are not jobs yet, each with the reason in plain words: the longest waiting
        first, at most `limit` (0: all). On the loop only."""
        offline = ""
        if self.health.state in AWAY:
            offline = str(self.health)
        return self._pipeline.tracking.waiting(limit, offline)

    async def was_removed(self, path: bytes) -> bool:
        """True when nothing is at this path although the root is there as it was: only then was the
        file removed."""
        async with self._busy:
            if self._stopped or not await self._root_monitor.check():
                return False
            return await self._pipeline.tracking.was_taken_away(path)

    async def project_waits(self, project: bytes) -> bool:
        """Whether something in this claimed project waits for a person, or may. Raises
        LocalPassing when the share is unavailable."""
        async with self._busy:
            if self._stopped or not self.surveyed:
                return True
            return await self._pipeline.project_waits(project)

    async def same_root(self) -> bool:
        """True when the root is still the one that was checked last: a share that has just been
        unmounted leaves a folder behind that can be written to."""
        return await self._root_monitor.same_root()

    def busy(self) -> bool:
        """True while some file may still become a job by itself: it is settling, or hints are still
        to be followed. False while the inbox is failing."""
        if not self._root_monitor.online:
            return False
        return self._pipeline.is_settling

    async def mark_paid(self) -> None:
        """Something is being paid for here: have it written into the owner file, now or in one of
        the guard's next passes."""
        if not self._marks.is_due(PAID):
            return

        self._marks.put_off(PAID, MARK_PAUSE)
        async with self._busy:
            if not self._stopped and self._root_monitor.online:
                await self._root_monitor.check()

    def reconfigure(self, watch: Watch, own_names: OwnNames, confirm_above: int) -> None:
        """Apply what may change while running (config.changes): how often to scan, and when to
        ask."""
        self.watch = watch
        self._root_monitor.reconfigure(watch)
        self._pipeline.reconfigure(watch, own_names, confirm_above)
        self.request_scan()

    async def tick(self) -> Tick:
        """Do a bounded portion of what is due. Raises only what the journal raises."""
        async with self._busy:
            if self._stopped:
                return Tick()
            # what others did with the results of the tick before has gone well, too
            self._root_monitor.prove()
            done = await self._guarded_tick()
            self._plan(more=done.more)
        now = self._clock.monotonic()
        return replace(
            done,
            problems=self._state.all_problems(now),
            approved=bool(self._state.approvals),
            approvals=self._state.approvals,
            notes=self._state.notes,
            folder_approvals=dict(self._state.folder_approvals),
            requests=tuple(self._state.read_requests.values()),
            sighted=self._pipeline.tracking.sighted(),
            is_ours=self._root_monitor.online,
            is_judged=self._pipeline.is_judged(now),
        )

    async def _guarded_tick(self) -> Tick:
        """A tick whose errors, foreseen or not, become states of this inbox."""
        try:
            return await self._pipeline.work()
        except LocalError as exc:
            await self._root_monitor.failed(exc)
        except JournalError:
            raise
        except Exception as exc:  # noqa: BLE001 - whatever it is, it is this inbox's state
            await self._fail(exc)
        return Tick()

    def _plan(self, *, more: bool = False) -> None:
        """Set when the next tick has work."""
        now = self._clock.monotonic()
        if not self._root_monitor.online:
            self._due_at = self._root_monitor.next_probe
        elif more:
            self._due_at = now
        else:
            self._due_at = self._pipeline.next_at(now)
            proved_at = self._root_monitor.proved_at
            if proved_at is not None:
                self._due_at = min(self._due_at, proved_at)
