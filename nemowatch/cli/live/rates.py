"""How fast transfers are, computed from their repeated reports. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nemowatch.reporting.overview import Transfer

#: Seconds over which a rate is averaged: a connection's speed changes from second to second.
WINDOW = 8.0


class Rates:
    """The rates of the transfers under way."""

    def __init__(self) -> None:
        self._seen: dict[tuple[int, str], deque[tuple[float, int]]] = {}

    def __repr__(self) -> str:
        return f"Rates({len(self._seen)} transfers)"

    def update(self, transfers: Mapping[int, Transfer], now: float) -> None:
        """Take in how far each transfer is; `now`: monotonic seconds."""
        current = {(job, one.what) for job, one in transfers.items()}
        for over in self._seen.keys() - current:
            del self._seen[over]
        for job, one in transfers.items():
            seen = self._seen.setdefault((job, one.what), deque())
            if seen and one.done < seen[-1][1]:
                seen.clear()  # the transfer has started over
            seen.append((now, one.done))
            while seen[-1][0] - seen[0][0] > WINDOW:
                seen.popleft()

    def of(self, job: int, what: str) -> float:
        """Bytes a second of one transfer; 0 while that is not known."""
        seen = self._seen.get((job, what))
        if not seen:
            return 0.0
        (first_at, first), (last_at, last) = seen[0], seen[-1]
        if last_at <= first_at:
            return 0.0
        return (last - first) / (last_at - first_at)
