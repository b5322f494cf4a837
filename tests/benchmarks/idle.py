"""What the daemon costs while nothing happens: CPU and memory of the whole process with many files in its inbox.

`python -m tests.benchmarks.idle [--files 10000] [--seconds 120]`: real process, real sandbox, default settings; the files
wait for approval, as the first scan of so many does.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from tests.acceptance.scale_kit import counts, usual_cadences
from tests.acceptance.shares_kit import Case
from tests.acceptance.studio import wait_for

TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """User and system time of a process and its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory(pid: int) -> dict[str, float]:
    """MiB: VmRSS (now), VmHWM (at most)."""
    lines = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":" in line)
    return {name: int(lines[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM")}


def main() -> None:
    """Measure, and print three lines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=120)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as base, ExitStack() as stack:
        case = Case(Path(base), stack, settle=1, scan=60, confirm=20)
        usual_cadences(case)
        data = case.content("idle")
        for number in range(options.files):
            folder = case.task / f"{number % 100}"
            folder.mkdir(exist_ok=True)
            (folder / f"{number}.mp4").write_bytes(data + number.to_bytes(4, "big"))
        case.start()
        wait_for("every file to be held", lambda: counts(case)[0] == options.files, 300)
        assert case.house.daemon is not None
        pid = case.house.daemon.pid
        time.sleep(40)  # the page and the first cadences are over
        before, began = cpu_seconds(pid), time.monotonic()
        time.sleep(options.seconds)
        share = (cpu_seconds(pid) - before) / (time.monotonic() - began)
        print(f"files: {options.files}")
        print(f"cpu: {share:.2%} of a core over {options.seconds:g} s")
        print("memory: " + ", ".join(f"{name} {value:.1f} MiB" for name, value in memory(pid).items()))


if __name__ == "__main__":
    main()
