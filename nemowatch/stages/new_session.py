"""claimed -> uploading: gives the job a session of the cloud for its files, unless it has one that
has them already (docs/api.md section 5).
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from operator import attrgetter

from nemowatch.journal import sessions
from nemowatch.model import AttentionReason, State
from nemowatch.stages import source_check
from nemowatch.stages.context import StageContext
from nemowatch.stages.decision import Decision, Write, ask, go
from nemowatch.stages.work import Work


async def begin(work: Work, context: StageContext) -> Decision:
    """claimed: make a session, unless the current one has the files already. Go straight to the
    render when the edit is saved and its session may be alive."""
    closed = await context.gate.closed(work, paying=False)
    if closed is not None:
        return closed

    if work.paid and work.job.session_id:
        return go(State.SUBMITTING)
    asks = _lost_timeline(work, context)
    if asks is not None:
        return asks
    if work.session.has_clips:
        return go(State.UPLOADED)
    if not work.paid and not work.later_turn:
        await source_check.same(work, context)
    undeliverable = await _undeliverable(work, context)
    if undeliverable is not None:
        return undeliverable
    return await _open_session(work, context)


async def _open_session(work: Work, context: StageContext) -> Decision:
    """Make a session for the files, which go up next."""
    opened = await context.api.open_session(work.job.skill, work.job.stem)
    made = partial(sessions.opened, session_id=work.session.id, remote_id=opened.session_id)
    writes: list[Write] = [made]
    why = why_again(work)
    if work.missing and not work.paid:
        writes.append(partial(sessions.allow_rebuilding, session_id=work.session.id))
        why = _rebuilding(work)
    return replace(go(State.UPLOADING, *writes, error_text=why), text=why)


async def _undeliverable(work: Work, context: StageContext) -> Decision | None:
    """A hold for an outbox that takes no results, before hours are spent on sending a file; asked
    again before it is paid for. What is paid for does not wait. Raises NoSpace."""
    if work.paid or not any(map(attrgetter("path"), work.clips)):
        return None
    return await source_check.undeliverable_lately(work, context)


def _lost_timeline(work: Work, context: StageContext) -> Decision | None:
    """A question where the timeline that an instruction goes on from is lost; None where it is
    there, or may be made again."""
    if work.paid or not work.missing or work.session.rebuild:
        return None
    # once only: a call of this job was paid for in a session that is lost, too
    is_first = work.spend is None
    if is_first and context.config().chat.on_lost_session == "rebuild":
        return None

    turns = len(work.missing) + 1
    text = (
        "The cloud has lost the session of this result, and its timeline with it. Before this can"
        f" be done, what was done in it has to be done again: {turns} paid turns instead of one."
    )
    return ask(AttentionReason.LOST, text)


def _rebuilding(work: Work) -> str:
    """What is said before the earlier instructions of a lost session are carried out again."""
    turns = len(work.missing) + 1
    return f"the cloud has lost its session: what was done is done again, by {turns} paid turns"


def why_again(work: Work) -> str:
    """Why the upload is tried again; shown until it has succeeded, not only until the next try
    begins."""
    if not work.job.tries:
        return ""
    return work.job.error_text
