"""What every scenario of shares needs: a house of its own, a record of what was copied and when it
was whole, and the verdict.

A scenario copies files into the inbox of a running daemon in some real way, and says when the last
byte of each was written. The verdict compares this with what the cloud received and what the
journal has: files may be lost, taken too early or taken twice.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import socket
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.rigs.ready import Ready, ReadySandbox
from tests.rigs.studio import Studio, video, wait_for

#: Seconds of settling and between scans, unless a scenario sets others: so long that a pause of
#: more than half of it counts as one, and so short that everything can be repeated twenty times.
SETTLE, SCAN = 1.2, 1.0
#: Seconds within which a scenario's results must be published: generous, since other tests run on
#: the same machine.
LIMIT = 90.0
NOBODY = 65534


@dataclass(frozen=True)
class Scenario:
    """One way in which files arrive, and what it needs."""

    name: str
    play: Callable[[Case], None]
    needs: tuple[str, ...] = ()  #: programs
    root: bool = False
    slow: bool = False  #: not for every run of the suite
    alone: bool = False  #: it changes something that the whole machine shares
    settings: dict[str, Any] = field(default_factory=dict)

    def missing(self) -> str:
        """The reason why it cannot be played here; "" if it can."""
        if self.root and os.geteuid() != 0:
            return "needs root"
        absent = [name for name in self.needs if find_program(name) is None]
        return f"{', '.join(absent)} not installed" if absent else ""


SCENARIOS: dict[str, Scenario] = {}


def scenario(
    name: str,
    *,
    needs: Iterable[str] = (),
    root: bool = False,
    slow: bool = False,
    alone: bool = False,
    **settings: Any,
) -> Callable[[Callable[[Case], None]], Callable[[Case], None]]:
    """Add a function to the table of scenarios; the first line of its docstring says what it
    shows."""

    def register(play: Callable[[Case], None]) -> Callable[[Case], None]:
        SCENARIOS[name] = Scenario(name, play, tuple(needs), root, slow, alone, settings)
        return play

    return register


@dataclass
class Expected:
    """A file that must be worked on."""

    sha256: str
    whole_at: float = 0.0  #: UTC seconds of its last byte; 0: not yet


@dataclass
class Verdict:
    """What one run showed."""

    files: int = 0
    lost: list[str] = field(default_factory=list)
    early: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    slowest: float = 0.0  #: seconds from a file's last byte to its claim
    notes: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether nothing is wrong."""
        return not (self.lost or self.early or self.doubled or self.notes)

    def add(self, other: Verdict) -> None:
        """Add what another run, which is part of this one, showed."""
        self.files += other.files
        self.slowest = max(self.slowest, other.slowest)
        for what in ("lost", "early", "doubled", "notes"):
            getattr(self, what).extend(getattr(other, what))

    def __str__(self) -> str:
        return f"lost {self.lost}, early {self.early}, doubled {self.doubled}, notes {self.notes}"


