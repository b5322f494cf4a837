"""How long after its last byte a file becomes a job: `python -m tests.benchmarks.pickup [PLACE...]
[--times 5] [--write]`.

Real daemons and a real sandbox at the default settings; prints a row for each way in which files
come (and writes docs/performance.md) and ends with 1 when the slowest of one took longer than is
allowed. What the machine cannot do (FUSE, other users) is said and left out.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from nemowatch.intake.ready.settle_rules import LOCAL_SETTLE, NETWORK_SETTLE
from tests.acceptance.shares.copies import as_nobody
from tests.acceptance.shares.mounts import nas
from tests.benchmarks.idle import default_settings
from tests.rigs.documents import PERFORMANCE, code, line, played, put, section
from tests.rigs.shares import Case, find_program, run
from tests.rigs.studio import script, wait_for

#: Seconds between scans by default (config.schema).
SCAN = 60.0
#: The limits: seconds from the last byte to the job.
LEASED, WHOLE, NETWORK = 1.5, LOCAL_SETTLE + 1, NETWORK_SETTLE + SCAN
#: Seconds between two files, so that they are not a burst and, on the network, come at any time of
#: a scan's period.
APART, APART_NETWORK = 1.3, 23.0
AS_NOBODY = ("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups")

Bring = Callable[[Case, Path, Path], None]  #: (case, a film elsewhere, where it shall stand)


@dataclass(frozen=True)
class Way:
    """One way in which a file comes."""

    name: str
    limit: float  #: seconds
    bring: Bring
    ending: str = ".mp4"


@dataclass(frozen=True)
class Row:
    """The figures of one way."""

    place: str
    way: Way
    waits: tuple[float, ...]  #: seconds

    @property
    def good(self) -> bool:
        """Whether the slowest was quick enough."""
        return max(self.waits) <= self.way.limit

    def __str__(self) -> str:
        spread = f"{min(self.waits):6.2f} to {max(self.waits):6.2f} s, at most {self.way.limit:g} s"
        return (
            f"{self.place:9} {self.way.name:44} {len(self.waits)} files:"
            f" {spread}{'' if self.good else '   TOO SLOW'}"
        )


def copied(_case: Case, film: Path, target: Path) -> None:
    """cp."""
    run("cp", film, target)


def moved(_case: Case, film: Path, target: Path) -> None:
    """A rename on the same filesystem: the last byte is long since written."""
    os.rename(film, target)


def slowly(_case: Case, film: Path, target: Path) -> None:
    """Written in pieces, with pauses."""
    data = film.read_bytes()
    with target.open("wb", buffering=0) as file:
        for start in range(0, len(data), len(data) // 4):
            file.write(data[start : start + len(data) // 4])
            time.sleep(0.4)


def by_nobody(_case: Case, film: Path, target: Path) -> None:
    """cp by the user that the daemon runs as."""
    run(*AS_NOBODY, "cp", film, target)


def pieces(_case: Case, film: Path, target: Path) -> None:
    """Opened and closed again for each piece, so that a close means nothing."""
    data = film.read_bytes()
    for start in range(0, len(data), len(data) // 3):
        time.sleep(0.5)
        with target.open("ab") as file:
            file.write(data[start : start + len(data) // 3])


def behind(case: Case, film: Path, target: Path) -> None:
    """Written on the other side of the mount, without an event."""
    run("cp", film, case.base / "nas" / target.relative_to(case.house.root))


LOCAL = (
    Way("cp", LEASED, copied),
    Way("mv", LEASED, moved),
    Way("written slowly, closed once", LEASED, slowly),
    Way("cp of a text, which nowhere says that it ends", WHOLE, copied, ".txt"),
    Way("written in pieces, closed after each", WHOLE, pieces),
)
ORDINARY = (
    Way("as an ordinary user: its own file", LEASED, by_nobody),
    Way("as an ordinary user: a file of root", WHOLE, copied),
)
SHARE = (
    Way("written behind the mount", NETWORK, behind),
    Way("cp through the mount", NETWORK, copied),
)


def start_local(case: Case) -> None:
    """A folder of this machine's disk."""
    case.start()


