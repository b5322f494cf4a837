"""uploaded -> instructing -> instructed: THE PAID TURN.

The intent is committed before the send, and the send happens once. An outcome that nobody knows
is never guessed at and never sent again: the state of the session is read on a schedule until it
tells, or a person decides (docs/api.md section 6).
"""

from __future__ import annotations

import hashlib
from functools import partial

from nemowatch.errors import (
    FileRefused,
    FileTooLarge,
    LocalError,
    NemowatchError,
    NoCredits,
    RemoteError,
    RequestRefused,
    SessionLost,
    TokenRefused,
)
from nemowatch.journal import jobs, spend
from nemowatch.journal.jobs import Job
from nemowatch.journal.spend import Outcome, Spend
from nemowatch.model import AttentionReason, Credits, OutputKind, RemoteState, State, Turn, TurnEnd
from nemowatch.outbox.transcript import exportable
from nemowatch.stages import source_check, turn_outcome
from nemowatch.stages.decision import CHECKING, Decision, Write, ask, go, later
from nemowatch.stages.deps import Deps, Work
from nemowatch.stages.render import new_render
from nemowatch.stages.turn_outcome import Look, Verdict

#: What is known of a turn whose process has ended: not even whether it was sent.
INTERRUPTED = "nemowatch was stopped while it sent the order, or while the cloud worked on it."
#: `error_code` of a turn that ended with an error event: its words are shown if nothing came of it.
AGENT_ERROR = "agent error"


async def prepare(work: Work, deps: Deps) -> Decision:
    """uploaded: everything that must hold before money is spent; then write the intent down."""
    if work.has_draft:
        return new_render(deps)
    if closed := await deps.gate.closed(work, paying=True):
        return closed
    await source_check.same(work, deps)
    await source_check.deliverable(work, deps)
    state = await deps.api.read_state(work.job.skill, work.job.session_id)
    baseline = turn_outcome.digest(state)
    if _happened_after_all(work, baseline):
        return go(State.INSTRUCTED, *_kept(work, state, deps))
    credits = await _balance(deps)
    intent = partial(
        spend.open_call,
        job_id=work.job.id,
        session_id=work.job.session_id,
        request_hash=_request_hash(work),
        baseline=baseline,
        credits_before=credits,
        now_ms=deps.clock.now_ms(),
    )
    return go(State.INSTRUCTING, intent, error_text="")


def _happened_after_all(work: Work, now: str) -> bool:
    """A call that was refused inside its stream or given up, in this very session, and whose
    edit is there all the same."""
    last = work.spend
    return (
        last is not None
        and last.outcome in (Outcome.REFUSED, Outcome.GIVEN_UP)
        and last.session_id == work.job.session_id
        and turn_outcome.changed(last.baseline, now)
    )


def _request_hash(work: Work) -> str:
    return hashlib.sha256(
        f"{work.job.session_id}\n{work.job.prompt}".encode("utf-8", "surrogatepass")
    ).hexdigest()


async def send(work: Work, deps: Deps) -> Decision:
    """instructing: send the turn, or find out what became of one whose outcome is open."""
    call = work.spend
    if call is None or call.outcome not in (Outcome.OPEN, Outcome.UNKNOWN):
        return go(State.UPLOADED)
    if call.outcome is Outcome.UNKNOWN:
        return await _look_again(work, deps, call)
    if not work.may_send:  # whoever wrote this intent has ended without writing what became of it
        return _open(work, deps, call, Turn(TurnEnd.CUT, error=INTERRUPTED))
    deps.board.rows[work.job.id] = ("instructing", 0, 0)
    try:
        answer = await deps.api.run_turn(
            work.job.skill, work.job.session_id, work.job.prompt, lambda: None
        )
    except RemoteError as exc:  # by contract: certain that no turn began
        return Decision(
            State.UPLOADED, {}, (_settle(call, Outcome.REFUSED, None, deps),), fault=exc
        )
    finally:
        deps.board.clear(work.job.id)
    return await _judge(work, deps, call, answer)


