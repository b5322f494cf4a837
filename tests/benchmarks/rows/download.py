"""Large results: one fetched and published, and two beside two uploads."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.benchmarks.bench_daemon import MIB, daemon, large_video
from tests.benchmarks.rows.upload import LIMIT, QUICK, SIZE, drop_large, transfers
from tests.benchmarks.table import Figure, Measure, Row
from tests.rigs.sink import SinkProcess
from tests.rigs.studio import wait_for

#: The baseline. The sink knows when it began to send, the file's inode when it got its name.
FETCH = 'curl -sS -o "$2.part" "$1" && sync "$2.part" && mv "$2.part" "$2"'


@contextmanager
def download(base: Path) -> Iterator[Measure]:
    """One result of 500 MB at a time."""
    result = large_video(base / "result.mp4", SIZE)
    with SinkProcess(result) as sink, daemon(base / "house", sink, QUICK) as house:

        def seconds(path: Path) -> float:
            """From the first byte that was sent to the name that people see."""
            wait_for(f"{path.name}", path.exists, LIMIT)
            named = path.stat().st_ctime
            wait_for("the transfer", lambda: transfers(sink, "result"), LIMIT)
            began = float(transfers(sink, "result")[0]["began"])
            path.unlink()
            return named - began

        def curl(number: int) -> float:
            sink.figures(reset=True)
            path = base / f"house/studio/outbox/curl-{number}.mp4"
            subprocess.run(["sh", "-c", FETCH, "sh", f"{sink.url}/result/x.mp4", path], check=True)
            return seconds(path)

        def ours(number: int) -> float:
            sink.figures(reset=True)
            house.drop(f"dub-es/{number}.mp4")
            return seconds(house.outbox / f"dub-es/{number}.es.mp4")

        def measure(number: int) -> dict[str, float]:
            if number % 2:
                theirs, mine = curl(number), ours(number)
            else:
                mine, theirs = ours(number), curl(number)
            return {"speed / curl's": theirs / mine, "seconds": mine, "curl's": theirs}

        yield measure


@contextmanager
def four(base: Path) -> Iterator[Measure]:
    """Two uploads and two downloads of 500 MB at once."""
    clip = large_video(base / "result.mp4", SIZE)
    with SinkProcess(clip) as sink, daemon(base / "house", sink, QUICK) as house:

        def speed() -> float:
            """Megabytes a second of a transfer among the four."""
            found = [one for kind in ("upload", "result") for one in transfers(sink, kind)]
            seconds = [one["ended"] - one["began"] for one in found]
            return SIZE * len(found) / MIB / sum(seconds)

        def curl() -> float:
            sink.figures(reset=True)
            field, where = f"files=@{clip}", f"{sink.url}/api/upload-video/nemo_agent/me/1"
            commands: list[list[Any]] = [["curl", "-sS", "-F", field, where]] * 2
            for number in range(2):
                path = base / f"curl-{number}.mp4"
                commands.append(["sh", "-c", FETCH, "sh", f"{sink.url}/result/x.mp4", path])
            running = [subprocess.Popen(one, stdout=subprocess.DEVNULL) for one in commands]
            for process in running:
                process.wait()
            return speed()

        def ours(number: int) -> float:
            sink.figures(reset=True)
            sink.set_pending(pending=True)
            for one in range(2):
                house.drop(f"dub-es/small-{number}-{one}.mp4")
            wait_for("two renders", lambda: sink.figures()["calls"].get("render", 0) >= 2, LIMIT)
            for one in range(2):
                drop_large(house, clip, number * 2 + one)
            wait_for("an upload", lambda: sink.figures()["calls"].get("upload", 0) >= 4, LIMIT)
            sink.set_pending(pending=False)
            inbox = house.inbox / "dub-es"
            wait_for("the end", lambda: not any(inbox.iterdir()), LIMIT)
            found = speed()
            for path in house.outbox.rglob("*.mp4"):
                path.unlink()
            return found

        def measure(number: int) -> dict[str, float]:
            mine, theirs = ours(number), curl()
            return {"throughput / curl's": mine / theirs, "MB/s each": mine, "curl MB/s": theirs}

        yield measure


ROWS = (
    Row(
        key="download",
        what="a result of 500 MB, fetched and published",
        baseline="`curl -o`, fsync, rename",
        figures=(Figure("speed / curl's", 0.9, at_least=True),),
        setup=download,
    ),
    Row(
        key="four",
        what="two uploads and two downloads of 500 MB at once",
        baseline="four curls at once",
        figures=(Figure("throughput / curl's", 0.9, at_least=True),),
        setup=four,
    ),
)
