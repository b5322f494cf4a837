"""What is reported: one record of everything, which `overview_reading` gathers once.

It comes from the journal and, for what only a running daemon knows, from a `DaemonSnapshot`. The
page, the terminal, JSON and systemd's line only render an `Overview`; none of them reads more.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from itertools import filterfalse
from operator import attrgetter
from typing import Any

from nemowatch.errors import show_path
from nemowatch.intake.watch.health import HealthState
from nemowatch.journal.batches import BatchRow
from nemowatch.journal.holds import HoldRow
from nemowatch.journal.jobs import ListedJob
from nemowatch.journal.results import PublishedOutput
from nemowatch.model import WORKING, State
from nemowatch.remote.connection_state import READY, ConnectionState
from nemowatch.remote.interface import Account
from nemowatch.reporting.overall_progress import QUEUEING, Figures, Lanes
from nemowatch.reporting.tipped_files import TippedFile

#: The state of an inbox when no daemon runs.
NOT_RUNNING = "not running"
#: States of a healthy inbox.
GOOD = frozenset({HealthState.WATCHING, HealthState.SCANNING, HealthState.STARTING})


@dataclass(frozen=True, slots=True)
class InboxStatus:
    """One watched inbox."""

    name: str  #: its name in the journal
    root: str  #: the workspace, or else the inbox, as it is shown
    #: "watching", "scanning (nfs4)", "degraded: …", "offline since …", "held by HOST", "not
    #: running"
    state: str
    mode: str = ""  #: "events" or "scan", "" when it is not watched
    reason: str = ""
    health: HealthState | None = None  #: None when it is not watched
    since: int = 0  #: UTC ms; 0: unknown
    cure: str = ""  #: when it is not what the state says in general

    @property
    def good(self) -> bool:
        """True when files are taken as they should be."""
        return self.health in GOOD

    @property
    def troubled(self) -> bool:
        """True when somebody may have to do something."""
        return self.health is not None and not self.good


@dataclass(frozen=True, slots=True)
class Settling:
    """A file that is not a job yet."""

    inbox: str
    path: bytes  #: relative to the inbox
    why: str
    since: int  #: UTC ms

    @property
    def shown(self) -> str:
        """The whole path, for people."""
        return _shown(self.inbox, self.path)


@dataclass(frozen=True, slots=True)
class PauseFile:
    """A PAUSE file."""

    shown: str  #: its whole path, for people
    in_share: str  #: the same for people who see only the share: "inbox/dub-es/PAUSE"
    whole: bool = True  #: it pauses the whole inbox, and not one folder of it
    watch: str = ""  #: whose inbox it is in; "" in what a program was told
    folder: bytes = b""  #: that it is in, below the inbox


@dataclass(frozen=True, slots=True)
class Transfer:
    """An upload, a download or a turn under way."""

    what: str  #: "uploading", "downloading", "instructing"
    done: int  #: bytes
    total: int  #: bytes, 0 when not known
    seconds: float = 0  #: how long a turn has taken so far

    @property
    def share(self) -> float | None:
        """How much of it is done, 0 to 1; None when that is unknown."""
        if not self.total:
            return None
        return self.done / self.total


@dataclass(frozen=True, slots=True)
class Trouble:
    """A folder or a file that only a person can put right."""

    inbox: str
    folder: bytes  #: the task folder, b"" for the inbox itself
    what: str
    cure: str = ""
    path: bytes = b""  #: of the file, relative to the inbox; b"" when it is about the folder
    suggestion: str = ""  #: the nearest folder name that works
    refused_at: int = 0  #: UTC ms at which the file went to failed/; 0 when it did not

    @property
    def shown(self) -> str:
        """The whole path, for people."""
        return _shown(self.inbox, self.path or self.folder)

    @property
    def refused(self) -> bool:
        """True for a file in failed/ that never became a job."""
        return self.refused_at > 0


@dataclass(frozen=True, slots=True)
class DaemonSnapshot:
    """What only a running daemon knows."""

    daemon: Mapping[str, Any]  #: {pid, state, since, version}
    inboxes: tuple[InboxStatus, ...]
    settling: tuple[Settling, ...] = ()  #: the first of them
    settling_count: int = 0  #: all of them
    pauses: tuple[PauseFile, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    transfers: Mapping[int, Transfer] = field(default_factory=dict)  #: by job
    journal_path: str = ""
    journal_full_at: int = 0  #: UTC ms since when the journal's disk is full; 0 when it is not
    registration: str = ""  #: where the anonymous account can be registered
    account_ends_at: int = 0  #: UTC ms at which the anonymous account ends; 0 is not known
    connection: ConnectionState = READY  #: with the cloud
    lanes: Lanes = field(default_factory=Lanes)  #: how much may be under way at once

    @property
    def unsolved(self) -> list[Trouble]:
        """The troubles with what is in an inbox."""
        return list(filterfalse(attrgetter("refused"), self.troubles))

    @property
    def only_waiting(self) -> list[Settling]:
        """The files that only wait. Those in trouble have entries of their own."""
        troubled = {trouble.shown for trouble in self.troubles}
        return [one for one in self.settling if one.shown not in troubled]

    @property
    def refused(self) -> list[Trouble]:
        """The files in failed/ that never became jobs."""
        return list(filter(attrgetter("refused"), self.troubles))


@dataclass(frozen=True, slots=True)
class CreditsSeen:
    """The last known balance; numbers are None before the first answer."""

    available: float | None = None
    frozen: float | None = None
    total: float | None = None
    at: int = 0  #: UTC ms, 0 before the first answer
    anonymous: bool | None = None
    user_id: str = ""
    expires_at: int = 0  #: UTC ms at which the anonymous account ends; 0 is not known

    @property
    def registration_link(self) -> str:
        """Where the anonymous account can be registered; "" when it is not anonymous or not
        known."""
        return Account(bool(self.anonymous), self.user_id).registration_link


@dataclass(frozen=True, slots=True)
class DoneJob:
    """A published job and its results."""

    row: ListedJob
    results: tuple[PublishedOutput, ...]


@dataclass(frozen=True, slots=True)
class WaitingBatch:
    """New work that waits for a person's approval."""

    row: BatchRow
    results: int  #: that would be made
    credits: float = 0  #: about what they would cost; 0 when that was not estimated

    @property
    def watch(self) -> str:
        """The inbox that it belongs to."""
        return self.row.watch


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything that is reported, at one moment."""

    snapshot: DaemonSnapshot
    counts: Mapping[str, int] = field(default_factory=dict)  #: jobs by state
    held: Mapping[str, int] = field(default_factory=dict)  #: held jobs by reason
    holds: tuple[HoldRow, ...] = ()
    paused: bool = False  #: by `nemowatch pause`
    figures: Figures = field(default_factory=Figures)
    batches: tuple[WaitingBatch, ...] = ()
    credits: CreditsSeen = CreditsSeen()
    attention: tuple[int, ...] = ()  #: jobs that wait for a person
    unfinished: tuple[ListedJob, ...] = ()  #: oldest first
    #: jobs that wait because of one that has ended while its paid call was in doubt, and that one
    behind_ended: Mapping[int, int] = field(default_factory=dict)
    failed: tuple[ListedJob, ...] = ()  #: latest first; rejected ones too
    done: tuple[DoneJob, ...] = ()  #: latest first
    limit: int = 0  #: the most jobs of each state that were read; 0: none
    tips: tuple[TippedFile, ...] = ()  #: for files that are being worked on, or were done lately

    @property
    def running(self) -> bool:
        """Whether a running daemon has given its part."""
        return self.snapshot.daemon["pid"] is not None

    @property
    def working(self) -> list[ListedJob]:
        """The jobs that go on by themselves."""
        return self._in_state(WORKING)

    @property
    def in_making(self) -> frozenset[tuple[str, bytes]]:
        """The files (watch, path) from which something is being made."""
        return frozenset(map(attrgetter("watch", "path"), self.making))

    @property
    def making(self) -> list[ListedJob]:
        """The jobs that are being made."""
        return self._in_state(WORKING - frozenset(QUEUEING))

    def total(self, states: Collection[State]) -> int:
        """How many jobs are in these states; if rows were left out, by the counts of all
        inboxes."""
        listed = Counter(row.job.state for row in (*self.unfinished, *self.failed))
        listed[State.PUBLISHED] = len(self.done)
        found = 0
        for state in states:
            is_cut = 0 < self.limit <= listed[state]
            found += self.counts.get(state, 0) if is_cut else listed[state]
        return found

    @property
    def asking(self) -> list[ListedJob]:
        """The jobs that wait for a person."""
        return self._in_state((State.ATTENTION,))

    def held_for(self, reason: str) -> list[ListedJob]:
        """The jobs that are held for this reason."""
        return [row for row in self._in_state((State.HELD,)) if row.job.reason == reason]

    def _in_state(self, states: Collection[State]) -> list[ListedJob]:
        return [row for row in self.unfinished if row.job.state in states]


def _shown(inbox: str, path: bytes) -> str:
    """A path below an inbox, for people; unchanged when the inbox is not known."""
    return show_path(os.path.join(os.fsencode(inbox), path).rstrip(b"/"))
