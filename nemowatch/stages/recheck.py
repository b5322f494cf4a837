"""Finds out what came of a paid turn whose outcome is open: reads its session on the schedule of
`chat.recheck` until that is known, or a person decides (docs/api.md section 6). Never sends a turn.
"""

from __future__ import annotations

from functools import partial

from nemowatch.edits.answer_words import waits
from nemowatch.errors import FileRefused, FileTooLarge, RemoteError, RequestRefused, SessionLost
from nemowatch.i18n.quoted import quoted, unmarked
from nemowatch.journal import sessions, spend
from nemowatch.journal.jobs import Job
from nemowatch.journal.spend import CallOutcome, Spend
from nemowatch.model import AttentionReason, RemoteState, State, TurnEnd, TurnResult
from nemowatch.stages import turn_outcome
from nemowatch.stages.context import StageContext
from nemowatch.stages.decision import Decision, Write, ask, go, later
from nemowatch.stages.record_turn import (
    WAITING,
    answered,
    balance,
    balance_words,
    happened,
    sentence,
    settle,
    with_full_stop,
)
from nemowatch.stages.shown_answer import quoted_answer
from nemowatch.stages.turn_outcome import RecheckResult
from nemowatch.stages.work import Work

#: `error_code` of a turn that ended with an error event, for people; the call records it too.
AGENT_ERROR = "agent error"
ERROR_CODES = {TurnEnd.ERROR: AGENT_ERROR}
#: Refusals of a read. None is believed before the schedule is over: each may pass, and the edit is
#: paid for.
HIDDEN = (SessionLost, FileRefused, FileTooLarge, RequestRefused)


def leave_open(
    work: Work,
    context: StageContext,
    call: Spend,
    answer: TurnResult,
) -> Decision:
    """The outcome is unknown: read the state after the first configured pause."""
    said_so_far = quoted_answer(work.job, answer.text, "waiting for the edit")
    words = _words_of(answer, said_so_far)
    whole = ""  # half an answer is never a result
    if answer.end is TurnEnd.CLOSED:
        whole = answer.text
    said = "outcome unknown"
    if whole:
        said = "answered, but shows no edit yet"
    reported = answer.end is TurnEnd.ERROR

    return later(
        State.INSTRUCTING,
        context.config().chat.recheck[0],
        partial(spend.doubt, spend_id=call.id, reported=reported),
        text=f"{said}: {unmarked(words)}",
        checking=True,
        answer=whole,
        error_code=ERROR_CODES.get(answer.end, ""),
        error_text=words,
    )


def _words_of(answer: TurnResult, said_so_far: str) -> str:
    """What is known of a turn's end: in our words where the call broke off, else in the cloud's."""
    if answer.end is TurnEnd.CUT and answer.error:
        return answer.error
    return quoted(answer.error) or said_so_far or "The cloud ended the turn without a word."


#: Characters of an earlier instruction that say which one it is.
_LONGEST_PROMPT = 120


async def read_again(work: Work, context: StageContext, call: Spend) -> Decision:
    """Read the session once, as scheduled."""
    try:
        state = await context.api.read_state(work.job.skill, call.session_id)
    except HIDDEN as exc:
        return await _refused(work, context, call, exc)
    return await _conclude(work, context, call, state)


def _planned(work: Work, context: StageContext) -> int:
    """How often the session is read before the outcome counts as unknown."""
    if waits(work.job.answer):
        # A question ends the turn: one read shows whether the state lagged behind.
        return 1
    return len(context.config().chat.recheck)


