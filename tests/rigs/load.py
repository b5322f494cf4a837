"""A great many files at once, with the whole daemon: each is claimed exactly once, and memory stays
bounded. The jobs are held, so that the time the cloud takes does not hide the inbox's."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import ExitStack, closing
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path

from tests.acceptance.shares.limits import QUEUE
from tests.rigs.shares import Case
from tests.rigs.studio import wait_for

#: MiB that the process may use with a hundred thousand files: each known file takes its path and a
#: few hundred bytes.
MEMORY = 400


@dataclass(frozen=True)
class Load:
    """How many files are dropped, where, when and under which limits."""

    name: str
    files: int
    folders: int
    running: bool = False  #: written while the daemon runs, else before its start
    prefix: tuple[str, ...] = ()  #: limits of its own
    queue: int = 0  #: fs.inotify.max_queued_events while it starts; 0: as it is
    depth: int = 1  #: 1: task folder/number; 0: each folder is a task folder of its own


@dataclass(frozen=True)
class Figures:
    """What was measured under a load."""

    claimed: int
    distinct: int
    jobs: int
    seconds: float  #: from the last file written (or the start) to the last claim
    memory: float  #: MiB at most
    cpu: float  #: seconds of the process
    health: str
    refused: int  #: files that were said to be no work

    def wrong(self, load: Load) -> str:
        """List what is not as it must be: every file claimed exactly once, or refused with its
        reason, and memory bounded."""
        counts = (
            self.claimed + self.refused,
            self.distinct + self.refused,
            self.jobs + self.refused,
        )
        lost = (
            ""
            if counts == (load.files,) * 3
            else f"not every one of {load.files} files exactly once"
        )
        large = "" if self.memory < MEMORY else f"more than {MEMORY} MiB"
        return ", ".join(filter(None, (lost, large)))

    def __str__(self) -> str:
        return (
            f"claimed {self.claimed}, distinct {self.distinct}, jobs {self.jobs}, refused"
            f" {self.refused}, {self.seconds:.1f} s, {self.cpu:.1f} s of CPU, at most"
            f" {self.memory:.0f} MiB, {self.health}"
        )


def carry(load: Load, base: Path, limit: float = 900) -> Figures:
    """Put the load on a daemon, and wait until it has claimed everything and a little longer."""
    with ExitStack() as stack:
        case = Case(base, stack, is_fresh=True, settle=2, scan=10, confirm=20)
        usual_cadences(case)
        inbox = case.house.inbox
        (inbox / "PAUSE").touch()
        names = (
            (f"dub-es/{i}" for i in range(load.folders))
            if load.depth
            else (f"dub-{tag}" for tag in tags(load.folders))
        )
        places = [inbox / name for name in names]
        for place in places:
            place.mkdir(parents=True, exist_ok=True)
        if not load.running:
            fill(case, places, load.files)
        _start(case, load)
        if load.running:
            fill(case, places, load.files)
        began = time.monotonic()
        wait_for(f"{load.files} claims", lambda: _claimed(case) >= load.files, limit)
        seconds = time.monotonic() - began
        time.sleep(case.settle + 2)
        claimed, distinct, jobs = counts(case)
        assert case.house.daemon is not None
        health = [
            line for line in case.house.log_path.read_text().splitlines() if " inbox " in line
        ][-1]
        pid = case.house.daemon.pid
        words = health.partition(" inbox ")[2].partition(" inbox=")[0]
        refused = case.house.log_path.read_text().count("file refused")
        return Figures(
            claimed, distinct, jobs, seconds, _peak(pid), cpu_seconds(pid), words, refused
        )


def usual_cadences(case: Case) -> None:
    """Set the polls, and with them the page, to their usual pace instead of ten a second."""
    config = case.house.config
    quick = ("poll_interval =", "recheck =")
    config.write_text(
        "\n".join(line for line in config.read_text().splitlines() if not line.startswith(quick))
    )


def tags(count: int) -> list[str]:
    """Names of task folders, all different and all valid: pairs and triples of languages."""
    known = "es fr de it pt nl pl sv da fi cs ro hu el uk tr ar hi ja ko zh vi th id"
    found = ["-".join(group) for size in (1, 2, 3) for group in permutations(known.split(), size)]
    return found[:count]


def _start(case: Case, load: Load) -> None:
    if not load.queue:
        case.start(*load.prefix)
        return
    before = QUEUE.read_text()
    QUEUE.write_text(str(load.queue))
    try:
        case.start(*load.prefix)
    finally:
        QUEUE.write_text(before)


def fill(case: Case, places: list[Path], files: int) -> None:
    """Write the files, each with different content."""
    data = case.content("load")
    head = data[:-4]
    for number in range(files):
        with open(f"{places[number % len(places)]}/{number}.mp4", "wb") as file:
            file.write(head + number.to_bytes(4, "big"))


def counts(case: Case) -> tuple[int, int, int]:
    """Count the sources, the sources with a path of their own, and the jobs divided by their number
    of targets."""
    path = case.house.state / "journal.db"
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)) as conn:
        sources, distinct = conn.execute(
            "SELECT count(*), count(DISTINCT path) FROM source"
        ).fetchone()
        jobs = conn.execute("SELECT count(DISTINCT source_id) FROM session").fetchone()[0]
    return sources, distinct, jobs


def _claimed(case: Case) -> int:
    """How many sources there are, asked so rarely that it costs the daemon nothing."""
    time.sleep(0.5)
    return counts(case)[0]


def cpu_seconds(pid: int) -> float:
    """User and system time of a process and its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _peak(pid: int) -> float:
    lines = dict(
        line.split(":", 1)
        for line in Path(f"/proc/{pid}/status").read_text().splitlines()
        if ":" in line
    )
    return int(lines["VmHWM"].split()[0]) / 1024
