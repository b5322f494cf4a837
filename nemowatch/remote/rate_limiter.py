"""A limit in bytes a second, shared by all transfers of one direction. Owns the waiting; knows
nothing of HTTP."""

from __future__ import annotations

import asyncio

from nemowatch.clock import Clock

#: Seconds between two pieces of a slow transfer, at most, so that no peer considers it dead.
_LONGEST_PIECE_S = 0.5
#: Bytes: below this a piece has more overhead than content.
_SMALLEST_PIECE = 512


class RateLimiter:
    """Called before each piece of a transfer, so that all together stay below `rate` bytes a second
    (0: no limit)."""

    def __init__(self, rate: int, clock: Clock) -> None:
        self.rate = rate
        self._clock = clock
        self._free_at = 0.0

    def __repr__(self) -> str:
        return f"<RateLimiter {self.rate} B/s>" if self.rate else "<RateLimiter unlimited>"

    def piece(self, wanted: int) -> int:
        """How many bytes to send at once, at most."""
        if not self.rate:
            return wanted
        return max(_SMALLEST_PIECE, min(wanted, int(self.rate * _LONGEST_PIECE_S)))

    async def spend(self, size: int) -> None:
        """Wait until `size` bytes may be sent."""
        if not self.rate:
            return
        now = self._clock.monotonic()
        begin = max(now, self._free_at)
        self._free_at = begin + size / self.rate
        if begin > now:
            await asyncio.sleep(begin - now)


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
