"""uploaded -> instructing -> instructed: THE PAID TURN.

The intent is committed before the turn is sent, and it is sent once. An unknown outcome is never
guessed, and the turn is never sent again: `recheck` finds out (docs/api.md section 6).
"""

from __future__ import annotations

import hashlib
from functools import partial

from nemowatch.edits.draft import exportable
from nemowatch.errors import (
    NemowatchError,
    NoCredits,
    RemoteError,
    SessionLost,
    StateMissing,
    TokenRefused,
)
from nemowatch.journal import sessions, spend
from nemowatch.journal.jobs import JobChanges
from nemowatch.journal.spend import CallOutcome, Spend
from nemowatch.model import RemoteState, State, TurnEnd, TurnResult
from nemowatch.stages import source_check, turn_outcome
from nemowatch.stages.context import StageContext
from nemowatch.stages.decision import Decision, go
from nemowatch.stages.recheck import leave_open, read_again
from nemowatch.stages.record_turn import balance, happened, kept, note_available, settle
from nemowatch.stages.render import new_render
from nemowatch.stages.turn_outcome import TurnVerdict
from nemowatch.stages.work import Work

#: The words for a turn whose process has ended: not even whether it was sent is known.
INTERRUPTED = "nemowatch was stopped while it sent the order, or while the cloud worked on it."
#: The errors of the business codes that may come instead of the stream.
REFUSALS: dict[int, type[RemoteError]] = {1001: TokenRefused, 1002: SessionLost, 2001: NoCredits}


async def prepare(work: Work, context: StageContext) -> Decision:
    """uploaded: check everything that must be true before money is spent, then write the intent."""
    if work.paid and work.draft_saved:
        return new_render(context)
    if work.paid:
        return go(State.INSTRUCTED)

    stop = await _stop(work, context)
    if stop is not None:
        return stop
    return await _open_call(work, context)


async def _stop(work: Work, context: StageContext) -> Decision | None:
    """Why nothing is paid for now; None when nothing stands against it. Raises what the check of
    the source raises."""
    closed = await context.gate.closed(work, paying=True)
    if closed is not None:
        return closed
    if work.missing and not work.session.rebuild:
        return go(State.CLAIMED)  # a person is asked there
    if not work.later_turn:
        await source_check.same(work, context)
    return await source_check.undeliverable(work, context)


async def _open_call(work: Work, context: StageContext) -> Decision:
    """Write the intent to pay, unless an earlier call turns out to have made this edit."""
    state = await _state_before(work, context)
    await _check_timeline(work, context, state)
    baseline = turn_outcome.digest(state)
    earlier = _happened_after_all(work, state)
    if earlier is not None:
        found = partial(spend.found, spend_id=earlier.id)
        return go(State.INSTRUCTED, found, *kept(work, state, context))
    credits = await balance(context)
    intent = partial(
        spend.open_call,
        job_id=work.job.id,
        session_id=work.job.session_id,
        request_hash=_request_hash(work),
        baseline=baseline,
        credits_before=credits,
        now_ms=context.clock.now_ms(),
        replays=work.replays,
    )
    return go(State.INSTRUCTING, intent, error_text="")


async def _state_before(work: Work, context: StageContext) -> RemoteState:
    """The state of the session. One in which nothing has happened may have none yet."""
    try:
        return await context.api.read_state(work.job.skill, work.job.session_id)
    except StateMissing:
        if work.clips or work.later_turn or work.spend is not None:
            raise
        return RemoteState(None)


async def _check_timeline(work: Work, context: StageContext, state: RemoteState) -> None:
    """Raises SessionLost for a session that has lost the edit that a further instruction goes on
    from."""
    if not work.later_turn or work.missing or exportable(state.draft):
        return
    if await context.journal.read(lambda conn: sessions.goes_on_from_edit(conn, work.job)):
        raise SessionLost("The session no longer has the edit.")


def _happened_after_all(work: Work, state: RemoteState) -> Spend | None:
    """Whether a call in this session that was refused inside its stream, or given up, made its edit
    all the same."""
    last = work.spend
    if last is None or last.replays is not None:
        return None
    if last.outcome not in (CallOutcome.REFUSED, CallOutcome.GIVEN_UP):
        return None
    if last.session_id != work.job.session_id:
        return None
    if _shows_nothing_new(last, state):
        return None
    return last


def _shows_nothing_new(call: Spend, state: RemoteState) -> bool:
    """Whether the state shows no work of this call: what was refused has not made the uploads
    that a cloud shows only once a turn has begun."""
    now = turn_outcome.digest(state, like=call.baseline)
    if not turn_outcome.changed(call.baseline, now):
        return True
    is_refused = call.outcome is CallOutcome.REFUSED
    return is_refused and turn_outcome.shows_clips_alone(call.baseline, state)


def _request_hash(work: Work) -> str:
    request = f"{work.job.session_id}\n{work.prompt}"
    return hashlib.sha256(request.encode("utf-8", "surrogatepass")).hexdigest()


async def send(work: Work, context: StageContext) -> Decision:
    """instructing: send the turn, or find out what became of one whose outcome is open."""
    call = work.spend
    if work.paid:
        return go(State.INSTRUCTED)
    if call is None or not call.is_open:
        return go(State.UPLOADED)
    if call.outcome is CallOutcome.UNKNOWN:
        return await read_again(work, context, call)
    if not work.may_send:  # the flow that wrote this intent ended without writing its outcome
        return leave_open(work, context, call, TurnResult(TurnEnd.CUT, error=INTERRUPTED))
    context.board.begin_turn(work.job.id, context.clock.monotonic())
    try:
        answer = await context.api.run_turn(
            work.job.skill,
            work.job.session_id,
            work.prompt,
            context.board.listener(work.job.id, context.clock),
        )
    except RemoteError as exc:  # by contract: certain that no turn began
        refused = settle(call, CallOutcome.REFUSED, None, context)
        await _note(exc, context)
        return Decision(State.UPLOADED, JobChanges(), (refused,), fault=exc)
    finally:
        context.board.clear(work.job.id)
    return await _judge(work, context, call, answer)


async def _judge(
    work: Work,
    context: StageContext,
    call: Spend,
    answer: TurnResult,
) -> Decision:
    try:
        state = await context.api.read_state(work.job.skill, work.job.session_id)
    except RemoteError:
        return leave_open(work, context, call, answer)
    now = turn_outcome.digest(state, like=call.baseline)
    clips_alone = turn_outcome.shows_clips_alone(call.baseline, state)
    verdict = turn_outcome.judge(answer, call.baseline, now, clips_alone=clips_alone)
    if verdict is TurnVerdict.HAPPENED:
        return await happened(work, context, call, state, answer.text)
    if verdict is TurnVerdict.REFUSED:
        credits = await balance(context)
        settled = settle(call, CallOutcome.REFUSED, credits, context)
        fault = _fault(answer)
        await _note(fault, context)
        return Decision(State.UPLOADED, JobChanges(), (settled,), fault=fault)
    return leave_open(work, context, call, answer)


async def _note(fault: NemowatchError, context: StageContext) -> None:
    if isinstance(fault, NoCredits):
        await note_available(fault, context)


def _fault(answer: TurnResult) -> NemowatchError:
    kind = REFUSALS.get(answer.code)
    if kind is None:
        return RemoteError(answer.error)
    return kind.saying(answer.error)
