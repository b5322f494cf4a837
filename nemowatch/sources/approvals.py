"""Batches that ask before anything is spent: what their note says, and the APPROVE files that
answer it. It spends nothing itself."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Iterable, Mapping
from operator import attrgetter

import structlog

from nemowatch.clock import Clock
from nemowatch.config.watch_section import Watch
from nemowatch.errors import LocalError, show_path
from nemowatch.fs.exclusive_create import remove, remove_folder
from nemowatch.fs.safe_open import folder_of, stat_at, sync_folder, translated
from nemowatch.fs.threads import Disks
from nemowatch.i18n.language import message
from nemowatch.intake.records import FileProblem
from nemowatch.jobs.hold_log import whole
from nemowatch.journal import batches
from nemowatch.journal.approval_price import estimate
from nemowatch.journal.batches import BatchRow
from nemowatch.journal.database import Journal
from nemowatch.model import Snapshot
from nemowatch.reporting import notes
from nemowatch.reporting.inbox_words import BATCH_CAUSES, cause_words
from nemowatch.reporting.notes import Approval, Complaint
from nemowatch.sources.requests import CarryOut
from nemowatch.sources.stale_approvals import StaleApprovals

log = structlog.get_logger("nemowatch.inbox")

#: Bytes of an APPROVE file that is removed after use: anything larger is more than a yes.
LARGEST_YES = 1024


class Approvals:
    """Asks for approval, and receives it."""

    def __init__(
        self,
        journal: Journal,
        disks: Disks,
        clock: Clock,
        carry_out: CarryOut,
    ) -> None:
        self._journal = journal
        self._disks = disks
        self._carry_out = carry_out
        self._stale = StaleApprovals(journal, clock)
        # batch -> how far the journal had changed, and what is known of it
        self._known: dict[int, tuple[int, Approval]] = {}

    async def waiting(self, watch: Watch) -> BatchRow | None:
        """The batch of this watch that waits for approval."""
        return await self._journal.read(lambda conn: batches.open_for(conn, watch.name))

    async def judge(self, watch: Watch, files: Mapping[bytes, Snapshot]) -> bool:
        """These APPROVE files lie in the inbox. One of them is one yes, to what waits when it
        comes: it is removed when it has let a batch go on, so that the next batch asks again.
        False when nothing was approved."""
        fresh = await self._stale.fresh_ones(watch, files)
        is_asked = bool(fresh) and await self.waiting(watch) is not None
        if is_asked:
            await self._approve(watch, files)
            await self.remove_used(watch, files)
        await self._stale.remember(watch, files)
        return is_asked

    async def remove_spent(self, watch: Watch, files: Mapping[bytes, Snapshot]) -> list[bytes]:
        """Remove those that approved a batch before the process ended, and return them: they have
        not approved what waits now. For each scan, before `judge`."""
        spent = await self._stale.used_ones(watch, files)
        if spent:
            await self.remove_used(watch, spent)
        return spent

    async def _approve(self, watch: Watch, files: Mapping[bytes, Snapshot]) -> None:
        """Let the waiting batch go on, and write down together with that what has done so."""

        woken: list[object] = []

        def record(conn: sqlite3.Connection, answers: list[dict[str, object]], now_ms: int) -> None:
            self._stale.use(conn, watch.name, files)
            woken.append(answers[0]["approved"])

        where = whole(watch.name, next(iter(files)))
        await self._carry_out(where, [("approve", {"watch": watch.name})], record)
        log.info("approved in the inbox", inbox=watch.name, jobs=woken[-1])

    async def remove_used(self, watch: Watch, files: Iterable[bytes]) -> None:
        """These have approved projects."""
        await self._disks.run(watch.name, _remove_used, watch, files)

    def stale(self, watch: Watch, refused: Iterable[FileProblem] = ()) -> list[FileProblem]:
        """What people read about an APPROVE file that approves nothing. `refused`: what is said of
        those that something did wait for, which says why."""
        explained = set(map(attrgetter("path"), refused))
        found = self._stale.problems(watch)
        return [problem for problem in found if problem.path not in explained]

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
        cause = cause_words(batch.cause)
        why = BATCH_CAUSES.get(batch.cause, message(f"Reason: {cause}."))
        # more of the batch may still be claimed: the note says what is expected
        count = max(found.jobs, batch.expected)
        return Approval(
            count,
            max(found.files, 1),
            found.credits_each * count,
            found.available,
            why,
            batch.watch,
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
