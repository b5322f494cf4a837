"""Very many files at once, with the whole daemon: all of them claimed exactly once, memory bounded. They are held, so that
the cloud's part does not hide the inbox's."""

from __future__ import annotations

import sqlite3
import time
from contextlib import ExitStack, closing
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path

from tests.acceptance.shares_kit import Case
from tests.acceptance.shares_limits import QUEUE
from tests.acceptance.studio import wait_for


@dataclass(frozen=True)
class Load:
    """How many files, where, when, under which limits."""

    name: str
    files: int
    folders: int
    running: bool = False  #: written while the daemon runs, else before its start
    prefix: tuple[str, ...] = ()  #: limits of its own
    queue: int = 0  #: fs.inotify.max_queued_events while it starts; 0: as it is
    depth: int = 1  #: 1: task folder/number; 0: each folder is a task folder of its own


@dataclass(frozen=True)
class Figures:
    """What a load showed."""

    claimed: int
    distinct: int
    jobs: int
    seconds: float  #: from the last file written (or the start) to the last claim
    memory: float  #: MiB at most
    health: str

    def __str__(self) -> str:
        return (
            f"claimed {self.claimed}, distinct {self.distinct}, jobs {self.jobs}, {self.seconds:.1f} s, "
            f"at most {self.memory:.0f} MiB, {self.health}"
        )


def carry(load: Load, base: Path, limit: float = 900) -> Figures:
    """Put the load on a daemon and wait until it has claimed everything, and a little longer."""
    with ExitStack() as stack:
        case = Case(base, stack, settle=2, scan=10, confirm=20)
        usual_cadences(case)
        inbox = case.house.inbox
        (inbox / "PAUSE").touch()
        names = (
            (f"dub-es/{i}" for i in range(load.folders)) if load.depth else (f"dub-{tag}" for tag in tags(load.folders))
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
        wait_for(f"{load.files} claims", lambda: counts(case)[0] >= load.files or time.sleep(0.5), limit)
        seconds = time.monotonic() - began
        time.sleep(case.settle + 2)
        claimed, distinct, jobs = counts(case)
        assert case.house.daemon is not None
        health = [line for line in case.house.log_path.read_text().splitlines() if " inbox " in line][-1]
        peak = _peak(case.house.daemon.pid)
        return Figures(claimed, distinct, jobs, seconds, peak, health.partition(" inbox ")[2].partition(" inbox=")[0])


def usual_cadences(case: Case) -> None:
    """Polls, and with them the page, at their usual pace instead of ten times a second."""
    config = case.house.config
    quick = ("poll_interval =", "recheck =")
    config.write_text("\n".join(line for line in config.read_text().splitlines() if not line.startswith(quick)))


def tags(count: int) -> list[str]:
    """Names of task folders, all different and all readable: pairs and triples of languages."""
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
    """Write the files, each with a content of its own."""
    data = case.content("load")
    head = data[:-4]
    for number in range(files):
        with open(f"{places[number % len(places)]}/{number}.mp4", "wb") as file:
            file.write(head + number.to_bytes(4, "big"))


def counts(case: Case) -> tuple[int, int, int]:
    """Sources, sources with a path of their own, and jobs divided by their number of targets."""
    path = case.house.state / "journal.db"
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)) as conn:
        sources, distinct = conn.execute("SELECT count(*), count(DISTINCT path) FROM source").fetchone()
        jobs = conn.execute("SELECT count(DISTINCT source_id) FROM job").fetchone()[0]
    return sources, distinct, jobs


def _peak(pid: int) -> float:
    lines = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":" in line)
    return int(lines["VmHWM"].split()[0]) / 1024
