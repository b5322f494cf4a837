"""An installation that has worked for months: how soon its daemon is ready, what it costs while
nothing happens, and how long a first start with very many files takes.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.bench_daemon import (
    LIMIT,
    cost_of,
    cpu_of_tree,
    daemon,
    memory_of,
    pid_of,
    scaled,
)
from tests.benchmarks.rows.arrival import claimed, fill
from tests.benchmarks.table import Figure, Growth, Measure, Row
from tests.rigs import big_journal
from tests.rigs.sink import SinkProcess
from tests.rigs.studio import Studio, wait_for

WAITING, TREE = 10_000, 100_000
#: Finished jobs in the journal for each file that waits.
PAST = 10
#: Seconds of each of five rounds at rest, ten minutes in all, and before them, until everything has
#: settled.
AT_REST, REST = 120, 60
READY = "nemowatch runs"
BARE = [sys.executable, "-c", "import asyncio, sqlite3, ssl, httpx"]


@contextmanager
def with_a_past(base: Path, files: int) -> Iterator[Studio]:
    """A daemon with so many files in the inbox that wait for approval, and ten times as many
    finished jobs in the journal."""

    def before(house: Studio) -> None:
        names = {"watch": str(house.root), "root": str(house.root)}
        big_journal.fill(house.state / "journal.db", files * PAST, **names)
        fill(house.inbox / "dub-es", files, "w")

    with SinkProcess() as sink, daemon(base / "house", sink, before=before) as house:
        wait_for("every claim", lambda: claimed(house) >= files * (1 + PAST), LIMIT)
        yield house


def until_ready(house: Studio) -> tuple[float, float]:
    """(seconds, CPU seconds) of a start until READY."""
    before = house.log_path.stat().st_size
    began = time.monotonic()
    house.daemon = house.process("-m", "nemowatch", "run", "--config", str(house.config))

    def is_ready() -> bool:
        with house.log_path.open() as log:
            log.seek(before)
            return READY in log.read()

    wait_for("READY", is_ready, LIMIT)
    return time.monotonic() - began, cpu_of_tree(pid_of(house))


@contextmanager
def start(base: Path) -> Iterator[Measure]:
    """Starts after an orderly end."""
    with with_a_past(base, scaled(WAITING)) as house:

        def measure(number: int) -> dict[str, float]:
            house.stop(LIMIT)
            bare, bare_cpu = cost_of(BARE)
            seconds, cpu = until_ready(house)
            return {
                "time / bare Python's": seconds / bare,
                "CPU / bare Python's": cpu / bare_cpu,
                "seconds": seconds,
                "its seconds": bare,
            }

        yield measure


def seconds_until_ready(base: Path, files: int) -> float:
    """Seconds until READY with this many files, after an orderly end."""
    with with_a_past(base, files) as house:
        house.stop(LIMIT)
        return until_ready(house)[0]


@contextmanager
def idle(base: Path) -> Iterator[Measure]:
    """Nothing happens."""
    with with_a_past(base, scaled(WAITING)) as house:
        seeing = subprocess.Popen(
            ["inotifywait", "-m", "-r", "-q", house.inbox], stdout=subprocess.DEVNULL
        )
        time.sleep(max(scaled(REST), REST / 3))

        def measure(number: int) -> dict[str, float]:
            theirs = cpu_of_tree(seeing.pid)
            share = share_at_rest(house)
            return {
                "% of a core": share,
                "MiB": memory_of(pid_of(house))[0],
                "inotifywait's %": (cpu_of_tree(seeing.pid) - theirs) / AT_REST * 100,
            }

        try:
            yield measure
        finally:
            seeing.kill()
            seeing.wait()


def share_at_rest(house: Studio) -> float:
    """How much of a core the daemon uses, in percent."""
    before = cpu_of_tree(pid_of(house))
    time.sleep(AT_REST)
    return (cpu_of_tree(pid_of(house)) - before) / AT_REST * 100


def share_with(base: Path, files: int) -> float:
    """The same with this many files and ten times as many finished jobs."""
    with with_a_past(base, files) as house:
        time.sleep(REST)
        return share_at_rest(house)


@contextmanager
def first_start(base: Path, files: int) -> Iterator[tuple[Studio, float, float]]:
    """A daemon that has found this many files in its inbox, which wait for approval. Seconds and
    CPU seconds until all stood in the journal."""

    def before(house: Studio) -> None:
        fill(house.inbox / "dub-es", files, "t")

    with SinkProcess() as sink, daemon(base, sink, before=before) as house:
        began = time.monotonic()
        wait_for("every claim", lambda: claimed(house) >= files, LIMIT)
        yield house, time.monotonic() - began, cpu_of_tree(pid_of(house))


def cpu_of_first_start(base: Path, files: int) -> float:
    """CPU seconds of the first start."""
    with first_start(base / "house", files) as (_, _, cpu):
        return cpu


@contextmanager
def tree(base: Path) -> Iterator[Measure]:
    """The first start with a tree of files."""
    files = scaled(TREE)

    def measure(number: int) -> dict[str, float]:
        with first_start(base / str(number), files) as (house, seconds, cpu):
            found, _ = cost_of(["find", str(house.inbox), "-type", "f", "-size", "0"])
            sums = f"find '{house.inbox}' -type f -print0 | xargs -0 sha256sum >/dev/null"
            summed, _ = cost_of(["sh", "-c", sums])
            return {
                "seconds": seconds,
                "CPU ms a file": cpu / files * 1000,
                "find and sha256sum, s": found + summed,
            }

    yield measure


ROWS = (
    Row(
        key="start",
        what=f"start with {WAITING * PAST} finished jobs and {WAITING} files, until READY",
        baseline='`python -c "import asyncio, sqlite3, ssl, httpx"`',
        figures=(Figure("time / bare Python's", 4),),
        setup=start,
        growth=Growth("seconds, with files", (100, 1000, 10_000), seconds_until_ready),
    ),
    Row(
        key="idle",
        what=f"{AT_REST} s at rest with {WAITING} files and {WAITING * PAST} finished jobs",
        baseline="`inotifywait -m -r` on the same tree",
        figures=(Figure("% of a core", 0.2), Figure("MiB", 52)),
        setup=idle,
        growth=Growth("share of a core, with files", (100, 1000, 10_000), share_with),
    ),
    Row(
        key="tree",
        what=f"first start with {TREE} files in a tree, until all stand in the journal",
        baseline="`find` over it, and `sha256sum` of the bytes",
        figures=(Figure("seconds", 60),),
        setup=tree,
        growth=Growth("CPU, of files", (2500, 10_000, 40_000), cpu_of_first_start),
    ),
)
