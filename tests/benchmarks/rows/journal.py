"""A journal of 1,000,000 jobs beside one of 1,000: what is done with it all the time."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from nemowatch.journal import jobs, sources
from nemowatch.journal.opening import connect
from nemowatch.journal.sources import NewJob, NewSource
from nemowatch.model import Member, MemberRole, Output, OutputKind, Target
from nemowatch.reporting.overview import DaemonSnapshot
from nemowatch.reporting.overview_reading import gather
from tests.benchmarks.bench_daemon import scaled
from tests.benchmarks.table import Figure, Growth, Measure, Row
from tests.rigs.big_journal import BEGAN, fill

FEW, MANY = 1000, 1_000_000
#: UTC ms, after all of them.
LATER = BEGAN + 2 * MANY * 1000
#: How often each operation is done in a round.
TIMES = 50
SNAPSHOT = DaemonSnapshot({"pid": 1, "state": "running", "since": None, "version": ""}, ())
Work = Callable[[sqlite3.Connection, int], object]


def claim(conn: sqlite3.Connection, number: int) -> object:
    """A new file."""
    path = b"dub-es/new-%d.mp4" % number
    member = Member(MemberRole.CLIP, "new.mp4", path)
    target = Target("es", "Dub this.", (Output(".es.mp4", OutputKind.VIDEO),))
    job = NewJob("", "new", target, "multilingual-video-dubbing")
    new = NewSource("/srv/videos", b"dub-es", path, f"{number}", "dub", (member,), (job,))
    return sources.claim(conn, new, LATER)


def transition(conn: sqlite3.Connection, number: int) -> object:
    """A failed job, a very old one, is tried again, given up and tried again: it is left open."""
    move = "UPDATE job SET state = ?, updated_at = updated_at + 1 WHERE id = 400"
    conn.execute(move, ("claimed",))
    conn.execute(move, ("cancelled",))
    return conn.execute(move, ("claimed",))


def status(conn: sqlite3.Connection, number: int) -> object:
    """What `status --json` reads."""
    return gather(conn, SNAPSHOT, limit=0)


def newest(conn: sqlite3.Connection, number: int) -> object:
    """What `jobs --newest --limit 50` reads."""
    return jobs.listed(conn, newest=True, limit=50)


def page(conn: sqlite3.Connection, number: int) -> object:
    """What the page reads."""
    return gather(conn, SNAPSHOT, limit=100)


WORK: dict[str, Work] = {
    "claim": claim,
    "transition": transition,
    "status": status,
    "jobs": newest,
    "page": page,
}


def cpu(conn: sqlite3.Connection, work: Work, begin: int) -> float:
    """CPU seconds, each in its transaction."""
    before = time.process_time()
    for number in range(begin, begin + TIMES):
        conn.execute("BEGIN IMMEDIATE")
        work(conn, number)
        conn.execute("COMMIT")
    return time.process_time() - before


def cpu_of_all(base: Path, size: int) -> float:
    """CPU seconds of all operations with a journal of this many jobs."""
    fill(base / "journal.db", size)
    with closing(connect(base / "journal.db")) as conn:
        for work in WORK.values():
            cpu(conn, work, 0)  # the first ones read the file
        return sum(cpu(conn, work, TIMES) for work in WORK.values())


@contextmanager
def journal(base: Path) -> Iterator[Measure]:
    """Both of them."""
    with ExitStack() as stack:
        opened = []
        for size in (FEW, scaled(MANY)):
            path = base / f"{size}.db"
            fill(path, size)
            opened.append(stack.enter_context(closing(connect(path))))

        def measure(number: int) -> dict[str, float]:
            found = {}
            for name, work in WORK.items():
                few, many = (cpu(conn, work, number * TIMES) for conn in opened)
                found[name] = many / few
            return found

        yield measure


ROWS = (
    Row(
        "journal",
        "CPU with 1,000,000 jobs in the journal",
        "with 1,000 jobs",
        tuple(Figure(name, 1.5) for name in WORK),
        journal,
        growth=Growth("CPU of all five, of jobs", (1000, 32_000, 1_000_000), cpu_of_all),
    ),
)
