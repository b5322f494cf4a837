"""Finds out when a cloud that nobody reached answers again: asks with growing pauses, so that a short break costs
seconds and a long one costs next to nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from nemowatch.config import Config
from nemowatch.engine.holdkeeper import HoldKeeper
from nemowatch.engine.runner import Runner

#: Seconds between two questions at most: the look that every hold gets anyway.
LONGEST = 60.0


class OutageProbe:
    """Sleeps until the runner reports an outage, then asks until it is over."""

    def __init__(self, holds: HoldKeeper, runner: Runner, config: Callable[[], Config]) -> None:
        self._holds = holds
        self._runner = runner
        self._config = config

    async def run(self) -> None:
        """For as long as the daemon runs."""
        while True:
            await self._runner.outage.wait()
            self._runner.outage.clear()
            pause = min(self._config().retry.base, LONGEST)
            while await self._holds.in_outage():
                await asyncio.sleep(pause)
                await self._holds.check()
                pause = min(pause * 2, LONGEST)
