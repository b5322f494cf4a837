"""Lives that end after a commit of the journal, and which commits a run of the suite tries."""

from __future__ import annotations

import os
from pathlib import Path

from tests.rigs.studio import Studio

DYING = str(Path(__file__).parent / "dying_daemon.py")
#: Whether every commit of a life is tried, as scripts/faults has it; else each distinct one once,
#: divided among the cases whose lives are alike.
EVERY = os.environ.get("KILL_EVERY") == "1"
#: Lives at once: each mostly waits for its own settle time and its own cloud.
AT_ONCE = 3
#: The last commits belong to the end of the process, and may fall away.
LAST = 4


def run_dying(house: Studio, point: str = "", commits: Path | None = None) -> int:
    """Run until everything is done, or a commit at which it is killed; the exit code, negative for
    the signal. `commits`: where the points of a whole life are written."""
    told = {"COMMITS": str(commits)} if commits else {}
    words = [DYING, point, "run", "--once", "--config", str(house.config)]
    return house.process(*words, **told).wait(180)


def points_of(commits: Path) -> list[str]:
    """Each commit of a life, in order, but the last."""
    return commits.read_text().splitlines()[:-LAST]


def chosen(points: list[str], case: int, cases: int) -> list[str]:
    """Those at which this case is killed."""
    if EVERY:
        return points
    distinct = [point for point in points if point.endswith(" #1")]
    return distinct[case::cases]