async def _judge(work: Work, deps: Deps, call: Spend, answer: Turn) -> Decision:
    try:
        state = await deps.api.read_state(work.job.skill, work.job.session_id)
    except RemoteError:
        return _open(work, deps, call, answer)
    verdict = turn_outcome.judge(answer, call.baseline, turn_outcome.digest(state))
    if verdict is Verdict.HAPPENED:
        return await _happened(work, deps, call, state, answer.text)
    if verdict is Verdict.REFUSED:
        settled = _settle(call, Outcome.REFUSED, await _balance(deps), deps)
        return Decision(State.UPLOADED, {}, (settled,), fault=_fault(answer))
    return _open(work, deps, call, answer)


def _fault(answer: Turn) -> NemowatchError:
    known: dict[int, type[RemoteError]] = {1001: TokenRefused, 1002: SessionLost, 2001: NoCredits}
    return known.get(answer.code, RemoteError)(answer.error)


def _open(work: Work, deps: Deps, call: Spend, answer: Turn) -> Decision:
    """Nobody knows: the first look comes after the configured pause."""
    pause = deps.config().chat.recheck[0]
    words = answer.error or answer.text or "The cloud ended the turn without a word."
    said = (
        "answered, but its edit is not to be seen yet"
        if answer.end is TurnEnd.CLOSED and answer.text
        else "outcome unknown"
    )
    doubt = partial(spend.doubt, spend_id=call.id)
    whole = answer.text if answer.end is TurnEnd.CLOSED else ""  # half an answer is never a result
    return later(
        State.INSTRUCTING,
        pause,
        doubt,
        text=f"{said}: {words}",
        reason=CHECKING,
        answer=whole,
        error_code=AGENT_ERROR if answer.end is TurnEnd.ERROR else "",
        error_text=words,
    )


#: Refusals of a look. None of them is believed before the schedule is over: each may pass, and the
#: edit is paid for.
HIDDEN = (SessionLost, FileRefused, FileTooLarge, RequestRefused)


async def _look_again(work: Work, deps: Deps, call: Spend) -> Decision:
    pauses = deps.config().chat.recheck
    try:
        state = await deps.api.read_state(work.job.skill, call.session_id)
    except HIDDEN as exc:
        return await _refused_look(work, deps, call, exc)
    now = turn_outcome.digest(state)
    # Words that end like a question are over: one look is enough to see whether the state lagged
    # behind them.
    planned = 1 if turn_outcome.asks_back(work.job.answer) else len(pauses)
    said = turn_outcome.judge_look(call.baseline, call.last_seen, now, call.checks, planned)
    if said is Look.HAPPENED:
        return await _happened(work, deps, call, state, work.job.answer)
    looked = partial(spend.looked, spend_id=call.id, seen=now)
    if said is Look.AGAIN:
        return _wait(deps, call, looked)
    if said is Look.UNSTEADY:
        return _ask(
            work, call, await _balance(deps), (looked,), "The cloud does not stop working on it."
        )
    if work.job.answer:
        return await _answered(work, deps, call, state, work.job.answer)
    return await _unknown(
        work, deps, call, (looked,), "Nothing shows whether the cloud did the work."
    )


def _wait(deps: Deps, call: Spend, looked: Write) -> Decision:
    pauses = deps.config().chat.recheck
    return later(State.INSTRUCTING, pauses[min(call.checks + 1, len(pauses) - 1)], looked, tries=0)


async def _refused_look(work: Work, deps: Deps, call: Spend, exc: RemoteError) -> Decision:
    looked = partial(spend.looked, spend_id=call.id, seen=call.last_seen)
    if call.checks + 1 < len(deps.config().chat.recheck):
        return _wait(deps, call, looked)
    if isinstance(exc, SessionLost):
        return await _lost(work, deps, call)
    text = f"The cloud does not show what became of it ({exc.text.rstrip('.')})."
    return _ask(work, call, await _balance(deps), (looked,), text)


async def _lost(work: Work, deps: Deps, call: Spend) -> Decision:
    if deps.config().chat.on_lost_session == "rebuild" and not work.paid_before:
        given_up = _settle(call, Outcome.GIVEN_UP, await _balance(deps), deps)
        return go(State.CLAIMED, given_up, session_id="")
    text = (
        "The cloud lost this job's session while the paid turn was open, so nothing shows whether"
        " it happened."
    )
    return await _unknown(work, deps, call, (), text)


