"""What an error means for a job: one table of error classes, purely from (job, error,
circumstances) to a decision.

Owns the policy and nothing else: `jobs/outcomes.py` gathers the circumstances, the runner carries
decisions out, `jobs/store.py` writes them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from nemowatch.errors import (
    FileRefused,
    FileTooLarge,
    LocalFinal,
    LocalPassing,
    NemowatchError,
    NoSpace,
    RateLimited,
    RemoteError,
    RemotePassing,
    RequestRefused,
    SessionLost,
    SourceChanged,
    SourceGone,
)
from nemowatch.jobs.account_errors import ACCOUNT, hold_account, words_of_the_turn
from nemowatch.jobs.backoff import backoff
from nemowatch.jobs.retries import Circumstances, again, doubt, is_paid
from nemowatch.journal import sessions, source_members, sources, spend
from nemowatch.journal.job_steps import TAKEN_AWAY
from nemowatch.journal.jobs import Job, JobChanges
from nemowatch.journal.spend import EditOutcome
from nemowatch.model import PAID, AttentionReason, HoldReason, Member, Snapshot, State
from nemowatch.stages.decision import Decision, ask, hold, later, refuse

#: States that put something into the outbox: what fails on this machine then is the outbox.
DELIVERING = frozenset({State.RENDERED, State.DOWNLOADING, State.DOWNLOADED})


def decide(job: Job, error: NemowatchError, at: Circumstances) -> Decision:
    """What happens to `job` after `error`: the first rule of `RULES` that has an answer."""
    for rule in RULES:
        if not isinstance(error, rule.errors):
            continue
        decision = rule.answer(job, error, at)
        if decision is not None:
            return decision

    return refuse(State.FAILED, error)


def _refused_paid(error: RemoteError) -> RemoteError:
    """A refusal of a step after the paid turn: whatever it says, the file has been taken, and
    its cure would mislead."""
    if not isinstance(error, FileRefused | FileTooLarge | RequestRefused):
        return error
    cure = (
        "The edit is kept: moving the file back into its inbox folder continues from it, and"
        " costs nothing."
    )
    return RequestRefused(
        f"The cloud does not continue with the finished edit: {error.text}",
        cure=cure,
        status=error.status,
    )


def _wait_as_asked(job: Job, error: NemowatchError, at: Circumstances) -> Decision:
    """No attempt, but each pause is longer than the one before."""
    pause = at.pause(job.attempt + job.tries + 1)
    if isinstance(error, RateLimited):
        pause = max(error.retry_after, pause)
    changes = JobChanges(tries=job.tries + 1) | doubt(job)
    if job.state is not State.INSTRUCTING:
        changes |= JobChanges(error_text=error.text)
    return later(job.state, pause, text=error.text, **changes)


def _outage_or_again(job: Job, error: NemowatchError, at: Circumstances) -> Decision:
    if not at.cloud_down:
        return again(job, error, at)

    words = words_of_the_turn(job)
    return hold(HoldReason.OUTAGE, job.state, error.text, account=True, **words)


def _open_paid_call(job: Job, error: NemowatchError, at: Circumstances) -> Decision | None:
    """No error of a read ends a paid call that is open."""
    if job.state is not State.INSTRUCTING or isinstance(error, LocalPassing):
        return None
    return ask(AttentionReason.UNKNOWN, error.text)


def _refused_after_payment(job: Job, error: NemowatchError, at: Circumstances) -> Decision | None:
    if not is_paid(job, at) or not isinstance(error, RemoteError):
        return None
    return again(job, _refused_paid(error), at)


def _reject(job: Job, error: NemowatchError, at: Circumstances) -> Decision:
    return refuse(State.REJECTED, error)


def _hold_for_space(job: Job, error: NemowatchError, at: Circumstances) -> Decision:
    return hold(HoldReason.SPACE, job.state, f"{error.text} {error.cure}", account=True)


def _wait_for_disk(job: Job, error: NemowatchError, at: Circumstances) -> Decision:
    """Once more soon; an outbox that fails in the same way again is a hold."""
    if job.state in DELIVERING and error.text in job.error_text:
        return _hold_for_outbox(job, error, at)

    pause = backoff(2, at.base, at.cap, 0.5 + at.roll / 2)
    words = JobChanges(error_text=f"{error.text} {error.cure}".strip())
    changes = words | words_of_the_turn(job) | doubt(job)
    return later(job.state, pause, text=error.text, **changes)


def _wait_for_outbox(job: Job, error: NemowatchError, at: Circumstances) -> Decision | None:
    """What is paid for waits in the cloud until the outbox can take it, however long its rights
    or shape forbid it."""
    if job.state in DELIVERING:
        return _hold_for_outbox(job, error, at)
    if job.state in PAID:
        return _wait_for_disk(job, error, at)
    return None


def _hold_for_outbox(job: Job, error: NemowatchError, at: Circumstances) -> Decision:
    return hold(HoldReason.OUTBOX, job.state, error.words)


def _fail_paid(job: Job, error: NemowatchError, at: Circumstances) -> Decision | None:
    if job.state not in PAID:
        return None
    return refuse(State.FAILED, error)


def _taken_back(job: Job, error: NemowatchError, at: Circumstances) -> Decision:
    return refuse(State.CANCELLED, SourceGone(TAKEN_AWAY))


def _changed(job: Job, error: NemowatchError, at: Circumstances) -> Decision:
    """Back to settling, unless a sibling has been paid for the old content: then the new one is
    a source of its own."""
    if at.sibling_paid:
        newer = SourceChanged("A newer version of the file has taken its place.")
        return refuse(State.CANCELLED, newer)

    left = partial(sessions.lost, session_id=job.session)
    unsettle = partial(_unsettle, job=job, seen=at.files, now_ms=at.now_ms)
    fresh = JobChanges(reason="", checking=False)
    return Decision(State.CLAIMED, fresh, (left, unsettle), text=error.text)


def _unsettle(conn: sqlite3.Connection, job: Job, seen: tuple[Member, ...], now_ms: int) -> None:
    """Have the source settle again, unless it has done so while the step was under way: what that
    had checked is not what counts by now, and nothing would settle it once more."""
    now = source_members.of_item(conn, job.source_id, job.item)
    if _looks(now) == _looks(seen):
        sources.unsettle(conn, job.source_id, now_ms)


def _looks(members: Iterable[Member]) -> dict[bytes, Snapshot | None]:
    return {member.path: member.snapshot for member in members}


def _session_lost(job: Job, error: NemowatchError, at: Circumstances) -> Decision:
    """A new session; the paid turn is repeated only where none was begun, or where the user has
    said so."""
    writes = [partial(sessions.lost, session_id=job.session)]
    edit_lost = job.state in PAID and not at.draft_saved
    if edit_lost:
        writes.append(partial(spend.set_edit, job_id=job.id, edit=EditOutcome.LOST))
        if not at.rebuild:
            cure = "Moving it back into its inbox folder makes it again, which costs again."
            words = "The cloud lost the edit before it could be saved here."
            return refuse(State.FAILED, SessionLost(words, cure=cure), *writes)

    if at.is_last(job.attempt):
        return refuse(State.FAILED, error)

    pause = 0.0  # the first time at once
    if job.attempt:
        pause = at.pause(job.attempt)
    return Decision(
        State.CLAIMED,
        JobChanges(reason="", checking=False),
        tuple(writes),
        after=pause,
        counts=True,
        text=error.text,
    )


#: None: the next rule is asked.
Answer = Callable[[Job, NemowatchError, Circumstances], Decision | None]


@dataclass(frozen=True, slots=True)
class ErrorRule:
    """What some classes of errors mean."""

    errors: type[NemowatchError] | tuple[type[NemowatchError], ...]
    answer: Answer


#: From the special to the general; what no rule answers fails the job.
RULES = (
    ErrorRule(tuple(ACCOUNT), hold_account),
    ErrorRule(RateLimited, _wait_as_asked),
    ErrorRule(RemotePassing, _outage_or_again),
    ErrorRule(NemowatchError, _open_paid_call),
    ErrorRule(SessionLost, _session_lost),
    ErrorRule(RemoteError, _refused_after_payment),
    ErrorRule((FileRefused, FileTooLarge), _reject),
    ErrorRule(NoSpace, _hold_for_space),
    ErrorRule(LocalPassing, _wait_for_disk),
    ErrorRule(LocalFinal, _wait_for_outbox),
    ErrorRule((SourceGone, SourceChanged), _fail_paid),
    ErrorRule(SourceGone, _taken_back),
    ErrorRule(SourceChanged, _changed),
)
