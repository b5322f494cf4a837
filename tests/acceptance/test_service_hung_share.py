"""A share that hangs, as a NAS does whose server is gone: it starts, says so, stops, and goes on
when the share answers."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from tests.acceptance.test_service_notify_socket import NotedStudio, noted
from tests.rigs.ready import Ready
from tests.rigs.studio import LIMIT, wait_for

pytestmark = [
    pytest.mark.slow,
    pytest.mark.root,
    pytest.mark.skipif(
        not shutil.which("bindfs") or os.geteuid() != 0, reason="needs bindfs and root"
    ),
]


def stands_still(pid: int) -> bool:
    """Whether a signal has stopped each thread of a process."""
    threads = Path(f"/proc/{pid}/task").glob("*/stat")
    states = [each.read_text().rpartition(") ")[2][:1] for each in threads]
    return set(states) == {"T"}


class Share:
    """A FUSE mount that can be made to hang."""

    def __init__(self, place: Path, back: Path) -> None:
        self._place = place
        self._server = subprocess.Popen(["bindfs", "-f", str(back), str(place)])
        wait_for("the mount", lambda: os.path.ismount(place))

    @contextmanager
    def hanging(self, daemon: Ready | subprocess.Popen[bytes] | None = None) -> Iterator[None]:
        """It hangs within the block. For `daemon` between two of its calls: the kernel keeps even
        an ended process until a call that the server has begun with is answered."""
        if daemon is not None:
            daemon.send_signal(signal.SIGSTOP)
            wait_for("the daemon stands still", partial(stands_still, daemon.pid))
        self._server.send_signal(signal.SIGSTOP)
        wait_for("the share hangs", partial(stands_still, self._server.pid))
        if daemon is not None:
            daemon.send_signal(signal.SIGCONT)
        try:
            yield
        finally:  # before anything waits for the end of what uses it
            self._server.send_signal(signal.SIGCONT)

    def close(self) -> None:
        subprocess.run(["umount", "-l", str(self._place)], check=True)
        self._server.terminate()
        self._server.wait()


@contextmanager
def on_a_share(base: Path) -> Iterator[tuple[NotedStudio, Share]]:
    """A studio whose workspace lies on such a share."""
    with noted(base) as studio:
        back = base / "back"
        shutil.move(studio.root, back)
        studio.root.mkdir()
        share = Share(studio.root, back)
        try:
            yield studio, share
        finally:
            if studio.daemon is not None and studio.daemon.poll() is None:
                studio.kill()
            share.close()


def stops(studio: NotedStudio) -> None:
    """SIGTERM ends it with 0, although the share hangs."""
    studio.signal(signal.SIGTERM)
    assert studio.daemon is not None
    assert studio.daemon.wait(LIMIT) == 0


def test_it_is_ready_and_stops_with_a_share_that_hangs(tmp_path: Path) -> None:
    """READY comes, STATUS says what is wrong, SIGTERM ends it with 0; when the share answers the
    work is done."""
    with on_a_share(tmp_path) as (studio, share):
        with share.hanging():
            studio.start()
            assert studio.manager.of("READY=1")
            wait_for("what is wrong", lambda: "offline since" in studio.manager.statuses()[-1])
            stops(studio)
            studio.start()
        studio.drop("dub-es/first.mp4")
        studio.wait_results("dub-es/first.es.mp4")


def test_a_share_that_hangs_in_the_middle_of_the_work(tmp_path: Path) -> None:
    """What is under way waits and is neither lost nor paid twice; a reload, a scan and a stop do
    not wait for it."""
    with on_a_share(tmp_path) as (studio, share):
        studio.sandbox.set(render_seconds=10)
        studio.watchdog = 3
        studio.start()
        studio.drop("dub-es/first.mp4")
        wait_for("a render", lambda: studio.only() == "rendering")
        with share.hanging(studio.daemon):
            studio.signal(signal.SIGUSR1)
            before = len(studio.manager.heard())
            studio.signal(signal.SIGHUP)
            wait_for("the reload", lambda: "READY=1" in studio.manager.heard()[before:])
            wait_for("it is offline", lambda: "offline since" in studio.manager.statuses()[-1])
            pings = len(studio.manager.of("WATCHDOG"))
            wait_for("pings go on", lambda: len(studio.manager.of("WATCHDOG")) > pings + 2)
            stops(studio)
        studio.start()
        studio.wait_results("dub-es/first.es.mp4")
        assert len(studio.charged_turns()) == 1
