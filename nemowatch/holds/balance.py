"""Has the account's credits read for status, the page and the forecast. The cloud is asked again
until it says how many there are."""

from __future__ import annotations

import asyncio

from nemowatch.holds.account_check import AccountCheck
from nemowatch.journal import holds
from nemowatch.journal.database import Journal
from nemowatch.model import Credits

#: Seconds between two readings of the balance while nothing is held for it.
CREDITS_LOOK = 900.0
#: Seconds until it is asked again where it was not said, at first and later on: the page says
#: that nothing can be done, and somebody may just have mended it.
ASK_AGAIN, ASK_ON = 30.0, 60.0
#: Seconds between two readings: a hundred small jobs a minute ask for one each, and what the last
#: one says counts for all of them.
APART = 2.0


class BalanceReader:
    """Asks for the balance whenever somebody says that it may have changed."""

    def __init__(self, check: AccountCheck, journal: Journal) -> None:
        self._check, self._journal = check, journal
        self._due = asyncio.Event()

    def ask(self) -> None:
        """It may have changed."""
        self._due.set()

    async def run(self) -> None:
        """For ever. Raises JournalError."""
        pause: float | None = None
        while True:
            was_asked = await self._wait(pause)
            held = await self._journal.read(holds.active)
            found = await self._check.ask(said_elsewhere=bool(held))
            if isinstance(found, Credits):
                pause = None
            elif pause is None:
                pause = ASK_AGAIN
            elif not was_asked:
                pause = ASK_ON
            await asyncio.sleep(APART)

    async def _wait(self, longest: float | None) -> bool:
        """Until somebody asks; False when so many seconds have passed instead."""
        try:
            async with asyncio.timeout(longest):
                await self._due.wait()
        except TimeoutError:
            return False
        self._due.clear()
        return True
