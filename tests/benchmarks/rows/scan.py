"""A full scan of a tree of 100,000 files, beside `find`."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from nemowatch.config.watch_section import Watch
from nemowatch.intake.scan.diff import ScanDiff, ScanDiffer
from nemowatch.intake.scan.name_order_and_stems import natural
from nemowatch.intake.scan.scanner import walk
from nemowatch.intake.state import InboxState
from tests.benchmarks.bench_daemon import cost_of, scaled
from tests.benchmarks.table import Figure, Growth, Measure, Row

FILES, FOLDERS = 100_000, 100


Survey = Callable[[], ScanDiff]


def known_tree(base: Path, files: int) -> Survey:
    """A tree of which all files are known, as in every scan after the first. The call scans it."""
    inbox = base / "inbox"
    for number in range(files):
        path = inbox / f"dub-es/{number % FOLDERS}/{number}.mp4"
        if number < FOLDERS:
            path.parent.mkdir(parents=True)
        path.write_bytes(b"x")
    state = InboxState.of(Watch(root=base), {})

    def survey() -> ScanDiff:
        differ = ScanDiffer(state.book, state.known, (), lambda path: True)
        return differ.survey(walk(inbox, state.ignore, listed=differ.changed))

    while fresh := survey().fresh:  # in portions, as they would be claimed
        for known in sorted(fresh, key=natural):
            state.know(known, fresh[known], local=True)
    return survey


def cost(survey: Survey) -> tuple[float, float]:
    """(seconds, CPU seconds) of a scan that finds nothing new."""
    began, before = time.monotonic(), time.process_time()
    found = survey()
    assert (len(found.inodes), found.fresh, found.missing) == (FOLDERS + 1, {}, set())
    return time.monotonic() - began, time.process_time() - before


def cpu_of_scan(base: Path, files: int) -> float:
    """CPU seconds of a scan of this many files, the median of three."""
    survey = known_tree(base, files)
    return median(cost(survey)[1] for _ in range(3))


@contextmanager
def scan(base: Path) -> Iterator[Measure]:
    """The same tree, by the daemon's own scan and by `find`."""
    survey = known_tree(base, scaled(FILES))

    find = ["find", base / "inbox", "-printf", r"%s %T@ %i\n"]

    def measure(number: int) -> dict[str, float]:
        (seconds, cpu), (find_seconds, find_cpu) = cost(survey), cost_of(find)
        return {
            "time": seconds / find_seconds,
            "CPU": cpu / find_cpu,
            "CPU s": cpu,
            "CPU s of find": find_cpu,
        }

    yield measure


ROWS = (
    Row(
        "scan",
        "a full scan of 100,000 files that are known",
        r"`find -printf '%s %T@ %i\n'`",
        (Figure("time", 1.5),),
        scan,
        growth=Growth("CPU, of files", (1000, 10_000, 100_000), cpu_of_scan),
    ),
)
