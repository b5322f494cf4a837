"""When renders are polled: one job of the scheduler decides it, and nothing else does.

Its next run moves to the earliest render that is due; the runner polls what is due then, bounded
by its lane. Without this job no render is polled.
"""

from __future__ import annotations

from collections.abc import Callable

from nemowatch.clock import Clock
from nemowatch.retry_memory import NotBefore
from nemowatch.service.timers import Timers

#: The job's name in the scheduler.
POLLS = "polls"
#: Seconds between two runs, at least: many renders that are due at once, as after an outage, are
#: polled a lane at a time, not all in the same instant.
GAP = 0.25
#: The same as a share of the interval, where renders are polled very often.
GAP_SHARE = 0.1


class PollSchedule:
    """Moves the job."""

    def __init__(self, timers: Timers, clock: Clock) -> None:
        self._timers = timers
        self._clock = clock
        self._gap = GAP
        self._gaps = NotBefore[str](clock)

    def begin(self, interval: float, poll: Callable[[], None]) -> None:
        """Poll every `interval` seconds unless `earliest` says when. Replaces what was begun
        before."""
        self._gap = min(GAP, interval * GAP_SHARE)

        def run() -> None:
            self._gaps.put_off(POLLS, self._gap)
            poll()

        self._timers.every(POLLS, interval, run)

    def earliest(self, due_ms: int) -> None:
        """The next render is to be polled at this moment (UTC ms), which may be past."""
        wait = (due_ms - self._clock.now_ms()) / 1000
        self._timers.move(POLLS, max(wait, self._gaps.left(POLLS)))
