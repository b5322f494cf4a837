"""Remembers what the account says of its credits, for status, the page and the forecast. A cloud
that does not say is no fault."""

from __future__ import annotations

import asyncio

import structlog

from nemowatch.clock import Clock
from nemowatch.errors import LocalError, RemoteError
from nemowatch.journal import Journal, account
from nemowatch.model import Credits
from nemowatch.remote.interface import RemoteApi

log = structlog.get_logger("nemowatch.daemon")

#: Seconds between two readings of the balance while nothing is held for it.
CREDITS_LOOK = 900.0


class Balance:
    """Asks for the balance whenever somebody says that it may have changed."""

    def __init__(self, api: RemoteApi, journal: Journal, clock: Clock) -> None:
        self._api, self._journal, self._clock = api, journal, clock
        self._due = asyncio.Event()

    def ask(self) -> None:
        """It may have changed."""
        self._due.set()

    async def run(self) -> None:
        """For ever. Raises JournalError."""
        while True:
            await self._due.wait()
            self._due.clear()
            try:
                await self._remember(await self._api.read_credits())
            except (RemoteError, LocalError) as exc:
                # the second: the anonymous token cannot be read or stored here
                log.debug("credits unknown", why=exc.text)

    async def _remember(self, found: Credits) -> None:
        who, now = self._api.account, self._clock.now_ms()
        await self._journal.write(
            lambda conn: account.remember_credits(
                conn, found, now, anonymous=who.anonymous, user_id=who.user_id
            )
        )
