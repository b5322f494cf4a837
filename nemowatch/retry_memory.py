"""Two small memories that many packages need: not again before a moment, and say once until it
changes.

Both live in this process alone: after a restart everything may be tried, and said, once more.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Generic, TypeVar

from nemowatch.clock import Clock

K = TypeVar("K", bound=Hashable)


class NotBefore(Generic[K]):
    """When each thing may be tried again, on the monotonic clock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._moments: dict[K, float] = {}

    def __repr__(self) -> str:
        waiting = {key: round(self.left(key), 1) for key in self._moments}
        return f"NotBefore({waiting})"

    def __contains__(self, key: K) -> bool:
        """Whether it was put off, and that was not forgotten since."""
        return key in self._moments

    def __iter__(self) -> Iterator[K]:
        """Everything that was put off and not forgotten."""
        return iter(self._moments)

    def put_off(self, key: K, seconds: float) -> None:
        """Not again for so long, from now."""
        self._moments[key] = self._clock.monotonic() + seconds

    def left(self, key: K) -> float:
        """Seconds until it may be tried again; 0 when it may be now."""
        moment = self._moments.get(key, float("-inf"))
        return max(moment - self._clock.monotonic(), 0.0)

    def is_due(self, key: K) -> bool:
        """Whether it may be tried now."""
        return self.left(key) == 0

    def forget(self, key: K) -> None:
        """It may be tried at once."""
        self._moments.pop(key, None)

    def forget_all(self) -> None:
        """Everything may be tried at once."""
        self._moments.clear()


class SayOnce(Generic[K]):
    """What was said about each thing last."""

    def __init__(self) -> None:
        self._said: dict[K, object] = {}

    def __repr__(self) -> str:
        return f"SayOnce({list(self._said)})"

    def __contains__(self, key: K) -> bool:
        """Whether something was said about it that is not over yet."""
        return key in self._said

    def record(self, key: K, what: object = None) -> bool:
        """Record that this is said about it now; returns whether it differs from what was said
        last."""
        if key in self._said and self._said[key] == what:
            return False
        self._said[key] = what
        return True

    def over(self, key: K) -> bool:
        """It no longer holds, and would be news again; returns whether anything was said."""
        if key not in self._said:
            return False
        del self._said[key]
        return True
