"""The status page: one self-contained HTML file that opens from the share, without a server, a
script or anything from outside.

It turns a `PageModel`, which the engine fills, into HTML and writes it. It reads no journal and
no clock. jinja2 is imported when the first page is made.
"""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar
from urllib.parse import quote

from nemowatch.errors import LocalFinal, show_path
from nemowatch.fs.exclusive_create import replace_file
from nemowatch.fs.names import plain
from nemowatch.fs.safe_open import read_file, root_folder, stat_at, translated
from nemowatch.model import State

if TYPE_CHECKING:
    from jinja2 import Template

#: Rows of one list: a page of thousands is slow on a phone and read by nobody; the rest is counted.
SHOWN = 40
#: Characters of a name: two lines on a phone.
_NAME_SHOWN = 72
#: What changes with every writing and says nothing new.
_WRITTEN = re.compile(rb"<!--written-->.*?<!--/written-->", re.DOTALL)

#: Bytes of a page that are compared with the new one: forty rows a list make far less.
_LARGEST = 8 * 1024 * 1024
#: By this a page is known as ours; in the template's head.
_MARK = b'<meta name="generator" content="nemowatch">'

#: What people call the steps of a job.
STAGES = {
    State.CLAIMED: "next in line",
    State.UPLOADING: "sending to the cloud",
    State.UPLOADED: "sent",
    State.INSTRUCTING: "being edited",
    State.INSTRUCTED: "edited",
    State.SUBMITTING: "asking for the video",
    State.RENDERING: "making the video",
    State.RENDERED: "video is ready in the cloud",
    State.DOWNLOADING: "fetching the result",
    State.DOWNLOADED: "putting it into the outbox",
    State.PUBLISHED: "done",
    State.HELD: "waiting",
    State.ATTENTION: "needs a person",
    State.CANCELLED: "taken back",
    State.REJECTED: "not accepted",
    State.FAILED: "could not be done",
}

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Listing(Generic[Row]):
    """Rows of one section, most important first."""

    rows: tuple[Row, ...] = ()
    #: how many there are in all, when `rows` is only a part of them; 0: as many as rows
    total: int = 0

    @property
    def shown(self) -> tuple[Row, ...]:
        return self.rows[:SHOWN]

    @property
    def count(self) -> int:
        return max(self.total, len(self.rows))

    @property
    def more(self) -> int:
        return self.count - len(self.shown)


@dataclass(frozen=True, slots=True)
class Need:
    """Something that only a person can decide or give."""

    what: str  #: one sentence
    cure: str  #: what to do
    file: bytes = b""  #: the file's name; empty when it concerns everything
    folder: bytes = b""  #: its task folder
    job: int = 0


@dataclass(frozen=True, slots=True)
class Waiting:
    """A file that is not being worked on, and why."""

    file: bytes
    folder: bytes
    why: str  #: "still being copied (40 s)", "waiting for credits"
    count: int = 1  #: files of one folder that wait for one reason may share a row


@dataclass(frozen=True, slots=True)
class Running:
    """A job under way."""

    file: bytes
    folder: bytes
    target: str  #: "Spanish", "voiceover"
    state: State
    percent: float = -1  #: of this step; -1 when nobody knows
    note: str = ""  #: "second try", "in the cloud for 20 minutes"


@dataclass(frozen=True, slots=True)
class Finished:
    """A job whose results stand in the outbox."""

    file: bytes
    folder: bytes
    target: str
    at_ms: int  #: UTC ms
    results: tuple[Path, ...] = ()  #: absolute
    credits: str = ""  #: "98 credits", "about 50 credits"


@dataclass(frozen=True, slots=True)
class Failed:
    """A job that will not go on by itself."""

    file: bytes
    folder: bytes
    target: str
    at_ms: int
    what: str
    cure: str
    job: int = 0


@dataclass(frozen=True, slots=True)
class Hold:
    """What stops the queue, not one file."""

    what: str
    cure: str
    since_ms: int = 0  #: UTC ms; 0: nobody knows


@dataclass(frozen=True, slots=True)
class Health:
    """One watched inbox."""

    name: str
    good: bool
    text: str  #: "watching", "offline since 12:10"
    cure: str = ""


