"""The overall progress: what is done, being made, in the queue, and about how long the rest takes.

Owns what counts as what, and the estimate. It states a time only if there is a basis for one.
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from nemowatch.hold_reasons import HOLDS, Scope
from nemowatch.i18n.language import message
from nemowatch.journal import pace
from nemowatch.model import WORKING, State

#: Working states in which a job only waits for its turn.
QUEUEING = (State.CLAIMED, State.UPLOADED)
#: Working states before the end of the paid turn.
BEFORE_RENDER = (State.UPLOADING, State.INSTRUCTING, *QUEUEING)
#: Holds of everything: jobs that wait for them are in the queue, and go on without a person's
#: decision about each.
OF_ALL = tuple(
    reason for reason, hold in HOLDS.items() if hold.scope in (Scope.ACCOUNT, Scope.SETTING)
)


@dataclass(frozen=True, slots=True)
class Lanes:
    """How many turns and renders may be under way at once; 0: none is begun."""

    turns: int = 0
    renders: int = 0


@dataclass(frozen=True, slots=True)
class Figures:
    """The overall progress at one moment."""

    done: int = 0  #: since the oldest job came that is still under way
    total: int = 0  #: these, and everything still under way; 0: not known
    making: int = 0
    queued: int = 0
    seconds_left: float = 0  #: about; 0: not known
    usual_render: float = 0  #: seconds, as seen lately; 0: not known

    @property
    def any(self) -> bool:
        """Whether anything is under way, or waits for its turn."""
        return self.making + self.queued > 0


def gather_figures(
    conn: sqlite3.Connection,
    counts: Mapping[str, int],
    held: Mapping[str, int],
    lanes: Lanes,
) -> Figures:
    """The figures. `counts`: jobs by state; `held`: held jobs by reason; `lanes`: all 0 while
    nothing goes on."""
    waiting = sum(held.get(reason, 0) for reason in OF_ALL)
    queued = _count(counts, QUEUEING) + waiting
    making = _count(counts, WORKING - set(QUEUEING))
    if not queued + making:
        return Figures()

    done = pace.done_of_load(conn, OF_ALL)
    total = 0
    if done:
        total = done + making + queued
    render = pace.usual_render(conn)
    turns = _count(counts, BEFORE_RENDER)
    left = _seconds_left(turns, making + queued, pace.usual_turn(conn), render, lanes)
    return Figures(done or 0, total, making, queued, left, render)


def _seconds_left(turns: int, results: int, turn: float, render: float, lanes: Lanes) -> float:
    """The estimate, by whichever takes longer: all turns and one more render, or all renders. 0:
    unknown."""
    is_known = turn > 0 and lanes.turns > 0 and lanes.renders > 0
    if not is_known:
        return 0.0
    by_turns = math.ceil(turns / lanes.turns) * turn + render
    by_renders = math.ceil(results / lanes.renders) * render
    return max(by_turns, by_renders)


def _count(counts: Mapping[str, int], states: frozenset[State] | tuple[State, ...]) -> int:
    return sum(counts.get(state, 0) for state in states)


# -- in words --------------------------------------------------------------------------


def figures_line(figures: Figures, *, making: bool = True) -> str:
    """ "187 of 1,050 done · 12 being made · 851 in the queue · about 40 min left"; "" when
    nothing goes on. `making`: False where something else says how many are being made."""
    if not figures.any:
        return ""
    parts = (
        (figures.total, f"{figures.done:,} of {figures.total:,} done"),
        (figures.making and making, f"{figures.making:,} being made"),
        (figures.queued, f"{figures.queued:,} in the queue"),
        (figures.seconds_left, f"about {rounded(figures.seconds_left)} left"),
    )
    return " · ".join(text for is_shown, text in parts if is_shown)


def rounded(seconds: float) -> str:
    """An approximate duration: "1 min", "40 min", "3 h", "2 days"."""
    minutes = max(1, round(seconds / 60))
    if minutes <= 10:
        return f"{minutes} min"
    if minutes < 100:
        return f"{5 * round(minutes / 5)} min"
    hours = round(minutes / 60)
    if hours < 48:
        return f"{hours} h"
    days = round(hours / 24)
    return message(f"{days} days")
