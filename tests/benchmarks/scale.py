"""The inbox at scale, with the whole daemon: `python -m tests.benchmarks.scale [NAME]` prints a line for each load, and
ends with 1 when a file was lost or doubled, or the memory went beyond its bound."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.acceptance.scale_kit import Load, carry
from tests.acceptance.shares_limits import limited

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


def main() -> int:
    """Carry the loads whose name contains the argument."""
    wanted, good = sys.argv[1] if len(sys.argv) > 1 else "", True
    for load in LOADS:
        if wanted in load.name:
            with tempfile.TemporaryDirectory() as base:
                found = carry(load, Path(base))
                why = found.wrong(load)
                print(f"{load.name}: {found}{f'   WRONG: {why}' if why else ''}", flush=True)
                good = good and not why
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
