"""Checks that a source's files are still there and still what was claimed, before a session is made
and again right before the paid call: so nothing is paid for that is half written, was taken back or
cannot be delivered.
"""

from __future__ import annotations

import contextlib
import os
from operator import attrgetter
from pathlib import Path

from nemowatch.config.watch_section import Watch
from nemowatch.errors import (
    LocalError,
    LocalFinal,
    LocalPassing,
    NoSpace,
    SourceChanged,
    SourceGone,
    show_path,
)
from nemowatch.fs.hashing import fingerprint
from nemowatch.fs.identity import snapshot, unchanged
from nemowatch.fs.names import safe_name
from nemowatch.fs.safe_open import lookup, open_below
from nemowatch.journal.jobs import Job
from nemowatch.model import HoldReason, Member, State
from nemowatch.outbox.delivery_probe import check_delivery
from nemowatch.stages.context import StageContext
from nemowatch.stages.decision import Decision, hold
from nemowatch.stages.work import Work


async def same(work: Work, context: StageContext) -> None:
    """Check that every file is as claimed. Raises SourceGone, SourceChanged, LocalPassing,
    LocalFinal."""
    for member in filter(attrgetter("path"), work.members):
        try:
            await context.on_disk(work.watch, _same_file, work, member)
        except SourceGone as exc:
            raise await absence(work, context, member.path, exc) from exc


async def absence(
    work: Work,
    context: StageContext,
    path: bytes,
    found: SourceGone,
) -> LocalError:
    """Why a file was not found: `found` itself; LocalPassing when the whole share is missing."""
    if await context.was_removed(work.watch.name, path):
        return found
    return LocalPassing(f"{work.watch.inbox}: the share is unavailable.", path=work.watch.inbox)


async def undeliverable(work: Work, context: StageContext) -> Decision | None:
    """A hold when the results could not be put into the outbox, with the reason; None when they
    could. Raises NoSpace."""
    try:
        await context.on_disk(work.watch, check_results, work.watch, work.source.path, work.job)
    except LocalError as exc:
        context.recent_probes.failed(work)
        if isinstance(exc, NoSpace):
            raise
        return hold(HoldReason.OUTBOX, State(work.job.state), exc.words)
    context.recent_probes.found(work, context.clock.monotonic())
    return None


async def undeliverable_lately(work: Work, context: StageContext) -> Decision | None:
    """`undeliverable`, where it is asked again before anything is paid for: a folder that
    took another one's probe a moment ago is not tried once more. Raises NoSpace."""
    if context.recent_probes.cover(work, context.clock.monotonic()):
        return None
    return await undeliverable(work, context)


def check_results(watch: Watch, path: bytes, job: Job) -> None:
    """Whether this job's results could be delivered. Raises LocalError with the reason."""
    stem = job.stem.encode("utf-8", "surrogateescape")
    names = [safe_name(stem, output.ending) for output in job.outputs]
    check_delivery(watch, path, names)


def _same_file(work: Work, member: Member) -> None:
    try:
        now = lookup(work.watch.inbox, member.path)
    except SourceGone:
        if not os.path.isdir(work.watch.inbox):  # noqa: PTH112 - never raises
            raise LocalPassing(
                f"{work.watch.inbox}: the share is unavailable.", path=work.watch.inbox
            ) from None
        raise
    claimed = member.snapshot
    if claimed is None or unchanged(claimed, now):
        return
    if now.size == claimed.size and _digest(work, member) == member.digest:
        return  # touched, restored or copied over with the same content
    raise SourceChanged(
        f"{show_path(member.path)}: changed since it was checked.", path=member.path
    )


def locate(work: Work, member: Member) -> tuple[Path, bytes]:
    """Where the content that was claimed is now: (root, path below it). It may have left the inbox
    since. Raises LocalFinal when it is at neither place, LocalError."""
    places = [(work.watch.inbox, member.path)]
    if work.source.retired_to:
        folder, name = os.path.split(work.source.retired_to)
        if member.path != work.source.path:
            name = os.path.basename(member.path)
        places.append((Path(os.fsdecode(folder)), name))
    for root, relative in places:
        with contextlib.suppress(SourceGone, SourceChanged):
            if _digest_at(root, relative) == member.digest:
                return root, relative
    raise LocalFinal(
        f"{show_path(member.path)}: the file is needed once more, and is neither in the inbox nor"
        " where it was moved to.",
        cure="Put it into its inbox folder again; then try once more.",
        path=member.path,
    )


def _digest(work: Work, member: Member) -> str:
    return _digest_at(work.watch.inbox, member.path)


def _digest_at(root: Path, relative: bytes) -> str:
    fd = open_below(root, relative)
    try:
        return fingerprint(fd, snapshot(fd), relative)
    finally:
        os.close(fd)
