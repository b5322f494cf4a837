"""Which jobs hang with their share: they take no place in a lane, and no more of their kind
follow them into it.

A call on a share that hangs cannot be ended, only left alone. It keeps its own thread
(`fs.threads.Disks`) until the share answers.
"""

from __future__ import annotations

from collections.abc import Callable

from nemowatch.clock import Clock

#: Seconds after which work of an inbox that is offline is taken to hang: more than any call that
#: merely fails needs.
HANGS_AFTER = 5.0


class StuckJobs:
    """Knows what is under way for which inbox, and since when."""

    def __init__(self, offline: Callable[[str], bool], clock: Clock) -> None:
        self._offline = offline
        self._clock = clock
        # job -> its watch, and since when (monotonic)
        self._under_way: dict[int, tuple[str, float]] = {}

    def __repr__(self) -> str:
        return f"Hanging({self.jobs})"

    def begins(self, job_id: int, watch: str) -> None:
        """A job's stage begins."""
        self._under_way[job_id] = (watch, self._clock.monotonic())

    def ends(self, job_id: int) -> None:
        """It is over."""
        self._under_way.pop(job_id, None)

    @property
    def jobs(self) -> frozenset[int]:
        """Those that hang."""
        limit = self._clock.monotonic() - HANGS_AFTER
        hanging = set()
        for job_id, (watch, since) in self._under_way.items():
            is_long = since < limit
            if is_long and self._offline(watch):
                hanging.add(job_id)
        return frozenset(hanging)

    def at(self, watch: str) -> bool:
        """Whether a job of this watch hangs: one more would hang as well."""
        hanging_at = {self._under_way[job_id][0] for job_id in self.jobs}
        return watch in hanging_at
