"""What a person can order for a single job: another try, another delivery, an end. Each is one
legal step, and none pays again for what was paid for: that is decided here, from the calls that the
journal knows. What has to be paid for again becomes a new instruction (`new_jobs.give_again`).
"""

from __future__ import annotations

import sqlite3

from nemowatch.errors import UsageError
from nemowatch.journal import jobs, new_jobs, results, reviews, sessions, side_files, spend
from nemowatch.journal.jobs import Job, JobChanges
from nemowatch.journal.spend import CallOutcome, EditOutcome
from nemowatch.model import ENDED, AttentionReason, State

#: What is said of a job whose file was removed from the inbox in time.
TAKEN_AWAY = "The file was removed before anything was paid for it."
#: What is said of a job that is tried again after it was cancelled while its paid call was in
#: doubt.
NEVER_DECIDED = (
    "Its order was sent before, and nothing shows whether the cloud did the work. That is to be"
    " decided before it is sent again."
)
#: The error code of a part that has ended because an earlier one did.
PART_BEFORE = "part before"
#: Reasons for which a job asks a person before anything was sent for it.
NOTHING_SENT = (AttentionReason.LOST, AttentionReason.CHANGED)
#: The states in which a job can be retried.
UNDONE = (State.FAILED, State.REJECTED, State.CANCELLED)


def retry(conn: sqlite3.Connection, job_id: int, now_ms: int) -> State:
    """Try a job again from the last state whose effect is saved; returns that state.

    A paid call whose outcome is still unknown is still left to a person. A job that was charged for
    and has no edit left is given again. Raises UsageError for a job that has not failed.
    """
    job = jobs.by_id(conn, job_id)
    _check_may_retry(conn, job)
    if not job.prompt and reviews.of_dub(conn, job.id) is not None:
        reviews.wait(conn, job, job.session, reviews.TO_APPROVE, now_ms)
        return State.ATTENTION
    if spend.undecided_call(conn, job_id) is not None:
        reason = AttentionReason.UNKNOWN.value
        asked = JobChanges(reason=reason, due_at=0, error_text=NEVER_DECIDED)
        jobs.apply(conn, job, State.ATTENTION, now_ms, asked)
        return State.ATTENTION
    if _has_edit(conn, job):
        state = State.CLAIMED if job.state is State.REJECTED else State.INSTRUCTED
        jobs.apply(conn, job, state, now_ms, new_jobs.BEGINNING)
        return state
    if spend.is_charged(conn, job_id) and job.prompt:
        new_jobs.give_again(conn, job, now_ms)
        return State.CLAIMED
    spend.set_edit(conn, job_id, EditOutcome.LOST)
    if not sessions.goes_on(conn, job):
        sessions.lost(conn, job.session)
    jobs.apply(conn, job, State.CLAIMED, now_ms, new_jobs.BEGINNING)
    return State.CLAIMED


def _check_may_retry(conn: sqlite3.Connection, job: Job) -> None:
    """Raise UsageError for a job that has not failed, or that goes on from what was not made."""
    if job.state not in UNDONE:
        raise UsageError(
            f"Job {job.id} is {job.state}, not failed.", cure="Only failed jobs can be tried again."
        )
    if job.error_code == PART_BEFORE:
        _check_parts_before(conn, job)


def _check_parts_before(conn: sqlite3.Connection, job: Job) -> None:
    """Raise UsageError if a part before this one came to nothing: this one would go on from what
    was never made, and be paid for."""
    before = sessions.unmade_before(conn, job.id)
    if before:
        numbers = " ".join(map(str, [*before, job.id]))
        raise UsageError(
            f"Job {job.id} is a part that goes on from an earlier one, which made nothing.",
            cure=f"To try them again in their order: nemowatch retry {numbers}",
        )


def _has_edit(conn: sqlite3.Connection, job: Job) -> bool:
    """Whether there is a paid edit to go on from: saved here, or in the session it has."""
    call = spend.latest(conn, job.id)
    if call is None or call.edit not in (EditOutcome.MADE, EditOutcome.UNSEEN):
        return False
    return results.is_draft_saved(conn, job.id) or call.session_id == job.session_id


