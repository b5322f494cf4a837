"""How far uploads, turns and downloads are: kept in memory, for people who wait."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field

from nemowatch.clock import Clock

#: Seconds between two times that the progress of a transfer is shown: each wakes the loop, which a
#: thread that sends thousands of blocks a second would wait for.
SHOWN_EVERY_S = 0.1


@dataclass(slots=True)
class Board:
    """Live progress that is not worth storing: job id -> (what, done, total or 0)."""

    rows: dict[int, tuple[str, int, int]] = field(default_factory=dict)
    #: job id -> its transfer under way
    transfers: dict[int, object] = field(default_factory=dict)
    #: job id -> when its turn was sent, on the monotonic clock
    turns: dict[int, float] = field(default_factory=dict)
    #: job id -> an event of its turn that is not complete: since when (monotonic), and its bytes
    unfinished: dict[int, tuple[float, int]] = field(default_factory=dict)

    def reporter(self, job_id: int, what: str) -> Callable[[int, int], None]:
        """A progress callback for a transfer of this job, in bytes. Its threads may call
        it: the row is written on the loop, where rows are read, and not after the transfer."""
        loop = asyncio.get_running_loop()
        mine = self.transfers[job_id] = object()

        def show(done: int, total: int) -> None:
            if self.transfers.get(job_id) is mine:
                self.rows[job_id] = (what, done, total)

        due = loop.time()

        def report(done: int, total: int) -> None:
            nonlocal due
            now = loop.time()
            if now < due and done != total:
                return
            due = now + SHOWN_EVERY_S
            with contextlib.suppress(RuntimeError):  # the loop has closed: nobody reads any more
                loop.call_soon_threadsafe(show, done, total)

        return report

    def begin_turn(self, job_id: int, at: float) -> None:
        """A turn of this job is sent at this moment (monotonic)."""
        self.rows[job_id] = ("instructing", 0, 0)
        self.turns[job_id] = at

    def listener(self, job_id: int, clock: Clock) -> Callable[[int], None]:
        """Called with the bytes of an event of this job's turn that is not complete."""

        def heard(size: int) -> None:
            if not size:
                self.unfinished.pop(job_id, None)
                return
            since, _ = self.unfinished.get(job_id, (clock.monotonic(), 0))
            self.unfinished[job_id] = since, size

        return heard

    def larger_than(self, size: int) -> frozenset[int]:
        """Jobs whose transfer under way is of more than `size` bytes."""
        return frozenset(job_id for job_id, (_, _, total) in self.rows.items() if total > size)

    def clear(self, job_id: int) -> None:
        """Forget the progress: the transfer, or the turn, is over."""
        self.rows.pop(job_id, None)
        self.transfers.pop(job_id, None)
        self.turns.pop(job_id, None)
        self.unfinished.pop(job_id, None)
