"""The fixed cadences, on APScheduler: each only nudges, none works.

Due work and the watchdog's ping are not here: the scheduler runs on the wall clock, and after that
was set back an hour it would stop for an hour (docs/platform.md section APScheduler). So a check on
the loop's own clock notices such a step within seconds and restarts every cadence.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from apscheduler.executors.debug import DebugExecutor
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from nemowatch.clock import Clock

#: Seconds by which the two clocks may drift apart before it counts as a step: NTP slews are far
#: below it.
STEP = 2.0
#: Seconds between two checks of the clocks against each other.
CHECK = 5.0
#: Seconds by which a run need not be moved: less than anybody notices.
NEAR = 0.02


class _Cadence(IntervalTrigger):  # type: ignore[misc]  # without types
    """Every so many seconds. Of the runs that a clock set ahead has passed over, only the latest
    counts: APScheduler goes through all of them, which are millions in a year."""

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> Any:
        """The run after this one."""
        if previous_fire_time is not None:
            latest = now - timedelta(seconds=self.interval_length)
            previous_fire_time = max(previous_fire_time, latest)
        return super().get_next_fire_time(previous_fire_time, now)


class Timers:
    """Calls small functions every so many seconds."""

    def __init__(
        self, clock: Clock, on_step: Callable[[float], None] = lambda seconds: None
    ) -> None:
        # docs/platform.md section APScheduler: the defaults drop runs after a stall of one second.
        defaults = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        # Each nudge is called there and then, on the loop: a task or a thread for it could be
        # cancelled at the end, which the scheduler then reports as a failure.
        here = {"default": DebugExecutor()}
        self._scheduler = AsyncIOScheduler(
            timezone=UTC,
            job_defaults=defaults,
            executors=here,
        )
        self._clock = clock
        self._on_step = on_step  # called with the seconds by which the wall clock was set
        self._stopped = True
        self._check: asyncio.TimerHandle | None = None
        self._offset = self._measure()

    def every(self, name: str, seconds: float, nudge: Callable[[], None]) -> None:
        """Call `nudge` every `seconds`; a cadence of the same name is replaced."""
        self._scheduler.add_job(
            _plain(nudge),
            _Cadence(seconds=seconds, timezone=UTC),
            id=name,
            replace_existing=True,
        )

    def move(self, name: str, seconds: float) -> None:
        """The next call of this cadence comes in `seconds`, the others after it at its pace. Does
        nothing where there is no such cadence."""
        job = self._job(name)
        if job is None:
            return

        when = datetime.now(UTC) + timedelta(seconds=seconds)
        if abs(job.next_run_time - when) > timedelta(seconds=NEAR):
            job.modify(next_run_time=when)

    def due_in(self, name: str) -> float | None:
        """Seconds until the next call of a cadence; None when there is none of that name."""
        job = self._job(name)
        if job is None:
            return None
        return float((job.next_run_time - datetime.now(UTC)).total_seconds())

    def _job(self, name: str) -> Any | None:
        """APScheduler's job of a cadence; None when there is none, or all have ended."""
        if self._stopped:
            return None
        return self._scheduler.get_job(name)

    def drop(self, name: str) -> None:
        """End a cadence, where there is one of that name."""
        if self._scheduler.get_job(name) is not None:
            self._scheduler.remove_job(name)

    def start(self) -> None:
        """Begin; needs a running loop."""
        self._scheduler.start()
        self._stopped = False
        self._check_later()

    def stop(self) -> None:
        """Stop; nothing is under way here that could be cut short."""
        if self._stopped:
            return

        self._stopped = True
        self._scheduler.shutdown(wait=False)
        if self._check is not None:
            self._check.cancel()

    def stepped(self) -> float:
        """Seconds by which the wall clock was set since the last call, else 0; cadences are then
        counted again from now."""
        before, self._offset = self._offset, self._measure()
        step = self._offset - before
        if abs(step) <= STEP:
            return 0.0

        for job in self._scheduler.get_jobs():
            job.reschedule(_Cadence(seconds=job.trigger.interval_length, timezone=UTC))
        return step

    def _check_later(self) -> None:
        self._check = asyncio.get_running_loop().call_later(CHECK, self._check_clocks)

    def _check_clocks(self) -> None:
        self._check_later()
        step = self.stepped()
        if step:
            self._on_step(step)

    def _measure(self) -> float:
        return self._clock.now_ms() / 1000 - self._clock.monotonic()


def _plain(nudge: Callable[[], None]) -> Callable[[], None]:
    """A function of its own for each cadence: the scheduler tells jobs apart by what they call."""

    def call() -> None:
        nudge()

    return call
