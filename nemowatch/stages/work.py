"""A job as a stage gets it: everything that the journal knows about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from operator import attrgetter

from nemowatch.config.watch_section import Watch
from nemowatch.journal.jobs import Job
from nemowatch.journal.sessions import Given, Session
from nemowatch.journal.sources import SourceRow
from nemowatch.journal.spend import Spend
from nemowatch.model import Member, MemberRole, OutputKind


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
