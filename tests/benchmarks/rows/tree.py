"""A tree of 100,000 files: a full scan beside `find`."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nemowatch.config.watch_section import Watch
from nemowatch.intake.scan.diff import ScanDiff, ScanDiffer
from nemowatch.intake.scan.name_order_and_stems import natural
from nemowatch.intake.scan.scanner import walk
from nemowatch.intake.state import InboxState
from tests.benchmarks.bench_daemon import scaled
from tests.benchmarks.table import Figure, Measure, Row

FILES, FOLDERS = 100_000, 100


@contextmanager
def scan(base: Path) -> Iterator[Measure]:
    """All of them are known, as in every scan after the first."""
    inbox = base / "inbox"
    for number in range(scaled(FILES)):
        path = inbox / f"dub-es/{number % FOLDERS}/{number}.mp4"
        if number < FOLDERS:
            path.parent.mkdir(parents=True)
        path.write_bytes(b"x")
    inbox_state = InboxState.of(Watch(root=base), {})

    def survey() -> ScanDiff:
        differ = ScanDiffer(inbox_state.book, inbox_state.known, (), lambda path: True)
        return differ.survey(walk(inbox, inbox_state.ignore, listed=differ.changed))

    while fresh := survey().fresh:  # in portions, as they would be claimed
        for known in sorted(fresh, key=natural):
            inbox_state.know(known, fresh[known], local=True)

    def ours() -> tuple[float, float]:
        began, before = time.monotonic(), time.process_time()
        found = survey()
        assert (len(found.inodes), found.fresh, found.missing) == (FOLDERS + 1, {}, set())
        return time.monotonic() - began, time.process_time() - before

    def find() -> tuple[float, float]:
        began = time.monotonic()
        command = ["find", inbox, "-printf", r"%s %T@ %i\n"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        _, process.returncode, used = os.wait4(process.pid, 0)
        return time.monotonic() - began, used.ru_utime + used.ru_stime

    def measure(number: int) -> dict[str, float]:
        (seconds, cpu), (find_seconds, find_cpu) = ours(), find()
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
    ),
)
