"""How far uploads, turns and downloads are: kept in memory, for people who wait."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Board:
    """Live progress that is not worth storing: job id -> (what, done, total or 0)."""

    rows: dict[int, tuple[str, int, int]] = field(default_factory=dict)
    #: job id -> when its turn was sent, on the monotonic clock
    turns: dict[int, float] = field(default_factory=dict)

    def reporter(self, job_id: int, what: str) -> Callable[[int, int], None]:
        """A progress callback for a transfer of this job, in bytes."""

        def report(done: int, total: int) -> None:
            self.rows[job_id] = (what, done, total)

        return report

    def begin_turn(self, job_id: int, at: float) -> None:
        """A turn of this job is sent at this moment (monotonic)."""
        self.rows[job_id] = ("instructing", 0, 0)
        self.turns[job_id] = at

    def clear(self, job_id: int) -> None:
        """Forget the progress: the transfer, or the turn, is over."""
        self.rows.pop(job_id, None)
        self.turns.pop(job_id, None)