class Case:
    """One run of a scenario."""

    def __init__(
        self, base: Path, stack: ExitStack, *, is_fresh: bool = False, **settings: Any
    ) -> None:
        """`is_fresh` is the one of `Studio`."""
        self.base, self.stack = base, stack
        self.expected: dict[bytes, Expected] = {}
        options = {"settle": SETTLE, "scan": SCAN, **settings}
        self.settle = float(options["settle"])
        cloud = stack.enter_context(
            ReadySandbox(turn_seconds=0.0, render_seconds=0.0, credits=100_000_000)
        )
        self.house = Studio(base / "house", cloud, **options)
        self.house.is_fresh = is_fresh
        self.task = self.house.inbox / "dub-es"
        self.task.mkdir()
        self.away = base / "away"
        self.away.mkdir()
        self.checks: list[Callable[[], str]] = []  #: said as a note when it is not ""
        self.told: list[Verdict] = []  #: what was shown by a part of it that was played elsewhere

    # -- the daemon

    def start(self, *prefix: str) -> None:
        """Start the daemon, under a prefix command if there is one, and wait until it is
        running."""
        house = self.house
        house.started_by = list(prefix)
        house.daemon = house.process("-m", "nemowatch", "run", "--config", str(house.config))
        self.stack.callback(end, house.daemon)
        wait_for("the daemon to run", lambda: "nemowatch runs" in house.log() or self._ended())

    def _ended(self) -> bool:
        assert self.house.daemon is not None
        if self.house.daemon.poll() is not None:
            raise AssertionError(
                f"the daemon ended with {self.house.daemon.returncode}:\n{self.house.log()}"
            )
        return False

    def said(self, words: str) -> None:
        """Wait until the daemon's log has these words."""
        log = self.house.log_path
        wait_for(f"the log to say {words!r}", lambda: words in log.read_text(errors="replace"))

    def process(self, command: list[str], **options: Any) -> subprocess.Popen[bytes]:
        """Start a process that ends with the case."""
        options = {
            "stdin": subprocess.DEVNULL,
            "stdout": subprocess.DEVNULL,
            "stderr": subprocess.DEVNULL,
            **options,
        }
        made = subprocess.Popen(command, **options)
        self.stack.callback(end, made)
        return made

    # -- files

    def content(self, name: str, size: int = 0) -> bytes:
        """A playable film that differs for each name, at least `size` bytes long."""
        data = video(name)
        short = size - len(data)
        return (
            data
            if short < 16
            else data + short.to_bytes(4, "big") + b"free" + os.urandom(short - 8)
        )

    def film(self, name: str, size: int = 0) -> Path:
        """Make a whole film outside the inbox, to be copied in."""
        path = self.away / name
        path.write_bytes(self.content(name, size))
        return path

    def expect(self, where: str | bytes, data: bytes | Path) -> None:
        """Expect this file, relative to the inbox, to be worked on with exactly this content."""
        raw = data.read_bytes() if isinstance(data, Path) else data
        self.expected[os.fsencode(where)] = Expected(hashlib.sha256(raw).hexdigest())

    def whole(self, where: str | bytes) -> None:
        """Record that the last byte of a file has just been written."""
        self.expected[os.fsencode(where)].whole_at = time.time()

    def put(self, where: str | bytes, data: bytes | Path, copy: Callable[[], object]) -> None:
        """Expect a file, have it copied in, and record when it was whole."""
        self.expect(where, data)
        copy()
        self.whole(where)

    # -- what became of them

    def jobs(self) -> list[dict[str, Any]]:
        """All jobs with their sources, read directly from the journal, since running a command each
        time would take half a second."""
        path = self.house.state / "journal.db"
        if not path.exists():
            return []
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)) as conn:
            conn.row_factory = sqlite3.Row
            rows = conn.execute(
                "SELECT source.path, source.created_at AS claimed_at, job.target, job.state,"
                " job.reason, job.error_text FROM instruction job JOIN source ON source.id"
                " = job.source_id"
            ).fetchall()
        return [dict(row) for row in rows]

    def claimed(self, where: str) -> bool:
        """Whether the journal has a source at this place."""
        return any(job["path"] == os.fsencode(where) for job in self.jobs())

    def _done(self) -> bool:
        published = {job["path"] for job in self.jobs() if job["state"] == "published"}
        return set(self.expected) <= published

    def settle_down(self, limit: float = LIMIT) -> None:
        """Wait until everything expected is published, or until the limit has passed, which shows
        in the verdict."""
        end = time.monotonic() + limit
        while not self._done() and time.monotonic() < end:
            time.sleep(0.05)
        time.sleep(min(self.settle, 1.0))  # what would come twice, or come too much, comes now

    def verdict(self) -> Verdict:
        """Compare what was copied with what was received, paid for and published."""
        jobs, ledger = self.jobs(), self.house.ledger()
        found = Verdict(files=len(self.expected))
        published = {job["path"] for job in jobs if job["state"] == "published"}
        found.lost = sorted(show(p) for p in self.expected.keys() - published)
        shas = {one.sha256 for one in self.expected.values()}
        found.early = sorted(
            entry["name"] for sha, entry in ledger["received"].items() if sha not in shas
        )
        counts = Counter((job["path"], job["target"]) for job in jobs)
        found.doubled = sorted(show(path) for (path, _), count in counts.items() if count > 1)
        charged = sum(
            turn["charged"] > 0 for s in ledger["sessions"].values() for turn in s["turns"]
        )
        if charged != len([job for job in jobs if job["state"] == "published"]):
            found.doubled.append(f"{charged} paid turns for {len(jobs)} jobs")
        found.early += [show(p) for p in {job["path"] for job in jobs} - self.expected.keys()]
        found.slowest = self._slowest(jobs)
        found.notes = [f"{v}" for v in (*ledger["violations"], *ledger["problems"])] + [
            n for c in self.checks if (n := c())
        ]
        if not found.good:
            found.notes.append(f"jobs: {jobs}\nlog:\n{self.house.log()}")
        for other in self.told:
            found.add(other)
        return found

    def _slowest(self, jobs: list[dict[str, Any]]) -> float:
        waits = [
            job["claimed_at"] / 1000 - one.whole_at
            for job in jobs
            if (one := self.expected.get(job["path"])) is not None and one.whole_at
        ]
        return max(waits, default=0.0)


