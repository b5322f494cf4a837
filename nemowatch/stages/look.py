"""A look at a source's files: still there, still what was claimed? Asked before a session is made and again right
before the paid call, so that nothing half-written or taken back is ever paid for."""

from __future__ import annotations

from nemowatch.errors import SourceChanged, show_path
from nemowatch.intake.fingerprint import digest_of
from nemowatch.intake.opening import lookup
from nemowatch.model import Member, Snapshot
from nemowatch.stages.deps import Deps, Work


async def same(work: Work, deps: Deps) -> None:
    """Return when every file is as claimed. Raises SourceGone, SourceChanged, LocalPassing, LocalFinal."""
    for member in work.members:
        if member.path:
            await deps.on_disk(_same_file, work, member)


def _same_file(work: Work, member: Member) -> None:
    now = lookup(work.watch.inbox, member.path)
    claimed = member.snapshot
    if claimed is None or _untouched(now, claimed):
        return
    if now.size == claimed.size and digest_of(work.watch.inbox, member.path) == member.digest:
        return  # touched, restored or copied over with the same content
    raise SourceChanged(f"{show_path(member.path)}: changed since it was looked at.", path=member.path)


def _untouched(now: Snapshot, claimed: Snapshot) -> bool:
    return (now.size, now.mtime_ns, now.ctime_ns, now.identity) == (
        claimed.size,
        claimed.mtime_ns,
        claimed.ctime_ns,
        claimed.identity,
    )
