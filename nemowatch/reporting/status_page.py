"""Fills the status page of each workspace from the journal and the inboxes, and has it written
when it says something new."""

from __future__ import annotations

import asyncio
import os
import socket
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import structlog

from nemowatch import __version__, hold_reasons
from nemowatch.clock import Clock
from nemowatch.config import Watch
from nemowatch.config.display_paths import in_inbox
from nemowatch.errors import LocalError
from nemowatch.fs.threads import Disks
from nemowatch.hold_reasons import BY_SETTING, HOLDS, Scope
from nemowatch.intake.inbox import Inbox
from nemowatch.intake.records import FolderProblem, Problems, Refused
from nemowatch.intake.records import Waiting as Unclaimed
from nemowatch.intake.watch.health import HealthState
from nemowatch.journal import Journal, account, batches, holds, jobs, spend
from nemowatch.journal.holds import HoldRow
from nemowatch.journal.jobs import Job, ListedJob
from nemowatch.model import ENDED, AttentionReason, HoldReason, State
from nemowatch.remote.interface import Account
from nemowatch.reporting import overview, page
from nemowatch.reporting.page import (
    CreditLine,
    Failed,
    Finished,
    Health,
    Hold,
    Listing,
    Need,
    PageModel,
    Running,
    Waiting,
    write_page,
)
from nemowatch.stages.deps import Board

log = structlog.get_logger("nemowatch.page")

#: Jobs read for one page: far more than it shows, so that its counts are true for any usual day.
READ = 500
#: Seconds after which a page is made anew although nothing has changed: a day has passed, or
#: somebody has deleted it.
AFRESH = 600.0
#: Holds whose story stands at the top of the page, so that a file names only its reason.
ABOVE = (Scope.ACCOUNT, Scope.SETTING, Scope.BATCH)
GOOD = frozenset({HealthState.WATCHING, HealthState.SCANNING, HealthState.STARTING})


class Findings(Protocol):
    """What scans have found that people should know of."""

    problems: dict[str, Problems]  #: what stands, by watch

    @property
    def refused(self) -> Sequence[Refused]:
        """Files that never became jobs and lie in failed/, latest first."""
        raise NotImplementedError


