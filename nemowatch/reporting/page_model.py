"""What the status page shows, as frozen rows, most important first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from nemowatch.cures import NOTHING, Cure
from nemowatch.intake.watch.health import HealthState
from nemowatch.model import ENDED, WORKING, State
from nemowatch.remote.connection_state import ConnectionPhase
from nemowatch.reporting.overall_progress import QUEUEING, Figures
from nemowatch.tasks.folder_description import Orderable

#: The most rows of one list: nobody reads thousands, and they are slow on a phone; the rest is
#: counted.
SHOWN = 40
#: States in which something is being made; in the others it has ended, or waits.
MAKING = WORKING - frozenset(QUEUEING)
#: Those in which something is happening now; in the others a job waits for its next step.
MOVING = frozenset(
    {
        State.UPLOADING,
        State.INSTRUCTING,
        State.SUBMITTING,
        State.RENDERING,
        State.DOWNLOADING,
    }
)


class Countable(Protocol):
    """A row that stands for a number of things."""

    @property
    def count(self) -> int:
        """How many."""
        raise NotImplementedError


Row = TypeVar("Row", bound=Countable)


@dataclass(frozen=True, slots=True)
class Listing(Generic[Row]):
    """Rows of one section, most important first."""

    rows: tuple[Row, ...] = ()
    #: how many things there are in all, if `rows` has only part of them; 0: as many as in rows
    total: int = 0

    @property
    def shown(self) -> tuple[Row, ...]:
        """The rows that the page shows."""
        return self.rows[:SHOWN]

    @property
    def count(self) -> int:
        """How many there are."""
        return max(self.total, _things(self.rows))

    @property
    def more(self) -> int:
        """How many the page only counts."""
        return self.count - _things(self.shown)


def _things(rows: Iterable[Countable]) -> int:
    return sum(row.count for row in rows)


@dataclass(frozen=True, slots=True)
class Need:
    """Something that only a person can decide or give."""

    what: str  #: one sentence
    cure: Cure
    file: bytes = b""  #: the file's name; empty when it concerns everything
    folder: bytes = b""  #: where it is in the inbox: its task folder, and the folders below that
    jobs: tuple[int, ...] = ()
    count: int = 1


@dataclass(frozen=True, slots=True)
class Waiting:
    """A file that is not being worked on, and why."""

    file: bytes
    folder: bytes
    why: str  #: "still being copied (40 s)", "waiting for credits"
    targets: tuple[str, ...] = ()  #: its results, where that needs saying
    jobs: tuple[int, ...] = ()

    @property
    def count(self) -> int:
        """How many results wait."""
        return max(len(self.jobs), 1)


@dataclass(frozen=True, slots=True)
class Part:
    """One result of a file, and its progress."""

    target: str  #: "Spanish", "voiceover"
    state: State
    percent: float = -1  #: of this step; -1 when that is unknown
    note: str = ""  #: "second try", "2 min so far; usually about 3 min"
    job: int = 0

    @property
    def moves(self) -> bool:
        """Whether something is happening to it now: only then it has a bar."""
        return self.state in MOVING


@dataclass(frozen=True, slots=True)
class Running:
    """A file from which something is being made, with all its results."""

    file: bytes
    folder: bytes
    parts: tuple[Part, ...]
    named: bool = True  #: whether the results need to be told apart

    @property
    def jobs(self) -> tuple[int, ...]:
        """The jobs that have not ended."""
        return tuple(part.job for part in self.parts if part.state not in ENDED)

    @property
    def made(self) -> tuple[Part, ...]:
        """The parts that are being made."""
        return tuple(part for part in self.parts if part.state in MAKING)

    @property
    def others(self) -> tuple[Part, ...]:
        """The parts that are done, or wait."""
        return tuple(part for part in self.parts if part.state not in MAKING)

    @property
    def count(self) -> int:
        """How many are being made."""
        return len(self.made)


@dataclass(frozen=True, slots=True)
class AskedAndSaid:
    """What was asked and said about a result; shown folded up."""

    asked: str
    said: str  #: "" when the agent said nothing
    timeline: str = ""
    changes: tuple[str, ...] = ()  #: since the previous turn
    file: Path | None = None  #: absolute, of the text beside the result; None when there is none


@dataclass(frozen=True, slots=True)
class Made:
    """One result that is in the outbox."""

    target: str
    at_ms: int  #: UTC ms
    results: tuple[Path, ...] = ()  #: absolute
    credits: str = ""  #: "98 credits", "about 50 credits"
    words: AskedAndSaid | None = None  #: None when nothing is known
    jobs: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Finished:
    """A file with its results in the outbox, the latest first."""

    file: bytes
    folder: bytes
    made: tuple[Made, ...]
    named: bool = True  #: whether the results need to be told apart

    @property
    def jobs(self) -> tuple[int, ...]:
        """The jobs that made them."""
        return tuple(job for one in self.made for job in one.jobs)

    @property
    def count(self) -> int:
        """How many results."""
        return len(self.made)


@dataclass(frozen=True, slots=True)
class Tip:
    """What would give a better result for a file."""

    file: bytes
    folder: bytes
    what: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class Failed:
    """Results of a file that will not be made without a person, for one reason."""

    file: bytes
    folder: bytes
    targets: tuple[str, ...]  #: its results, where that needs saying
    at_ms: int
    what: str
    cure: Cure
    jobs: tuple[int, ...] = ()

    @property
    def count(self) -> int:
        """How many."""
        return max(len(self.jobs), 1)


@dataclass(frozen=True, slots=True)
class HoldLine:
    """What many files wait for."""

    what: str
    cure: Cure
    since_ms: int = 0  #: UTC ms; 0: unknown
    stops: bool = True  #: new work waits for it
    #: the watch and the folder of it (b"": all of it) that a PAUSE holds
    paused: tuple[str, bytes] | None = None


@dataclass(frozen=True, slots=True)
class InboxLine:
    """One watched inbox."""

    name: str
    good: bool
    text: str  #: "watching", "offline since 12:10"
    cure: Cure = NOTHING
    state: HealthState | None = None  #: None when it is not watched


@dataclass(frozen=True, slots=True)
class CreditLine:
    """One fact about credits: ("Left", "100"). `link` is shown as an address to follow; only
    https."""

    name: str
    value: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class PageModel:
    """Everything that the page says. File names are bytes, as on the disk."""

    host: str
    now_ms: int  #: UTC ms, of this writing
    page: Path  #: where it is written: links are relative to it
    version: str = ""
    needs: Listing[Need] = field(default_factory=Listing)
    holds: tuple[HoldLine, ...] = ()
    waiting: Listing[Waiting] = field(default_factory=Listing)
    running: Listing[Running] = field(default_factory=Listing)
    finished: Listing[Finished] = field(default_factory=Listing)
    failed: Listing[Failed] = field(default_factory=Listing)
    credits: tuple[CreditLine, ...] = ()
    folders: tuple[InboxLine, ...] = ()
    ended: bool = False  #: no daemon works on it any more
    paused: bool = False  #: everything is paused by a person
    tips: Listing[Tip] = field(default_factory=Listing)
    orders: tuple[Orderable, ...] = ()  #: what can be ordered here
    link: ConnectionPhase = ConnectionPhase.READY  #: the connection with the cloud
    figures: Figures = field(default_factory=Figures)

    @property
    def stopped(self) -> bool:
        """Whether new work waits for something."""
        return any(hold.stops for hold in self.holds)