def start_ordinary(case: Case) -> None:
    """The daemon as an ordinary user, who gets no leases on a third user's files."""
    as_nobody(case)


def start_share(case: Case) -> None:
    """The inbox behind a FUSE mount, as on a NAS."""
    if find_program("bindfs") is None:
        pytest.skip("bindfs is not installed")
    nas(case)
    case.start()


PLACES: dict[str, tuple[Callable[[Case], None], tuple[Way, ...], float]] = {
    "local": (start_local, LOCAL, APART),
    "ordinary": (start_ordinary, ORDINARY, APART),
    "share": (start_share, SHARE, APART_NETWORK),
}


def measure(place: str, times: int) -> list[Row]:
    """Bring every way's files into one daemon's inbox, and wait for all of them."""
    start, ways, apart = PLACES[place]
    with tempfile.TemporaryDirectory() as base, ExitStack() as stack:
        case = Case(Path(base), stack, is_fresh=True)
        default_settings(case)
        start(case)
        case.said("nemowatch runs")
        time.sleep(3)  # the first scan, and whatever else a start does
        brought: dict[bytes, tuple[Way, float]] = {}
        for number, way in [(n, w) for n in range(times) for w in ways]:
            folder = "voiceover" if way.ending == ".txt" else "dub-es"
            where = f"{folder}/{ways.index(way)}-{number}{way.ending}"
            film = case.film(f"{place}-{ways.index(way)}-{number}{way.ending}", 200_000)
            if way.ending == ".txt":
                film.write_text(f"{script().decode()} {number}")
            target = case.house.inbox / where
            target.parent.mkdir(exist_ok=True)
            way.bring(case, film, target)
            brought[os.fsencode(where)] = (way, time.time())
            time.sleep(apart)
        wait_for("all files to be jobs", lambda: brought.keys() <= claims(case).keys(), 240)
        taken = claims(case)
        waits = {
            way: tuple(taken[p] - at for p, (w, at) in brought.items() if w is way) for way in ways
        }
        return [Row(place, way, waits[way]) for way in ways]


def claims(case: Case) -> dict[bytes, float]:
    """UTC seconds at which each path became a source."""
    return {job["path"]: job["claimed_at"] / 1000 for job in case.jobs()}


def attempt(place: str, times: int) -> list[Row] | str:
    """The rows, or why there are none."""
    try:
        return measure(place, times)
    except pytest.skip.Exception as exc:
        return f"{place:9} left out: {exc}"


def described(rows: list[Row]) -> str:
    """The part of the page."""
    words = (
        f"{played()}, by `python -m tests.benchmarks.pickup --write`, at the default settings. What"
        " happens on the other side of a share is seen by scans only, one a minute."
    )
    lines = (
        line(
            [
                row.place,
                row.way.name,
                len(row.waits),
                *(f"{s:.1f} s" for s in (min(row.waits), max(row.waits), row.way.limit)),
            ]
        )
        for row in rows
    )
    return section(
        "From a file's last byte to its job",
        words,
        ("where", "how", "files", "quickest", "slowest", "allowed"),
        lines,
    )


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("places", nargs="*", metavar="PLACE", help=", ".join(PLACES))
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--write", action="store_true", help="write docs/performance.md")
    options = parser.parse_args()
    if options.write and options.places:
        parser.error(
            "--write is for all of them: a table of a few would take the place of the whole"
        )
    code()
    with ThreadPoolExecutor(len(PLACES)) as pool:
        running = [pool.submit(attempt, place, options.times) for place in options.places or PLACES]
        found = [future.result() for future in running]
    rows = [row for rows in found if not isinstance(rows, str) for row in rows]
    for told in [*rows, *(why for why in found if isinstance(why, str))]:
        print(told)
    if options.write and rows:
        put(PERFORMANCE, "pickup", described(rows))
    return 0 if rows and all(row.good for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
