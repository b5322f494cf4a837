"""What the daemon does for each inbox: scan when due, pass on what was found, and answer what
others ask about it.

Owns the inboxes and their loops. It does not know what a scan finds, nor what becomes of it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping

from nemowatch.clock import Clock
from nemowatch.config.schema import Config
from nemowatch.holds.keeper import HoldKeeper
from nemowatch.intake.inbox import Inbox
from nemowatch.intake.watch.health import HealthState
from nemowatch.journal import sources
from nemowatch.journal.database import Journal
from nemowatch.outbox import result_finder
from nemowatch.service.background import ends_the_daemon
from nemowatch.sources.tick_results import TickResults
from nemowatch.sources.wrap_up import WrapUp

#: Seconds from one pass over an inbox to the next that is for news only: every source that leaves
#: brings some, and each pass asks the disk and the journal eight things. After a quiet moment news
#: waits for nothing.
GATHERED_S = 0.2


class Inboxes:
    """The inboxes of one daemon, by the name of their watch."""

    def __init__(
        self,
        config: Config,
        clock: Clock,
        journal: Journal,
        state_id: str,
    ) -> None:
        self._journal = journal
        self.news = {watch.name: asyncio.Event() for watch in config.watch}
        self.all: dict[str, Inbox] = {
            watch.name: Inbox(
                watch,
                own_names=config.own_names,
                clock=clock,
                confirm_above=config.limits.confirm_above,
                journal=journal,
                on_change=self.news[watch.name].set,
                state_id=state_id,
                finder=result_finder.find,
            )
            for watch in config.watch
        }

    def offline(self, watch: str) -> bool:
        """Whether the root of this inbox is not there."""
        inbox = self.all.get(watch)
        return inbox is not None and inbox.health.state is HealthState.OFFLINE

    async def was_removed(self, watch: str, path: bytes) -> bool:
        """Whether a file that was not found was taken away; False: its share went."""
        inbox = self.all.get(watch)
        return inbox is None or await inbox.was_removed(path)

    async def project_waits(self, watch: str, project: bytes) -> bool:
        """Whether something in the folder of a project waits for a person. Raises
        LocalPassing."""
        inbox = self.all.get(watch)
        return inbox is not None and await inbox.project_waits(project)

    async def mark_paid(self, source_id: int) -> None:
        """Record in the workspace what is paid for in it, whatever becomes of the state folder."""
        row = await self._journal.read(lambda conn: sources.by_id(conn, source_id))
        inbox = self.all.get(row.watch) if row else None
        if inbox is not None:
            await inbox.mark_paid()

    def reconfigure(self, fresh: Config) -> None:
        """Go on with a new configuration."""
        for watch in fresh.watch:
            inbox = self.all.get(watch.name)
            if inbox is not None:
                inbox.reconfigure(watch, fresh.own_names, fresh.limits.confirm_above)


class InboxLoops:
    """One loop for each inbox."""

    def __init__(
        self,
        inboxes: Inboxes,
        tick_results: TickResults,
        wrap_ups: Mapping[str, WrapUp],
        holds: HoldKeeper,
    ) -> None:
        self._inboxes = inboxes
        self._tick_results = tick_results
        self._wrap_ups = wrap_ups
        self._holds = holds
        self._ending = False
        self._pauses: dict[str, dict[bytes, bytes]] = {}  # by inbox, once its first scan is over
        self._holds_checked = False  # after every inbox was scanned
        #: inboxes whose latest scan is under way, or not passed on yet
        self.receiving: set[str] = set()

    def end(self) -> None:
        """Begin no further pass."""
        self._ending = True

    @property
    def has_news(self) -> bool:
        """Whether an inbox has something to check that it has not checked yet."""
        return any(map(asyncio.Event.is_set, self._inboxes.news.values()))

    def jobs_changed(self) -> None:
        """Texts about results or questions may wait for that."""
        for name, news in self._inboxes.news.items():
            if self._tick_results.waits_for_jobs(name):
                news.set()

    @property
    def all_scanned(self) -> bool:
        """Whether every inbox was scanned once and the holds were checked after that. One that
        fails is not waited for."""
        if self._holds_checked:
            return True

        inboxes = self._inboxes.all
        failing = {name for name, inbox in inboxes.items() if inbox.is_failing}
        return bool(failing) and inboxes.keys() == failing | self._pauses.keys()

    async def run(self, name: str) -> None:
        """Look after one inbox until the end."""
        inbox, news = self._inboxes.all[name], self._inboxes.news[name]
        clock = asyncio.get_running_loop()
        while not self._ending:
            news.clear()
            gathered_by = clock.time() + GATHERED_S
            self.receiving.add(name)
            try:
                await self._receive(inbox, name)
            except Exception as exc:
                if ends_the_daemon(exc):
                    raise
                await inbox.fail(exc)
            self.receiving.discard(name)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(max(inbox.due_in(), 0.01)):
                    await news.wait()
                    await asyncio.sleep(max(gathered_by - clock.time(), 0))

    async def _receive(self, inbox: Inbox, name: str) -> None:
        tick = await inbox.tick()
        await self._tick_results.act_on(inbox, tick)
        if tick.removed:  # at once: what lay beside it leaves before anybody restores it
            self._wrap_ups[name].nudge()
        await self._check_holds(name)

    async def _check_holds(self, name: str) -> None:
        """When the first scans are over, and whenever a PAUSE comes or goes: what is held may go
        on."""
        pauses, before = self._inboxes.all[name].pauses, self._pauses.get(name)
        self._pauses[name] = pauses
        if len(self._pauses) < len(self._inboxes.all):
            return
        if pauses != before or not self._holds_checked:
            await self._holds.check()
            self._holds_checked = True
