"""uploading -> uploaded: puts the source's files into the session of the job.

The bytes are uploaded once: a job whose siblings have sent them, or that lost its session, takes
the file by its `cdn_url`. A session whose upload is in doubt is read, and replaced by a new one
unless everything is in it (docs/api.md section 5).
"""

from __future__ import annotations

import os
from functools import partial

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
from nemowatch.model import Member, State
from nemowatch.remote.interface import Payload
from nemowatch.stages import source_check
from nemowatch.stages.context import StageContext
from nemowatch.stages.decision import Decision, Write, go, later
from nemowatch.stages.new_session import why_again
from nemowatch.stages.work import Work

#: How often a file is tried by its address before its bytes are sent: one failure may be chance,
#: two are not.
URL_TRIES = 2


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
    return go(State.CLAIMED, _left_behind(work), error_text=why_again(work))


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
