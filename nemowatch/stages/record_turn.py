"""What is written once the outcome of a paid turn is known: the settled call, the draft, the cost.

It does not judge the outcome: `turn_outcome` does, from what `instruct` and `recheck` have read.
"""

from __future__ import annotations

import contextlib
from functools import partial

from nemowatch.edits import answer_words
from nemowatch.edits.answer_words import AnswerKind
from nemowatch.edits.draft import exportable
from nemowatch.edits.transcript import has_captions
from nemowatch.errors import LocalError, NoCredits, RemoteError
from nemowatch.i18n.language import message
from nemowatch.i18n.quoted import quoted, unmarked
from nemowatch.journal import results, spend
from nemowatch.journal.spend import CallOutcome, EditOutcome, Spend
from nemowatch.model import AttentionReason, Credits, OutputKind, RemoteState, State
from nemowatch.stages.context import StageContext
from nemowatch.stages.decision import Decision, Write, ask, go
from nemowatch.stages.shown_answer import quoted_answer
from nemowatch.stages.turn_outcome import shows_clips_alone
from nemowatch.stages.work import Work

#: The state of a job that asks, for people.
WAITING = message("waiting for your decision")


async def happened(
    work: Work,
    context: StageContext,
    call: Spend,
    state: RemoteState,
    text: str,
) -> Decision:
    """Settle a call whose edit exists. Where a transcript was ordered, it has to be in it, or in
    the words; else a person is asked. A question beside a draft that has only the uploads is no
    edit."""
    if _is_question(work, call, state, text):
        return await answered(work, context, call, state, text)
    credits = await balance(context)
    if call.replays is not None:
        return _replayed(call, credits, context)
    settled = settle(call, CallOutcome.HAPPENED, credits, context)
    draft = kept(work, state, context)
    if _is_transcript_missing(work, state, text):
        what = "The cloud worked on it, but shows no captions"
        return _ask(work, call, credits, what, state, text, settled, *draft)
    return go(State.INSTRUCTED, settled, *draft, answer=text)


def _is_question(work: Work, call: Spend, state: RemoteState, text: str) -> bool:
    """Whether the words ask instead of saying that it is done, and the draft has the uploads alone.
    A change of their colours or sound cannot be told from none."""
    if not work.requires(OutputKind.VIDEO):
        return False
    if not answer_words.asks(text) or answer_words.says_done(text):
        return False
    return shows_clips_alone(call.baseline, state)


def _replayed(call: Spend, credits: float | None, context: StageContext) -> Decision:
    """An earlier instruction was carried out again: go on with the next one."""
    return go(
        State.UPLOADED, settle(call, CallOutcome.HAPPENED, credits, context, EditOutcome.NONE)
    )


def _is_transcript_missing(work: Work, state: RemoteState, text: str) -> bool:
    """Whether a transcript was ordered, and neither captions came nor words that are one. After
    silence it may come late: nobody is asked then."""
    if not text or has_captions(state.draft):
        return False
    if work.requires_times:
        return True
    if not work.requires(OutputKind.TEXT):
        return False
    return answer_words.judge(text) is not AnswerKind.SPEECH


async def answered(
    work: Work,
    context: StageContext,
    call: Spend,
    state: RemoteState,
    text: str,
) -> Decision:
    """Settle a call with words and no edit: a transcript's text, or something for a person."""
    credits = await balance(context)
    if call.replays is not None:
        return _replayed(call, credits, context)
    if work.requires(OutputKind.TEXT) and answer_words.judge(text) is AnswerKind.SPEECH:
        settled = settle(call, CallOutcome.HAPPENED, credits, context)
        return go(State.INSTRUCTED, settled, *kept(work, state, context), answer=text)
    settled = settle(call, CallOutcome.HAPPENED, credits, context, EditOutcome.WORDS)
    return _ask(work, call, credits, _what_came(work, text), state, text, settled)


def _what_came(work: Work, text: str) -> str:
    """What words without an edit are, as far as can be told."""
    if answer_words.waits(text):
        return "The cloud asked a question instead of working"
    if not work.requires(OutputKind.TEXT):
        return "The cloud answered, but shows no edit"
    if answer_words.judge(text) is AnswerKind.DOUBT:
        return "The cloud answered with words that may be the transcript, or about it"
    return "The cloud answered, but not with a transcript"


def _ask(
    work: Work,
    call: Spend,
    credits: float | None,
    what: str,
    state: RemoteState,
    text: str,
    *writes: Write,
) -> Decision:
    words = quoted_answer(work.job, with_full_stop(text), WAITING, state.draft)
    shown = f"{what}: {words} {balance_words(call, credits)}"
    return ask(AttentionReason.QUESTION, shown, *writes, answer=text)


def kept(work: Work, state: RemoteState, context: StageContext) -> tuple[Write, ...]:
    """Save the draft in the journal at once: whatever happens to the session, it can be rendered
    from there."""
    if state.draft is None or not exportable(state.draft):
        return ()
    now = context.clock.now_ms()
    return (
        partial(
            results.save_draft,
            job_id=work.job.id,
            draft=state.draft,
            now_ms=now,
        ),
    )


def settle(
    call: Spend,
    outcome: CallOutcome,
    credits: float | None,
    context: StageContext,
    edit: EditOutcome = EditOutcome.MADE,
) -> Write:
    """Write the call's outcome."""
    return partial(
        spend.record_outcome,
        spend_id=call.id,
        outcome=outcome,
        credits_after=credits,
        now_ms=context.clock.now_ms(),
        edit=edit,
    )


async def balance(context: StageContext) -> float | None:
    """All credits of the account now (what is frozen may come back); None when it is unknown:
    knowing the price is never worth a failed job, least of all between a turn and the commit of
    its outcome."""
    try:
        found: Credits = await context.api.read_credits()
    except (RemoteError, LocalError):
        return None
    return found.total


async def note_available(error: NoCredits, context: StageContext) -> None:
    """What can be spent right after a refusal for credits: only more than that is worth another
    call."""
    with contextlib.suppress(RemoteError, LocalError):
        error.available = (await context.api.read_credits()).available


def balance_words(call: Spend, after: float | None) -> str:
    """The balance before and after, which often answers "was I charged?"."""
    if call.credits_before is None or after is None:
        return "The credits before and after could not be compared."
    return f"Credits before: {spend.amount(call.credits_before)}, after: {spend.amount(after)}."


def sentence(text: str) -> str:
    """Words of the cloud's within ours, with a full stop if they have no end of their own."""
    return quoted(with_full_stop(text))


def with_full_stop(text: str) -> str:
    """The text, with a full stop if it has no end of its own."""
    if text and not unmarked(text).endswith((".", "!", "?", ":")):
        return f"{text}."
    return text
