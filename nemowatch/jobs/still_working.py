"""Says in the log, every so often, that a turn is still under way: a person who reads it must not
take a turn of minutes for one that hangs. It decides nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

import structlog

from nemowatch.clock import Clock, lasted
from nemowatch.config.schema import Config
from nemowatch.jobs.job_log import location
from nemowatch.stages.work import Work
from nemowatch.tasks.usual_times import usual_time

log = structlog.get_logger("nemowatch.job")


class StillWorking:
    """Writes the lines, as often as `chat.still_working` says; 0: never."""

    def __init__(self, config: Callable[[], Config], clock: Clock) -> None:
        self._config = config
        self._clock = clock

    @contextlib.asynccontextmanager
    async def during(self, work: Work) -> AsyncIterator[None]:
        """For as long as the block takes, which sends a turn."""
        every = self._config().chat.still_working
        if not (work.may_send and every):
            yield
            return
        saying = asyncio.create_task(self._say(work, every))
        try:
            yield
        finally:
            saying.cancel()

    async def _say(self, work: Work, every: float) -> None:
        began = self._clock.monotonic()
        while True:
            await asyncio.sleep(every)
            log.info(
                "still working",
                job=work.job.id,
                **location(work.source),
                target=work.job.target,
                so_far=lasted(self._clock.monotonic() - began),
                usually=usual_time(work.job.skill).removeprefix("usually "),
            )
