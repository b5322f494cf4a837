"""Runs of the daemon that end after a chosen commit of the journal, and the choice of commits that
the test suite tries."""

from __future__ import annotations

import os
from pathlib import Path

from tests.rigs.studio import Studio

DYING = str(Path(__file__).parent / "dying_daemon.py")
#: Whether every commit of a life is tried, as by scripts/faults. Otherwise each distinct one is
#: tried once, and cases with the same kind of life share them.
EVERY = os.environ.get("KILL_EVERY") == "1"
#: How many lives run at once: each mostly waits for its own settle time and its own cloud.
AT_ONCE = 3
#: The last commits are those of the end of the process, and need not happen.
LAST = 4


def run_dying(house: Studio, point: str = "", commits: Path | None = None) -> int:
    """Run until everything is done, or until the commit at which the daemon is killed; returns the
    exit code, which is negative for a signal. `commits`: the file to which the commits of an
    undisturbed life are written."""
    told = {"COMMITS": str(commits)} if commits else {}
    words = [DYING, point, "run", "--once", "--config", str(house.config)]
    return house.process(*words, **told).wait(180)


def points_of(commits: Path) -> list[str]:
    """The commits of a life in order, without the last ones."""
    return commits.read_text().splitlines()[:-LAST]


def chosen(points: list[str], case: int, cases: int) -> list[str]:
    """The commits at which this case is killed."""
    if EVERY:
        return points
    distinct = [point for point in points if point.endswith(" #1")]
    return distinct[case::cases]
