"""What the daemon costs while nothing happens: CPU and memory of the whole process with many files
around it.

`python -m tests.benchmarks.idle [CASE...] [--files 10000] [--seconds 180] [--write]`: a real
process, a real sandbox, the default settings. Prints a line for each case (and writes
docs/performance.md) and ends with 1 when one of them is above the limits.
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

from tests.rigs.documents import PERFORMANCE, code, line, played, put, section
from tests.rigs.load import cpu_seconds
from tests.rigs.shares import Case
from tests.rigs.studio import wait_for

#: The share of one core, and MiB resident, that the idle daemon may use.
MOST_CPU, MOST_MEMORY = 0.005, 60.0
#: Seconds after the last file within which the page and the first regular checks settle.
REST = 45.0
#: Seconds until everything is known: ten thousand moves, each with its fsync, take a minute.
LIMIT = 1200.0


@dataclass(frozen=True)
class Figures:
    """The figures of one case."""

    case: str
    files: int
    cpu: float  #: share of one core
    resident: float  #: MiB at the end
    peak: float  #: the peak in MiB since the start

    @property
    def good(self) -> bool:
        """Whether they are within the limits."""
        return self.cpu <= MOST_CPU and self.resident <= MOST_MEMORY

    def __str__(self) -> str:
        verdict = "" if self.good else f"   ABOVE {MOST_CPU:.1%} or {MOST_MEMORY:.0f} MiB"
        memory = f"{self.resident:.1f} MiB resident, {self.peak:.1f} at most"
        return f"{self.case:8} {self.files} files: {self.cpu:.2%} of a core, {memory}{verdict}"


def memory(pid: int) -> tuple[float, float]:
    """MiB now, and the peak."""
    lines = dict(
        line.split(":", 1)
        for line in Path(f"/proc/{pid}/status").read_text().splitlines()
        if ":" in line
    )
    now, most = (int(lines[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM"))
    return now, most


def default_settings(case: Case, *, after: str = "move") -> None:
    """A configuration that says only where things are."""
    house = case.house
    house.config.write_text(
        f'state_dir = "{house.state}"\n[api]\nbase_url = "{house.sandbox.url}"\n'
        f'[[watch]]\nroot = "{house.root}"\nafter = "{after}"\n'
    )


def held(case: Case, files: int) -> None:
    """All of them wait for approval, as after a first scan of so many files."""
    default_settings(case)
    fill(case, files)
    case.start()
    wait_for(
        "every file to be held",
        lambda: count(case, "SELECT count(*) FROM job WHERE state = 'held'") == files,
        LIMIT,
    )


def kept(case: Case, files: int) -> None:
    """All of them are done and stay in the inbox (after = "keep"); one more was done in this
    process."""
    _done(case, files, "keep")


def moved(case: Case, files: int) -> None:
    """All of them are done and in done/; one more was done in this process."""
    _done(case, files, "move")


def _done(case: Case, files: int, after: str) -> None:
    """Make all of them done without a cloud: a journal that is older than its folder takes existing
    results for what was made."""
    default_settings(case, after=after)
    fill(case, files)
    for source in case.task.rglob("*.mp4"):
        result = case.house.outbox / source.relative_to(case.house.inbox).with_suffix(".es.mp4")
        result.parent.mkdir(parents=True, exist_ok=True)
        result.write_bytes(b"made before")
    (case.house.state / "paid").write_text("5 1\n")
    case.start()
    retired = "SELECT count(*) FROM source WHERE retired_at IS NOT NULL"
    wait_for("every file to be done", lambda: count(case, retired) == files, LIMIT)
    case.house.drop("dub-fr/one more.mp4")
    wait_for("one more to be done", lambda: count(case, retired) == files + 1, LIMIT)


def fill(case: Case, files: int) -> None:
    """Make files with different content in a hundred folders."""
    data = case.content("idle")
    for number in range(files):
        folder = case.task / f"{number % 100}"
        folder.mkdir(exist_ok=True)
        (folder / f"{number}.mp4").write_bytes(data + number.to_bytes(4, "big"))


def count(case: Case, query: str) -> int:
    """A number from the journal."""
    with closing(
        sqlite3.connect(f"file:{case.house.state / 'journal.db'}?mode=ro", uri=True, timeout=30)
    ) as conn:
        time.sleep(0.2)
        return int(conn.execute(query).fetchone()[0])


CASES: dict[str, Callable[[Case, int], None]] = {"held": held, "kept": kept, "moved": moved}


def measure(name: str, files: int, seconds: float) -> Figures:
    """Bring a daemon into this case, let it settle, and measure it twice."""
    with tempfile.TemporaryDirectory() as base, ExitStack() as stack:
        case = Case(Path(base), stack, is_fresh=True)
        CASES[name](case, files)
        assert case.house.daemon is not None
        pid = case.house.daemon.pid
        time.sleep(REST)
        before, began = cpu_seconds(pid), time.monotonic()
        time.sleep(seconds)
        cpu = (cpu_seconds(pid) - before) / (time.monotonic() - began)
        figures = Figures(name, files, cpu, *memory(pid))
        print(figures, flush=True)
        return figures


def described(found: list[Figures]) -> str:
    """The part of the page."""
    words = (
        f"{played()}, by `python -m tests.benchmarks.idle --write`, at the default settings, over"
        f" minutes after the last file. At most {MOST_CPU:.1%} of a core and {MOST_MEMORY:.0f} MiB"
        " are allowed."
    )
    head = ("what lies there", "files", "of a core", "resident", "at most, from the start on")
    rows = (
        line(
            [
                CASES[f.case].__doc__,
                f.files,
                f"{f.cpu:.2%}",
                f"{f.resident:.1f} MiB",
                f"{f.peak:.1f} MiB",
            ]
        )
        for f in found
    )
    return section("While nothing happens", words, head, rows)


def main() -> int:
    """Measure the cases side by side: what counts is each process's own CPU time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="*", metavar="CASE", help=", ".join(CASES))
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=180)
    parser.add_argument("--write", action="store_true", help="write docs/performance.md")
    options = parser.parse_args()
    if options.write and options.cases:
        parser.error(
            "--write is for all of them: a table of a few would take the place of the whole"
        )
    code()
    with ThreadPoolExecutor(len(CASES)) as pool:
        running = [
            pool.submit(measure, name, options.files, options.seconds)
            for name in options.cases or CASES
        ]
        found = [future.result() for future in running]
    if options.write:
        put(PERFORMANCE, "idle", described(found))
    return 0 if all(figures.good for figures in found) else 1


if __name__ == "__main__":
    sys.exit(main())
