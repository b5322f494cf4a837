"""Large results: one fetched and published, and two beside two uploads."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from tests.benchmarks.bench_daemon import LIMIT, MIB, cpu_until, daemon, large_video
from tests.benchmarks.rows.arrival import claimed
from tests.benchmarks.rows.upload import QUICK, SIZE, drop_large, transfers
from tests.benchmarks.table import Figure, Growth, Measure, Row
from tests.rigs.sink import SinkProcess
from tests.rigs.studio import wait_for

#: Renders are polled so often that two results come while two files go.
AT_ONCE = "[render]\npoll_interval = 0.1\n"
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
    with SinkProcess(clip) as sink, daemon(base / "house", sink, AT_ONCE) as house:
        pause = house.inbox / "dub-fr" / "PAUSE"
        pause.parent.mkdir(parents=True)

        def speed() -> float:
            """Megabytes a second of a transfer among the four: what is uploaded has results, too,
            which come later."""
            found = [*transfers(sink, "upload"), *transfers(sink, "result")[:2]]
            seconds = [one["ended"] - one["began"] for one in found]
            return SIZE * len(found) / MIB / sum(seconds)

        def curl() -> float:
            sink.figures(reset=True)
            field, where = f"files=@{clip}", f"{sink.url}/api/upload-video/nemo_agent/me/1"
            commands: list[list[Any]] = [["curl", "-sS", "-F", field, where]] * 2
            for number in range(2):
                path = house.outbox / f"curl-{number}.mp4"
                commands.append(["sh", "-c", FETCH, "sh", f"{sink.url}/result/x.mp4", path])
            running = [subprocess.Popen(one, stdout=subprocess.DEVNULL) for one in commands]
            for process in running:
                process.wait()
            return speed()

        def ours(number: int) -> float:
            sink.figures(reset=True)
            sink.set_pending(pending=True)
            pause.touch()
            before = claimed(house)
            for one in range(2):
                house.drop(f"dub-es/small-{number}-{one}.mp4")
                drop_large(house, clip, number * 2 + one, "dub-fr")
            wait_for("four claims", lambda: claimed(house) >= before + 4, LIMIT)
            wait_for("two renders", lambda: sink.figures()["calls"].get("render", 0) >= 2, LIMIT)
            pause.unlink()
            wait_for("an upload", lambda: sink.figures()["calls"].get("upload", 0) >= 3, LIMIT)
            sink.set_pending(pending=False)
            wait_for("the end", lambda: not any(house.inbox.rglob("*.mp4")), LIMIT)
            return speed()

        def forget() -> None:
            """Remove what a side has written: memory that the system has had for files costs a
            tenth of what it costs a virtual machine to get new one."""
            for path in house.root.rglob("*.mp4"):
                path.unlink()

        def measure(number: int) -> dict[str, float]:
            found = {}
            sides = {"MB/s each": partial(ours, number), "curl MB/s": curl}
            for name in sorted(sides, reverse=bool(number % 2)):
                found[name] = sides[name]()
                forget()
            return {"throughput / curl's": found["MB/s each"] / found["curl MB/s"], **found}

        yield measure


def cpu_of_download(base: Path, megabytes: int) -> float:
    """CPU seconds of the daemon for a job whose result has this size."""
    result = large_video(base / "result.mp4", megabytes * MIB)
    with SinkProcess(result) as sink, daemon(base / "house", sink, QUICK) as house:
        published = house.outbox / "dub-es/0.es.mp4"
        return cpu_until(house, lambda: house.drop("dub-es/0.mp4"), published.exists)


ROWS = (
    Row(
        key="download",
        what="a result of 500 MB, fetched and published",
        baseline="`curl -o`, fsync, rename",
        figures=(Figure("speed / curl's", 0.9, at_least=True),),
        setup=download,
        growth=Growth("CPU, of MB", (125, 500, 2000), cpu_of_download),
    ),
    Row(
        key="four",
        what="two uploads and two downloads of 500 MB at once",
        baseline="four curls at once",
        figures=(Figure("throughput / curl's", 0.9, at_least=True),),
        setup=four,
    ),
)