class StatusPage:
    """Writes status.html of every workspace."""

    def __init__(
        self,
        journal: Journal,
        inboxes: Mapping[str, Inbox],
        findings: Findings,
        live: Board,
        account: Callable[[], Account],
        disks: Disks,
        clock: Clock,
    ) -> None:
        self._journal = journal
        self._inboxes = inboxes
        self._findings = findings
        self._live = live
        self._account = account
        self._disks = disks
        self._clock = clock
        self._silent: set[Path] = set()  # pages that cannot be written, said once
        self._turns: dict[Path, asyncio.Lock] = {}  # one write of a page at a time
        # what a page said last, and until when it is not looked at again
        self._told: dict[Path, tuple[object, float]] = {}

    async def write(self, *, stopped: bool = False) -> None:
        """Bring every page up to date (`stopped`: for the last time, which it says); a share
        that is away has none."""
        pages = {inbox.watch.page for inbox in self._inboxes.values()}
        # apart: a share may hang
        await asyncio.gather(*(self._bring(path, stopped=stopped) for path in pages))

    async def _bring(self, path: Path, *, stopped: bool) -> None:
        own = [inbox for inbox in self._inboxes.values() if inbox.watch.page == path]
        turn = self._turns.setdefault(path, asyncio.Lock())
        away = all(inbox.health.state in (HealthState.OFFLINE, HealthState.HELD) for inbox in own)
        if away or (turn.locked() and not stopped):
            return
        async with turn:
            news, now = self._news(own), self._clock.monotonic()
            before, fresh_until = self._told.pop(path, (None, 0.0))
            if news == before and now < fresh_until and not stopped:
                self._told[path] = (before, fresh_until)
                return
            await self._write(path, own, stopped=stopped)
            if path not in self._silent and not any(inbox.settling for inbox in own):
                # how long a file has been copied is news each time
                self._told[path] = (news, now + AFRESH)

    async def _write(self, path: Path, own: list[Inbox], *, stopped: bool) -> None:
        # Asked here and not in the journal's thread: an inbox is the loop's alone.
        settling = [found for inbox in own for found in inbox.waiting(READ)]
        model = await self._journal.read(
            partial(self._model, own=own, path=path, settling=settling, stopped=stopped)
        )
        inboxes = [inbox.watch.inbox for inbox in own]
        try:
            await self._disks.run(own[0].watch.name, _write, model, inboxes)
        except LocalError as exc:
            if path not in self._silent:
                log.warning("status page could not be written", path=str(path), why=exc.text)
            self._silent.add(path)
        else:
            self._silent.discard(path)

    def _news(self, own: list[Inbox]) -> object:
        """Something that is equal as long as a page would say the same, as cheaply as it can be
        had."""
        problems = [self._findings.problems.get(inbox.watch.name, ()) for inbox in own]
        settling, health = [inbox.settling for inbox in own], [inbox.health for inbox in own]
        refused, live = tuple(self._findings.refused), dict(self._live.rows)
        return self._journal.changes, health, settling, problems, refused, live, self._account()

    def _model(
        self,
        conn: sqlite3.Connection,
        own: list[Inbox],
        path: Path,
        settling: list[Unclaimed],
        stopped: bool,
    ) -> PageModel:
        names = {inbox.watch.name: inbox.watch for inbox in own}
        open_jobs = [row for row in jobs.unfinished(conn, READ) if row.watch in names]
        ended = [row for row in jobs.recent(conn, READ) if row.watch in names]
        published = [row for row in ended if row.job.state is State.PUBLISHED]
        failed = [
            row for row in ended if row.job.state in ENDED - {State.PUBLISHED, State.CANCELLED}
        ]
        return PageModel(
            host=socket.gethostname(),
            now_ms=self._clock.now_ms(),
            page=path,
            version=__version__,
            needs=Listing((*_needs(conn, open_jobs, names), *self._troubles(names))),
            holds=(
                *_pauses(conn, own),
                *(_hold(row) for row in holds.standing(conn).values()),
                *_own_holds(open_jobs),
            ),
            waiting=_waiting(settling, sum(inbox.settling for inbox in own), open_jobs),
            running=Listing(tuple(self._running(row) for row in open_jobs if _runs(row))),
            finished=Listing(tuple(_finished(conn, row) for row in published)),
            failed=Listing((*self._refused(names), *(_failed(row) for row in failed))),
            credits=tuple(self._credits(conn)),
            folders=tuple(_at_rest(inbox) if stopped else _health(inbox) for inbox in own),
        )

    def _troubles(self, names: Mapping[str, Watch]) -> Iterable[Need]:
        """Folders and files that only a person can put right."""
        for watch in names:
            for problem in self._findings.problems.get(watch, ()):
                if isinstance(problem, FolderProblem):
                    yield Need(
                        problem.what, problem.cure or _rename(problem), folder=problem.folder
                    )
                elif not problem.final:
                    inside = problem.folder if problem.folder != problem.path else b""
                    yield Need(problem.what, problem.cure, os.path.basename(problem.path), inside)

    def _refused(self, names: Mapping[str, Watch]) -> Iterable[Failed]:
        for refused in self._findings.refused:
            if refused.watch in names:
                found = refused.problem
                yield Failed(
                    os.path.basename(found.path),
                    found.folder,
                    "",
                    refused.at_ms,
                    found.what,
                    found.cure,
                )

    def _running(self, row: ListedJob) -> Running:
        _, done, total = self._live.rows.get(row.job.id, ("", 0, 0))
        percent = 100 * done / total if total else -1
        if row.job.state is State.RENDERING:
            percent = row.job.progress
        why = f": {row.job.error_text}" if row.job.error_text else ""
        again = f"trying again{why}" if row.job.tries else row.job.error_text
        tries = f"try {row.job.attempt + 1}{why}" if row.job.attempt else again
        return Running(
            os.path.basename(row.path), row.folder, row.job.target, row.job.state, percent, tries
        )

    def _credits(self, conn: sqlite3.Connection) -> Iterable[CreditLine]:
        seen = account.credits_seen(conn)
        if seen["available"] is not None:
            yield CreditLine("Left", spend.amount(seen["available"]))
        owner = self._account()
        if owner.registration_link:
            yield CreditLine("Keep this account", "register it", owner.registration_link)


def _rename(problem: FolderProblem) -> str:
    note = "the note in the folder says what works."
    return (
        f"Perhaps {problem.suggestion}? Rename it; {note}"
        if problem.suggestion
        else f"{note[:1].upper()}{note[1:]}"
    )


def _waiting(
    settling: Iterable[Unclaimed], count: int, open_jobs: Iterable[ListedJob]
) -> Listing[Waiting]:
    """What waits: files that are no jobs yet (`count` in all), then jobs."""
    files = [Waiting(os.path.basename(w.path), w.path.split(b"/")[0], w.why) for w in settling]
    targets: dict[tuple[str, bytes, bytes, str], list[str]] = {}
    for row in open_jobs:
        if why := _why(row):
            targets.setdefault((row.watch, row.path, row.folder, why), []).append(row.job.target)
    waiting = [
        Waiting(
            os.path.basename(path), folder, f"{why} · {', '.join(names)}" if len(names) > 1 else why
        )
        for (_, path, folder, why), names in targets.items()
    ]
    return Listing((*files, *waiting), total=count + len(waiting))


