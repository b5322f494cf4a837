"""What the status page shows: frozen rows, most important first. It does nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

from nemowatch.cures import NOTHING, Cure
from nemowatch.model import State
from nemowatch.remote.connection import Link
from nemowatch.tasks.describe import Orderable

#: Rows of one list: a page of thousands is slow on a phone and is not read; the rest is counted.
SHOWN = 40

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Listing(Generic[Row]):
    """Rows of one section, most important first."""

    rows: tuple[Row, ...] = ()
    #: how many there are in all, when `rows` is only a part of them; 0: as many as rows
    total: int = 0

    @property
    def shown(self) -> tuple[Row, ...]:
        """The rows that the page shows."""
        return self.rows[:SHOWN]

    @property
    def count(self) -> int:
        """How many there are."""
        return max(self.total, len(self.rows))

    @property
    def more(self) -> int:
        """How many the page only counts."""
        return self.count - len(self.shown)


@dataclass(frozen=True, slots=True)
class Need:
    """Something that only a person can decide or give."""

    what: str  #: one sentence
    cure: Cure
    file: bytes = b""  #: the file's name; empty when it concerns everything
    folder: bytes = b""  #: its task folder
    jobs: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Waiting:
    """A file that is not being worked on, and why."""

    file: bytes
    folder: bytes
    why: str  #: "still being copied (40 s)", "waiting for credits"
    count: int = 1  #: files of one folder that wait for one reason may share a row
    jobs: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Running:
    """A job under way."""

    file: bytes
    folder: bytes
    target: str  #: "Spanish", "voiceover"
    state: State
    percent: float = -1  #: of this step; -1 when that is unknown
    note: str = ""  #: "second try", "in the cloud for 20 minutes"
    jobs: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Words:
    """What was asked and said about a result; shown folded."""

    asked: str
    said: str  #: "" when the agent said nothing
    timeline: str = ""
    changes: tuple[str, ...] = ()  #: since the turn before
    file: Path | None = None  #: absolute, of the text beside the result; None when there is none


@dataclass(frozen=True, slots=True)
class Finished:
    """A job whose results are in the outbox."""

    file: bytes
    folder: bytes
    target: str
    at_ms: int  #: UTC ms
    results: tuple[Path, ...] = ()  #: absolute
    credits: str = ""  #: "98 credits", "about 50 credits"
    words: Words | None = None  #: None where nothing is known
    jobs: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Tip:
    """What would give a better result of a file."""

    file: bytes
    folder: bytes
    what: str


@dataclass(frozen=True, slots=True)
class Failed:
    """A job that will not go on by itself."""

    file: bytes
    folder: bytes
    target: str
    at_ms: int
    what: str
    cure: Cure
    jobs: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Hold:
    """What many files wait for."""

    what: str
    cure: Cure
    since_ms: int = 0  #: UTC ms; 0: unknown
    stops: bool = True  #: new work waits for it


@dataclass(frozen=True, slots=True)
class Health:
    """One watched inbox."""

    name: str
    good: bool
    text: str  #: "watching", "offline since 12:10"
    cure: Cure = NOTHING


@dataclass(frozen=True, slots=True)
class CreditLine:
    """One fact about credits: ("Left", "100"). `link` is shown as an address to follow; only
    https."""

    name: str
    value: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class PageModel:
    """All that the page says. Names of files are bytes as they are on disk."""

    host: str
    now_ms: int  #: UTC ms, of this writing
    page: Path  #: where it is written: links are relative to it
    version: str = ""
    needs: Listing[Need] = field(default_factory=Listing)
    holds: tuple[Hold, ...] = ()
    waiting: Listing[Waiting] = field(default_factory=Listing)
    running: Listing[Running] = field(default_factory=Listing)
    finished: Listing[Finished] = field(default_factory=Listing)
    failed: Listing[Failed] = field(default_factory=Listing)
    credits: tuple[CreditLine, ...] = ()
    folders: tuple[Health, ...] = ()
    ended: bool = False  #: no one works on it any more
    tips: Listing[Tip] = field(default_factory=Listing)
    orders: tuple[Orderable, ...] = ()  #: what can be ordered here
    link: Link = Link.READY  #: the connection with the cloud

    @property
    def stopped(self) -> bool:
        """Whether new work waits for something."""
        return any(hold.stops for hold in self.holds)

    @property
    def unreadable(self) -> bool:
        """Whether an inbox is not well."""
        return not all(inbox.good for inbox in self.folders)
