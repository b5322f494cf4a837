"""What is written once the outcome of a paid turn is known: the settled call, the draft, the cost.

It does not judge the outcome: `turn_outcome` does, from what `instruct` and `recheck` have read.
"""

from __future__ import annotations

import contextlib
from functools import partial

from nemowatch.errors import LocalError, NoCredits, RemoteError
from nemowatch.journal import results, spend
from nemowatch.journal.spend import Edit, Outcome, Spend
from nemowatch.model import AttentionReason, Credits, OutputKind, RemoteState, State
from nemowatch.outbox.transcript import exportable
from nemowatch.stages import turn_outcome
from nemowatch.stages.decision import Decision, Write, ask, go
from nemowatch.stages.deps import Deps, Work


async def happened(
    work: Work,
    deps: Deps,
    call: Spend,
    state: RemoteState,
    text: str,
) -> Decision:
    """Settle a call whose edit exists."""
    credits = await balance(deps)
    settled = settle(call, Outcome.HAPPENED, credits, deps)
    return go(State.INSTRUCTED, settled, *kept(work, state, deps), answer=text)


async def answered(
    work: Work,
    deps: Deps,
    call: Spend,
    state: RemoteState,
    text: str,
) -> Decision:
    """Settle a call with words and no edit: a transcript's text, or a question for a person."""
    credits = await balance(deps)
    asks = turn_outcome.asks_back(text)
    if work.requires(OutputKind.TEXT) and not asks:
        settled = settle(call, Outcome.HAPPENED, credits, deps)
        return go(State.INSTRUCTED, settled, *kept(work, state, deps), answer=text)
    what = "The cloud answered, but shows no edit"
    if asks:
        what = "The cloud asked a question instead of working"
    shown = f"{what}: {sentence(text)} {balance_words(call, credits)}"
    settled = settle(call, Outcome.HAPPENED, credits, deps, Edit.WORDS)
    return ask(AttentionReason.QUESTION, shown, settled, answer=text)


def kept(work: Work, state: RemoteState, deps: Deps) -> tuple[Write, ...]:
    """Save the draft in the journal at once: whatever happens to the session, it can be rendered
    from there."""
    if state.draft is None or not exportable(state.draft):
        return ()
    now = deps.clock.now_ms()
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
    outcome: Outcome,
    credits: float | None,
    deps: Deps,
    edit: Edit = Edit.MADE,
) -> Write:
    """Write the call's outcome."""
    return partial(
        spend.settle,
        spend_id=call.id,
        outcome=outcome,
        credits_after=credits,
        now_ms=deps.clock.now_ms(),
        edit=edit,
    )


async def balance(deps: Deps) -> float | None:
    """All credits of the account now (what is frozen may come back); None when nobody says:
    knowing the price is never worth a failed job, least of all between a turn and the commit of
    its outcome."""
    try:
        found: Credits = await deps.api.read_credits()
    except (RemoteError, LocalError):
        return None
    return found.total


async def note_available(error: NoCredits, deps: Deps) -> None:
    """What can be spent right after a refusal for credits: only more than that is worth another
    call."""
    with contextlib.suppress(RemoteError, LocalError):
        error.available = (await deps.api.read_credits()).available


def balance_words(call: Spend, after: float | None) -> str:
    """The balance before and after, which often answers "was I charged?"."""
    if call.credits_before is None or after is None:
        return "The credits before and after could not be compared."
    return f"Credits before: {spend.amount(call.credits_before)}, after: {spend.amount(after)}."


def sentence(text: str) -> str:
    """The text, with a full stop if it has no end of its own."""
    if not text or text.endswith((".", "!", "?", ":")):
        return text
    return f"{text}."
