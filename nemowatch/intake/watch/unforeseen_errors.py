"""Unforeseen errors in the work for one inbox: what people read about them, and when the inbox is
tried again.

Owns the pauses. It changes no state of the inbox.
"""

from __future__ import annotations

import structlog

from nemowatch.clock import Clock
from nemowatch.intake.watch.liveness import Backoff

log = structlog.get_logger("nemowatch.inbox")

#: Seconds after which a further error counts as a new trouble, and is tried again soon.
FORGIVEN_AFTER = 600.0


class UnforeseenErrors:
    """The unforeseen errors of one inbox."""

    def __init__(self, clock: Clock, inbox: str) -> None:
        self._clock = clock
        self._inbox = inbox
        self._backoff = Backoff()

    def __repr__(self) -> str:
        return f"UnforeseenErrors({self._inbox!r}, {self._backoff})"

    @property
    def next_try(self) -> float:
        """The monotonic second before which the inbox is not touched again."""
        return self._backoff.due_at

    def add(self, error: Exception) -> str:
        """Log it and plan the next try; returns what people read, as a clause."""
        now = self._clock.monotonic()
        if now - self._backoff.due_at > FORGIVEN_AFTER:
            self._backoff.worked()
        self._backoff.tried(now)
        log.error(
            "internal error",
            doing="inbox",
            inbox=self._inbox,
            exc_info=error,
        )
        return f"nemowatch itself failed here ({type(error).__name__}); the log has the details"
