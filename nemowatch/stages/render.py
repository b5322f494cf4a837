"""instructed -> submitting -> rendering -> rendered: the render, under an id of our own.

The id is in the journal before the call, so after a crash, a cut or a doubt it is polled; posting
it again under the same id is safe (docs/api.md section 9). Rendering costs no credits.
"""

from __future__ import annotations

import secrets
import sqlite3
from dataclasses import replace
from functools import partial
from typing import Unpack

from nemowatch.edits.answer_words import publishable
from nemowatch.edits.draft import exportable
from nemowatch.edits.transcript import has_captions
from nemowatch.errors import NothingMade, RenderFailed, RenderUnknown
from nemowatch.journal import jobs, new_jobs, results, spend
from nemowatch.journal.jobs import JobChanges
from nemowatch.journal.spend import EditOutcome
from nemowatch.model import HoldReason, OutputKind, RemoteState, RenderPoll, RenderStatus, State
from nemowatch.stages import turn_outcome
from nemowatch.stages.context import StageContext
from nemowatch.stages.decision import Decision, go, hold, later, refuse
from nemowatch.stages.recheck import HIDDEN
from nemowatch.stages.record_turn import kept
from nemowatch.stages.work import Work

#: Real failures of a render that are answered with a new id (docs/api.md section 9: "a new id,
#: once").
FORGIVEN_FAILURES = 1


def new_render(context: StageContext) -> Decision:
    """Go on to submitting, with a new id of digits only, as the contract shows them."""
    render_id = f"render_{context.clock.now_ms()}{secrets.randbelow(10**6):06d}"
    return go(
        State.SUBMITTING,
        render_id=render_id,
        render_at=context.clock.now_ms(),
        progress=0,
        result_url="",
    )


async def prepare(work: Work, context: StageContext) -> Decision:
    """instructed: make sure the draft is kept, and choose what there is to fetch."""
    if await _may_have_more(work, context):
        return await _read_draft(work, context)
    return _from_here(work, context)


async def _may_have_more(work: Work, context: StageContext) -> bool:
    """Whether the session may have what is missing here: a draft, or the captions of one."""
    if not work.requires(OutputKind.TEXT) and not work.requires_times:
        return not work.draft_saved
    draft = await context.journal.read(lambda conn: results.draft(conn, work.job.id))
    return not has_captions(draft)


def _from_here(work: Work, context: StageContext) -> Decision:
    """Go on with what is saved here."""
    if work.draft_saved and work.makes(OutputKind.VIDEO):
        return new_render(context)
    return go(State.DOWNLOADED)


async def _read_draft(work: Work, context: StageContext) -> Decision:
    """Read the session for a draft that is better than what is here."""
    try:
        state = await context.api.read_state(work.job.skill, work.job.session_id)
    except HIDDEN:
        if _is_enough(work):
            return _from_here(work, context)
        raise
    if _is_result(work, state) and _is_better(work, state):
        return _keep(work, context, state)
    if _is_enough(work):
        return _from_here(work, context)
    return _nothing_yet(work, context)


def _is_enough(work: Work) -> bool:
    """Whether all that was ordered can be made of what is here, captions left out of account where
    words alone will do."""
    if work.requires_times:
        return False
    if work.requires(OutputKind.TEXT) and not publishable(work.job.answer):
        return False
    return work.draft_saved or not work.requires(OutputKind.VIDEO)


def _is_better(work: Work, state: RemoteState) -> bool:
    """Whether a draft is more than the one that is saved: it has captions, or is the first."""
    return not work.draft_saved or has_captions(state.draft)


def _keep(work: Work, context: StageContext, state: RemoteState) -> Decision:
    made = partial(spend.set_edit, job_id=work.job.id, edit=EditOutcome.MADE)
    return go(State.INSTRUCTED, *kept(work, state, context), made)


def _is_result(work: Work, state: RemoteState) -> bool:
    """Whether the draft can be rendered and was changed by the paid turn."""
    before = ""
    if work.spend is not None:
        before = work.spend.baseline
    now = turn_outcome.digest(state, like=before)
    return exportable(state.draft) and turn_outcome.changed(before, now)


