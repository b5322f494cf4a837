"""Acts on what a tick of an inbox brought: unusable files go to failed/ with a note, folders with
problems get theirs, batches ask. It claims nothing (intake does) and pays nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from operator import attrgetter
from pathlib import Path

import structlog

from nemowatch.clock import Clock
from nemowatch.config.watch_section import Watch
from nemowatch.errors import LocalError, SourceGone, show_path
from nemowatch.fs.listing import is_folder
from nemowatch.fs.safe_open import lookup
from nemowatch.fs.threads import Disks
from nemowatch.intake.inbox import Inbox
from nemowatch.intake.records import FileProblem, FolderProblem, ProblemList, Refused, Tick
from nemowatch.intake.watch.health import HealthState
from nemowatch.jobs.job_log import location, location_of
from nemowatch.journal import jobs, sources
from nemowatch.journal.database import Journal
from nemowatch.journal.sources import SourceRow
from nemowatch.outbox.leaving_project import move_whole
from nemowatch.outbox.retire import Leaving, retire_all
from nemowatch.reporting.daemon_snapshot import standing
from nemowatch.reporting.note_writer import NoteWriter
from nemowatch.reporting.overview import Trouble
from nemowatch.retry_memory import SayOnce
from nemowatch.sources.approvals import Approvals
from nemowatch.sources.conflict_copies import ConflictCopies
from nemowatch.sources.duplicates import Duplicates
from nemowatch.sources.folder_notes import FolderNotes
from nemowatch.sources.moving_out import MovingOut
from nemowatch.sources.notes_left_behind import NotesLeftBehind
from nemowatch.sources.offer_approvals import OfferApprovals
from nemowatch.sources.outbox_texts import OutboxTexts
from nemowatch.sources.refused_files import RefusedFiles
from nemowatch.sources.requests import CarryOut, Requests
from nemowatch.sources.stray_notes import StrayNotes
from nemowatch.sources.taken_away import cancel_taken_away

log = structlog.get_logger("nemowatch.inbox")


class TickResults:
    """Passes on what the scans of all inboxes found."""

    def __init__(
        self,
        journal: Journal,
        note_writer: NoteWriter,
        disks: Disks,
        clock: Clock,
        nudge: Callable[[], None],
        carry_out: CarryOut,
        moving_out: MovingOut,
    ) -> None:
        """`nudge` has the runner look for work; `carry_out` carries out what a file asks for."""
        self._journal = journal
        self._note_writer = note_writer
        self._disks = disks
        self._clock = clock
        self._nudge = nudge
        self._moving_out = moving_out
        self._approvals = Approvals(journal, disks, clock, carry_out)
        self._folder_notes = FolderNotes(note_writer, self._approvals)
        self._conflict_copies = ConflictCopies(journal)
        self._duplicates = Duplicates(journal, note_writer, disks, clock, self._fail, moving_out)
        self._refused_files = RefusedFiles(journal, note_writer, disks, clock)
        self._left_behind = NotesLeftBehind(journal, note_writer, disks, clock)
        self._stray_notes = StrayNotes(journal, disks, clock)
        self._requests = Requests(journal, note_writer, disks, clock, carry_out, nudge)
        self._outbox_texts = OutboxTexts(journal, disks, clock)
        self._offers = OfferApprovals(journal, clock, carry_out, self._approvals.remove_used)
        self._said = SayOnce[tuple[str, bytes, str]]()
        self.problems: dict[str, ProblemList] = {}  #: those of now, by watch
        self._judged: set[str] = set()  # watches of which all of them are known
        #: files that cannot be moved, by watch and source: as those who move them keep it
        self.unmoved: Mapping[str, Mapping[int, FileProblem]] = {}

    @property
    def refused(self) -> list[Refused]:
        """Files that never became jobs and lie in failed/, latest first."""
        return self._refused_files.latest

    @property
    def standing(self) -> dict[str, tuple[Trouble, ...]]:
        """What only a person can put right, by watch; without those of which that is not known
        yet."""
        found: dict[str, tuple[Trouble, ...]] = {}
        for name in self._judged & self.problems.keys():
            unmoved = self.unmoved.get(name, {})
            found[name] = tuple(standing(name, self.problems[name], unmoved))
        return found

    def waits_for_jobs(self, watch: str) -> bool:
        """Whether this inbox has texts that a change of some job may concern."""
        return self._requests.waiting(watch)

    async def act_on(self, inbox: Inbox, tick: Tick) -> None:
        """Pass on everything that one scan found."""
        watch = inbox.watch
        await self._refused_files.recall(watch)
        spent = await self._approvals.remove_spent(watch, tick.approvals)
        is_approved = await self._approvals.judge(watch, tick.approvals)
        asked: list[FileProblem] = []
        if tick.is_ours:  # else another host may carry them out
            yes = {**tick.folder_approvals, **tick.approvals}
            is_approved |= await self._offers.judge(watch, yes, spent)
            await self._requests.sight(watch, tick.sighted)
            asked = await self._requests.act_on(watch, tick.requests)
            asked += await self._outbox_texts.act_on(watch)
            asked += self._offers.refused(watch)
        strays = await self._stray_notes.act_on(watch, tick.notes)
        stale = self._approvals.stale(watch, self._offers.refused(watch))
        problems = _without_closed((*tick.problems, *strays, *stale, *asked))
        self.problems[watch.name] = problems
        if tick.is_judged:
            self._judged.add(watch.name)
        await self._take_sources(watch, tick)
        if is_approved:
            self._nudge()
        for problem in _files(problems):
            await self._take_problem(watch, problem)
        if inbox.health.state is not HealthState.OFFLINE:
            await self._refused_files.forget_gone(watch)
            await self._left_behind.check(watch)
        await self._refused_files.save(watch)
        asking = await self._approvals.waiting(watch)
        found = (*problems, *await self._conflict_copies.problems(watch))
        await self._folder_notes.update(inbox, found, asking, tick)

    async def _take_sources(self, watch: Watch, tick: Tick) -> None:
        if tick.claimed:
            await self._log_claimed(tick.claimed)
        for source_id, before in tick.renamed:
            await self._follow(watch, source_id, before)
        for source_id in tick.removed:
            await self._cancel_taken_away(source_id)
        news = (tick.claimed, tick.duplicates, tick.removed)
        if any(news):
            self._nudge()
        await self._duplicates.act_on(watch, tick.duplicates)
        if tick.used:
            await self._approvals.remove_used(watch, tick.used)

    async def _log_claimed(self, ids: Iterable[int]) -> None:
        """One line each, all read at once: a burst brings hundreds."""
        for row, own_jobs in await self._journal.read(partial(_claimed, ids=ids)):
            log.info("claimed", **location(row), task=row.task, jobs=own_jobs)

    async def _follow(self, watch: Watch, source_id: int, before: bytes) -> None:
        """A file was renamed, and its jobs go on with it: what was asked about it is asked beside
        its new name."""
        await self._note_writer.withdraw_question(watch, before)
        row = await self._journal.read(lambda conn: sources.by_id(conn, source_id))
        if row is not None:
            log.info("file renamed", **location(row), before=show_path(before))

    async def _cancel_taken_away(self, source_id: int) -> None:
        row = await self._journal.read(lambda conn: sources.by_id(conn, source_id))
        now_ms = self._clock.now_ms()
        cancelled = await self._journal.write(
            lambda conn: cancel_taken_away(
                conn, source_id, now_ms, is_leaving=source_id in self._moving_out
            )
        )
        if row is not None:
            log.info("file removed", **location(row), cancelled=cancelled)

    async def _take_problem(self, watch: Watch, problem: FileProblem) -> None:
        if problem.final:
            await self._fail(watch, problem)
        else:
            self._log_not_taken(watch, problem.path, problem.what)

    async def _fail(self, watch: Watch, problem: FileProblem) -> bool:
        """An unusable file leaves the inbox; nothing of it was sent anywhere. Its note comes
        first: after a kill between the two, or while nothing can be written, the file is still in
        the inbox and is found again. False: it still has to leave.
        """
        told = await self._note_writer.unusable(watch, problem)
        if not told:
            return False
        try:
            where = await self._disks.run(watch.name, _move_to_failed, watch, problem.path)
        except LocalError as exc:
            self._log_not_taken(
                watch, problem.path, f"{problem.what} (and it could not be moved: {exc.text})"
            )
            return isinstance(exc, SourceGone)
        log.warning(
            "file refused",
            **location_of(watch.name, problem.path),
            why=problem.what,
            cure=problem.cure,
        )
        self._refused_files.add(watch, problem, where, told)
        return True

    def _log_not_taken(self, watch: Watch, path: bytes, why: str) -> None:
        if self._said.record((watch.name, path, why)):
            log.warning("file not taken", **location_of(watch.name, path), why=why)


def _claimed(conn: sqlite3.Connection, ids: Iterable[int]) -> list[tuple[SourceRow, list[int]]]:
    rows = filter(None, map(partial(sources.by_id, conn), ids))
    return [(row, jobs.ids_of_source(conn, row.id)) for row in rows]


def _without_closed(problems: ProblemList) -> ProblemList:
    """Without what is wrong with folders that cannot even be read: only their rights matter by
    now."""
    closed = set(map(attrgetter("path"), _files(problems)))
    kept: list[FileProblem | FolderProblem] = []
    for problem in problems:
        if isinstance(problem, FileProblem) or problem.folder not in closed:
            kept.append(problem)
    return tuple(kept)


def _files(problems: ProblemList) -> list[FileProblem]:
    return [problem for problem in problems if isinstance(problem, FileProblem)]


def _move_to_failed(watch: Watch, path: bytes) -> Path:
    """Where it is now. Raises as `retire_all`."""
    if is_folder(watch.inbox, path):
        return move_whole(watch.inbox, path, watch.failed) or watch.failed
    (found,) = retire_all(watch.inbox, [Leaving(path, lookup(watch.inbox, path))], watch.failed)
    return found or watch.failed
