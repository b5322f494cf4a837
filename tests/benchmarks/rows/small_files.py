"""Many small files through a cloud that does everything at once: what the daemon itself costs."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.bench_daemon import cpu_of_tree, daemon, pid_of, scaled
from tests.benchmarks.table import Figure, Measure, Row
from tests.rigs.documents import REPO
from tests.rigs.sink import SinkProcess
from tests.rigs.studio import video, wait_for

#: Files in each of five rounds; with 2,000 the shell loop alone would take an hour.
FILES = 400
AT_A_TIME = 8
#: Seconds for a round, on a machine that others use, too.
LIMIT = 1200.0
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


def fill(folder: Path, number: int) -> None:
    """Make files with different content."""
    folder.mkdir(parents=True, exist_ok=True)
    for one in range(scaled(FILES)):
        (folder / f"{number}-{one}.mp4").write_bytes(video(f"{number}-{one}"))


def count(folder: Path) -> int:
    """Results in a folder."""
    time.sleep(0.2)
    if not folder.is_dir():
        return 0
    return sum(name.endswith(".es.mp4") and name[0] != "." for name in os.listdir(folder))


@contextmanager
def small(base: Path) -> Iterator[Measure]:
    """All of them, ours and the loop's in turn."""
    files = scaled(FILES)
    with SinkProcess() as sink, daemon(base / "house", sink, SETTINGS) as house:

        def ours(number: int) -> tuple[float, float]:
            pid = pid_of(house)
            results = house.outbox / "dub-es"
            shutil.rmtree(results, ignore_errors=True)
            began, before = time.monotonic(), cpu_of_tree(pid)
            fill(house.inbox / "dub-es", number)
            wait_for("the results", lambda: count(results) >= files, LIMIT)
            seconds = time.monotonic() - began
            wait_for("the rest", lambda: not any((house.inbox / "dub-es").iterdir()), LIMIT)
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
            fill(places[0], number)
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
    ),
)
