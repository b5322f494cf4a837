"""A call into a share that does not answer must not keep the interpreter's lock: the whole
process would wait with it."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nemowatch.config.watch_section import Watch
from nemowatch.fs import anchor
from nemowatch.fs.folders import name_limit
from nemowatch.fs.safe_open import lookup
from nemowatch.holds.disk_space import has_room
from nemowatch.intake.scan import pauses
from nemowatch.intake.scan.ignore import Ignore
from nemowatch.intake.scan.scanner import walk
from nemowatch.intake.watch import owner_file
from nemowatch.intake.watch.liveness import identify
from nemowatch.outbox import leftovers
from nemowatch.outbox.publish import part_path, publish, publish_bytes, write_part
from nemowatch.outbox.retire import Leaving, retire_all
from nemowatch.reporting.page_file import MARK, write_page
from tests.rigs.patience import PATIENCE

pytestmark = [
    pytest.mark.root,
    pytest.mark.skipif(
        not shutil.which("bindfs") or os.geteuid() != 0, reason="needs bindfs and root"
    ),
]

#: Lets the server go on when the test's own beats stop, which only a kept lock can do to them, and
#: says so.
KEEPER = """
import os, select, signal, sys
while True:
    if not select.select([0], [], [], 5)[0]:
        print("stood still", flush=True)
        os.kill(int(sys.argv[1]), signal.SIGCONT)
    elif not os.read(0, 100):
        break
"""
#: Nothing is kept in the kernel's caches: every call asks the server.
OPTIONS = "attr_timeout=0,entry_timeout=0,negative_timeout=0"


class Stuttering:
    """A share that answers a call or two and hangs again, until the test itself lets it answer
    the next ones."""

    def __init__(self, base: Path) -> None:
        self.back, self.front = base / "back", base / "front"
        for folder in (self.back / "inbox/dub-es", self.back / "outbox/dub-es", self.front):
            folder.mkdir(parents=True)
        self._server = subprocess.Popen(
            ["bindfs", "-f", "-o", OPTIONS, str(self.back), str(self.front)]
        )
        self._keeper = subprocess.Popen(
            [sys.executable, "-c", KEEPER, str(self._server.pid)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        end = time.monotonic() + PATIENCE
        while not self.front.is_mount() and time.monotonic() < end:
            time.sleep(0.02)

    def asked(self, call: Callable[[], object]) -> str:
        """Have `call` made, in a thread, while it stutters; returns what the keeper had to say."""
        caught: list[BaseException] = []

        def carry_out() -> None:
            try:
                call()
            except BaseException as exc:
                caught.append(exc)

        thread = threading.Thread(target=carry_out, daemon=True)
        self._server.send_signal(signal.SIGSTOP)
        thread.start()
        thread.join(0.1)
        hung = thread.is_alive()
        while thread.is_alive():
            self._beat()
            self._server.send_signal(signal.SIGCONT)
            self._server.send_signal(signal.SIGSTOP)
            thread.join(0.01)
        self._server.send_signal(signal.SIGCONT)
        if caught:
            raise caught[0]
        said = self._said()
        assert hung or said, "it did not ask the share"
        return said

    def _beat(self) -> None:
        assert self._keeper.stdin is not None
        self._keeper.stdin.write(".")
        self._keeper.stdin.flush()

    def _said(self) -> str:
        assert self._keeper.stdin is not None
        assert self._keeper.stdout is not None
        self._keeper.stdin.close()
        return self._keeper.stdout.read().strip()

    def close(self) -> None:
        """Remove it."""
        self._server.send_signal(signal.SIGCONT)
        self._keeper.kill()
        with self._keeper:  # closes its pipes and waits
            pass
        subprocess.run(["umount", "-l", str(self.front)], check=False, capture_output=True)
        self._server.kill()
        self._server.wait()


@pytest.fixture
def share(tmp_path: Path) -> Iterator[Stuttering]:
    """One with an inbox, an outbox and a file."""
    made = Stuttering(tmp_path)
    (made.back / "inbox/dub-es/a.mp4").write_bytes(b"a" * 5000)
    (made.back / "inbox/dub-es/b.mp4").write_bytes(b"b" * 5000)
    yield made
    made.close()


def _published(root: Path) -> None:
    """A result put out beside one that has its name already, and a text."""
    folder = root / "outbox/dub-es"
    anchor.hold(root / "outbox", (True, "", "", ""))
    whole = write_part(part_path(folder, 1), b"video")
    publish(whole.path, "a.es.mp4", whole.sha256, whole.size)
    publish_bytes(part_path(folder, 1, 1), "a.es.txt", b"text")


def _retired(root: Path) -> None:
    """This share cannot rename without replacing, and goes by paths: the file is linked, and its
    old name is gone then."""
    (root / "done").mkdir()
    look = lookup(root / "inbox", b"dub-es/a.mp4")
    digest = hashlib.sha256(b"a" * 5000).hexdigest()
    leaving = Leaving(b"dub-es/a.mp4", look, digest)
    (went,) = retire_all(root / "inbox", [leaving], root / "done")
    assert went == root / "done/dub-es/a.mp4"


def _looks_for_the_rest(root: Path) -> None:
    watch = Watch(root=root)
    pauses.on_disk([watch])
    leftovers.find([root, root / "outbox"])
    has_room(watch, [(root / "outbox/dub-es/.~nemowatch-1.part", 1)])


CALLS: dict[str, Callable[[Path], object]] = {
    "a scan": lambda root: list(walk(root / "inbox", Ignore(()))),
    "the root and its owner": lambda root: (
        identify(root),
        owner_file.claim(root, "us", 0),
        owner_file.claim(root, "us", 10**12),
    ),
    "publishing": _published,
    "a source that leaves": _retired,
    "the status page": lambda root: write_page(root / "status.html", "<p>two"),
    "pauses, leftovers, space": _looks_for_the_rest,
}


@pytest.mark.parametrize("what", CALLS)
def test_the_process_goes_on_while_a_call_hangs(share: Stuttering, what: str) -> None:
    """Whatever the share is asked, another thread runs, here the one without which the share
    would never answer."""
    (share.back / "status.html").write_bytes(MARK)
    (share.back / "outbox/dub-es/a.es.mp4").write_bytes(b"somebody else's")
    assert share.asked(lambda: CALLS[what](share.front)) == ""


def test_the_process_goes_on_while_the_longest_name_is_asked_for(share: Stuttering) -> None:
    """The question that C libraries answer by asking the server, and the interpreter does not
    let go for."""
    folder = os.open(share.front, os.O_RDONLY)
    assert share.asked(lambda: name_limit(folder)) == ""
    os.close(folder)
