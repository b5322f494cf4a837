"""How much harm an attack does to everybody else, measured on a real daemon.

    python -m tests.rigs.harm [--write] [WORD...]     every attack, or those whose names have a WORD

While an attack goes on another person's file has to be done, `status` has to answer, the watchdog's
pings have to go on, and memory has to stay bounded. `--write` puts the table into
docs/reliability.md. Exits with 1 when a limit is not kept.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from nemowatch.cli.context import find_context
from nemowatch.cli.status.gathering import overview
from nemowatch.cli.status.view import draw
from nemowatch.sandbox.process import SandboxProcess
from tests.rigs import documents
from tests.rigs.attacks import ATTACKS, BY_THE_CLOUD, ON_AN_INBOX
from tests.rigs.hostile_cloud import hostile
from tests.rigs.notify_socket import Manager
from tests.rigs.studio import Cloud, Studio, video

#: The stated limits of harm.
FILE_SECONDS = 15.0
STATUS_SECONDS = 2.0
MEMORY_MIB = 250
#: Seconds of systemd's patience in this measurement; pings are due at half of it.
WATCHDOG = 10.0
#: The fewest seconds for which an attack is watched.
WATCHED = 12.0
#: Seconds between two questions for the status.
PAUSE = 0.3
#: Seconds after which waiting for a file is given up.
GIVE_UP = 90.0
#: Takes away from root what an ordinary user cannot do: read and write whatever the permissions
#: are.
AS_ORDINARY = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all"]
MIB = 1024 * 1024


@dataclass(frozen=True)
class Harm:
    """The harm that an attack has done."""

    what: str
    file_seconds: float  #: from the last byte of another file until its result
    status_seconds: float  #: the slowest answer
    ping_seconds: float  #: the longest time without a ping
    memory_mib: float  #: resident, with children, at most
    died: bool

    def wrong(self) -> str:
        """Which limits were exceeded; "" for none."""
        found = []
        if self.died:
            found.append("the daemon died")
        if self.file_seconds > FILE_SECONDS:
            found.append(f"another file took {self.file_seconds:.1f} s")
        if self.status_seconds > STATUS_SECONDS:
            found.append(f"status took {self.status_seconds:.1f} s")
        if self.ping_seconds > WATCHDOG:
            found.append(f"no ping for {self.ping_seconds:.1f} s")
        if self.memory_mib > MEMORY_MIB:
            found.append(f"{self.memory_mib:.0f} MiB")
        return ", ".join(found)

    def cells(self) -> list[str]:
        figures = (self.file_seconds, self.status_seconds, self.ping_seconds)
        words = [f"{figure:.1f}" for figure in figures]
        return [self.what, *words, f"{self.memory_mib:.0f}", self.wrong() or "kept"]


class NotifiedStudio(Studio):
    """A studio whose daemon believes that systemd runs it."""

    is_fresh = True
    manager: Manager
    base: Path

    def others(self, what: str) -> Path:
        """The workspace of the person who must not be harmed."""
        if what in ON_AN_INBOX:
            return self.base / "other"
        return self.root

    def environment(self) -> dict[str, str]:
        return super().environment() | {
            "NOTIFY_SOCKET": str(self.manager.path),
            "WATCHDOG_USEC": str(round(WATCHDOG * 1e6)),
        }


class Meter:
    """Samples a daemon ten times a second, in a thread of its own."""

    def __init__(self, studio: NotifiedStudio) -> None:
        self._studio = studio
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.memory = 0.0
        self.pings: list[float] = []
        self.died = False

    def _run(self) -> None:
        assert self._studio.daemon is not None
        pings = 0
        while not self._ended.wait(0.1):
            self.memory = max(self.memory, resident(self._studio.daemon.pid))
            self.died = self.died or self._studio.daemon.poll() is not None
            heard = len(self._studio.manager.of("WATCHDOG=1"))
            if heard > pings:
                self.pings.append(time.monotonic())
            pings = heard

    def __enter__(self) -> Meter:
        self.pings.append(time.monotonic())
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        self.pings.append(time.monotonic())

    @property
    def longest_silence(self) -> float:
        """The most seconds between two pings."""
        return max(after - before for before, after in pairwise(self.pings))


def resident(pid: int) -> float:
    """MiB that a process and its children hold, their children included."""
    children: dict[int, list[int]] = {}
    pages: dict[int, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, ValueError, IndexError):
            parent = int((folder / "stat").read_text().rpartition(") ")[2].split()[1])
            children.setdefault(parent, []).append(int(folder.name))
            pages[int(folder.name)] = int((folder / "statm").read_text().split()[1])
    found, waiting = 0, [pid]
    while waiting:
        one = waiting.pop()
        found += pages.get(one, 0)
        waiting += children.get(one, [])
    return found * 4096 / MIB


@contextmanager
def notified(base: Path, cloud: Cloud) -> Iterator[NotifiedStudio]:
    """A studio of two people: one attacks, the other drops clips into dub-es."""
    other = base / "other"
    (other / "inbox").mkdir(parents=True)
    (other / "outbox").mkdir()
    extra = f'[[watch]]\nroot = "{other}"\nsettle = 0.4\n'
    studio = NotifiedStudio(base, cloud, confirm=20, extra=extra)
    studio.base = base
    studio.manager = Manager(base / "notify")
    if os.geteuid() == 0:
        studio.started_by = AS_ORDINARY
    try:
        studio.start()
        yield studio
    finally:
        if studio.daemon is not None and studio.daemon.poll() is None:
            studio.kill()
        studio.manager.close()
        # the folders are deeper than Python's own removal can go
        subprocess.run(["rm", "-rf", studio.root], check=False)


@contextmanager
def cloud_for(what: str) -> Iterator[Cloud]:
    """The sandbox, with the hostile proxy before it if the cloud is the attacker."""
    with SandboxProcess(turn_seconds=0.2, render_seconds=0.2) as sandbox:
        if what not in BY_THE_CLOUD:
            yield sandbox
            return
        with hostile(sandbox) as cloud:
            yield cloud


def measure(what: str, base: Path) -> Harm:
    """Carry out one attack and measure."""
    with cloud_for(what) as cloud, notified(base, cloud) as studio:
        studio.drop("dub-es/first.mp4")
        studio.wait_results("dub-es/first.es.mp4")
        with Meter(studio) as meter:
            began = time.monotonic()
            end = ATTACKS[what](studio)
            try:
                slowest = _watch(studio, studio.others(what), began)
            finally:
                if end is not None:
                    end()
        return Harm(what, *slowest, meter.longest_silence, meter.memory, meter.died)


def _watch(studio: NotifiedStudio, root: Path, began: float) -> tuple[float, float]:
    """(seconds of the slower of two files, seconds of the slowest `status`)."""
    slowest = 0.0
    answers = [_status(studio)]
    for name in ("second", "third"):
        folder = root / "inbox/dub-es"
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.mp4").write_bytes(video(name))
        dropped = time.monotonic()
        result = root / "outbox/dub-es" / f"{name}.es.mp4"
        while not _is_done(result) and time.monotonic() - dropped < GIVE_UP:
            answers.append(_status(studio))
        slowest = max(slowest, time.monotonic() - dropped)
        while time.monotonic() - began < WATCHED / 2:
            answers.append(_status(studio))
    while time.monotonic() - began < WATCHED:
        answers.append(_status(studio))
    return slowest, max(answers)


def _is_done(result: Path) -> bool:
    """Whether it is there under its name, or, where that is taken, under the next free one."""
    names = result.parent.glob(f"{result.stem}*{result.suffix}")
    return any(path.stat().st_size < MIB * 1024 for path in names)


def _status(studio: NotifiedStudio) -> float:
    """Seconds until everything that `nemowatch status` prints is there, without the start of an
    interpreter, which is this machine's."""
    setting = find_context(studio.config)
    began = time.monotonic()
    draw(overview(setting), 100, option=setting.option)
    took = time.monotonic() - began
    time.sleep(PAUSE)
    return took


def main(arguments: list[str]) -> int:
    """Measure, print, and write."""
    words = [word for word in arguments if not word.startswith("-")]
    found = []
    for what in ATTACKS:
        if words and not any(word in what for word in words):
            continue
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as base:
            found.append(measure(what, Path(base)))
        print(documents.line(found[-1].cells()), flush=True)
        if "--write" in arguments:
            documents.put(documents.RELIABILITY, "attacks", _section(found))
    return int(any(harm.wrong() for harm in found))


def _section(found: list[Harm]) -> str:
    words = (
        "`scripts/attacks` does all of this to a real daemon, writes it here, and fails beyond a"
        f" limit: while it happens another file is done within {FILE_SECONDS:.0f} s, `status`"
        f" answers within {STATUS_SECONDS:.0f} s, no {WATCHDOG:.0f} s go by without a ping for the"
        f" watchdog, and daemon and children hold less than {MEMORY_MIB} MiB.\n\n"
        f"Run of {documents.played()}."
    )
    head = ("what was done", "another file, s", "status, s", "between pings, s", "MiB", "limits")
    rows = [documents.line(harm.cells()) for harm in found]
    return documents.section("Attacks", words, head, rows)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
