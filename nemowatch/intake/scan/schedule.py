"""When an inbox is scanned: at its interval, earlier when events ask for it, and never so often
that scanning is all it does.

Owns the moments, not the reasons: what asks for a scan is the inbox's business. It does not scan.
"""

from __future__ import annotations

from nemowatch.clock import Clock
from nemowatch.intake.scan.diff import MAX_FRESH

#: Seconds between scans while the kernel reports no changes, and how many times its own length a
#: scan leaves free after it.
DEGRADED_SCAN, SCAN_REST = 5.0, 20.0
#: Part of the interval after which a share, where only scans find changes, is scanned again: the
#: checks and the claim take their time too, and a file is to be taken within the settle time and
#: one interval.
EARLY = 0.95
#: Files still waiting at which a scan fetches those that the last one has left: none would let the
#: claiming pause.
REFILL = MAX_FRESH // 2
#: Part of the interval within which the cadence asks for no further scan.
FRESH = 0.5
#: How many times its own length a scan leaves free before the next one that events ask for.
SCAN_PAUSE = 4.0


class ScanSchedule:
    """The scans of one inbox; all moments are monotonic seconds."""

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
        """A scan that began then has ended. `events`: the kernel reports changes everywhere in
        the inbox; `degraded`: it should, and does not, or looking is all there is and is cheap."""
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
        """True when the last scan is so young that the cadence needs no other."""
        return self._clock.monotonic() - self._ended_at <= FRESH * self.interval

    def next_at(self, *, asked: bool) -> float:
        """The moment of the next scan; `asked`: events have asked for one."""
        if asked:
            return min(self._at, self._free_at)
        return self._at

    def is_due(self, now: float, *, asked: bool, waiting: int) -> bool:
        """Whether to scan now; `waiting`: how many files are not jobs yet."""
        if self.more and waiting < REFILL:
            return True
        return now >= self.next_at(asked=asked)
