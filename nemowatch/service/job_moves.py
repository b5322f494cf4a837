"""What follows when a job changes its state, besides its own next stage.

Owns which move concerns whom. It decides nothing about a job.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from nemowatch.holds.keeper import HoldKeeper
from nemowatch.journal.jobs import Job
from nemowatch.model import ENDED, State
from nemowatch.service.housekeeping import Housekeeping
from nemowatch.service.inbox_loops import Inboxes, InboxLoops
from nemowatch.service.nudges import Nudges

#: States in which what was fetched so far is of no use.
IN_VAIN = (State.FAILED, State.REJECTED, State.CANCELLED)


class JobMoves:
    """Tells everybody whom a move concerns."""

    def __init__(
        self,
        nudges: Nudges,
        housekeeping: Housekeeping,
        holds: HoldKeeper,
        inboxes: Inboxes,
        loops: InboxLoops,
        later: Callable[[Awaitable[None]], None],
    ) -> None:
        self._nudges = nudges
        self._housekeeping = housekeeping
        self._holds = holds
        self._inboxes = inboxes
        self._loops = loops
        self._later = later  # runs something beside everything else

    def follow(self, job: Job) -> None:
        """The runner has moved this job."""
        if job.state in IN_VAIN:
            self._housekeeping.ended_in_vain(job.id)
        if job.state in ENDED or job.state is State.ATTENTION:
            self._nudges.wrap_up()
            self._loops.jobs_changed()
        if job.state in (State.INSTRUCTED, State.HELD):
            self._nudges.credits()
        if job.state in (State.INSTRUCTED, State.ATTENTION):
            self._later(self._holds.release_capped())
        if job.state is State.INSTRUCTING:
            self._later(self._inboxes.mark_paid(job.source_id))