async def _unknown(
    work: Work, deps: Deps, call: Spend, looked: tuple[Write, ...], text: str
) -> Decision:
    """Unchanged to the end: a person decides, unless the configuration already has; that counts
    for one call only."""
    credits = await _balance(deps)
    if deps.config().chat.on_unknown == "resend" and not work.paid_before:
        return go(State.UPLOADED, _settle(call, Outcome.GIVEN_UP, credits, deps))
    return _ask(work, call, credits, looked, text)


def _ask(
    work: Work, call: Spend, credits: float | None, writes: tuple[Write, ...], text: str
) -> Decision:
    reported = work.job.error_code == AGENT_ERROR
    reason = AttentionReason.ERROR if reported else AttentionReason.UNKNOWN
    return ask(
        reason, f"{_ending(work.job)} {text} {_balance_words(call, credits)}".strip(), *writes
    )


def _ending(job: Job) -> str:
    """How the turn ended; what the cloud itself said is shown as such."""
    if job.error_code == AGENT_ERROR:
        return f"The cloud reported an error. It said: {_sentence(job.error_text)}"
    return (
        f"The cloud answered: {_sentence(job.answer)}" if job.answer else _sentence(job.error_text)
    )


def _sentence(text: str) -> str:
    return f"{text}{'' if text.endswith(('.', '!', '?', ':')) else '.'}" if text else ""


def _balance_words(call: Spend, after: float | None) -> str:
    """Before and after: it often answers "was I charged?"."""
    if call.credits_before is None or after is None:
        return "The credits before and after could not be compared."
    return f"Credits before: {spend.amount(call.credits_before)}, after: {spend.amount(after)}."


async def _happened(work: Work, deps: Deps, call: Spend, state: RemoteState, text: str) -> Decision:
    credits = await _balance(deps)
    writes = (_settle(call, Outcome.HAPPENED, credits, deps), *_kept(work, state, deps))
    values = await _cost(deps, call, credits)
    return go(State.INSTRUCTED, *writes, answer=text, **values)


async def _answered(work: Work, deps: Deps, call: Spend, state: RemoteState, text: str) -> Decision:
    """Words and no edit: a transcript's text, else a question for a person."""
    credits = await _balance(deps)
    settled = _settle(call, Outcome.HAPPENED, credits, deps)
    values = await _cost(deps, call, credits)
    wants_text = any(o.kind is OutputKind.TEXT and o.required for o in work.job.outputs)
    asks = turn_outcome.asks_back(text)
    if wants_text and not asks:
        return go(State.INSTRUCTED, settled, *_kept(work, state, deps), answer=text, **values)
    what = (
        "The cloud asked back instead of working"
        if asks
        else "The cloud answered, and no edit is to be seen"
    )
    shown = f"{what}: {_sentence(text)} {_balance_words(call, credits)}"
    return ask(AttentionReason.QUESTION, shown, settled, answer=text, **values)


def _kept(work: Work, state: RemoteState, deps: Deps) -> tuple[Write, ...]:
    """The draft goes into the journal at once: whatever happens to the session, it can be
    rendered from there."""
    if state.draft is None or not exportable(state.draft):
        return ()
    return (
        partial(jobs.save_draft, job_id=work.job.id, draft=state.draft, now_ms=deps.clock.now_ms()),
    )


def _settle(call: Spend, outcome: Outcome, credits: float | None, deps: Deps) -> Write:
    return partial(
        spend.settle,
        spend_id=call.id,
        outcome=outcome,
        credits_after=credits,
        now_ms=deps.clock.now_ms(),
    )


async def _balance(deps: Deps) -> float | None:
    """All credits of the account now (what is frozen may come back); None when nobody says:
    knowing the price is never worth a failed job, least of all between a turn and the commit of
    its outcome."""
    try:
        found: Credits = await deps.api.read_credits()
    except (RemoteError, LocalError):
        return None
    return found.total


async def _cost(deps: Deps, call: Spend, after: float | None) -> dict[str, object]:
    if after is None or call.credits_before is None:
        return {}
    now = deps.clock.now_ms()
    others = await deps.journal.read(lambda conn: spend.overlaps(conn, call, now))
    share = max(call.credits_before - after, 0.0) / (1 + others)
    return {"credits": share, "credits_about": others > 0}
