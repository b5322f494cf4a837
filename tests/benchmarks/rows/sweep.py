"""Very many renders under way: what one poll costs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.bench_daemon import LIMIT, cpu_of_tree, daemon, pid_of, scaled
from tests.benchmarks.rows.arrival import fill
from tests.benchmarks.table import Figure, Growth, Measure, Row
from tests.rigs.sink import SinkProcess
from tests.rigs.studio import Studio, wait_for

FEW, MANY = 50, 5000
#: Seconds over which polls are counted.
WINDOW = 20
EVERY = 5  #: seconds between two polls of a render
SETTINGS = f"""
[render]
poll_interval = {EVERY}
[limits]
uploads = 8
turns = 8
renders = {MANY}
confirm_above = 0
"""


def polls_of(sink: SinkProcess) -> int:
    """Polls so far."""
    return int(sink.figures()["calls"].get("poll", 0))


@contextmanager
def in_flight(base: Path, files: int) -> Iterator[tuple[Studio, SinkProcess]]:
    """A daemon with this many renders, which stay under way."""
    with SinkProcess(pending=True) as sink, daemon(base, sink, SETTINGS) as house:
        fill(house.inbox / "dub-es", files, "r")
        begun = lambda: sink.figures()["calls"].get("render", 0) >= files  # noqa: E731
        wait_for("every render", begun, LIMIT)
        time.sleep(2 * EVERY)
        yield house, sink


def cost(house: Studio, sink: SinkProcess) -> tuple[float, float]:
    """CPU milliseconds of the daemon for a poll, and polls a second."""
    pid = pid_of(house)
    cpu, polls, began = cpu_of_tree(pid), polls_of(sink), time.monotonic()
    time.sleep(WINDOW)
    made = max(polls_of(sink) - polls, 1)
    took = time.monotonic() - began
    return (cpu_of_tree(pid) - cpu) / made * 1000, made / took


def cost_of(base: Path, files: int) -> float:
    """CPU milliseconds of a new daemon for a poll, with this many renders."""
    with in_flight(base / "house", files) as running:
        return cost(*running)[0]


@contextmanager
def sweep(base: Path) -> Iterator[Measure]:
    """One daemon with fifty, one with five thousand, looked at in turn."""
    with (
        in_flight(base / "few", FEW) as with_few,
        in_flight(base / "many", scaled(MANY)) as with_many,
    ):

        def measure(number: int) -> dict[str, float]:
            few, _ = cost(*with_few)
            many, pace = cost(*with_many)
            return {"CPU a poll / with 50": many / few, "ms": many, "with 50": few, "polls/s": pace}

        yield measure


ROWS = (
    Row(
        key="sweep",
        what=f"{MANY} renders in flight: CPU of one poll",
        baseline=f"with {FEW} in flight",
        figures=(Figure("CPU a poll / with 50", 1.2),),
        setup=sweep,
        growth=Growth("CPU a poll, with renders", (50, 400, 3200), cost_of),
    ),
)
