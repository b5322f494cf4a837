"""One file of another folder behind two thousand: how long it waits for them."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.bench_daemon import LIMIT, daemon
from tests.benchmarks.rows.small_files import AT_A_TIME, SETTINGS, count
from tests.benchmarks.table import Figure, Growth, Measure, Row
from tests.rigs.sink import SinkProcess
from tests.rigs.studio import Studio, wait_for

#: Never fewer, not even in a quick look: those that are already under way stay before it, and what
#: every file takes alone (it settles, its render is polled) is not to be much of the time of all.
BEFORE = 2000


def behind(house: Studio, number: int, files: int) -> tuple[float, int]:
    """Drop so many files, and one elsewhere when the first of them is done. Seconds until its
    result, and how many of the others came before it."""
    for one in range(files):
        house.drop(f"dub-es/{number}-{one}.mp4")
    many = house.outbox / "dub-es"
    wait_for("the first results", lambda: count(many), LIMIT)
    earlier = count(many)

    house.drop(f"dub-fr/{number}.mp4")
    began = time.monotonic()
    result = house.outbox / f"dub-fr/{number}.fr.mp4"
    wait_for("its result", result.exists, LIMIT)
    return time.monotonic() - began, count(many) - earlier


def seconds_behind(base: Path, files: int) -> float:
    """Seconds of one file behind this many, with a new daemon."""
    with SinkProcess() as sink, daemon(base / "house", sink, SETTINGS) as house:
        return behind(house, 0, files)[0]


@contextmanager
def fairness(base: Path) -> Iterator[Measure]:
    """It comes when the first of them is done."""
    with SinkProcess() as sink, daemon(base / "house", sink, SETTINGS) as house:

        def measure(number: int) -> dict[str, float]:
            shutil.rmtree(house.outbox / "dub-es", ignore_errors=True)
            took, before = behind(house, number, BEFORE)
            began = time.monotonic() - took
            wait_for("all results", lambda: count(house.outbox / "dub-es") >= BEFORE, LIMIT)
            all_took = time.monotonic() - began
            return {
                "time / the time of all": took / all_took,
                "seconds": took,
                "of all": all_took,
                "results before it": before,
            }

        yield measure


ROWS = (
    Row(
        key="fairness",
        what=f"one file of another folder behind {BEFORE}, until its result is there",
        baseline=f"all of them, {AT_A_TIME} at a time",
        figures=(Figure("time / the time of all", 0.25),),
        setup=fairness,
        growth=Growth("seconds, behind files", (500, 1000, 2000), seconds_behind),
    ),
)
