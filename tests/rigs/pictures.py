"""Takes README's pictures: `scripts/pictures` starts a sandbox and `nemowatch run` on a terminal,
drops files, and captures the status page in Chromium and the terminal as they really look at that
moment."""

from __future__ import annotations

import fcntl
import io
import json
import os
import pty
import re
import shutil
import signal
import struct
import sys
import tempfile
import termios
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright
from rich.console import Console
from rich.text import Text

from tests.rigs.studio import Studio, studio, video, wait_for

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
#: A terminal that fits into a README without being scaled down.
COLUMNS, LINES = 92, 20
#: Pixels of the page: a narrow window, so that its words stay large in a README.
WIDTH, HEIGHT = 820, 1000
#: Seconds: long enough for every step to be seen, and short enough to wait for.
PACE = {"turn_seconds": 5.0, "render_seconds": 6.0}
LIMITS = """
[chat]
still_working = 2
recheck = [0.3, 0.3, 0.3, 0.3, 0.3]
[render]
poll_interval = 0.5
[limits]
turns = 2
confirm_above = 0
[recipes.shorts]
prompt = "Cut {file} to its best 30 seconds in portrait format and add subtitles in {languages}."
"""
#: The files that are done in each picture, and those that are being worked on.
BEFORE = ("dub-es-fr/Spring campaign/promo.mp4", "transcribe/interview.mp4")
PAGE = ("dub-de-fr-it/launch.mp4", "voiceover-female/office tour.mp4", "transcribe-de/keynote.mp4")
ASKED = "dub-ja/teaser.mp4"
TERMINAL = ("dub-es-fr/webinar.mp4", "dub-pt_BR/trailer.mp4")

#: With this rich begins to draw the whole screen again.
HOME = b"\x1b[H"
#: An SVG by rich loads its font from a server.
WEB_FONT = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


class Terminal:
    """A `nemowatch run` on a terminal of its own."""

    def __init__(self, house: Studio) -> None:
        self._seen = bytearray()
        words = [sys.executable, "-m", "nemowatch", "run", "--config", str(house.config)]
        env = {**house.environment(), "TERM": "xterm-256color", "COLORTERM": "truecolor"}
        self._pid, self._side = pty.fork()
        if self._pid == 0:
            os.execve(words[0], words, env)
        fcntl.ioctl(self._side, termios.TIOCSWINSZ, struct.pack("4H", LINES, COLUMNS, 0, 0))
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        while True:
            try:
                self._seen += os.read(self._side, 65536)
            except OSError:  # it has ended
                return

    def screen(self) -> str:
        """What the terminal shows now: the last screen that was drawn completely."""
        drawn = bytes(self._seen).split(HOME)[-2]
        lines = drawn.decode(errors="replace").replace("\r", "").split("\n")
        return "\n".join(lines[:LINES])

    def end(self) -> None:
        os.kill(self._pid, signal.SIGINT)
        os.waitpid(self._pid, 0)


@contextmanager
def on_terminal(base: Path) -> Iterator[tuple[Studio, Terminal]]:
    """A daemon on a terminal, at a pace that people can follow."""
    with studio(base, sandbox=PACE) as house:
        text = house.config.read_text().replace("settle = 0.4", "settle = 1")
        house.config.write_text(_without(text, "[render]", "[chat]", "[limits]") + LIMITS)
        terminal = Terminal(house)
        try:
            wait_for("the daemon", lambda: house.daemon_state() == "running")
            yield house, terminal
        finally:
            terminal.end()


def _without(text: str, *sections: str) -> str:
    """The configuration without these sections."""
    for section in sections:
        text = re.sub(rf"{re.escape(section)}\n(?:\w[^\n]*\n)*", "", text)
    return text


def _drop(house: Studio, names: Iterable[str]) -> None:
    for name in names:
        house.drop(name, video(name))


def _page_at_work(house: Studio) -> None:
    """Wait until one job is done, one is being made and one is waiting."""
    _drop(house, BEFORE)
    house.wait_states("published", count=3)
    _drop(house, PAGE)
    wait_for("renders beside turns", lambda: _is_worth_seeing(_status(house)["counts"]))


def _terminal_at_work(house: Studio, terminal: Terminal) -> None:
    """Wait until one job asks a question and another one is being made."""
    house.wait_states("published")
    house.sandbox.fault("chat:question")  # type: ignore[attr-defined]
    _drop(house, [ASKED])
    wait_for("the question", lambda: _status(house)["attention"])
    _drop(house, TERMINAL)
    wait_for("a render on the terminal", lambda: "making the video" in terminal.screen())


def _is_worth_seeing(counts: dict[str, int]) -> bool:
    return min(counts.get("rendering", 0), counts.get("instructing", 0)) > 0


def _status(house: Studio) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(house.run("status", "--json").stdout)
    return found


def _take_terminal(screen: str, to: Path) -> None:
    console = Console(width=COLUMNS, file=io.StringIO(), record=True, force_terminal=True)
    console.print(Text.from_ansi(screen), end="")
    svg = console.export_svg(title="nemowatch run", unique_id="run")
    lines = [line.rstrip() for line in WEB_FONT.sub("", svg).splitlines()]
    to.write_text("\n".join(lines) + "\n")


def _take_page(page: Path, to: Path) -> None:
    chromium = shutil.which("chromium")
    options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as api:
        browser = api.chromium.launch(executable_path=chromium, args=options)
        size = {"width": WIDTH, "height": HEIGHT}
        tab = browser.new_page(viewport=size, color_scheme="light")  # type: ignore[arg-type]
        tab.goto(page.as_uri())
        tab.screenshot(path=to)
        browser.close()


def main() -> None:
    PICTURES.mkdir(exist_ok=True)
    base = Path(tempfile.gettempdir()) / "nemowatch"
    try:
        with on_terminal(base) as (house, terminal):
            page = house.root / "status.html"
            _page_at_work(house)
            wait_for("the page", lambda: "Being made" in page.read_text())
            _take_page(page, PICTURES / "page.png")
            _terminal_at_work(house, terminal)
            _take_terminal(terminal.screen(), PICTURES / "terminal.svg")
    finally:
        shutil.rmtree(base)
    for taken in sorted(PICTURES.iterdir()):
        print(f"{taken}  {taken.stat().st_size} bytes")


if __name__ == "__main__":
    main()
