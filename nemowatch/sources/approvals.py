"""Batches that ask before anything is spent: what their note says, and the APPROVE files that
answer it. Asks; it spends nothing itself."""

from __future__ import annotations

import stat
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping

import structlog

from nemowatch.clock import Clock
from nemowatch.config.watch_section import Watch
from nemowatch.errors import LocalError, show_path
from nemowatch.fs.exclusive_create import remove, remove_folder
from nemowatch.fs.safe_open import folder_of, stat_at, sync_folder, translated
from nemowatch.fs.threads import Disks
from nemowatch.intake.records import FileProblem
from nemowatch.journal import batches
from nemowatch.journal.approval_price import estimate
from nemowatch.journal.batches import BatchRow
from nemowatch.journal.database import Journal
from nemowatch.model import Snapshot
from nemowatch.reporting import notes
from nemowatch.reporting.inbox_words import BATCH_CAUSES
from nemowatch.reporting.notes import Approval, Complaint
from nemowatch.sources.stale_approvals import StaleApprovals

log = structlog.get_logger("nemowatch.inbox")

#: Bytes of an APPROVE file that is removed after use: anything larger is more than a yes.
LARGEST_YES = 1024


class Approvals:
    """Asks for a yes, and takes it."""

    def __init__(
        self,
        journal: Journal,
        disks: Disks,
        clock: Clock,
        approve: Callable[[str], Awaitable[int]],
    ) -> None:
        """`approve` lets the waiting batch of a watch go on, and says how many jobs those are."""
        self._journal = journal
        self._disks = disks
        self._approve = approve
        self._stale = StaleApprovals(journal, clock)
        # batch -> how far the journal had changed, and what is known of it
        self._known: dict[int, tuple[int, Approval]] = {}

    async def waiting(self, watch: Watch) -> BatchRow | None:
        """The batch of this watch that waits for a yes."""
        return await self._journal.read(lambda conn: batches.open_for(conn, watch.name))

    async def judge(self, watch: Watch, files: Mapping[bytes, Snapshot]) -> bool:
        """These APPROVE files lie in the inbox. One of them is one yes, to what waits when it
        comes: it is removed when it has let a batch go on, so that the next batch asks again.
        False when nothing was approved."""
        fresh = set(await self._stale.fresh_ones(watch, files))
        # before anything else: to what waits by now, they have not said yes
        obeyed = await self._obeyed(watch, files, fresh)
        await self.remove_used(watch, obeyed)
        is_asked = not fresh.issubset(obeyed) and await self.waiting(watch) is not None
        if is_asked:
            woken = await self._approve(watch.name)
            log.info("approved in the inbox", inbox=watch.name, jobs=woken)
            await self.remove_used(watch, files)
        await self._stale.remember(watch, files)
        return is_asked

    async def _obeyed(
        self, watch: Watch, files: Mapping[bytes, Snapshot], fresh: Collection[bytes]
    ) -> list[bytes]:
        """Those that have let the last batch go on, and were not removed: the process ended in
        between. They came after the question, and before the yes was written down."""
        if not fresh:
            return []
        last = await self._journal.read(lambda conn: batches.last_approved(conn, watch.name))
        if last is None:
            return []
        return [path for path in fresh if files[path].ctime_ns // 1_000_000 in last]

    async def remove_used(self, watch: Watch, files: Iterable[bytes]) -> None:
        """These have let projects go on."""
        await self._disks.run(watch.name, _remove_used, watch, files)

    def stale(self, watch: Watch) -> list[FileProblem]:
        """What people read about an APPROVE that approves nothing."""
        return self._stale.problems(watch)

    async def note(self, batch: BatchRow, complaints: Iterable[Complaint] = ()) -> str:
        """The note for a batch, with what else is wrong in the inbox; estimated over all that
        waits, and so only when the journal has changed."""
        changes = self._journal.changes
        known = self._known.get(batch.id)
        if known is None or known[0] != changes:
            known = self._known[batch.id] = (changes, await self._estimate(batch))
        return notes.approval_note(known[1], complaints)

    async def _estimate(self, batch: BatchRow) -> Approval:
        found = await self._journal.read(lambda conn: estimate(conn, batch))
        why = BATCH_CAUSES.get(batch.cause, f"Reason: {batch.cause}.")
        # more of the batch may still be claimed: the note says what is expected
        count = max(found.jobs, batch.expected)
        return Approval(
            count, max(found.files, 1), found.credits_each * count, found.available, why
        )


def _remove_used(watch: Watch, files: Iterable[bytes]) -> None:
    """Remove used APPROVE files; one that holds more than a word, or is a folder with something in
    it, is left."""
    for path in files:
        folder, _, name = path.rpartition(b"/")
        try:
            with folder_of(watch.inbox, folder) as opened, translated(path):
                _remove(name, opened)
        except LocalError as exc:
            log.warning("APPROVE could not be removed", file=show_path(path), why=exc.text)


def _remove(name: bytes, folder: int) -> None:
    found = stat_at(name, folder)
    if found is None:
        return
    if stat.S_ISDIR(found.st_mode):
        remove_folder(name, folder)
    elif found.st_size <= LARGEST_YES:
        remove(name, folder)
    sync_folder(folder)  # one that a power cut brings back would say yes to nothing
