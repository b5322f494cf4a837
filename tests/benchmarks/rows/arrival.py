"""Files that come: how soon one is on its way, and how long twenty thousand take."""

from __future__ import annotations

import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tests.benchmarks.bench_daemon import (
    LIMIT,
    cpu_of_tree,
    daemon,
    forget_peak,
    memory_of,
    pid_of,
    scaled,
)
from tests.benchmarks.table import Figure, Growth, Measure, Row
from tests.rigs.sink import SinkProcess
from tests.rigs.studio import Studio, video, wait_for

#: The fewest seconds for which a file on a local disk is watched (docs/behaviour.md section 2).
SETTLES = 1.0
BURST = 20_000
FOLDERS = 50


@contextmanager
def pickup(base: Path) -> Iterator[Measure]:
    """One file at a time, default settings."""
    with SinkProcess() as sink, daemon(base / "house", sink) as house:

        def measure(number: int) -> dict[str, float]:
            time.sleep(1)
            (house.inbox / "dub-es").mkdir(exist_ok=True)
            sink.figures(reset=True)
            house.drop(f"dub-es/{number}.mp4")
            closed = time.time()
            wait_for("its session", lambda: sink.figures()["calls"].get("session"), LIMIT)
            took = sink.figures()["first_session"] - closed
            return {"seconds beyond the settle rule": took - SETTLES, "seconds": took}

        yield measure


def claimed(house: Studio) -> int:
    """How many sources the journal has, read seldom enough to cost the daemon nothing."""
    time.sleep(0.5)
    where = f"file:{house.state / 'journal.db'}?mode=ro"
    with closing(sqlite3.connect(where, uri=True, timeout=30)) as conn:
        return int(conn.execute("SELECT count(*) FROM source").fetchone()[0])


def fill(top: Path, files: int, mark: str) -> None:
    """Make files with different content in many folders."""
    data = video()
    places = [top / str(number) for number in range(FOLDERS)]
    for place in places:
        place.mkdir(parents=True, exist_ok=True)
    for number in range(files):
        content = data + (12).to_bytes(4, "big") + b"free" + number.to_bytes(4, "big")
        (places[number % FOLDERS] / f"{mark}-{number}.mp4").write_bytes(content)


def burst_of(base: Path, files: int) -> dict[str, float]:
    """This many files while the daemon runs; held, so that the cloud's part is left out."""
    with (
        SinkProcess() as sink,
        daemon(base / "house", sink, "[limits]\nconfirm_above = 0\n") as house,
    ):
        (house.inbox / "PAUSE").touch()
        task = house.inbox / "dub-es"
        for number in range(FOLDERS):
            (task / str(number)).mkdir(parents=True, exist_ok=True)
        time.sleep(3)
        pid = pid_of(house)
        forget_peak(pid)
        before, _ = memory_of(pid)
        cpu, began = cpu_of_tree(pid), time.monotonic()
        fill(task, files, "b")
        wait_for("every claim", lambda: claimed(house) >= files, LIMIT)
        return {
            "seconds": time.monotonic() - began,
            "memory, MiB more": memory_of(pid)[1] - before,
            "CPU ms a file": (cpu_of_tree(pid) - cpu) / files * 1000,
        }


def cpu_of_burst(base: Path, files: int) -> float:
    """CPU seconds until all of them stand in the journal."""
    return burst_of(base, files)["CPU ms a file"] / 1000 * files


@contextmanager
def burst(base: Path) -> Iterator[Measure]:
    """Twenty thousand files at once."""
    files = scaled(BURST)

    def watched(number: int) -> float:
        top = base / f"watched-{number}"
        fill(top, 0, "w")
        seeing = subprocess.Popen(
            ["inotifywait", "-m", "-r", "-q", "-e", "close_write", "--format", "%w%f", top],
            stdout=subprocess.PIPE,
        )
        time.sleep(1)
        assert seeing.stdout is not None
        counting = subprocess.Popen(
            ["head", "-n", str(files)], stdin=seeing.stdout, stdout=subprocess.DEVNULL
        )
        began = time.monotonic()
        fill(top, files, "w")
        counting.wait()
        seconds = time.monotonic() - began
        seeing.kill()
        seeing.communicate()
        return seconds

    def measure(number: int) -> dict[str, float]:
        place = base / str(number)
        place.mkdir()
        theirs = watched(number)
        found = burst_of(place, files)
        return {"time / inotifywait's": found["seconds"] / theirs, **found, "its seconds": theirs}

    yield measure


ROWS = (
    Row(
        key="pickup",
        what="from a file's close to its first request, default settings",
        baseline=f"the settle rule's own minimum, {SETTLES:g} s",
        figures=(Figure("seconds beyond the settle rule", 0.2),),
        setup=pickup,
    ),
    Row(
        key="burst",
        what=f"{BURST} files at once, until all stand in the journal",
        baseline="`inotifywait -m -r` seeing the same",
        figures=(Figure("time / inotifywait's", 5), Figure("memory, MiB more", 40)),
        setup=burst,
        growth=Growth("CPU, of files", (1250, 5000, 20_000), cpu_of_burst),
    ),
)
