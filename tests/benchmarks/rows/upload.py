"""Large files: an upload, a download, and two of each at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.benchmarks.bench_daemon import (
    LIMIT,
    MIB,
    cpu_until,
    daemon,
    forget_peak,
    large_video,
    memory_of,
    pid_of,
    timed,
)
from tests.benchmarks.table import Figure, Growth, Measure, Row
from tests.rigs.loop_lag import lag_between
from tests.rigs.sink import SinkProcess
from tests.rigs.studio import Studio, wait_for

SIZE = 500 * MIB - 8
#: Renders are done at once: nobody waits for the next poll.
QUICK = "[render]\npoll_interval = 0.5\n"


def transfers(sink: SinkProcess, kind: str) -> list[dict[str, Any]]:
    """The large transfers since the last reset."""
    found = sink.figures()["transfers"]
    return [one for one in found if one["kind"] == kind and one["size"] >= SIZE]


def megabytes_a_second(one: dict[str, Any]) -> float:
    """The rate of a transfer, by the sink."""
    return float(one["size"]) / MIB / (one["ended"] - one["began"])


@contextmanager
def upload(base: Path) -> Iterator[Measure]:
    """One file of 500 MB at a time."""
    clip = large_video(base / "clip.mp4", SIZE)
    with SinkProcess() as sink, daemon(base / "house", sink, QUICK, lag=True) as house:

        def curl() -> dict[str, Any]:
            sink.figures(reset=True)
            field = f"files=@{clip}"
            timed(["curl", "-sS", "-F", field, f"{sink.url}/api/upload-video/nemo_agent/me/1"])
            return transfers(sink, "upload")[0]

        def ours(number: int) -> tuple[dict[str, Any], float, float]:
            pid = pid_of(house)
            sink.figures(reset=True)
            drop_large(house, clip, number)
            forget_peak(pid)
            before, _ = memory_of(pid)
            # the sink is not asked meanwhile, which would slow it down
            wait_for("its end", lambda: not (house.inbox / f"dub-es/{number}.mp4").exists(), LIMIT)
            sent = transfers(sink, "upload")[0]
            _, most = memory_of(pid)
            lag = lag_between(base / "house/lag", sent["began"], sent["ended"])
            return sent, most - before, lag

        def measure(number: int) -> dict[str, float]:
            if number % 2:
                theirs, (sent, grown, lag) = curl(), ours(number)
            else:
                (sent, grown, lag), theirs = ours(number), curl()
            speed, other = megabytes_a_second(sent), megabytes_a_second(theirs)
            return {
                "throughput / curl's": speed / other,
                "memory, MiB more": grown,
                "loop lag p99, ms": lag,
                "MB/s": speed,
                "curl MB/s": other,
                "sink CPU s": sink.figures()["cpu"],
            }

        yield measure


def drop_large(house: Studio, clip: Path, number: int, task: str = "dub-es") -> None:
    """Move a file of the same size and other content into the inbox by a rename."""
    folder = house.inbox / task
    folder.mkdir(exist_ok=True)
    made = house.root / f"{number}.tmp"
    with clip.open("rb") as source, made.open("wb") as target:
        while block := source.read(MIB):
            target.write(block)
        target.seek(-8, 2)
        target.write(number.to_bytes(8, "big"))
    made.rename(folder / f"{number}.mp4")


def cpu_of_upload(base: Path, megabytes: int) -> float:
    """CPU seconds of the daemon for a file of this size."""
    clip = large_video(base / "clip.mp4", megabytes * MIB)
    with SinkProcess() as sink, daemon(base / "house", sink, QUICK) as house:
        there = house.inbox / "dub-es/0.mp4"
        return cpu_until(house, lambda: drop_large(house, clip, 0), lambda: not there.exists())


ROWS = (
    Row(
        key="upload",
        what="upload of a file of 500 MB to the sink",
        baseline="`curl -F` of the same file to the same sink",
        figures=(
            Figure("throughput / curl's", 0.92, at_least=True),
            Figure("memory, MiB more", 16),
            Figure("loop lag p99, ms", 20),
        ),
        setup=upload,
        growth=Growth("CPU, of MB", (30, 120, 480), cpu_of_upload),
    ),
)
