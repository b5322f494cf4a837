"""Runs a daemon against a sink to be measured: its settings, its files, its CPU and memory."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.rigs.sink import SinkProcess
from tests.rigs.studio import Studio, video, wait_for

MIB = 1024 * 1024
TICKS = os.sysconf("SC_CLK_TCK")
#: Seconds for whatever is waited for, on a machine that others use, too.
LIMIT = 1800.0

#: The variable that scales all numbers, as to a tenth for a quick look: `--scale 0.1`.
SCALE = "BENCH_SCALE"


def scaled(count: int) -> int:
    """The scaled count for this run."""
    return max(1, round(count * float(os.environ.get(SCALE, "1"))))


@contextmanager
def daemon(
    base: Path,
    sink: SinkProcess,
    extra: str = "",
    before: Callable[[Studio], None] = lambda house: None,
    *,
    lag: bool = False,
) -> Iterator[Studio]:
    """A running daemon with default settings, except for what `extra` says. `before`: what is done
    to the house before the start. `lag`: its loop's lag goes to `base`/lag; that wakes it two
    hundred times a second, and is not for rows that judge its CPU."""
    house = Studio(base, sink)
    house.config.write_text(
        f'state_dir = "{house.state}"\n[api]\nbase_url = "{sink.url}"\n'
        f'[[watch]]\nroot = "{house.root}"\n{extra}'
    )
    before(house)
    house.is_fresh = True
    if lag:
        house.started_by = [sys.executable, "-m", "tests.rigs.loop_lag", str(base / "lag")]
    try:
        house.start()
        yield house
    finally:
        if house.daemon is not None and house.daemon.poll() is None:
            house.daemon.terminate()
            house.daemon.wait(60)


def large_video(path: Path, size: int) -> Path:
    """A whole MP4 of this size, all of it written: a free box of random bytes after the sample."""
    sample = video()
    block = os.urandom(MIB)
    left = size - len(sample)
    with path.open("wb") as file:
        file.write(sample)
        file.write(left.to_bytes(4, "big") + b"free")
        left -= 8
        while left > 0:
            left -= file.write(block[: min(left, MIB)])
    return path


def pid_of(house: Studio) -> int:
    """The daemon's process."""
    assert house.daemon is not None
    return house.daemon.pid


def tree_of(pid: int) -> list[int]:
    """The ids of a process and of everything that it has started."""
    found = [pid]
    for process in found:
        for task in Path(f"/proc/{process}/task").glob("*/children"):
            found += map(int, task.read_text().split())
    return found


def cpu_of_tree(pid: int) -> float:
    """CPU seconds of a process, including its children, whether they have ended or still run."""
    total = 0
    for process in tree_of(pid):
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2].split()
        total += sum(map(int, fields[11:15]))
    return total / TICKS


def cost_of(
    command: Sequence[str | Path], env: Mapping[str, str] | None = None
) -> tuple[float, float]:
    """(seconds, CPU seconds) of a command and its children. Raises AssertionError when it fails."""
    began = time.monotonic()
    process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL)
    _, process.returncode, used = os.wait4(process.pid, 0)
    assert process.returncode == 0, command
    return time.monotonic() - began, used.ru_utime + used.ru_stime


def cpu_until(house: Studio, drop: Callable[[], object], done: Callable[[], object]) -> float:
    """CPU seconds of the daemon from `drop` until `done` is true."""
    before = cpu_of_tree(pid_of(house))
    drop()
    wait_for("the end", done, LIMIT)
    return cpu_of_tree(pid_of(house)) - before


def memory_of(pid: int) -> tuple[float, float]:
    """MiB resident now, and the peak since `forget_peak`."""
    lines = dict(
        text.split(":", 1)
        for text in Path(f"/proc/{pid}/status").read_text().splitlines()
        if ":" in text
    )
    now, most = (int(lines[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM"))
    return now, most


def forget_peak(pid: int) -> None:
    """Begin to measure the peak of memory anew."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def timed(command: list[str]) -> float:
    """How many seconds a command takes."""
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began
