"""Troubles of an inbox that no check of its root shows: met only in the work, as an outbox that is
a link now, or a disk that is full.

The root is there all the while, so a check alone would bring the inbox back, and the next piece of
work would take it away again. What was taken away by its work is therefore only tried at first, and
people go on reading why it was taken away until that work has gone well.

Owns when it is tried, and when that has proved enough. It changes no state of the inbox.
"""

from __future__ import annotations

from nemowatch.clock import Clock

#: Seconds until the first try, doubled with each that fails.
FIRST_PAUSE = 2.0
#: The longest pause: whoever has mended the cause waits no longer than that.
LONGEST_PAUSE = 60.0
#: Seconds within which the next trouble counts as the same one come back.
SOON = 600.0
#: The most seconds for which the work must go well, when the trouble has come back often. No job
#: begins meanwhile, so a trouble that is met every few minutes must leave time between.
LONGEST_PROOF = 60.0


class Setbacks:
    """The setbacks of one inbox."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.next_try = 0.0  #: the monotonic second before which nothing is tried
        self.is_open = False  #: there was one, and the work has not gone well since
        self._pause = FIRST_PAUSE
        self._proof = 0.0
        self._overcome_at = -SOON
        self._went_well_from: float | None = None

    def __repr__(self) -> str:
        return f"Setbacks(open={self.is_open}, next pause {self._pause:g} s)"

    @property
    def proved_at(self) -> float | None:
        """The monotonic second at which the last one counts as overcome, if nothing happens before;
        None while none is open, or the work has not gone well yet."""
        if not self.is_open or self._went_well_from is None:
            return None
        return self._went_well_from + self._proof

    def add(self) -> None:
        """The work has met a trouble."""
        now = self._clock.monotonic()
        if not self.is_open:
            self._begin(now)
        self._went_well_from = None
        self.next_try = now + self._pause
        self._pause = min(self._pause * 2, LONGEST_PAUSE)

    def _begin(self, now: float) -> None:
        self.is_open = True
        self._pause = FIRST_PAUSE
        if now - self._overcome_at < SOON:
            self._proof = min(max(self._proof * 2, FIRST_PAUSE), LONGEST_PROOF)
        else:
            self._proof = 0.0

    def try_now(self) -> None:
        """Something has changed that may be the cure."""
        self.next_try = 0.0

    def went_well(self) -> None:
        """Everything that there was to do has been done without a trouble."""
        if self._went_well_from is None:
            self._went_well_from = self._clock.monotonic()

    def overcome(self) -> bool:
        """Close it if the work has gone well for long enough; returns whether it did."""
        now = self._clock.monotonic()
        proved_at = self.proved_at
        if proved_at is None or now < proved_at:
            return False
        self.is_open = False
        self._overcome_at = now
        return True
