"""What an error means for a job: a pure function from (job, error) to a decision. Effects are
the runner's."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from nemowatch.errors import (
    ConnectionBroken,
    FileRefused,
    FileTooLarge,
    LocalFinal,
    LocalPassing,
    NemowatchError,
    NoCredits,
    NoSpace,
    NotSent,
    PlanRefused,
    RateLimited,
    RemoteError,
    RemotePassing,
    RequestRefused,
    SessionLost,
    SourceChanged,
    SourceGone,
    TokenRefused,
)
from nemowatch.jobs.backoff import backoff
from nemowatch.journal import sources
from nemowatch.journal.jobs import Job
from nemowatch.model import PAID, AttentionReason, HoldReason, State
from nemowatch.stages.decision import CHECKING, Decision, ask, hold, later, refuse


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a decision depends on besides the job and its error."""

    base: float  #: retry.base, seconds
    cap: float  #: retry.cap, seconds
    attempts: int  #: retry.attempts
    roll: float  #: a random number in [0, 1)
    now_ms: int
    cloud_down: bool = False  #: no other call succeeds either
    has_draft: bool = False
    sibling_paid: bool = False  #: another job of the same source has been paid for
    rebuild: bool = False  #: chat.on_lost_session = "rebuild"
    registration: str = ""  #: where an anonymous user registers; "" for others


#: Errors of the whole account, and the hold each means.
ACCOUNT: dict[type[NemowatchError], HoldReason] = {
    TokenRefused: HoldReason.TOKEN,
    NoCredits: HoldReason.CREDITS,
    PlanRefused: HoldReason.PLAN,
    NotSent: HoldReason.OUTAGE,
}
#: States whose effect may have happened although the call failed.
DOUBTFUL = frozenset({State.UPLOADING, State.SUBMITTING})


def decide(job: Job, error: NemowatchError, at: Circumstances) -> Decision:
    """What happens to `job` after `error`."""
    for kind, reason in ACCOUNT.items():
        if isinstance(error, kind):
            return hold(
                reason,
                job.state,
                _account_words(error, at),
                account=True,
                **_words_of_the_turn(job),
            )
    if isinstance(error, RateLimited):
        pause = max(error.retry_after, backoff(job.attempt + 1, at.base, at.cap, at.roll))
        return later(job.state, pause, text=error.text, **_doubt(job))
    if isinstance(error, RemotePassing):
        if at.cloud_down:
            return hold(
                HoldReason.OUTAGE, job.state, error.text, account=True, **_words_of_the_turn(job)
            )
        return again(job, error, at)
    if job.state is State.INSTRUCTING and not isinstance(error, LocalPassing):
        # no error of a look ends a paid call that is open
        return ask(AttentionReason.UNKNOWN, error.text)
    if isinstance(error, SessionLost):
        return _session_lost(job, error, at)
    if isinstance(error, RemoteError) and _paid(job, at):
        return again(job, _refused_paid(error), at)
    if isinstance(error, FileRefused | FileTooLarge):
        return refuse(State.REJECTED, error)
    return _local(job, error, at)


def _paid(job: Job, at: Circumstances) -> bool:
    """The edit exists: what is left of the way costs nothing."""
    return job.state in PAID or at.has_draft


def _refused_paid(error: RemoteError) -> RemoteError:
    """A refusal of a step after the paid turn: whatever it says, the file has been taken, and
    its cure would mislead."""
    if not isinstance(error, FileRefused | FileTooLarge | RequestRefused):
        return error
    cure = (
        "The edit is kept: moving the file back into its inbox folder goes on from it, and costs"
        " nothing."
    )
    return RequestRefused(
        f"The cloud does not go on with the finished edit: {error.text}",
        cure=cure,
        status=error.status,
    )


def _words_of_the_turn(job: Job) -> dict[str, Any]:
    """What a turn whose outcome is open ended with is for the person who may have to decide: no
    hold writes over it."""
    return (
        {"error_text": job.error_text} if job.state is State.INSTRUCTING and job.error_text else {}
    )