def redeliver(
    conn: sqlite3.Connection,
    job_id: int,
    now_ms: int,
    *,
    new_take: bool = False,
) -> State:
    """Deliver a published job again: without a paid call, from the saved draft or a transcript's
    words, or as a new take.

    Returns the state it goes on from. Raises UsageError for a job that is not published, or has
    no draft.
    """
    job = jobs.by_id(conn, job_id)
    if job.state is not State.PUBLISHED:
        raise UsageError(
            f"Job {job_id} is {job.state}, not published.",
            cure="nemowatch retry tries failed jobs again.",
        )
    if new_take:
        new_jobs.give_again(conn, job, now_ms)
        return State.CLAIMED
    if not results.is_draft_saved(conn, job_id) and not job.answer:
        raise UsageError(
            f"Job {job_id} has no saved draft to deliver from.",
            cure="nemowatch again --new-take pays for a new one.",
        )
    results.drop_outputs(conn, job_id)
    side_files.delivered_anew(conn, job_id)
    jobs.apply(conn, job, State.INSTRUCTED, now_ms, new_jobs.BEGINNING)
    return State.INSTRUCTED


def cancel(
    conn: sqlite3.Connection,
    job_id: int,
    why: str,
    now_ms: int,
) -> None:
    """Cancel a job, and with it the later parts that are not paid for. What was paid stays paid.
    Raises UsageError when it has already ended."""
    job = jobs.by_id(conn, job_id)
    if job.state in ENDED:
        raise UsageError(f"Job {job_id} is {job.state} already.")
    code = "question" if job.reason == AttentionReason.QUESTION else "cancelled"
    ended = JobChanges(
        reason="",
        checking=False,
        back="",
        error_code=code,
        error_text=why,
    )
    jobs.apply(conn, job, State.CANCELLED, now_ms, ended)
    end_parts_behind(conn, job, State.CANCELLED, now_ms)


def end_parts_behind(conn: sqlite3.Connection, job: Job, state: State, now_ms: int) -> None:
    """A part has ended in `state`. If it made nothing, or was cancelled, end the later parts too,
    before anything is paid for them: they were to go on from it."""
    if state not in UNDONE or sessions.is_change(conn, job):
        return
    if state is not State.CANCELLED and spend.has_made(conn, job.id):
        return
    name = job.first_result if job.outputs else job.target
    end = State.FAILED
    text = f"The part before it ({name}) made nothing, so this one was not begun: it cost nothing."
    if state is State.CANCELLED:
        end = State.CANCELLED
        text = f"Cancelled with the part before it ({name}): nothing was paid for this one."
    ended = JobChanges(
        reason="",
        checking=False,
        back="",
        due_at=0,
        error_code=PART_BEFORE,
        error_text=text,
    )
    for part in sessions.parts_behind(conn, job.id):
        jobs.apply(conn, part, end, now_ms, ended)


def resolve_done(conn: sqlite3.Connection, job: Job, now_ms: int) -> State:
    """Go on with a job in attention whose paid call has happened, as a person says: its session is
    read for the edit, and nothing is paid. Raises UsageError if no call was made."""
    if job.reason in NOTHING_SENT:
        raise UsageError(
            f"Nothing was sent for job {job.id} so far: there is nothing to fetch.",
            cure=f"nemowatch resolve {job.id} --resend, or nemowatch cancel {job.id}.",
        )
    call = spend.latest(conn, job.id)
    if call is not None and call.is_open:
        is_replay = call.replays is not None
        edit = EditOutcome.NONE if is_replay else EditOutcome.MADE
        spend.record_outcome(conn, call.id, CallOutcome.HAPPENED, None, now_ms, edit=edit)
        if is_replay:  # the job's own instruction comes after it
            jobs.apply(conn, job, State.UPLOADED, now_ms, new_jobs.BEGINNING)
            return State.UPLOADED
    spend.set_edit(conn, job.id, EditOutcome.MADE)
    jobs.apply(conn, job, State.INSTRUCTED, now_ms, new_jobs.BEGINNING)
    return State.INSTRUCTED


def resolve_resend(
    conn: sqlite3.Connection,
    job: Job,
    prompt: str,
    now_ms: int,
) -> State:
    """Send the order of a job in attention once more, as a person says, with `prompt` ("": as it
    was): a new instruction, which costs again. If its session is lost, the instructions before it
    are carried out again first, and each costs again."""
    if job.reason in NOTHING_SENT:
        if job.reason == AttentionReason.LOST:
            sessions.allow_rebuilding(conn, job.session)
        jobs.apply(conn, job, State.CLAIMED, now_ms, new_jobs.BEGINNING)
        return State.CLAIMED
    call = spend.undecided_call(conn, job.id)
    if call is not None:
        spend.record_outcome(conn, call.id, CallOutcome.GIVEN_UP, None, now_ms)
    new_jobs.give_again(conn, job, now_ms, prompt=prompt)
    return State.CLAIMED
