"""One line when it begins and one when it ends: full disks and an outage, met by a real daemon
with several jobs at once."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.acceptance.test_service_life import GOOD, FileStudio, file_studio
from tests.acceptance.test_service_notify_socket import NotedStudio, noted
from tests.rigs.ready import ReadySandbox
from tests.rigs.studio import wait_for

pytestmark = [pytest.mark.slow]
needs_mounts = pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")

#: Files dropped in each test: more than one job meets what the test is about.
FILES = 4
#: What the log may say of a cause, however often jobs meet it.
JOURNAL = [
    "the journal's disk is full: everything waits for space",
    "the journal's disk has space again",
]


@contextmanager
def small_disk(place: Path, size: str) -> Iterator[Path]:
    """A filesystem of its own at `place`; skips where it may not be mounted."""
    place.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", place],
        capture_output=True,
        check=False,
    )
    if done.returncode:
        pytest.skip("mounting is not allowed here")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", place], check=True)


def fill(place: Path) -> Path:
    """A file that takes all the space there is, or all that is left."""
    ballast = place / "ballast"
    with ballast.open("ab", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"x" * 4096)
    return ballast


def loud(studio: FileStudio) -> list[str]:
    """Warnings and worse."""
    return [e["event"] for e in studio.events("") if e["level"] not in ("debug", "info")]


def about(studio: FileStudio, start: str) -> list[str]:
    """Events that begin so."""
    return [e["event"] for e in studio.events(start)]


def drop_all(studio: FileStudio) -> list[str]:
    """Drop FILES files; returns the names of their results."""
    for n in range(FILES):
        studio.drop(f"dub-es/clip{n}.mp4")
    return [f"dub-es/clip{n}.es.mp4" for n in range(FILES)]


@contextmanager
def small_state(base: Path) -> Iterator[NotedStudio]:
    """A studio whose state folder lies on a disk of 8 MB."""
    with small_disk(base / "small", "8m") as disk, noted(base) as studio:
        disk.chmod(0o700)
        studio.edit(f'state_dir = "{studio.state}"', f'state_dir = "{disk}"')
        studio.state = disk
        yield studio


@pytest.mark.root
@needs_mounts
def test_the_journal_s_full_disk_is_one_line_at_its_begin_and_one_at_its_end(
    tmp_path: Path,
) -> None:
    """However many writes meet it, and while little by little some space comes and goes."""
    with small_state(tmp_path) as studio:
        studio.start()
        ballast = fill(studio.state)
        results = drop_all(studio)
        wait_for("the line", lambda: about(studio, JOURNAL[0]))
        wait_for(
            "STATUS says so",
            lambda: studio.manager.statuses()[-1].endswith("; the journal's disk is full"),
        )
        assert "the disk that holds the journal is full" in studio.run("status").stdout
        for _ in range(2):  # room for a few pages: some writes come through, others do not
            os.truncate(ballast, ballast.stat().st_size - 32 * 1024)
            before = os.statvfs(studio.state).f_bavail
            wait_for(
                "something is written",
                lambda before=before: os.statvfs(studio.state).f_bavail < before,
                10,
            )
            fill(studio.state)
        ballast.unlink()
        studio.wait_results(*results)
        wait_for("the end", lambda: about(studio, JOURNAL[1]))
        wait_for("STATUS without it", lambda: "disk" not in studio.manager.statuses()[-1])
        assert studio.stop() == 0
        assert about(studio, "the journal's disk") == JOURNAL
        assert loud(studio) == JOURNAL[:1]
        assert len(studio.charged_turns()) == FILES


@pytest.mark.root
@needs_mounts
def test_it_stops_with_the_journal_s_disk_full(tmp_path: Path) -> None:
    """A stop does not wait for space that may never come, and the next start goes on."""
    with small_state(tmp_path) as studio:
        studio.start()
        ballast = fill(studio.state)
        results = drop_all(studio)
        wait_for("the line", lambda: about(studio, JOURNAL[0]))
        studio.signal(signal.SIGTERM)
        assert studio.daemon is not None
        assert studio.daemon.wait(30) == 0
        ballast.unlink()
        studio.start()
        studio.wait_results(*results)
        assert len(studio.charged_turns()) == FILES


@pytest.mark.root
@needs_mounts
def test_the_outbox_s_full_disk_is_one_line_at_its_begin_and_one_at_its_end(tmp_path: Path) -> None:
    """Several downloads meet it; nothing is lost and nothing paid again."""
    with file_studio(tmp_path) as studio, small_disk(studio.outbox, "24m") as disk:
        studio.put_token(GOOD)
        studio.start()
        ballast = fill(disk)
        results = drop_all(studio)
        wait_for(
            "every job is held",
            lambda: [job["reason"] for job in studio.jobs()] == ["space"] * FILES,
        )
        assert about(studio, "hold ") == ["hold begins: space"]
        ballast.unlink()
        studio.wait_results(*results)
        wait_for("the end", lambda: about(studio, "hold ends"))
        assert studio.stop() == 0
        assert about(studio, "hold ") == ["hold begins: space", "hold ends: space"]
        assert loud(studio)[:1] == ["hold begins: space"]
        assert set(loud(studio)) <= {"hold begins: space", "status page could not be written"}
        assert len(studio.charged_turns()) == FILES


def test_an_outage_is_one_line_at_its_begin_and_one_at_its_end(tmp_path: Path) -> None:
    """The cloud goes away while several jobs wait for it, and comes back."""
    with file_studio(tmp_path, sandbox={"render_seconds": 12}) as studio:
        studio.put_token(GOOD)
        studio.start()
        results = drop_all(studio)
        wait_for(
            "renders", lambda: [job["state"] for job in studio.jobs()] == ["rendering"] * FILES
        )
        studio.sandbox.down(6)
        wait_for("the line", lambda: about(studio, "hold begins"))
        studio.wait_results(*results)
        wait_for("the end", lambda: about(studio, "hold ends"))
        assert studio.stop() == 0
        assert about(studio, "hold ") == ["hold begins: outage", "hold ends: outage"]
        assert loud(studio) == ["hold begins: outage"]
        assert len(studio.charged_turns()) == FILES


@pytest.mark.parametrize("fault", ["session:reset@*", "poll:502@*"])
def test_a_cloud_that_answers_for_a_part_alone_is_one_outage(tmp_path: Path, fault: str) -> None:
    """What the jobs need fails for a while, and every look at the balance says that all is well:
    one begin, one end."""
    with file_studio(tmp_path) as studio:
        studio.edit("cap = 1", "cap = 1\nattempts = 90")
        studio.put_token(GOOD)
        studio.sandbox.fault(fault)
        studio.start()
        results = drop_all(studio)
        wait_for("the line", lambda: about(studio, "hold begins"))
        wait_for(
            "jobs go on and are held again", lambda: len(studio.events("held (outage)")) > 4 * FILES
        )
        studio.sandbox.clear_faults()
        studio.wait_results(*results)
        wait_for("the end", lambda: about(studio, "hold ends"))
        assert about(studio, "hold ") == ["hold begins: outage", "hold ends: outage"]


def test_a_start_without_the_cloud_and_a_restart_of_the_daemon_in_an_outage_say_it_once_each(
    tmp_path: Path,
) -> None:
    """Nobody listens at the start: one line; a daemon that starts in the outage says it once
    more; one line at its end."""
    with file_studio(tmp_path) as studio:
        port = int(studio.sandbox.url.rpartition(":")[2])
        studio.put_token(GOOD)
        studio.sandbox.stop()
        results = drop_all(studio)
        studio.start()
        wait_for("the line", lambda: about(studio, "hold begins"))
        assert studio.stop() == 0
        studio.start()
        wait_for("the line of the second start", lambda: len(about(studio, "hold begins")) == 2)
        with ReadySandbox(port=port) as cloud:
            studio.sandbox = cloud
            studio.wait_results(*results)
            wait_for("the end", lambda: about(studio, "hold ends"))
            assert studio.stop() == 0
        assert about(studio, "hold ") == [
            "hold begins: outage",
            "hold begins: outage",
            "hold ends: outage",
        ]