def _why(row: ListedJob) -> str:
    """Why a job waits; "" when it does not."""
    if row.job.state is State.HELD:
        return _held_words(row.job)
    if row.job.state is State.CLAIMED:
        return "next in line" if row.settled else "it has changed and is looked at again"
    return ""


def _held_words(job: Job) -> str:
    """Why one of many files waits; the whole story of what holds them all stands above."""
    hold = hold_reasons.row(job.reason)
    if hold is None:
        return job.error_text or f"waiting: {job.reason}"
    if hold.scope in ABOVE:
        return hold.short
    return job.error_text or hold.words


def _write(model: PageModel, inboxes: list[Path]) -> None:
    """Asked once more right before: a share that has just gone leaves a mount point that can be
    written to."""
    text = page.render(model)
    if any(os.path.isdir(inbox) for inbox in inboxes):  # noqa: PTH112 - never raises
        write_page(model.page, text)


def _runs(row: ListedJob) -> bool:
    return row.job.state not in (State.HELD, State.ATTENTION, State.CLAIMED)


def _needs(
    conn: sqlite3.Connection, open_jobs: Iterable[ListedJob], names: Mapping[str, Watch]
) -> Iterable[Need]:
    for batch in batches.waiting(conn):
        if batch.watch in names:
            what = (
                f"{max(batch.waiting, batch.expected)} new results wait for a yes ({batch.cause})."
            )
            yield Need(what, HOLDS[HoldReason.APPROVAL].cure)
    for row in open_jobs:
        name = os.path.basename(row.path)
        if row.job.state is State.ATTENTION:
            done = "" if row.job.reason == AttentionReason.QUESTION else " --done or"
            cure = (
                f"nemowatch resolve {row.job.id}{done} --resend, or nemowatch cancel {row.job.id}"
            )
            yield Need(row.job.error_text, cure, name, row.folder, row.job.id)
        elif row.job.reason == HoldReason.CONFLICT:
            yield Need(
                HOLDS[HoldReason.CONFLICT].words,
                HOLDS[HoldReason.CONFLICT].cure_for(row.job.id),
                name,
                row.folder,
            )


def _pauses(conn: sqlite3.Connection, own: Iterable[Inbox]) -> Iterable[Hold]:
    """What a person holds on purpose, whether or not anything waits for it yet."""
    if account.is_paused(conn):
        yield Hold(
            "Everything is paused.", "Whoever looks after nemowatch lets it go on: nemowatch resume"
        )
    for inbox in own:
        for file in inbox.pauses.values():
            yield Hold(
                f"Paused by the file {in_inbox(inbox.watch, file)}.", "Delete that file to go on."
            )


def _own_holds(open_jobs: Iterable[ListedJob]) -> Iterable[Hold]:
    """Limits that somebody has set here: told once, however many jobs meet them."""
    for reason in BY_SETTING:
        held = [
            row.job for row in open_jobs if row.job.state is State.HELD and row.job.reason == reason
        ]
        if held:
            yield Hold(
                held[0].error_text,
                HOLDS[reason].cure,
                min(job.updated_at for job in held),
            )


def _hold(row: HoldRow) -> Hold:
    return Hold(
        row.text[:1].upper() + row.text[1:],
        overview.not_said(row.text, HOLDS[row.reason].cure),
        row.since,
    )


def _finished(conn: sqlite3.Connection, row: ListedJob) -> Finished:
    results = tuple(Path(os.fsdecode(o.path)) for o in jobs.outputs(conn, row.job.id))
    return Finished(
        os.path.basename(row.path),
        row.folder,
        row.job.target,
        row.job.updated_at,
        results,
        cost_words(row.job),
    )


def cost_words(job: Any) -> str:
    """What a job cost, in words; "" while not known."""
    if job.credits is None:
        return ""
    return f"{'about ' if job.credits_about else ''}{job.credits:.0f} credits"


def _failed(row: ListedJob) -> Failed:
    cure = "Move it from failed/ back into its inbox folder to try again."
    name = os.path.basename(row.path)
    return Failed(
        name, row.folder, row.job.target, row.job.updated_at, row.job.error_text, cure, row.job.id
    )


def _at_rest(inbox: Inbox) -> Health:
    cure = "Whoever looks after nemowatch starts it again; nothing is lost meanwhile."
    return Health(
        str(inbox.watch.root or inbox.watch.inbox), False, "nemowatch is not running", cure
    )


def _health(inbox: Inbox) -> Health:
    return Health(
        str(inbox.watch.root or inbox.watch.inbox), inbox.health.state in GOOD, str(inbox.health)
    )
