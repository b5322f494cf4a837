"""An installation that has worked for months: how soon its daemon is ready, what it costs while
nothing happens, and how long a first start with very many files takes.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.bench_daemon import cpu_of_tree, daemon, memory_of, pid_of, scaled
from tests.benchmarks.rows.arrival import LIMIT, claimed, fill
from tests.benchmarks.table import Figure, Measure, Row
from tests.rigs import big_journal
from tests.rigs.sink import SinkProcess
from tests.rigs.studio import Studio, wait_for

FINISHED, WAITING, TREE = 100_000, 10_000, 100_000
#: Seconds for which a daemon is measured at rest, and before that, until everything has settled.
#: Ten minutes show no more than five.
AT_REST, REST = 300, 60
READY = "nemowatch runs"
BARE = [sys.executable, "-c", "import asyncio, sqlite3, ssl, httpx"]


def with_a_past(house: Studio) -> None:
    """Finished jobs in the journal, and files in the inbox that wait for approval."""
    names = {"watch": str(house.root), "root": str(house.root)}
    big_journal.fill(house.state / "journal.db", scaled(FINISHED), **names)
    fill(house.inbox / "dub-es", scaled(WAITING), "w")


def cpu_of(command: list[str]) -> tuple[float, float]:
    """(seconds, CPU seconds) of a command."""
    began = time.monotonic()
    process = subprocess.Popen(command)
    _, process.returncode, used = os.wait4(process.pid, 0)
    return time.monotonic() - began, used.ru_utime + used.ru_stime


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
    with SinkProcess() as sink, daemon(base / "house", sink, before=with_a_past) as house:
        files = scaled(WAITING)
        wait_for("every claim", lambda: claimed(house) >= files + scaled(FINISHED), LIMIT)

        def measure(number: int) -> dict[str, float]:
            house.stop(LIMIT)
            bare, bare_cpu = cpu_of(BARE)
            seconds, cpu = until_ready(house)
            return {
                "time / bare Python's": seconds / bare,
                "CPU / bare Python's": cpu / bare_cpu,
                "seconds": seconds,
                "its seconds": bare,
            }

        yield measure


@contextmanager
def idle(base: Path) -> Iterator[Measure]:
    """Nothing happens."""
    with SinkProcess() as sink, daemon(base / "house", sink, before=with_a_past) as house:
        files = scaled(WAITING)
        wait_for("every claim", lambda: claimed(house) >= files + scaled(FINISHED), LIMIT)
        seeing = subprocess.Popen(
            ["inotifywait", "-m", "-r", "-q", house.inbox], stdout=subprocess.DEVNULL
        )
        time.sleep(max(scaled(REST), REST / 3))

        def measure(number: int) -> dict[str, float]:
            seconds = max(scaled(AT_REST), 60)
            own, theirs = cpu_of_tree(pid_of(house)), cpu_of_tree(seeing.pid)
            time.sleep(seconds)
            return {
                "% of a core": (cpu_of_tree(pid_of(house)) - own) / seconds * 100,
                "MiB": memory_of(pid_of(house))[0],
                "inotifywait's %": (cpu_of_tree(seeing.pid) - theirs) / seconds * 100,
            }

        try:
            yield measure
        finally:
            seeing.kill()
            seeing.wait()


@contextmanager
def tree(base: Path) -> Iterator[Measure]:
    """The first start with a tree of files in the inbox, which wait for approval."""
    files = scaled(TREE)

    def measure(number: int) -> dict[str, float]:
        place = base / str(number)

        def before(house: Studio) -> None:
            fill(house.inbox / "dub-es", files, "t")

        with SinkProcess() as sink, daemon(place, sink, before=before) as house:
            began = time.monotonic()
            wait_for("every claim", lambda: claimed(house) >= files, LIMIT)
            seconds, cpu = time.monotonic() - began, cpu_of_tree(pid_of(house))
            found, _ = cpu_of(["find", str(house.inbox), "-type", "f", "-size", "0"])
            sums = f"find '{house.inbox}' -type f -print0 | xargs -0 sha256sum >/dev/null"
            summed, _ = cpu_of(["sh", "-c", sums])
            return {
                "seconds": seconds,
                "CPU ms a file": cpu / files * 1000,
                "find and sha256sum, s": found + summed,
            }

    yield measure


ROWS = (
    Row(
        key="start",
        what=f"start with {FINISHED} finished jobs and {WAITING} files, until READY",
        baseline='`python -c "import asyncio, sqlite3, ssl, httpx"`',
        figures=(Figure("time / bare Python's", 4),),
        setup=start,
    ),
    Row(
        key="idle",
        what=f"{AT_REST} s at rest with {WAITING} files and {FINISHED} finished jobs",
        baseline="`inotifywait -m -r` on the same tree",
        figures=(Figure("% of a core", 0.2), Figure("MiB", 52)),
        setup=idle,
        rounds=1,
    ),
    Row(
        key="tree",
        what=f"first start with {TREE} files in a tree, until all stand in the journal",
        baseline="`find` over it, and `sha256sum` of the bytes",
        figures=(Figure("seconds", 60),),
        setup=tree,
        rounds=1,
    ),
)
