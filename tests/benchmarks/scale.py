"""The inbox at scale, with the whole daemon: `python -m tests.benchmarks.scale [NAME] [--write]`
prints a line for each load (and writes docs/performance.md), and ends with 1 if a file was lost or
doubled, or memory went beyond its limit.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.acceptance.shares.limits import limited
from tests.rigs.documents import PERFORMANCE, code, line, played, put, section
from tests.rigs.load import MEMORY, Figures, Load, carry

LOADS = (
    Load("100,000 files in a tree", 100_000, 100),
    Load("10,000 task subfolders", 10_000, 10_000),
    Load("10,000 task folders", 10_000, 10_000, depth=0),
    Load("a burst of 60,000 files", 60_000, 50, running=True),
    Load("a burst of 60,000 files, queue limit 16", 60_000, 50, running=True, queue=16),
    Load(
        "20,000 files in 500 folders, watch limit 20",
        20_000,
        500,
        running=True,
        prefix=tuple(limited("max_inotify_watches", 20)),
    ),
)


def described(found: dict[str, Figures]) -> str:
    """The part of the page."""
    words = (
        f"{played()}, by `python -m tests.benchmarks.scale --write`. Every file is to be claimed"
        f" exactly once, or refused with its reason, within {MEMORY} MiB. The time begins with the"
        " start, in a burst when its last file is written."
    )
    rows = (
        line(
            [
                name,
                f.claimed,
                f.refused,
                f.jobs,
                f"{f.seconds:.0f} s",
                f"{f.cpu:.0f} s",
                f"{f.memory:.0f} MiB",
                f.health,
            ]
        )
        for name, f in found.items()
    )
    head = (
        "load",
        "claimed",
        "refused",
        "jobs",
        "time",
        "CPU",
        "memory at most",
        "the inbox at the end",
    )
    return section("Very many files", words, head, rows)


def main() -> int:
    """Run the loads whose name contains the argument, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", nargs="?", default="")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md")
    options = parser.parse_args()
    if options.write and options.name:
        parser.error(
            "--write is for all of them: a table of a few would take the place of the whole"
        )
    code()
    good, done = True, dict[str, Figures]()
    for load in (load for load in LOADS if options.name in load.name):
        with tempfile.TemporaryDirectory() as base:
            found = done[load.name] = carry(load, Path(base))
        why = found.wrong(load)
        print(f"{load.name}: {found}{f'   WRONG: {why}' if why else ''}", flush=True)
        good = good and not why
    if options.write:
        put(PERFORMANCE, "scale", described(done))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
