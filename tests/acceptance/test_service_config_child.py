"""The real daemon and the process that reads its configuration: what stays in memory, and what
comes of no answer."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.acceptance.test_service_life import GOOD, FileStudio, file_studio
from tests.rigs.studio import wait_for

#: Python runs this before anything else: what reads the configuration waits for ever while the file
#: `hang` stands, and fails while the file `fail` does.
CUSTOMIZE = """
import pathlib, signal, sys
here = pathlib.Path(__file__).parent
if "nemowatch.content.serve" in sys.orig_argv and sys.orig_argv[-1] == "config":
    if (here / "hang").exists():
        (here / "hangs").touch()
        signal.pause()
    if (here / "fail").exists():
        sys.exit("no memory left")
"""


class Disturbed(FileStudio):
    """A studio in which reading the configuration can be made to hang and to fail."""

    @property
    def python(self) -> Path:
        return self.root.parent / "python"

    def environment(self) -> dict[str, str]:
        return super().environment() | {"PYTHONPATH": str(self.python)}

    def launch(self) -> subprocess.Popen[bytes]:
        """Start the daemon and wait for nothing."""
        with self.log_path.open("ab") as log:
            command = [sys.executable, "-m", "nemowatch", "run", "--config", str(self.config)]
            self.daemon = subprocess.Popen(command, env=self.environment(), stderr=log)
        return self.daemon


@contextmanager
def disturbed(base: Path) -> Iterator[Disturbed]:
    """With a token; its processes end with the block."""
    with file_studio(base, kind=Disturbed) as made:
        assert isinstance(made, Disturbed)
        made.python.mkdir()
        (made.python / "sitecustomize.py").write_text(CUSTOMIZE)
        made.put_token(GOOD)
        yield made


def loaded(pid: int) -> list[str]:
    """Compiled parts of pydantic in the memory of a process."""
    return [
        line
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines()
        if "/pydantic_core/" in line
    ]


def children(pid: int) -> list[int]:
    """The processes that any thread of a process has started."""
    return [
        int(word)
        for tasks in Path(f"/proc/{pid}/task").glob("*/children")
        for word in tasks.read_text().split()
    ]


def test_pydantic_is_not_in_the_daemon_that_it_reads_for(tmp_path: Path) -> None:
    """Neither after the start nor after a reload that takes something up, and one that is
    refused; no child is left."""
    with disturbed(tmp_path) as studio:
        studio.start()
        assert studio.daemon is not None
        studio.edit("poll_interval = 0.1", "poll_interval = 0.2")
        studio.signal(signal.SIGHUP)
        assert wait_for("the reload", lambda: studio.events("configuration reloaded"))[0][
            "applied"
        ] == ["render.poll_interval"]
        studio.edit("poll_interval = 0.2", "poll_interval = 0")
        studio.signal(signal.SIGHUP)
        refused = wait_for(
            "the refusal", lambda: studio.events("the new configuration is refused")
        )[0]
        assert "config.toml:12: render.poll_interval must be greater than 0." in refused["why"]
        assert loaded(studio.daemon.pid) == []
        wait_for("no child", lambda: studio.daemon is not None and not children(studio.daemon.pid))


def test_a_reading_that_fails_leaves_the_old_configuration_in_force(tmp_path: Path) -> None:
    """It is told as a refusal, and the next reload is as good as ever; while one hangs, the
    daemon works."""
    with disturbed(tmp_path) as studio:
        studio.start()
        (studio.python / "fail").touch()
        studio.signal(signal.SIGHUP)
        refused = wait_for(
            "the refusal", lambda: studio.events("the new configuration is refused")
        )[0]
        assert "has failed: SystemExit: no memory left" in refused["why"]
        (studio.python / "fail").unlink()
        (studio.python / "hang").touch()
        studio.signal(signal.SIGHUP)
        wait_for("the child to hang", (studio.python / "hangs").exists)
        assert studio.daemon is not None
        (child,) = children(studio.daemon.pid)
        studio.drop("dub-es/first.mp4")
        studio.wait_results("dub-es/first.es.mp4")
        os.kill(child, signal.SIGKILL)
        wait_for(
            "another refusal", lambda: len(studio.events("the new configuration is refused")) == 2
        )
        (studio.python / "hang").unlink()
        studio.signal(signal.SIGHUP)
        wait_for("the reload", lambda: studio.events("configuration reloaded"))


def test_a_stop_while_the_configuration_is_read_ends_everything_at_once(tmp_path: Path) -> None:
    """With 0, and the child goes too."""
    with disturbed(tmp_path) as studio:
        (studio.python / "hang").touch()
        daemon = studio.launch()
        wait_for("the child to hang", (studio.python / "hangs").exists)
        (child,) = children(daemon.pid)
        studio.signal(signal.SIGHUP)
        studio.signal(signal.SIGTERM)
        assert daemon.wait(20) == 0
        assert not Path(f"/proc/{child}").exists()
        assert studio.log() == ""


def test_a_stop_that_ends_a_reload_s_reading_is_no_refusal(tmp_path: Path) -> None:
    """systemd stops all processes of a service at once: nobody is to look for a mistake in the
    configuration."""
    with disturbed(tmp_path) as studio:
        studio.start()
        assert studio.daemon is not None
        (studio.python / "hang").touch()
        studio.signal(signal.SIGHUP)
        wait_for("the child to hang", (studio.python / "hangs").exists)
        (child,) = children(studio.daemon.pid)
        studio.signal(signal.SIGTERM)
        os.kill(child, signal.SIGTERM)
        assert studio.daemon.wait(20) == 0
        assert studio.events("nemowatch stops")
        assert not studio.events("the new configuration is refused")


def test_a_start_whose_reading_fails_is_one_that_systemd_tries_again(tmp_path: Path) -> None:
    """Not the exit code of a mistake in the configuration, after which it would not."""
    with disturbed(tmp_path) as studio:
        (studio.python / "fail").touch()
        assert studio.launch().wait(20) == 1
        assert (
            "nemowatch: the process that reads the configuration has failed: SystemExit: no memory"
            " left" in studio.log()
        )
        (studio.python / "fail").unlink()
        studio.edit("poll_interval = 0.1", "poll_interval = 0")
        assert studio.launch().wait(20) == 2
        assert "config.toml:12: render.poll_interval must be greater than 0." in studio.log()