@dataclass(frozen=True, slots=True)
class CreditLine:
    """One fact about credits: ("Left", "100"). `link` is shown as an address to follow; only
    https."""

    name: str
    value: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class PageModel:
    """All that the page says. Names of files are bytes as they stand on disk."""

    host: str
    now_ms: int  #: UTC ms, of this writing
    page: Path  #: where it will stand: links are relative to it
    version: str = ""
    needs: Listing[Need] = field(default_factory=Listing)
    holds: tuple[Hold, ...] = ()
    waiting: Listing[Waiting] = field(default_factory=Listing)
    running: Listing[Running] = field(default_factory=Listing)
    finished: Listing[Finished] = field(default_factory=Listing)
    failed: Listing[Failed] = field(default_factory=Listing)
    credits: tuple[CreditLine, ...] = ()
    folders: tuple[Health, ...] = ()


def render(model: PageModel) -> str:
    """The page as HTML. Pure, but for reading its template."""
    return _template().render(
        page=model,
        headline=headline(model),
        stages=STAGES,
        plain=plain,
        short=short,
        clock=lambda ms: moment(ms, model.now_ms),
        written=(
            f"{datetime.fromtimestamp(model.now_ms / 1000, tz=UTC).astimezone():%d %b %Y, %H:%M %Z}"
        ),
        iso=lambda ms: datetime.fromtimestamp(ms / 1000, tz=UTC).isoformat(timespec="seconds"),
        link=lambda path: href(model.page, path),
        safe=lambda address: address if address.startswith("https://") else "",
    )


def headline(model: PageModel) -> tuple[str, str]:
    """The whole state in a few words, and its kind: "bad", "wait", "busy" or "calm"."""
    if model.needs.count:
        return (_counted(model.needs.count, "thing needs you", "things need you"), "bad")
    if model.holds:
        return ("Everything waits" if not model.running.count else "New work waits", "wait")
    if any(not health.good for health in model.folders):
        return ("A folder cannot be read", "wait")
    if model.running.count:
        return (
            _counted(model.running.count, "result is being made", "results are being made"),
            "busy",
        )
    if model.waiting.count:
        return (_counted(model.waiting.count, "file waits", "files wait"), "busy")
    if model.failed.count:
        return (
            _counted(model.failed.count, "file could not be done", "files could not be done"),
            "wait",
        )
    return ("All done" if model.finished.count else "Ready", "calm")


def _counted(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"


def moment(ms: int, now_ms: int) -> str:
    """A time as people say it, in the machine's own zone: "14:05", on another day "20 Nov,
    14:05"."""
    then, now = (
        datetime.fromtimestamp(value / 1000, tz=UTC).astimezone() for value in (ms, now_ms)
    )
    if then.date() == now.date():
        return f"{then:%H:%M}"
    return f"{then.day} {then:%b, %H:%M}" if then.year == now.year else f"{then.day} {then:%b %Y}"


def short(name: bytes | str) -> str:
    """A name for the page: at most two lines of a phone, with its beginning and its ending; the
    whole is its title."""
    text = plain(name)
    if len(text) <= _NAME_SHOWN:
        return text
    return f"{text[: _NAME_SHOWN - 24].rstrip()} … {text[-20:].lstrip()}"


def href(page: Path, target: Path) -> str:
    """The way from the page to a file, percent-encoded byte by byte: it works on the share,
    wherever it is mounted."""
    return quote(os.fsencode(os.path.relpath(target, page.parent)))


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(
        files(__package__).joinpath("templates/status.html.j2").read_text("utf-8")
    )


def write_page(path: Path, html: str) -> bool:
    """Put the page in its place in one step. False, and no write at all, when it says what it said
    before (its time apart).

    Raises LocalPassing when its folder is away, NoSpace, LocalFinal (a file that is not ours
    stands there: it stays).
    """
    data = html.encode("utf-8", "replace")
    with root_folder(path.parent) as folder, translated(path):
        there = _page_at(path, folder)
        if _news(data) == _news(there):
            return False
        replace_file(path.name, data, folder)
        return True


def _news(data: bytes) -> bytes:
    return _WRITTEN.sub(b"", data)


def _page_at(path: Path, folder: int) -> bytes:
    """The page that is there; b"" when there is none."""
    there = stat_at(path.name, folder)
    if there is None or (stat.S_ISREG(there.st_mode) and there.st_size == 0):
        return b""
    if stat.S_ISREG(there.st_mode):
        data = read_file(path.name, folder, _LARGEST)
        if _MARK in data:
            return data
    cure = "Rename it: the status page is written there."
    text = f"{show_path(path)}: a file that is not nemowatch's stands there."
    raise LocalFinal(text, path=path, cure=cure)
