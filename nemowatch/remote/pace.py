"""A limit in bytes a second, shared by all transfers of one direction. Owns the waiting; knows
nothing of HTTP."""

from __future__ import annotations

import asyncio

from nemowatch.clock import Clock

#: At most this much time lies between two pieces of a slow transfer, so that a peer never takes it
#: for dead.
_LONGEST_PIECE_S = 0.5
#: Below this a piece is more header than content.
_SMALLEST_PIECE = 512


class Pace:
    """Transfers ask it before each piece; together they stay below `rate` bytes a second (0: no
    limit)."""

    def __init__(self, rate: int, clock: Clock) -> None:
        self.rate = rate
        self._clock = clock
        self._free_at = 0.0

    def __repr__(self) -> str:
        return f"<Pace {self.rate} B/s>" if self.rate else "<Pace unlimited>"

    def piece(self, wanted: int) -> int:
        """How many bytes at most to send at a time."""
        if not self.rate:
            return wanted
        return max(_SMALLEST_PIECE, min(wanted, int(self.rate * _LONGEST_PIECE_S)))

    async def spend(self, size: int) -> None:
        """Wait until `size` bytes may go."""
        if not self.rate:
            return
        now = self._clock.monotonic()
        begin = max(now, self._free_at)
        self._free_at = begin + size / self.rate
        if begin > now:
            await asyncio.sleep(begin - now)


#: Slower than this, in bytes a second, is a peer that drips to keep us busy, not a slow line.
SLOWEST = 16 * 1024
#: So many transfers may share one rate before their limit of time would strike.
_SHARERS = 16


def longest(size: int, rate: int, silence: float) -> float:
    """The seconds that a transfer of `size` bytes may take at worst; `silence` is added for
    connect and answer."""
    floor = min(SLOWEST, rate / _SHARERS) if rate else SLOWEST
    return silence + size / floor
