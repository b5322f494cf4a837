"""A tree of 100,000 files: a full scan beside `find`."""

from __future__ import annotations

import os
import stat
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nemowatch.intake.scan.ignore import Ignore
from nemowatch.intake.scan.scanner import walk
from nemowatch.intake.scan.snapshot_hash import stat_hash
from tests.benchmarks.bench_daemon import scaled
from tests.benchmarks.table import Figure, Measure, Row

FILES, FOLDERS = 100_000, 100


@contextmanager
def scan(base: Path) -> Iterator[Measure]:
    """All of them are known, as in every scan after the first."""
    inbox = base / "inbox"
    known: dict[bytes, int] = {}
    for number in range(scaled(FILES)):
        path = inbox / f"dub-es/{number % FOLDERS}/{number}.mp4"
        if number < FOLDERS:
            path.parent.mkdir(parents=True)
        path.write_bytes(b"x")
        known[os.fsencode(path.relative_to(inbox))] = stat_hash(path.stat(), local=True)

    def is_known(path: bytes, found: os.stat_result) -> bool:
        return stat.S_ISREG(found.st_mode) and known[path] == stat_hash(found, local=True)

    def ours() -> tuple[float, float]:
        began, before = time.monotonic(), time.process_time()
        assert sum(1 for _ in walk(inbox, Ignore(), known=is_known)) == FOLDERS + 1
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
