"""`nemowatch run` on a terminal: the daemon in a process of its own, and a live view of it.

The daemon loads nothing of this: what draws ends with the terminal. The daemon has a session of its
own, so that it gets each signal only once, from here. It decides what they mean, and this process
waits for its end.
"""

from __future__ import annotations

import ctypes
import re
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from nemowatch.cli.context import find_context
from nemowatch.cli.formatting import clean
from nemowatch.cli.live.rates import Rates
from nemowatch.cli.live.screen import DaemonView, draw
from nemowatch.cli.output import console, folded, terminal_width
from nemowatch.cli.status.gathering import overview
from nemowatch.errors import NemowatchError

if TYPE_CHECKING:
    from rich.spinner import Spinner

    from nemowatch.cli.context import CommandContext

#: Seconds between two questions to the daemon.
ASK = 1.0
#: Frames a second, enough for a spinner.
PICTURES = 8
#: Lines of the log that are kept for the screen, and printed at the end.
KEPT, AT_THE_END = 100, 10
#: The date before each line's time, which the screen leaves out.
_DATE = re.compile(r"^\d{4}-\d\d-\d\d ")
#: Linux: the signal that a process gets when its parent has died.
PR_SET_PDEATHSIG = 1


def run_live(*, once: bool, config: Path | None) -> int:
    """Run the daemon and show it until it ends; returns its exit code. Raises ConfigError."""
    context = find_context(config)
    # -P: import nothing from the current folder
    words = [sys.executable, "-P", "-m", "nemowatch", "run", "--plain"]
    if once:
        words.append("--once")
    if config is not None:
        words += ["--config", str(config)]
    with subprocess.Popen(
        words,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=_end_with_parent,  # noqa: PLW1509 - no other thread runs yet
    ) as daemon:
        view = View(context, daemon)
        try:
            view.show()
        finally:
            view.end()
    view.print_rest()
    return _exit_code(daemon.returncode)


def _exit_code(code: int) -> int:
    """The exit code as a shell reports it: 128 plus the number of the signal that ended a
    process."""
    if code < 0:
        return 128 - code
    return code


def _end_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class View:
    """The screen of one daemon."""

    def __init__(self, context: CommandContext, daemon: subprocess.Popen[bytes]) -> None:
        self._context = context
        self._daemon = daemon
        self._lines: deque[str] = deque(maxlen=KEPT)
        self._roots = [f"{watch.inbox}/" for watch in context.config.watch]
        self._roots += [f"{watch.workspace}/" for watch in context.config.watch]
        self._rates = Rates()
        self._spinners: dict[int, Spinner] = {}
        self._ending = False
        self._reader = threading.Thread(target=self._read, name="log", daemon=True)
        self._reader.start()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._asked_to_end)
        # a stopped view would read no log, and the daemon would wait for it
        signal.signal(signal.SIGTSTP, signal.SIG_IGN)

    def _asked_to_end(self, number: int, _: object) -> None:
        """Pass a signal on to the daemon. A second Ctrl-C means "at once"; of other signals only
        the first counts."""
        asked_before = self._ending
        self._ending = True
        if number == signal.SIGINT or not asked_before:
            with suppress(ProcessLookupError):
                self._daemon.terminate()

    def _read(self) -> None:
        assert self._daemon.stdout is not None
        for raw in self._daemon.stdout:
            self._lines.append(self._short(raw.decode("utf-8", "backslashreplace").rstrip()))

    def _short(self, text: str) -> str:
        """A log line without its date, and with paths from the inbox on; the screen shows the
        rest."""
        text = _DATE.sub("", text)
        for root in self._roots:
            text = text.replace(root, "")
        return clean(text)

    def show(self) -> None:
        """Show the daemon until it ends."""
        from rich.live import Live

        target = console()
        with Live(console=target, screen=True, refresh_per_second=PICTURES) as live:
            asked_at = 0.0
            seen = DaemonView(None, self._lines)
            while self._daemon.poll() is None:
                now = time.monotonic()
                if now - asked_at >= ASK:
                    asked_at = now
                    seen = self._ask(now)
                shown = draw(seen, self._rates, target.width, target.height, self._spinners)
                live.update(shown)
                time.sleep(1 / PICTURES)

    def _ask(self, now: float) -> DaemonView:
        try:
            found = overview(self._context)
        except NemowatchError:  # it is starting or stopping: its log says more
            return DaemonView(None, self._lines, self._ending)
        if found.snapshot.daemon["pid"] != self._daemon.pid:  # it starts, or another one works
            return DaemonView(None, self._lines, self._ending)
        self._rates.update(found.snapshot.transfers, now)
        return DaemonView(found, self._lines, self._ending)

    def end(self) -> None:
        """Make sure that the daemon ends, whatever has happened here."""
        if not self._ending and self._daemon.poll() is None:
            self._daemon.terminate()
        self._daemon.wait()
        self._reader.join(1.0)

    def print_rest(self) -> None:
        """Print the last lines of the log, since the screen is gone."""
        width = terminal_width()
        for line in list(self._lines)[-AT_THE_END:]:
            print(*folded(line, width), sep="\n", file=sys.stderr)
