"""`nemowatch run` on a terminal: a live view, the daemon beneath it, and Ctrl-C for both."""

from __future__ import annotations

import io
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from nemowatch.cli.live.rates import Rates
from nemowatch.cli.live.screen import DaemonView, draw
from nemowatch.cli.status.progress import in_work
from nemowatch.journal import jobs
from nemowatch.model import State
from nemowatch.reporting.overview import DaemonSnapshot, InboxStatus, Overview, Transfer
from nemowatch.sandbox.process import SandboxProcess
from tests.rigs.command import Cli
from tests.rigs.studio import wait_for

#: What a terminal is told before and after a screen of one's own.
ENTER, LEAVE = b"\x1b[?1049h", b"\x1b[?1049l"

#: A skill of which it is known how long it takes.
DUBBING = "multilingual-video-dubbing"


def test_a_rate_is_what_was_moved_lately() -> None:
    """Over some seconds; one that begins again, or is over, is forgotten."""
    rates = Rates()
    for second in range(20):
        rates.update({1: Transfer("uploading", 1000 * second, 90_000)}, float(second))
    assert rates.of(1, "uploading") == 1000
    rates.update({1: Transfer("uploading", 5, 90_000)}, 20.0)
    assert rates.of(1, "uploading") == 0
    rates.update({}, 21.0)
    assert rates.of(1, "uploading") == 0


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_screen_fits(tmp_path: Path, width: int) -> None:
    """A bar with rate and rest for a transfer, a spinner for a render, the last lines of the log;
    no line is wider than the terminal, and no picture higher."""
    cli = Cli(tmp_path)
    long = b"a very long name of a film, with all that was ever decided about it"
    sent = cli.add_job(b"dub-es/%b.mp4" % long, State.UPLOADING)
    cli.add_job(b"dub-es/b.mp4", State.RENDERING, progress=43.0)
    with cli.journal() as journal:
        rows = tuple(journal.read_now(jobs.listed))
    rates = Rates()
    for second in (0, 10_000_000):
        moved = {sent: Transfer("uploading", second, 40_000_000)}
        rates.update(moved, second / 5_000_000)
    daemon = {"pid": 1, "state": "running", "since": None, "version": "1"}
    inbox = InboxStatus("in", str(cli.root), "watching")
    snapshot = DaemonSnapshot(daemon, (inbox,), transfers=moved)
    overview = Overview(snapshot, unfinished=rows, attention=(7,))
    lines = [f"12:00:{n:02} info     {'x' * 200}" for n in range(40)]
    console = Console(width=width, height=24, file=io.StringIO(), record=True)
    console.print(draw(DaemonView(overview, lines), rates, width, 24, {}))
    shown = console.export_text().splitlines()
    assert max(map(len, shown)) <= width
    assert len(shown) <= 24
    text = "\n".join(shown)
    assert ("25 %, 4.8 MB/s, 6 s left" in text) is (width >= 80)
    assert "making the video 43 %" in text
    assert "1 thing needs you: nemowatch status" in text
    assert "12:00:39" in text


def test_names_are_told_apart_while_turns_are_under_way(tmp_path: Path) -> None:
    """On 80 columns the clips of a campaign differ, here and in `status`, and how long a turn
    usually takes is not cut off."""
    cli = Cli(tmp_path)
    for clip in (1, 11):
        path = b"dub-es/Spring campaign/promo %d.mp4" % clip
        cli.add_job(path, State.INSTRUCTING, skill=DUBBING)
    with cli.journal() as journal:
        rows = tuple(journal.read_now(jobs.listed))
    turns = {row.job.id: Transfer("instructing", 0, 0, 125.0) for row in rows}
    daemon = {"pid": 1, "state": "running", "since": None, "version": "1"}
    overview = Overview(DaemonSnapshot(daemon, (), transfers=turns), unfinished=rows)
    console = Console(width=80, height=24, file=io.StringIO(), record=True)
    console.print(draw(DaemonView(overview, []), Rates(), 80, 24, {}))
    status = "\n".join(line.plain for line in in_work(rows, turns, 80))
    for shown in (console.export_text(), status):
        assert " 1.mp4 > es" in shown
        assert " 11.mp4 > es" in shown
        assert shown.count("2 min so far; usually 1-3 minutes") == 2


@pytest.mark.parametrize("term", ["dumb", "unknown", ""])
def test_a_status_that_is_kept_up_needs_a_terminal_that_draws(tmp_path: Path, term: str) -> None:
    """On one that cannot draw, and in a pipe, it says so at once and what to do instead; the status
    that is printed once is there in both."""
    cli = Cli(tmp_path)
    piped = cli.run("status", "--watch")
    side, terminal = pty.openpty()
    try:
        done = subprocess.run(
            [sys.executable, "-m", "nemowatch", "status", "--watch", "--config", cli.config],
            env=cli.env(TERM=term),
            stdin=terminal,
            stdout=terminal,
            stderr=subprocess.PIPE,
            timeout=60,
            check=False,
        )
        os.set_blocking(side, False)
        with pytest.raises(BlockingIOError):  # nothing was drawn
            os.read(side, 1)
    finally:
        os.close(terminal)
        os.close(side)
    for code, said in ((piped.returncode, piped.stderr), (done.returncode, done.stderr.decode())):
        assert code == 2
        assert "--watch needs a terminal on which it can draw." in said
        assert "again and again" in said
    assert piped.stdout == ""
    assert "not running" in cli.run("status", TERM="dumb").stdout


@pytest.mark.parametrize("end", ["Ctrl-C", "TERM to the group"])
def test_run_on_a_terminal_is_live_and_ends_once(tmp_path: Path, end: str) -> None:
    """A screen of its own with the daemon's log in it. What ends the view ends the daemon, as if
    it had been asked once, and what the log said last stays on the terminal. Nothing is imported
    from the folder in which it is called."""
    with SandboxProcess() as cloud:
        cli = Cli(tmp_path, extra=f"[api]\nbase_url = '{cloud.url}'\n")
        (tmp_path / "structlog.py").write_text("raise SystemExit('imported from here')")
        words = [sys.executable, "-P", "-m", "nemowatch", "run", "--config", str(cli.config)]
        pid, terminal = pty.fork()
        if pid == 0:
            os.chdir(tmp_path)
            os.execve(sys.executable, words, cli.env(TERM="xterm-256color"))
        os.set_blocking(terminal, False)
        seen = bytearray()

        def shows(text: bytes) -> bool:
            try:
                seen.extend(os.read(terminal, 65536))
            except (BlockingIOError, OSError):
                return text in seen
            return text in seen

        try:
            wait_for("the daemon's state", lambda: shows(b"running") and shows(b"watching"))
            assert ENTER in seen
            if end == "Ctrl-C":
                os.write(terminal, b"\x03")
            else:
                os.killpg(pid, signal.SIGTERM)
            wait_for("its end", lambda: shows(LEAVE) and shows(b"nemowatch stops"))
        finally:
            wait_for("the exit", lambda: shows(b"") and os.waitpid(pid, os.WNOHANG)[0] == pid)
            os.close(terminal)
        assert b"stopped at once" not in seen