def _account_words(error: NemowatchError, at: Circumstances) -> str:
    """What happened and its cure; an anonymous user without credits, or with too small a plan,
    is told where to register."""
    words = f"{error.text.rstrip('.')}. {error.cure}".strip()
    if at.registration and isinstance(error, NoCredits | PlanRefused):
        return f"{words} Register this account here: {at.registration}"
    return words


def _local(job: Job, error: NemowatchError, at: Circumstances) -> Decision:
    if isinstance(error, NoSpace):
        return hold(HoldReason.SPACE, job.state, f"{error.text} {error.cure}", account=True)
    if isinstance(error, LocalPassing) or (isinstance(error, LocalFinal) and job.state in PAID):
        # What is paid for waits in the cloud until the outbox can take it, however long its rights
        # or shape forbid it.
        pause = backoff(2, at.base, at.cap, 0.5 + at.roll / 2)
        words = {"error_text": f"{error.text} {error.cure}".strip()} | _words_of_the_turn(job)
        return later(job.state, pause, text=error.text, **words, **_doubt(job))
    if isinstance(error, SourceGone):
        return _taken_back(job, error)
    if isinstance(error, SourceChanged):
        return _changed(job, error, at)
    return refuse(State.FAILED, error)


def _taken_back(job: Job, error: SourceGone) -> Decision:
    if job.state in PAID:
        return refuse(State.FAILED, error)
    return refuse(
        State.CANCELLED, SourceGone("The file was taken away before anything was paid for it.")
    )


def _changed(job: Job, error: SourceChanged, at: Circumstances) -> Decision:
    """Back to settling, unless a sibling has been paid for the old content: then the new one is
    a source of its own."""
    if job.state in PAID:
        return refuse(State.FAILED, error)
    if at.sibling_paid:
        return refuse(
            State.CANCELLED, SourceChanged("A newer version of the file has taken its place.")
        )
    unsettle = partial(sources.unsettle, source_id=job.source_id, now_ms=at.now_ms)
    return Decision(
        State.CLAIMED,
        {"session_id": "", "uploaded_by": "", "reason": ""},
        (unsettle,),
        text=error.text,
    )


def _session_lost(job: Job, error: SessionLost, at: Circumstances) -> Decision:
    """A new session; the paid turn is repeated only where none was begun, or where the user has
    said so."""
    fresh = {"session_id": "", "uploaded_by": "", "reason": ""}
    if job.state in PAID and not at.has_draft and not at.rebuild:
        cure = "Moving it back into its inbox folder makes it anew, and costs again."
        return refuse(
            State.FAILED,
            SessionLost("The cloud lost the edit before it could be saved here.", cure=cure),
        )
    if job.attempt + 1 >= at.attempts:
        return refuse(State.FAILED, error)
    pause = backoff(job.attempt, at.base, at.cap, at.roll) if job.attempt else 0
    return Decision(State.CLAIMED, fresh, after=pause, counts=True, text=error.text)


def again(job: Job, error: NemowatchError, at: Circumstances) -> Decision:
    """One more try after a pause. A connection that fails, a read about an open paid call, and
    whatever passes once the edit is paid for are tried without end (docs/decisions/0007); all
    else until the attempts are used up.
    """
    if job.state is State.INSTRUCTING:
        return later(
            job.state,
            backoff(job.tries, at.base, at.cap, at.roll),
            text=error.text,
            tries=job.tries + 1,
        )
    if isinstance(error, ConnectionBroken) or (isinstance(error, RemotePassing) and _paid(job, at)):
        pause = backoff(job.tries, at.base, at.cap, at.roll)
        return later(
            job.state,
            pause,
            text=error.text,
            tries=job.tries + 1,
            error_text=error.text,
            **_doubt(job),
        )
    if job.attempt + 1 >= at.attempts:
        return refuse(State.FAILED, error)
    pause = backoff(job.attempt, at.base, at.cap, at.roll)
    return later(
        job.state, pause, counts=True, text=error.text, error_text=error.text, **_doubt(job)
    )


def _doubt(job: Job) -> dict[str, Any]:
    return {"reason": CHECKING} if job.state in DOUBTFUL else {}
