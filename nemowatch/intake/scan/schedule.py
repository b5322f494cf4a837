"""Decides when an inbox is scanned: at its interval, earlier when events ask for it, and never so
often that scanning is all it does.

Owns the times, not the reasons: the inbox says what asks for a scan. It does not scan.
"""

from __future__ import annotations

from nemowatch.clock import Clock
from nemowatch.intake.scan.diff import MAX_FRESH

#: Seconds between scans while the kernel reports no changes, and the rest after each scan as a
#: multiple of its duration.
DEGRADED_SCAN, SCAN_REST = 5.0, 20.0
#: Part of the interval after which a share on which only scans find changes is scanned again. The
#: checks and the claim also take time, and a file should be taken within the settle time and one
#: interval.
EARLY = 0.95
#: How many files may still be waiting when a scan fetches those that the last one has left; at none
#: the claiming would pause.
REFILL = MAX_FRESH // 2
#: Part of the interval within which no further regular scan is made.
FRESH = 0.5
#: The rest between a scan and the next one that events ask for, as a multiple of its duration.
SCAN_PAUSE = 4.0


class ScanSchedule:
    """When one inbox is scanned; all times are monotonic seconds."""

    def __init__(self, clock: Clock, interval: float) -> None:
        self._clock = clock
        self.interval = interval  #: seconds
        self.more = False  #: the last scan has left new files for the next one
        self._at = 0.0
        self._ended_at = float("-inf")
        self._free_at = 0.0

    def __repr__(self) -> str:
        return f"ScanSchedule(every {self.interval:g} s, more={self.more})"

    def ended(
        self,
        begun: float,
        *,
        events: bool,
        degraded: bool,
        more: bool,
    ) -> None:
        """Note that a scan has ended that began at `begun`. `events`: the kernel reports changes
        everywhere in the inbox; `degraded`: it should but does not, or only scans find changes and
        they are cheap."""
        now = self._ended_at = self._clock.monotonic()
        length = now - begun
        every = self.interval
        if not events:
            every *= EARLY
        if degraded:
            every = min(every, max(DEGRADED_SCAN, SCAN_REST * length))
        self._at = now + every
        self._free_at = now + SCAN_PAUSE * length
        self.more = more

    def is_recent(self) -> bool:
        """True when the last scan is so recent that no regular one is needed."""
        return self._clock.monotonic() - self._ended_at <= FRESH * self.interval

    def next_at(self, *, asked: bool) -> float:
        """When the next scan is due; `asked`: events have asked for one."""
        if asked:
            return min(self._at, self._free_at)
        return self._at

    def is_due(self, now: float, *, asked: bool, waiting: int) -> bool:
        """Whether to scan now; `waiting`: how many files are not jobs yet."""
        if self.more and waiting < REFILL:
            return True
        return now >= self.next_at(asked=asked)
