"""claimed -> uploading -> uploaded: gives the job a session with the source's files in it.

The bytes are uploaded once: a job whose siblings have sent them, or that lost its session, takes
the file by its `cdn_url`. A session whose upload is in doubt is read, and replaced by a new one
unless everything is in it (docs/api.md section 5).
"""

from __future__ import annotations

import os
from dataclasses import replace
from functools import partial
from operator import attrgetter

from nemowatch.errors import (
    FileRefused,
    FileTooLarge,
    LocalError,
    LocalPassing,
    RateLimited,
    RemotePassing,
    RequestRefused,
    SessionLost,
    SourceGone,
    UrlRefused,
)
from nemowatch.fs.safe_open import open_below
from nemowatch.journal import sessions, source_members
from nemowatch.journal.sessions import UploadedBy
from nemowatch.model import AttentionReason, Member, State
from nemowatch.remote.interface import Payload
from nemowatch.stages import source_check
from nemowatch.stages.context import StageContext
from nemowatch.stages.decision import Decision, Write, ask, go, later
from nemowatch.stages.work import Work

#: How often a file is tried by its address before its bytes are sent: one failure may be chance,
#: two are not.
URL_TRIES = 2


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
    return await _open(work, context)


async def _open(work: Work, context: StageContext) -> Decision:
    """Make a session for the files, which go up next."""
    opened = await context.api.open_session(work.job.skill, work.job.stem)
    made = partial(sessions.opened, session_id=work.session.id, remote_id=opened.session_id)
    writes: list[Write] = [made]
    why = _why_again(work)
    if work.missing and not work.paid:
        writes.append(partial(sessions.allow_rebuilding, session_id=work.session.id))
        why = _rebuilding(work)
    return replace(go(State.UPLOADING, *writes, error_text=why), text=why)


async def _undeliverable(work: Work, context: StageContext) -> Decision | None:
    """A hold for an outbox that takes no results, before hours are spent on sending a file; asked
    again before it is paid for. What is paid for does not wait. Raises NoSpace."""
    if work.paid or not any(map(attrgetter("path"), work.clips)):
        return None
    return await source_check.undeliverable(work, context)


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


async def send(work: Work, context: StageContext) -> Decision:
    """uploading: put every clip into the session."""
    if not work.job.session_id:  # the id that the cloud gave is another session's
        raise SessionLost("The cloud gave the session of another job.")
    if work.job.checking:
        return await _check(work, context)
    writes: list[Write] = []
    by, shown = UploadedBy.NOTHING, 0
    for clip in work.clips:
        try:
            by = await _send_clip(work, context, clip, shown + 1, writes)
        except RemotePassing as exc:
            if not _is_address_to_blame(work, clip, exc):
                raise
            return _without_url(work, clip, exc)
        except (FileRefused, FileTooLarge) as exc:
            if len(work.clips) > 1:
                exc.args = (f"The cloud does not take {clip.name}: {exc.text}",)
            raise
        finally:
            context.board.clear(work.job.id)
        shown += by is not UploadedBy.DRAFT
    return go(State.UPLOADED, *writes, _uploaded(work, by))


def _uploaded(work: Work, by: UploadedBy) -> Write:
    return partial(sessions.uploaded, session_id=work.session.id, by=by)


def _left_behind(work: Work) -> Write:
    """Make another session: this one may have only half of the files."""
    return partial(sessions.lost, session_id=work.session.id)


def _why_again(work: Work) -> str:
    """Why the upload is tried again; shown until it has succeeded, not only until the next try
    begins."""
    if not work.job.tries:
        return ""
    return work.job.error_text


def _tries(work: Work) -> int:
    return work.job.attempt + work.job.tries


def _is_address_to_blame(work: Work, clip: Member, exc: RemotePassing) -> bool:
    """Whether the clip was taken by its address, and that has failed once too often."""
    if isinstance(exc, RateLimited) or not clip.cdn_url:
        return False
    return _tries(work) + 1 >= URL_TRIES


def _without_url(work: Work, clip: Member, exc: RemotePassing) -> Decision:
    """The address does not work: make a new session, since this one may have half of the file, and
    send the bytes there."""
    text = f"taking the file by its address failed ({exc.text.rstrip('.')}): sending its bytes"
    forget = partial(source_members.set_cdn, member_id=clip.id, url="")
    left = _left_behind(work)
    return later(
        State.CLAIMED,
        0,
        forget,
        left,
        counts=True,
        text=text,
        reason="",
        checking=False,
    )


