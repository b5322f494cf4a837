"""Handles a change of the wall clock: nothing waits longer, or shorter, because of it.

Owns the moments in the journal at which jobs are due. The timers look after the cadences.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import structlog

from nemowatch.clock import Clock
from nemowatch.jobs.runner import Runner
from nemowatch.journal import queue
from nemowatch.journal.database import Journal

log = structlog.get_logger("nemowatch.daemon")


class ClockSteps:
    """Moves what is due along with the clock."""

    def __init__(
        self,
        journal: Journal,
        clock: Clock,
        runner: Runner,
        later: Callable[[Awaitable[None]], None],
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._runner = runner
        self._later = later  # runs something beside everything else

    def follow(self, step: float) -> None:
        """The wall clock was set by so many seconds."""
        log.warning("the wall clock was set", by_seconds=round(step, 1))
        self._later(self._shift_due(round(step * 1000)))

    async def _shift_due(self, milliseconds: int) -> None:
        now = self._clock.now_ms()
        await self._journal.write(lambda conn: queue.shift_due(conn, milliseconds, now))
        self._runner.nudge()
