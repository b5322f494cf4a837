"""What the error policy knows besides a job and its error, and when a failed try is made again.

Owns the pauses and the end of attempts. Which errors are tried again is said by
`jobs/error_policy.py`. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass

from nemowatch.errors import ConnectionBroken, NemowatchError, RemotePassing
from nemowatch.jobs.backoff import backoff
from nemowatch.journal.jobs import Job, JobChanges
from nemowatch.model import PAID, Member, State
from nemowatch.stages.decision import Decision, later, refuse

#: States whose effect may have happened although the call failed.
DOUBTFUL = frozenset({State.UPLOADING, State.SUBMITTING})


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a decision depends on besides the job and its error."""

    base: float  #: retry.base, seconds
    cap: float  #: retry.cap, seconds
    attempts: int  #: retry.attempts
    roll: float  #: a random number in [0, 1)
    now_ms: int
    cloud_down: bool = False  #: no other call succeeds either
    paid: bool = False  #: by its calls
    draft_saved: bool = False  #: there is something to render from
    sibling_paid: bool = False  #: another job of the same source has been paid for
    files: tuple[Member, ...] = ()  #: as the step had them
    rebuild: bool = False  #: chat.on_lost_session = "rebuild"
    registration: str = ""  #: where an anonymous user registers; "" for others

    def pause(self, attempt: int) -> float:
        """Seconds until the next try after `attempt` earlier ones."""
        return backoff(attempt, self.base, self.cap, self.roll)

    def is_last(self, attempt: int) -> bool:
        """Whether `attempt` earlier ones leave no more than the try that has just failed."""
        return attempt + 1 >= self.attempts


def is_paid(job: Job, at: Circumstances) -> bool:
    """The edit exists: what is left of the way costs nothing."""
    return job.state in PAID or at.paid


def again(job: Job, error: NemowatchError, at: Circumstances) -> Decision:
    """One more try after a pause. A connection that fails, a read about an open paid call, and
    whatever passes once the edit is paid for are tried without end (docs/decisions/0007);
    everything else until the attempts are used up.
    """
    if _without_end(job, error, at):
        pause = at.pause(job.tries)
        changes = JobChanges(tries=job.tries + 1)
        if job.state is not State.INSTRUCTING:
            changes |= JobChanges(error_text=error.text) | doubt(job)
        return later(job.state, pause, text=error.text, **changes)

    if at.is_last(job.attempt):
        return refuse(State.FAILED, error)

    pause = at.pause(job.attempt)
    changes = JobChanges(error_text=error.text) | doubt(job)
    return later(
        job.state,
        pause,
        counts=True,
        text=error.text,
        **changes,
    )


def _without_end(job: Job, error: NemowatchError, at: Circumstances) -> bool:
    if isinstance(error, ConnectionBroken):
        return True
    if job.state is State.INSTRUCTING:
        return True
    return isinstance(error, RemotePassing) and is_paid(job, at)


def doubt(job: Job) -> JobChanges:
    """The effect may have happened: its stage asks first."""
    if job.state in DOUBTFUL:
        return JobChanges(checking=True)
    return JobChanges()
