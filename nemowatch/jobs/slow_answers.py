"""Which jobs only wait for an answer of the cloud that does not come, or comes in drops: they take
no place in their lane, so that nobody else's file waits for them.

`[limits]` bounds what goes on at once, and nothing goes on there. The call itself knows how long an
answer may take at all. A paid turn may be silent for minutes: it only waits when one event of its
answer has begun and does not come to its end, or when it takes longer than turns do; one of those
at a time, so that turns of which nobody knows the outcome never become many (docs/decisions/0045).
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass

from nemowatch.clock import Clock
from nemowatch.config.schema import Limits
from nemowatch.remote.rate_limiter import slowest
from nemowatch.stages.live_progress import Board
from nemowatch.stages.table import Lane

#: Seconds of waiting that every honest answer may take.
PATIENCE = 3.0
#: Jobs of one lane that take no place, at most: each has a connection, and up to 8 MB of an answer.
MOST = 8
#: Seconds that a turn takes at most, as a rule (docs/api.md section 2).
LONG_TURN = 180.0
#: Lanes whose calls take seconds, or move bytes.
_LANES = frozenset({Lane.UPLOADS, Lane.POLLS, Lane.RENDERS, Lane.DOWNLOADS})


@dataclass(frozen=True, slots=True)
class _Moved:
    """What a job had moved at a moment (monotonic seconds)."""

    at: float
    done: int  #: bytes


class SlowAnswers:
    """Compares what jobs under way have moved with what they had moved before."""

    def __init__(self, board: Board, clock: Clock) -> None:
        self._board = board
        self._clock = clock
        self._seen: dict[int, _Moved] = {}

    def __repr__(self) -> str:
        return f"SlowAnswers({len(self._seen)} under way)"

    def among(self, busy: Mapping[int, Lane], limits: Limits) -> frozenset[int]:
        """Those of the jobs under way that only wait."""
        for ended in self._seen.keys() - busy.keys():
            del self._seen[ended]

        slow: set[int] = set()
        counts = dict.fromkeys((*_LANES, Lane.TURNS), 0)
        for job_id, lane in busy.items():
            if lane in counts and counts[lane] < MOST and self._is_slow(job_id, lane, limits):
                counts[lane] += 1
                slow.add(job_id)
        return frozenset(slow | self._overdue(busy, slow))

    def may_find(self, busy: Mapping[int, Lane]) -> bool:
        """Whether any of these jobs may turn out to wait."""
        return bool(self._board.unfinished) or not _LANES.isdisjoint(busy.values())

    def _is_slow(self, job_id: int, lane: Lane, limits: Limits) -> bool:
        if lane is Lane.TURNS:
            return self._drips(job_id)
        now, done = self._clock.monotonic(), self._done(job_id)
        before = self._seen.setdefault(job_id, _Moved(now, done))
        seconds = now - before.at
        if seconds < PATIENCE:
            return False

        least = slowest(_rate(lane, limits)) * seconds
        if done - before.done < least:
            return True
        self._seen[job_id] = _Moved(now, done)
        return False

    def _drips(self, job_id: int) -> bool:
        """Whether an event of its turn takes longer to come than on any line."""
        if job_id not in self._board.unfinished:
            return False
        since, size = self._board.unfinished[job_id]
        seconds = self._clock.monotonic() - since
        return seconds >= PATIENCE and size < slowest(0) * seconds

    def _overdue(self, busy: Mapping[int, Lane], slow: Set[int]) -> set[int]:
        """The turn that was sent first, apart from those that drip, where it takes too long."""
        sent: dict[int, float] = {}
        for job_id, at in self._board.turns.items():
            if busy.get(job_id) is Lane.TURNS and job_id not in slow:
                sent[job_id] = at

        late = self._clock.monotonic() - LONG_TURN
        first = min(sent, key=sent.__getitem__, default=0)
        if first and sent[first] <= late:
            return {first}
        return set()

    def _done(self, job_id: int) -> int:
        """Bytes that a job has moved so far; 0 for one that moves none."""
        _, done, _ = self._board.rows.get(job_id, ("", 0, 0))
        return done


def _rate(lane: Lane, limits: Limits) -> int:
    """Bytes a second that a lane is bounded to; 0: it is not."""
    if lane is Lane.DOWNLOADS:
        return limits.download_rate
    return limits.upload_rate