async def _conclude(
    work: Work,
    context: StageContext,
    call: Spend,
    state: RemoteState,
) -> Decision:
    """Act on what the session shows of the turn."""
    now = turn_outcome.digest(state, like=call.baseline)
    said = turn_outcome.judge_check(
        baseline=call.baseline,
        last_seen=call.last_seen,
        now=now,
        checks_done=call.checks,
        checks_planned=_planned(work, context),
    )
    if said is RecheckResult.HAPPENED:
        return await happened(work, context, call, state, work.job.answer)
    checked = partial(spend.checked, spend_id=call.id, seen=now)
    if said is RecheckResult.AGAIN:
        return _wait(context, call, checked)
    if said is RecheckResult.UNSTEADY:
        text = "The cloud has not stopped working on it."
        credits = await balance(context)
        return _ask(work, call, credits, (checked,), text)
    if work.job.answer:
        return await answered(work, context, call, state, work.job.answer)
    text = "Nothing shows whether the cloud did the work."
    return await _unknown(work, context, call, (checked,), text)


def _wait(context: StageContext, call: Spend, checked: Write) -> Decision:
    pauses = context.config().chat.recheck
    pause = pauses[min(call.checks + 1, len(pauses) - 1)]
    return later(State.INSTRUCTING, pause, checked, tries=0)


async def _refused(
    work: Work,
    context: StageContext,
    call: Spend,
    exc: RemoteError,
) -> Decision:
    checked = partial(spend.checked, spend_id=call.id, seen=call.last_seen)
    if call.checks + 1 < len(context.config().chat.recheck):
        return _wait(context, call, checked)
    if isinstance(exc, SessionLost):
        return await _lost(work, context, call)
    text = f"The cloud does not show what became of it ({exc.text.rstrip('.')})."
    credits = await balance(context)
    return _ask(work, call, credits, (checked,), text)


async def _lost(work: Work, context: StageContext, call: Spend) -> Decision:
    if context.config().chat.on_lost_session == "rebuild" and not work.paid_before:
        credits = await balance(context)
        given_up = settle(call, CallOutcome.GIVEN_UP, credits, context)
        return go(State.CLAIMED, given_up, partial(sessions.lost, session_id=work.session.id))
    text = (
        "The cloud lost this job's session while the paid turn was open, so nothing shows whether"
        " it happened."
    )
    return await _unknown(work, context, call, (), text)


async def _unknown(
    work: Work,
    context: StageContext,
    call: Spend,
    writes: tuple[Write, ...],
    text: str,
) -> Decision:
    """Unchanged to the end: a person decides, unless the configuration does, which it may for one
    call only."""
    credits = await balance(context)
    if context.config().chat.on_unknown == "resend" and not work.paid_before:
        return go(State.UPLOADED, settle(call, CallOutcome.GIVEN_UP, credits, context))
    return _ask(work, call, credits, writes, text)


def _ask(
    work: Work,
    call: Spend,
    credits: float | None,
    writes: tuple[Write, ...],
    text: str,
) -> Decision:
    reason = AttentionReason.UNKNOWN
    if call.reported:
        reason = AttentionReason.ERROR
    said = (_ending(work.job, call), _repeated(work, call), text, balance_words(call, credits))
    return ask(reason, " ".join(filter(None, said)), *writes)


def _repeated(work: Work, call: Spend) -> str:
    """Which earlier instruction the turn was to carry out again; "" for the job's own."""
    prompts = {given.job: given.prompt for given in work.missing}
    said = " ".join(prompts.get(call.replays or 0, "").split())
    if not said:
        return ""
    if len(said) > _LONGEST_PROMPT:
        said = f"{said[:_LONGEST_PROMPT].rstrip()}…"
    return (
        f'This turn was to carry out an earlier instruction again ("{said}"), since the cloud had'
        " lost the session. What is asked for now comes after it."
    )


def _ending(job: Job, call: Spend) -> str:
    """How the turn ended; the cloud's own words are marked as such."""
    if call.reported:
        return f"The cloud reported an error. It said: {sentence(job.why)}"
    if job.answer:
        words = quoted_answer(job, with_full_stop(job.answer), WAITING)
        return f"The cloud answered: {words}"
    return with_full_stop(job.error_text)
