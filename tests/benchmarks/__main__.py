"""Everything that docs/performance.md promises, measured on this machine in one go, each row beside
its baseline: `python -m tests.benchmarks [ROW...] [--rounds N] [--write]`, or `scripts/bench`.

Prints each round, and ends with 1 when a figure is beyond its limit.
"""

from __future__ import annotations

import argparse
import os
import platform
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.bench_daemon import SCALE
from tests.benchmarks.rows import ROWS
from tests.benchmarks.table import Found, Growth, Row, short, spread, write
from tests.rigs.documents import code, played

#: The programs that the baselines use, and the options that print their versions.
PROGRAMS = (("curl", "--version"), ("jq", "--version"), ("inotifywait", "--help"))


def machine() -> str:
    """The machine on which it was measured, in words."""
    versions = [f"Python {platform.python_version()}", f"SQLite {sqlite3.sqlite_version}"]
    for program, flag in PROGRAMS:
        done = subprocess.run([program, flag], capture_output=True, text=True, check=False)
        versions.append(" ".join(done.stdout.splitlines()[0].split()[:2]))
    model = next(
        (
            text.partition(":")[2].strip()
            for text in Path("/proc/cpuinfo").read_text().splitlines()
            if text.startswith("model name")
        ),
        platform.machine(),
    )
    return f"{os.cpu_count()} cores ({model}), Linux {platform.release()}, {', '.join(versions)}"


def carry(row: Row, rounds: int, base: Path) -> Found:
    """Measure one row in this many rounds."""
    found = Found(row)
    with row.setup(base) as measure:
        for number in range(rounds or row.rounds):
            os.sync()  # what one round has written is not to slow down the next
            figures = measure(number)
            found.rounds.append(figures)
            shown = ", ".join(f"{name} {short(value)}" for name, value in figures.items())
            print(f"{row.key} {number + 1}: {shown}", flush=True)
    if row.growth is not None and os.environ[SCALE] == "1":
        found.growth = grown(row.growth, base)
        print(f"{row.key} grows with {found.growth}", flush=True)
    return found


def grown(growth: Growth, base: Path) -> str:
    """How something grows, in words, from three sizes."""
    costs = []
    for size in growth.sizes:
        os.sync()
        with tempfile.TemporaryDirectory(dir=base) as place:
            costs.append(growth.measure(Path(place), size))
    return growth.words(costs)


def main() -> int:
    """Measure the rows that are named, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    keys = [row.key for row in ROWS]
    parser.add_argument("rows", nargs="*", metavar="ROW", help=", ".join(keys))
    parser.add_argument("--rounds", type=int, default=0, help="instead of each row's own number")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md")
    parser.add_argument("--scale", default="1", help="0.1: a tenth of all files, for a quick look")
    parser.add_argument(
        "--quick", action="store_true", help="one round with a hundredth of all files"
    )
    options = parser.parse_args()
    if options.quick:
        options.scale, options.rounds = "0.01", 1
    os.environ[SCALE] = options.scale
    unknown = set(options.rows) - set(keys)
    if unknown:
        parser.error(f"no such row: {', '.join(sorted(unknown))}; there are {', '.join(keys)}")
    code()
    worst = 0
    for row in ROWS:
        if options.rows and row.key not in options.rows:
            continue
        with tempfile.TemporaryDirectory(prefix="nemowatch-bench-") as base:
            found = carry(row, options.rounds, Path(base))
        for figure in row.figures:
            print(f"{row.key}: {figure.name} {spread(found.values(figure.name))} {figure.words}")
        if not found.good:
            worst = 1
        if options.write:
            when = played()
            if options.scale != "1":
                when = f"{when}, with {options.scale} of the files"
            write([found], when, WORDS.format(machine=machine()))
    return worst


WORDS = (
    "By `scripts/bench --write`: real processes, the daemon and its baseline in turn in the same"
    " rounds, against a sink in a process of its own that does as little as it can"
    " (`tests/rigs/sink.py`). The last machine: {machine}. Ratios tell more than seconds: other"
    " work may have run beside it. How a cost grows with n is the slope of its logarithm over three"
    " sizes, each measured once: 0 is none, 1 is in proportion. `scripts/bench ROW` measures one"
    " row again."
)


if __name__ == "__main__":
    sys.exit(main())
