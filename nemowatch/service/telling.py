"""Notifies people of what the journal says, as long as a channel is configured; without one,
nothing of `notify` is loaded.

Owns when that begins and ends. A failure here ends no job, nor the daemon.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

import structlog

from nemowatch.clock import Clock
from nemowatch.config.schema import Config, Notify
from nemowatch.intake.inbox import Inbox
from nemowatch.intake.watch.health import Health
from nemowatch.journal import notices
from nemowatch.journal.database import Journal
from nemowatch.reporting.overview import Trouble
from nemowatch.service.background import ends_the_daemon
from nemowatch.service.settings_in_use import InUse

if TYPE_CHECKING:
    from nemowatch.notify.worker import NotifyWorker

log = structlog.get_logger("nemowatch.notify")

#: Seconds until it begins again after an error that nobody has foreseen.
AGAIN = 60.0


class Telling:
    """Runs the worker that the configuration asks for."""

    def __init__(
        self,
        journal: Journal,
        clock: Clock,
        config: Callable[[], Config],
        inboxes: Mapping[str, Inbox],
        troubles: Callable[[], Mapping[str, Sequence[Trouble]]],
    ) -> None:
        """`troubles`: what only a person can put right, by inbox."""
        self._journal = journal
        self._clock = clock
        self._config = config
        self._inboxes = inboxes
        self._troubles = troubles
        self._in_use = InUse(self._wanted)
        self._worker: NotifyWorker | None = None

    def reconfigure(self) -> None:
        """The configuration has changed."""
        self._in_use.compare()

    def _wanted(self) -> tuple[Notify, str]:
        config = self._config()
        return config.notify, config.site or socket.gethostname()

    async def run(self) -> None:
        """For ever. Raises JournalError when the journal can no longer be used."""
        while True:
            wanted = self._in_use.take()
            working = asyncio.create_task(self._work(*wanted), name="notify")
            changed = asyncio.create_task(self._in_use.changed(), name="notify changed")
            try:
                await asyncio.wait([working, changed], return_when=asyncio.FIRST_COMPLETED)
                if working.done():
                    working.result()
            finally:
                for task in (working, changed):
                    task.cancel()
                await asyncio.gather(working, changed, return_exceptions=True)

    async def _work(self, notify: Notify, site: str) -> None:
        self._worker = None
        if not (notify.urls or notify.webhook or notify.command):
            await self._journal.write(partial(notices.begin, channels=(), now_ms=0))
            await self._in_use.changed()
            return
        try:
            await self._tell(site)
        except Exception as exc:
            if ends_the_daemon(exc):
                raise
            log.exception("internal error", doing="send notifications")
            await asyncio.sleep(AGAIN)

    async def _tell(self, site: str) -> None:
        from nemowatch.notify.channels import channels_of
        from nemowatch.notify.worker import NotifyWorker

        config = self._config()
        channels = channels_of(config.notify)
        keys = [channel.key for channel in channels]
        now = self._clock.now_ms()
        await self._journal.write(partial(notices.begin, channels=keys, now_ms=now))
        self._worker = NotifyWorker(
            self._journal,
            self._clock,
            config,
            site,
            channels,
            self._health,
            self._troubles,
        )
        await self._worker.run()

    def _health(self) -> dict[str, Health]:
        return {name: inbox.health for name, inbox in self._inboxes.items()}

    async def finish(self, seconds: float) -> None:
        """Send at once what there is to tell, since nothing more will happen; this takes at most
        `seconds`."""
        if self._worker is not None:
            with suppress(TimeoutError):
                await self._worker.finish(seconds)
