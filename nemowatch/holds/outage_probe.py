"""Finds out when a cloud that nobody reached answers again: asks with growing pauses, so that a
short break costs seconds and a long one costs next to nothing. While it only half answers, the
pauses go on growing; a new job, which it may not fail, ends a pause.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from nemowatch.config.schema import Config
from nemowatch.holds.keeper import HoldKeeper
from nemowatch.jobs.runner import Runner

#: Seconds between two questions at most: every hold is checked that often anyway.
LONGEST = 60.0


class OutageProbe:
    """Sleeps until the runner reports an outage, then asks until it is over."""

    def __init__(self, holds: HoldKeeper, runner: Runner, config: Callable[[], Config]) -> None:
        self._holds = holds
        self._runner = runner
        self._config = config

    async def run(self) -> None:
        """For as long as the daemon runs."""
        pause, answers = 0.0, -1
        while True:
            await self._runner.outage.wait()
            self._runner.outage.clear()
            retry = self._config().retry
            longest = min(LONGEST, max(retry.cap, retry.base))
            if answers != self._runner.answers:  # the last one was really over
                pause = min(retry.base, longest)
            while await self._holds.in_outage():
                await self._rest(pause)
                await self._holds.check()
                pause = min(pause * 2, longest)
            answers = self._runner.answers

    async def _rest(self, pause: float) -> None:
        """For so many seconds, or until there is new work."""
        self._runner.new_work.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(pause):
                await self._runner.new_work.wait()
