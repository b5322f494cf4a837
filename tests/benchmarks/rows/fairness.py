"""One file of another folder behind two thousand: how long it waits for them."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.bench_daemon import daemon
from tests.benchmarks.rows.small_files import AT_A_TIME, LIMIT, SETTINGS, count
from tests.benchmarks.table import Figure, Measure, Row
from tests.rigs.sink import SinkProcess
from tests.rigs.studio import wait_for

#: Never fewer, not even in a quick look: those that are already under way stay before it, and what
#: every file takes alone (it settles, its render is polled) is not to be much of the time of all.
BEFORE = 2000


@contextmanager
def fairness(base: Path) -> Iterator[Measure]:
    """It comes when the first of them is done."""
    with SinkProcess() as sink, daemon(base / "house", sink, SETTINGS) as house:

        def measure(number: int) -> dict[str, float]:
            many = house.outbox / "dub-es"
            shutil.rmtree(many, ignore_errors=True)
            for one in range(BEFORE):
                house.drop(f"dub-es/{number}-{one}.mp4")
            wait_for("the first results", lambda: count(many), LIMIT)

            house.drop(f"dub-fr/{number}.mp4")
            began, earlier = time.monotonic(), count(many)
            result = house.outbox / f"dub-fr/{number}.fr.mp4"
            wait_for("its result", result.exists, LIMIT)
            took, before = time.monotonic() - began, count(many) - earlier
            wait_for("all results", lambda: count(many) >= BEFORE, LIMIT)
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
        rounds=3,
    ),
)