def show(path: bytes) -> str:
    """A path as people read it."""
    return path.decode("utf-8", "backslashreplace")


def play(one: Scenario, base: Path) -> Verdict:
    """Play a scenario once, in a new folder. Raises pytest.skip.Exception if this machine
    cannot."""
    why = one.missing()
    if why:
        pytest.skip(f"{one.name}: {why}")
    with ExitStack() as stack:
        case = Case(base, stack, **one.settings)
        one.play(case)
        case.settle_down()
        return case.verdict()


# -- programs and mounts ---------------------------------------------------------------


def find_program(name: str) -> str | None:
    """The path of a program; servers are often outside an ordinary user's PATH."""
    return shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/local/sbin:/usr/sbin:/sbin")


def end(process: Ready | subprocess.Popen[bytes]) -> None:
    """End a process of ours, whatever it is doing."""
    if process.poll() is None:
        process.kill()
    if isinstance(process, Ready):
        process.wait()
    else:
        process.communicate()


def run(*command: str | Path, check: bool = True) -> subprocess.CompletedProcess[bytes]:
    """Run a program to its end; if it fails, the error has what it printed."""
    done = subprocess.run(
        [str(word) for word in command], check=False, capture_output=True, stdin=subprocess.DEVNULL
    )
    if check and done.returncode:
        raise AssertionError(
            f"{command} ended with {done.returncode}:"
            f" {(done.stderr or done.stdout).decode()[-2000:]}"
        )
    return done


def listening(port: int) -> bool:
    """Whether something accepts connections on this port."""
    with socket.socket() as made:
        return made.connect_ex(("127.0.0.1", port)) == 0


def wait_listening(what: str, port: int) -> None:
    """Wait until a server accepts connections; the test fails if it never does."""
    wait_for(f"{what} on port {port}", lambda: listening(port), 30)


def unmount(point: Path) -> None:
    """Remove a mount, whatever its state."""
    run("umount", "-l", point, check=False)


def mounted(case: Case, point: Path, *command: str | Path) -> None:
    """Mount something as long as the case lasts, or skip with the reason."""
    done = run(*command, check=False)
    if done.returncode:
        pytest.skip(f"cannot mount here: {done.stderr.decode().strip()}")
    case.stack.callback(unmount, point)


class Bind:
    """A FUSE mount of `back` on `front`: as with a NAS, what is written to `back` causes no event
    on `front`."""

    def __init__(self, case: Case, back: Path, front: Path) -> None:
        self._case, self.back, self.front = case, back, front
        self.mount()

    def mount(self) -> None:
        """Mount it, possibly once more, or skip if that is impossible."""
        self.process = self._case.process(["bindfs", "-f", str(self.back), str(self.front)])
        self._case.stack.callback(unmount, self.front)
        stop = time.monotonic() + 10
        while not os.path.ismount(self.front):
            if self.process.poll() is not None or time.monotonic() > stop:
                pytest.skip("bindfs cannot mount here")
            time.sleep(0.02)

    def cut(self) -> None:
        """Kill the server behind it: from now on every call fails with ENOTCONN."""
        self.process.kill()
        self.process.wait()