async def _check(work: Work, context: StageContext) -> Decision:
    """Check whether an upload in doubt arrived. If not all of it did, make a new session: a repeat
    would leave two clips in this one."""
    state = await context.api.read_state(work.job.skill, work.job.session_id)
    if work.clips and len(state.video_infos) == len(work.clips):
        found = zip(work.clips, state.video_infos, strict=True)
        known = [
            partial(source_members.set_cdn, member_id=clip.id, url=_cdn_of(info))
            for clip, info in found
            if not clip.url
        ]
        return go(State.UPLOADED, *known, _uploaded(work, UploadedBy.BYTES))
    return go(State.CLAIMED, _left_behind(work), error_text=_why_again(work))


async def _send_clip(
    work: Work,
    context: StageContext,
    clip: Member,
    count: int,
    writes: list[Write],
) -> UploadedBy:
    """Put one clip into the session, which has `count` clips then."""
    if clip.url:
        await _by_given_url(work, context, clip, count)
        return UploadedBy.URL
    if _may_take_by_url(work, clip):
        try:
            await _by_url(work, context, clip.cdn_url, count)
        except UrlRefused:
            writes.append(partial(source_members.set_cdn, member_id=clip.id, url=""))
        else:
            return UploadedBy.URL

    try:
        cdn_url = await _by_bytes(work, context, clip, count)
    except LocalError as exc:
        if not work.paid or isinstance(exc, LocalPassing):
            raise
        # the saved draft has its clips; the file that was paid for is no longer here
        return UploadedBy.DRAFT
    writes.append(partial(source_members.set_cdn, member_id=clip.id, url=cdn_url))
    return UploadedBy.BYTES


def _may_take_by_url(work: Work, clip: Member) -> bool:
    """Whether another session's file is taken. Of several files the instructions may name one, and
    an address does not carry its name."""
    return len(work.clips) == 1 and clip.cdn_url != "" and _tries(work) < URL_TRIES


async def _by_url(work: Work, context: StageContext, url: str, count: int) -> None:
    sent = await context.api.upload_url(work.job.skill, work.job.session_id, url)
    if sent is None:
        await _shown(work, context, count)


async def _by_given_url(work: Work, context: StageContext, clip: Member, count: int) -> None:
    try:
        await _by_url(work, context, clip.url, count)
    except UrlRefused as exc:
        text = f"The cloud could not take {clip.url} ({exc.text.rstrip('.')})."
        raise RequestRefused(text, cure="Check the address, or drop the file itself.") from exc


async def _shown(work: Work, context: StageContext, count: int) -> dict[str, object]:
    """The last of the `count` clips that the session must have by now. Raises RemotePassing when
    it shows fewer: a turn would be paid for without the file."""
    state = await context.api.read_state(work.job.skill, work.job.session_id)
    if len(state.video_infos) < count:
        raise RemotePassing("The cloud took the file but does not show it.")
    return state.video_infos[-1]


async def _by_bytes(work: Work, context: StageContext, clip: Member, count: int) -> str:
    """Send the file's bytes. Returns where the cloud keeps it, "" when it does not say."""
    claimed = clip.snapshot
    assert claimed is not None  # a member without a URL is a file
    try:
        fd, name = await context.on_disk(work.watch, _open, work, clip)
    except SourceGone as exc:
        raise await source_check.absence(work, context, clip.path, exc) from exc
    try:
        payload = Payload(
            name=name,
            fd=fd,
            size=claimed.size,
            mtime_ns=claimed.mtime_ns,
        )
        report = context.board.reporter(work.job.id, "uploading")
        sent = await context.api.upload_file(work.job.skill, work.job.session_id, payload, report)
    finally:
        await context.on_disk(work.watch, os.close, fd)
    if sent is not None:
        return sent.cdn_url
    return _cdn_of(await _shown(work, context, count))


def _open(work: Work, clip: Member) -> tuple[int, str]:
    """The claimed file, opened, and what it is called in the cloud. Raises LocalError, OSError."""
    from nemowatch.content import cloud_names  # here: what knows containers comes with a file

    fd = _opened(work, clip)
    try:
        head = os.pread(fd, cloud_names.HEAD, 0)
        return fd, cloud_names.name_in_cloud(clip.name, head, clip.kind)
    except BaseException:
        os.close(fd)
        raise


def _opened(work: Work, clip: Member) -> int:
    """The file where it was dropped or, for a further instruction, where it went."""
    if not work.later_turn:
        return open_below(work.watch.inbox, clip.path)
    root, relative = source_check.locate(work, clip)
    return open_below(root, relative)


def _cdn_of(info: dict[str, object]) -> str:
    found = info.get("cdn_url") or info.get("cdnUrl")
    if isinstance(found, str):
        return found
    return ""
