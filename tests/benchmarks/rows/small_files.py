"""Many small files through a cloud that does everything at once: what the daemon itself costs."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.bench_daemon import LIMIT, cpu_of_tree, daemon, pid_of, scaled
from tests.benchmarks.table import Figure, Growth, Measure, Row
from tests.rigs.documents import REPO
from tests.rigs.sink import SinkProcess
from tests.rigs.studio import Studio, video, wait_for

#: Files in each of five rounds, 2,000 in all. How a job's cost grows with more of them at once is a
#: figure of its own.
FILES = 400
AT_A_TIME = 8
#: As many at a time as the shell loop. The loop polls its renders at once; here that is after half
#: a second, with more renders under way meanwhile: with quicker polls the daemon would check its
#: holds and its page, which it does every two polls, more often than with any real cloud.
SETTINGS = f"""
[render]
poll_interval = 0.5
[limits]
uploads = {AT_A_TIME}
turns = {AT_A_TIME}
renders = {AT_A_TIME * 4}
downloads = {AT_A_TIME}
confirm_above = 0
"""


def fill(folder: Path, number: int, files: int) -> None:
    """Make files with different content."""
    folder.mkdir(parents=True, exist_ok=True)
    for one in range(files):
        (folder / f"{number}-{one}.mp4").write_bytes(video(f"{number}-{one}"))


def count(folder: Path) -> int:
    """Results in a folder."""
    time.sleep(0.2)
    if not folder.is_dir():
        return 0
    return sum(name.endswith(".es.mp4") and name[0] != "." for name in os.listdir(folder))


def work_through(house: Studio, number: int, files: int) -> float:
    """Drop this many files, and wait until their results are there and the inbox is empty. Seconds
    until the last result."""
    folder = house.inbox / "dub-es"
    began = time.monotonic()
    fill(folder, number, files)
    wait_for("the results", lambda: count(house.outbox / "dub-es") >= files, LIMIT)
    seconds = time.monotonic() - began
    wait_for("the rest", lambda: not any(folder.iterdir()), LIMIT)
    return seconds


def cpu_of_jobs(base: Path, files: int) -> float:
    """CPU seconds of a new daemon for this many files at once."""
    with SinkProcess() as sink, daemon(base / "house", sink, SETTINGS) as house:
        before = cpu_of_tree(pid_of(house))
        work_through(house, 0, files)
        return cpu_of_tree(pid_of(house)) - before


@contextmanager
def small(base: Path) -> Iterator[Measure]:
    """All of them, ours and the loop's in turn."""
    files = scaled(FILES)
    with SinkProcess() as sink, daemon(base / "house", sink, SETTINGS) as house:

        def ours(number: int) -> tuple[float, float]:
            pid = pid_of(house)
            shutil.rmtree(house.outbox / "dub-es", ignore_errors=True)
            before = cpu_of_tree(pid)
            seconds = work_through(house, number, files)
            return seconds, cpu_of_tree(pid) - before

        def shell(number: int) -> tuple[float, float]:
            places = [base / f"shell-{number}" / name for name in ("inbox", "outbox", "done")]
            for place in places:
                place.mkdir(parents=True)
            command = [
                REPO / "tests/rigs/shell_loop",
                *places,
                sink.url,
                str(files),
                str(AT_A_TIME),
            ]
            loop = subprocess.Popen(command, stdout=subprocess.PIPE)
            assert loop.stdout is not None
            loop.stdout.readline()
            began = time.monotonic()
            fill(places[0], number, files)
            _, status, used = os.wait4(loop.pid, 0)
            seconds = time.monotonic() - began
            loop.returncode = status
            assert count(places[1]) == files
            return seconds, used.ru_utime + used.ru_stime

        def measure(number: int) -> dict[str, float]:
            if number % 2:
                theirs, mine = shell(number), ours(number)
            else:
                mine, theirs = ours(number), shell(number)
            calls = sink.figures(reset=True)
            return {
                "jobs a second / the loop's": theirs[0] / mine[0],
                "CPU / the loop's": mine[1] / theirs[1],
                "CPU a job, ms": mine[1] / files * 1000,
                "jobs a second": files / mine[0],
                "the loop's": files / theirs[0],
                "the loop's CPU a job, ms": theirs[1] / files * 1000,
                "calls a job": sum(calls["calls"].values()) / files / 2,
                "sink CPU s": calls["cpu"],
            }

        yield measure


ROWS = (
    Row(
        key="small",
        what=f"{FILES} small files through a cloud that has all done at once",
        baseline=f"a shell loop of inotifywait, curl and jq, {AT_A_TIME} at a time, same calls",
        figures=(
            Figure("jobs a second / the loop's", 3, at_least=True),
            Figure("CPU / the loop's", 0.25),
            Figure("CPU a job, ms", 20),
        ),
        setup=small,
        growth=Growth("CPU, of jobs", (125, 500, 2000), cpu_of_jobs),
    ),
)
