"""What a stage may use, and the job it processes."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from typing import ParamSpec, Protocol, TypeVar

from nemowatch.clock import Clock
from nemowatch.config import Config, Watch
from nemowatch.fs.threads import Disks
from nemowatch.journal import Journal
from nemowatch.journal.jobs import Job
from nemowatch.journal.sessions import Given, Session
from nemowatch.journal.sources import SourceRow
from nemowatch.journal.spend import Spend
from nemowatch.model import Member, MemberRole, OutputKind
from nemowatch.remote.interface import RemoteApi
from nemowatch.stages.decision import Decision

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Work:
    """A job with everything the journal knows about it, read at once before its stage begins."""

    job: Job
    source: SourceRow
    members: tuple[Member, ...]  #: of the job's item
    watch: Watch
    session: Session
    paid: bool  #: according to its calls: the rest costs nothing
    draft_saved: bool  #: there is something to render; this says nothing about payment
    spend: Spend | None  #: the newest paid call of its instruction
    sibling_paid: bool  #: another job of the same source is paid for, or about to be
    #: an earlier instruction of the session was carried out: what this one concerns is there
    later_turn: bool = False
    #: earlier instructions that the session's conversation in the cloud does not know: it is lost
    missing: tuple[Given, ...] = ()
    #: how many results of each ending earlier instructions of the session have
    versions: Mapping[str, int] = field(default_factory=dict)
    #: a call before the newest one may have cost something: nothing is sent again automatically
    paid_before: bool = False
    #: True only in the flow that has just written the intent: nothing else ever sends it
    may_send: bool = False

    @property
    def clips(self) -> tuple[Member, ...]:
        """What must be in the session, in order."""
        return tuple(m for m in self.members if m.role is MemberRole.CLIP)

    @property
    def prompt(self) -> str:
        """The message of its next paid turn: what is missing comes first, in its order."""
        if self.missing:
            return self.missing[0].prompt
        return self.job.prompt

    @property
    def replays(self) -> int | None:
        """The earlier instruction that its next paid turn repeats."""
        if self.missing:
            return self.missing[0].job
        return None

    def makes(self, kind: OutputKind) -> bool:
        """Whether a result of this kind is asked for."""
        return kind in {output.kind for output in self.job.outputs}

    def requires(self, kind: OutputKind) -> bool:
        """Whether the job fails without a result of this kind."""
        required = filter(attrgetter("required"), self.job.outputs)
        return kind in {output.kind for output in required}

    @property
    def requires_times(self) -> bool:
        """Whether the job fails without subtitles: words alone are not enough."""
        return self.requires(OutputKind.SRT) or self.requires(OutputKind.VTT)


class Gate(Protocol):
    """Decides whether work on a job may begin now, or be paid for."""

    async def closed(self, work: Work, *, paying: bool) -> Decision | None:
        """A hold, or None when nothing stops the job. `paying`: the next step is the paid turn."""

    def closed_at_last(self, conn: sqlite3.Connection, work: Work) -> Decision | None:
        """Asked once more in the transaction that writes the intent to pay."""


@dataclass(slots=True)
class Board:
    """Live progress that is not worth storing: job id -> (what, done, total or 0)."""

    rows: dict[int, tuple[str, int, int]] = field(default_factory=dict)
    #: job id -> when its turn was sent, on the monotonic clock
    turns: dict[int, float] = field(default_factory=dict)

    def reporter(self, job_id: int, what: str) -> Callable[[int, int], None]:
        """A progress callback for a transfer of this job, in bytes."""

        def report(done: int, total: int) -> None:
            self.rows[job_id] = (what, done, total)

        return report

    def begin_turn(self, job_id: int, at: float) -> None:
        """A turn of this job is sent at this moment (monotonic)."""
        self.rows[job_id] = ("instructing", 0, 0)
        self.turns[job_id] = at

    def clear(self, job_id: int) -> None:
        """Forget the progress: the transfer, or the turn, is over."""
        self.rows.pop(job_id, None)
        self.turns.pop(job_id, None)


async def taken_at_its_word(watch: str, path: bytes) -> bool:
    """The answer when nothing more is known about the share: a file that is not found is gone."""
    return True


@dataclass(frozen=True, slots=True)
class Deps:
    """The other rooms, as a stage uses them."""

    api: RemoteApi
    journal: Journal
    config: Callable[[], Config]  #: as it is now: a reload changes it
    clock: Clock
    disks: Disks  #: threads for file reads and writes, never the loop's
    gate: Gate
    board: Board
    gone: Callable[[str, bytes], Awaitable[bool]] = taken_at_its_word
    """(watch, path of a file that was not found) -> whether it was removed; False: the share is
    away, and the file with it."""

    async def on_disk(
        self, watch: Watch, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a blocking file system function in the threads of this watch."""
        return await self.disks.run(watch.name, call, *args, **kwargs)