def _nothing_yet(work: Work, context: StageContext) -> Decision:
    """Paid, and nothing to render yet: the edit may show late, so the state is read on the
    schedule. Only after that the job ends, or, when a person has ordered another try of exactly
    this end, is made again."""
    pauses, reads = context.config().chat.recheck, work.job.attempt
    if reads < len(pauses):
        return later(
            State.INSTRUCTED,
            pauses[reads],
            text="nothing to render yet: checking again",
            attempt=reads + 1,
        )
    if work.spend is not None and work.spend.edit is EditOutcome.UNSEEN and work.job.prompt:
        return go(State.CLAIMED, partial(_give_again, work, context), attempt=0)
    if work.requires(OutputKind.VIDEO):
        return nothing_made(work)
    return go(State.DOWNLOADED)


def nothing_made(work: Work) -> Decision:
    """The end of a job whose paid call happened and shows nothing. When a person tries it again,
    the session is read once more before anything is paid."""
    unseen = partial(spend.set_edit, job_id=work.job.id, edit=EditOutcome.UNSEEN)
    return refuse(State.FAILED, NothingMade(), unseen)


def _give_again(work: Work, context: StageContext, conn: sqlite3.Connection) -> None:
    job = jobs.by_id(conn, work.job.id)
    new_jobs.give_again(conn, job, context.clock.now_ms())


async def submit(work: Work, context: StageContext) -> Decision:
    """submitting: request the render; in doubt, poll it first."""
    job = work.job
    if not job.session_id:
        return go(State.CLAIMED)
    if not job.render_id:
        return new_render(context)
    if job.checking and await _is_known(work, context):
        return _polling(context)

    draft = await context.journal.read(lambda conn: results.draft(conn, job.id))
    if draft is None:  # never back to a new turn: this one is paid for
        return nothing_made(work)
    await context.api.submit_render(
        job.skill,
        job.render_id,
        job.session_id,
        draft,
        context.config().render.quality,
    )
    return _polling(context, render_at=context.clock.now_ms())


async def _is_known(work: Work, context: StageContext) -> bool:
    """Whether the cloud has this render already."""
    try:
        await context.api.poll_render(work.job.skill, work.job.render_id)
    except RenderUnknown:
        return False
    return True


def _polling(context: StageContext, **values: Unpack[JobChanges]) -> Decision:
    decision = go(State.RENDERING, **values)
    return replace(decision, after=context.config().render.poll_interval)


async def poll(work: Work, context: StageContext) -> Decision:
    """rendering: poll the render."""
    try:
        render = await context.api.poll_render(work.job.skill, work.job.render_id)
    except RenderUnknown:
        text = "the cloud does not know this render: asking again"
        return later(
            State.SUBMITTING,
            context.config().render.poll_interval,
            counts=True,
            text=text,
            reason="",
            checking=False,
        )
    outcomes = {RenderStatus.COMPLETED: _completed, RenderStatus.FAILED: _failed}
    outcome = outcomes.get(render.status, _still)
    return outcome(work, context, render)


def _completed(work: Work, context: StageContext, render: RenderPoll) -> Decision:
    """Fetch the result; after half of all attempts at that, render it once more."""
    has_failed_often = 2 * work.job.attempt > context.config().retry.attempts
    if has_failed_often and _is_forgiven(work):
        return _render_again(work, context, "no address delivers its result: rendering it again")
    return go(
        State.RENDERED,
        result_url=render.url,
        result_size=render.size,
        progress=100,
    )


def _is_forgiven(work: Work) -> bool:
    """Whether a failure of this render is answered with a new one."""
    return work.job.renders < FORGIVEN_FAILURES


def _render_again(work: Work, context: StageContext, text: str) -> Decision:
    again = new_render(context)
    values = again.values | JobChanges(renders=work.job.renders + 1)
    return replace(again, values=values, text=text)


def _failed(work: Work, context: StageContext, render: RenderPoll) -> Decision:
    if _is_forgiven(work):
        return _render_again(work, context, f"render failed: {render.error}")
    if not work.requires(OutputKind.VIDEO):
        return go(State.DOWNLOADED)

    words = "The cloud could not render the result."
    if render.error:
        words = f"{words} It said: {render.error}"
    return refuse(State.FAILED, RenderFailed(words))


def _still(work: Work, context: StageContext, render: RenderPoll) -> Decision:
    settings = context.config().render
    waited = (context.clock.now_ms() - work.job.render_at) / 1000
    if waited > settings.give_up:
        text = (
            f"The render has taken {waited / 60:.0f} minutes; it continues in the cloud and is"
            " checked again."
        )
        return hold(HoldReason.SLOW_RENDER, State.RENDERING, text, progress=render.progress)
    return later(State.RENDERING, settings.poll_interval, progress=render.progress, attempt=0)
