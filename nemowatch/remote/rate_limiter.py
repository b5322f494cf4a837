"""A limit in bytes a second, shared by all transfers of one direction. Owns the waiting; knows
nothing of HTTP."""

from __future__ import annotations

import asyncio
import threading
import time

from nemowatch.clock import Clock

#: Seconds between two pieces of a slow transfer, at most, so that no peer considers it dead.
_LONGEST_PIECE_S = 0.25
#: Seconds by which a transfer may be behind its rate and catch up: threads wake late, and each time
#: would be lost.
_BEHIND_S = 0.1
#: Bytes: below this a piece has more overhead than content.
_SMALLEST_PIECE = 512


class RateLimiter:
    """Called before each piece of a transfer, so that all together stay below `rate` bytes a second
    (0: no limit)."""

    def __init__(self, rate: int, clock: Clock) -> None:
        self.rate = rate
        self._clock = clock
        self._free_at = 0.0
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"<RateLimiter {self.rate} B/s>" if self.rate else "<RateLimiter unlimited>"

    def piece(self, wanted: int) -> int:
        """How many bytes to send at once, at most."""
        if not self.rate:
            return wanted
        return max(_SMALLEST_PIECE, min(wanted, int(self.rate * _LONGEST_PIECE_S)))

    async def spend(self, size: int) -> None:
        """Wait for as long as `size` bytes take at this rate."""
        seconds = self._reserve(size)
        if seconds > 0:
            await asyncio.sleep(seconds)

    def wait(self, size: int) -> None:
        """The same, in a thread."""
        seconds = self._reserve(size)
        if seconds > 0:
            time.sleep(seconds)

    def _reserve(self, size: int) -> float:
        """Seconds until the time of these bytes is over; nobody else gets it."""
        if not self.rate:
            return 0.0
        with self._lock:
            now = self._clock.monotonic()
            begin = self._free_at
            if begin < now - _BEHIND_S:
                begin = now
            self._free_at = begin + size / self.rate
            return self._free_at - now


#: Bytes a second: a slower peer drips to keep us busy, it is not on a slow line.
SLOWEST = 16 * 1024
#: How many transfers may share one rate before they would reach their time limit.
_SHARERS = 16


def longest(size: int, rate: int, silence: float) -> float:
    """The seconds that a transfer of `size` bytes may take at most; `silence` is added for
    connecting and the answer."""
    return silence + size / slowest(rate)


def slowest(rate: int) -> float:
    """Bytes a second below which a transfer drips, where all together may move `rate` bytes a
    second (0: as many as they can)."""
    if not rate:
        return SLOWEST
    return min(SLOWEST, rate / _SHARERS)
