"""What a waiting command says about a turn: how long it usually takes and, every so often, how long
it has taken so far."""

from __future__ import annotations

import time

from nemowatch.model import State


class TurnReminder:
    """Remembers since when the turns that somebody waits for have been under way."""

    def __init__(self, every: float) -> None:
        """`every`: seconds between two lines about a turn; 0: none."""
        self._every = every
        self._began: dict[int, float] = {}
        self._said: dict[int, int] = {}  # how many lines about each job

    def news(self, job_id: int, state: State | str, skill: str) -> str:
        """What to say about a job now; "" for nothing."""
        from nemowatch.reporting.words import pace
        from nemowatch.tasks.usual_times import usual_time

        if state != State.INSTRUCTING:
            self._began.pop(job_id, None)
            self._said.pop(job_id, None)
            return ""
        now = time.monotonic()
        seconds = now - self._began.setdefault(job_id, now)
        lines = 0
        if self._every:
            lines = int(seconds // self._every)
        if lines == self._said.setdefault(job_id, 0):
            return ""
        self._said[job_id] = lines
        return pace(seconds, usual_time(skill))
