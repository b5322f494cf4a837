"""What a scan found, passed on: unusable files go to failed/ with a note, folders with troubles
get theirs, batches ask. It claims nothing (intake does) and pays nothing."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TypeVar

import structlog

from nemowatch.clock import Clock
from nemowatch.config import Watch
from nemowatch.errors import LocalError, SourceGone, show_path
from nemowatch.fs.exclusive_create import remove, remove_folder
from nemowatch.fs.safe_open import folder_of, lookup, stat_at, translated
from nemowatch.fs.threads import Disks
from nemowatch.intake.inbox import Inbox
from nemowatch.intake.records import FileProblem, FolderProblem, Problems, Refused, Tick
from nemowatch.intake.watch.health import HealthState
from nemowatch.jobs.job_log import place, spot, whole
from nemowatch.journal import Journal, account, batches, job_steps, jobs, sources, spend
from nemowatch.journal.batches import BatchRow
from nemowatch.model import ENDED, PAID, AttentionReason, State
from nemowatch.outbox.retire import Leaving, retire_all
from nemowatch.pacing import SayOnce
from nemowatch.reporting import notes
from nemowatch.reporting.note_writer import NoteWriter
from nemowatch.reporting.notes import Approval, Complaint
from nemowatch.reporting.words import BATCH_CAUSES
from nemowatch.sources.duplicates import Duplicates
from nemowatch.sources.refused_files import RefusedFiles

log = structlog.get_logger("nemowatch.inbox")

T = TypeVar("T")

#: What stands between a person and the work, of one inbox.
#: Bytes of an APPROVE file that is taken away after use: anything larger is more than a yes.
LARGEST_YES = 1024


class ScanResults:
    """Takes ticks."""

    def __init__(
        self,
        journal: Journal,
        note_writer: NoteWriter,
        disks: Disks,
        clock: Clock,
        nudge: Callable[[], None],
        approve: Callable[[str], Awaitable[int]],
    ) -> None:
        """`approve` lets the waiting batch of a watch go on, and says how many jobs those are."""
        self._journal = journal
        self._note_writer = note_writer
        self._disks = disks
        self._clock = clock
        self._nudge = nudge
        self._order_approval = approve
        self._noted: dict[str, dict[bytes, str]] = {}  # watch -> folder -> the note that stands
        # batch -> how far the journal had changed, and the note for it
        self._asks: dict[int, tuple[int, str]] = {}
        self._duplicates = Duplicates(journal, note_writer, disks, clock, self._fail)
        # problems that stand in the log already
        self._said = SayOnce[tuple[str, bytes, str]]()
        self.problems: dict[str, Problems] = {}  #: what stands, by watch
        self._refused_files = RefusedFiles(journal, note_writer, disks, clock)

    @property
    def refused(self) -> list[Refused]:
        """Files that never became jobs and lie in failed/, latest first."""
        return self._refused_files.latest

    async def take(self, inbox: Inbox, tick: Tick) -> None:
        """Pass on everything one tick brought."""
        await self._refused_files.recall(inbox.watch)
        problems = self.problems[inbox.watch.name] = _once(tick.problems)
        if tick.claimed or tick.again or tick.gone:
            await self._sources(tick)
        await self._duplicates.take(inbox.watch, tick.again)
        if tick.approved:
            await self._approve(inbox.watch, tick)
        for problem in problems:
            if isinstance(problem, FileProblem) and problem.final:
                await self._fail(inbox.watch, problem)
        if inbox.health.state is not HealthState.OFFLINE:
            await self._refused_files.forget_gone(inbox.watch)
        await self._refused_files.keep(inbox.watch)
        await self._notes(inbox, tick, problems)

    async def _sources(self, tick: Tick) -> None:
        if tick.claimed:
            await self._say_claimed(tick.claimed)
        for source_id in tick.gone:
            await self._taken_away(source_id)
        self._nudge()

    async def _say_claimed(self, ids: tuple[int, ...]) -> None:
        """One line each, all read in one go: a burst brings hundreds."""
        found = await self._journal.read(
            lambda conn: [(sources.by_id(conn, i), jobs.of_source(conn, i)) for i in ids]
        )
        for row, own_jobs in found:
            if row is not None:
                log.info("claimed", **place(row), task=row.task, jobs=[j.id for j in own_jobs])

    async def _taken_away(self, source_id: int) -> None:
        row = await self._journal.read(lambda conn: sources.by_id(conn, source_id))
        cancelled = await self._journal.write(partial(self._cancel, source_id=source_id))
        if row is not None:
            log.info("file taken away", **place(row), cancelled=cancelled)

    def _cancel(self, conn: sqlite3.Connection, source_id: int) -> list[int]:
        """The file was taken away: what is not paid for is not made. Paid work is delivered all
        the same. Returns job ids."""
        cancelled: list[int] = []
        for job in jobs.of_source(conn, source_id):
            held_paid = job.state is State.HELD and State(job.back) in PAID | {State.INSTRUCTING}
            undecided = job.state is State.ATTENTION and job.reason != AttentionReason.QUESTION
            safe = job.state in ENDED | PAID | {State.INSTRUCTING} or undecided or held_paid
            if not safe and not jobs.has_draft(conn, job.id):
                job_steps.cancel(
                    conn,
                    job.id,
                    "The file was taken away before anything was paid for it.",
                    self._clock.now_ms(),
                )
                cancelled.append(job.id)
        alone = sum(1 for member in sources.members(conn, source_id) if member.path) == 1
        if alone and all(job.state is State.CANCELLED for job in jobs.of_source(conn, source_id)):
            # put back a moment later, it is dropped anew
            sources.retire(conn, source_id, None, self._clock.now_ms())
        return cancelled

    async def _approve(self, watch: Watch, tick: Tick) -> None:
        """One APPROVE is one yes: it is taken away when it has let a batch go, so that the next
        batch asks again."""
        if await self._journal.read(lambda conn: batches.open_for(conn, watch.name)) is None:
            return
        woken = await self._order_approval(watch.name)
        log.info("approved in the inbox", inbox=watch.name, jobs=woken)
        await self._on_disk(watch, _consume, watch, tick.approvals)
        self._nudge()

    async def _fail(self, watch: Watch, problem: FileProblem) -> bool:
        """An unusable file leaves the inbox; nothing of it was sent anywhere. Its note comes
        first: after a kill between the two, or while nothing can be written, the file stands in
        the inbox and is found again. False: it still has to.
        """
        if not await self._note_writer.unusable(watch, problem):
            return False
        try:
            where = await self._on_disk(watch, _move_failed, watch, problem.path)
        except LocalError as exc:
            self._say(
                watch, problem.path, f"{problem.what} (and it could not be moved: {exc.text})"
            )
            return isinstance(exc, SourceGone)
        log.warning(
            "file refused", **spot(watch.name, problem.path), why=problem.what, cure=problem.cure
        )
        self._refused_files.add(watch, problem, where)
        return True

    def _say(self, watch: Watch, path: bytes, what: str) -> None:
        if self._said.is_news((watch.name, path, what)):
            log.warning("file not taken", **spot(watch.name, path), why=what)

    # -- notes in folders --------------------------------------------------------------

    async def _notes(self, inbox: Inbox, tick: Tick, problems: Problems) -> None:
        """Bring the read-me notes of this inbox in line with its troubles, also those that an
        earlier process left."""
        if inbox.watch.name not in self._noted:
            self._noted[inbox.watch.name] = await self._note_writer.read_mes(inbox.watch)
        complaints = _complaints(problems)
        wanted = {folder: notes.read_me(found) for folder, found in complaints.items()}
        why = {folder: found[0].what for folder, found in complaints.items()}
        batch = await self._journal.read(lambda conn: batches.open_for(conn, inbox.watch.name))
        if batch is not None and not tick.approved:
            standing = self._noted[inbox.watch.name].get(b"", "")
            wanted[b""] = standing if tick.more and standing else await self._approval(batch)
            why[b""] = f"New work waits for a yes ({batch.cause}): nemowatch approve lets it go on."
        for problem in problems:
            if isinstance(problem, FileProblem) and not problem.final:
                self._say(inbox.watch, problem.path, problem.what)
        await self._bring_in_line(inbox.watch, wanted, why)

    async def _bring_in_line(
        self, watch: Watch, wanted: dict[bytes, str], why: dict[bytes, str]
    ) -> None:
        standing = self._noted[watch.name]
        for folder, text in wanted.items():
            if standing.get(folder) != text and await self._note_writer.read_me(
                watch, folder, text
            ):
                log.info(
                    "note",
                    folder=whole(watch.name, folder) if folder else watch.name,
                    why=why[folder],
                )
                standing[folder] = text
        for folder in standing.keys() - wanted.keys():
            if await self._note_writer.read_me(watch, folder, ""):
                text = standing.pop(folder)
                if folder:
                    await self._note_writer.follow(watch, folder, text, {*standing, *wanted})

    async def _approval(self, batch: BatchRow) -> str:
        """The note for a batch; reckoned over all that waits, and so only when the journal has
        changed."""
        changes = self._journal.changes
        if self._asks.get(batch.id, (-1, ""))[0] != changes:
            self._asks[batch.id] = (changes, await self._ask(batch))
        return self._asks[batch.id][1]

    async def _ask(self, batch: BatchRow) -> str:
        jobs_waiting, files, credits, available = await self._journal.read(
            lambda conn: _estimate(conn, batch)
        )
        why = BATCH_CAUSES.get(batch.cause, f"nemowatch asks because of: {batch.cause}.")
        count = max(jobs_waiting, batch.expected)
        # Between two claims of one batch the number grows; the note is rewritten only when it has
        # settled.
        return notes.approval_note(Approval(count, max(files, 1), credits * count, available, why))

    async def _on_disk(self, watch: Watch, call: Callable[..., T], *args: object) -> T:
        return await self._disks.run(watch.name, call, *args)


def _once(problems: Problems) -> Problems:
    """Without what is said of folders that cannot even be looked into: only their rights matter
    by now."""
    closed = {problem.path for problem in problems if isinstance(problem, FileProblem)}
    return tuple(
        problem
        for problem in problems
        if isinstance(problem, FileProblem) or problem.folder not in closed
    )


def _complaints(problems: Problems) -> dict[bytes, list[Complaint]]:
    """Troubles by folder; files with the same trouble in one entry. That of a task folder which
    cannot be looked into is told beside it."""
    found: dict[bytes, list[Complaint]] = defaultdict(list)
    files: dict[tuple[bytes, str], list[bytes]] = defaultdict(list)
    for problem in problems:
        if isinstance(problem, FolderProblem):
            words = f"{problem.what} {problem.cure}".strip()
            found[problem.folder].append(Complaint(words, problem.suggestion))
        elif not problem.final:
            words = f"{problem.what} {problem.cure}".strip()
            where = problem.folder if problem.path != problem.folder else b""
            files[where, words].append(os.path.basename(problem.path))
    for (folder, words), names in files.items():
        found[folder].append(Complaint(words, files=tuple(names)))
    return found


def _estimate(conn: sqlite3.Connection, batch: BatchRow) -> tuple[int, int, float, float]:
    """(jobs that wait, their files, credits each, credits available or -1)."""
    held = batches.held(conn, batch.watch)
    count = sum(jobs_held for _, jobs_held, _ in held)
    credits = sum(spend.typical(conn, skill) * jobs_held for skill, jobs_held, _ in held)
    available = account.credits_seen(conn)["available"]
    each = credits / count if count else spend.EXPECTED_CREDITS
    return count, sum(files for _, _, files in held), each, -1 if available is None else available


def _consume(watch: Watch, approvals: Iterable[bytes]) -> None:
    """Take used APPROVE files away; one that holds more than a word, or is a folder with
    something in it, is left."""
    for name in approvals:
        folder, _, own_name = name.rpartition(b"/")
        try:
            with folder_of(watch.inbox, folder) as opened, translated(name):
                _take_away(own_name, opened)
        except LocalError as exc:
            log.warning("APPROVE could not be taken away", file=show_path(name), why=exc.text)


def _take_away(name: bytes, folder: int) -> None:
    found = stat_at(name, folder)
    if found is None:
        return
    if stat.S_ISDIR(found.st_mode):
        remove_folder(name, folder)
    elif found.st_size <= LARGEST_YES:
        remove(name, folder)


def _move_failed(watch: Watch, path: bytes) -> Path:
    """Returns where it lies now."""
    (found,) = retire_all(watch.inbox, [Leaving(path, lookup(watch.inbox, path))], watch.failed)
    return found or watch.failed
