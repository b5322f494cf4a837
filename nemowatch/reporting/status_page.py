"""Keeps the status page of each workspace up to date: gathers and writes it when it would say
something new."""

from __future__ import annotations

import asyncio
import os
import socket
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

import structlog

from nemowatch import __version__
from nemowatch.clock import Clock
from nemowatch.config.schema import Config
from nemowatch.errors import LocalError
from nemowatch.fs.threads import Disks
from nemowatch.intake.inbox import Inbox
from nemowatch.intake.watch.health import AWAY
from nemowatch.journal.database import Journal
from nemowatch.remote.connection_state import ConnectionState
from nemowatch.remote.interface import Account
from nemowatch.reporting.conversation import ConversationTurn, turn_of
from nemowatch.reporting.daemon_snapshot import Findings, lanes, take_snapshot
from nemowatch.reporting.overview import DaemonSnapshot, Overview, Transfer
from nemowatch.reporting.overview_reading import gather
from nemowatch.reporting.page import render
from nemowatch.reporting.page_content import content
from nemowatch.reporting.page_file import write_page
from nemowatch.reporting.page_model import SHOWN, PageModel
from nemowatch.retry_memory import SayOnce
from nemowatch.stages.live_progress import Board
from nemowatch.tasks.folder_description import what_to_order

log = structlog.get_logger("nemowatch.page")

#: The most jobs of each state that are read for one page: more than it has rows, since a row has
#: all the languages of its file. For the rest the journal's counts are shown.
READ = 200
#: Seconds after which a page is written again although nothing has changed: the day may be another
#: one, or somebody may have deleted it.
AFRESH = 600.0
#: Writing a page takes at most this share of the time: after one that took a second, none follows
#: for half a minute, however much happens.
SHARE = 1 / 30
#: The longest wait for that reason, seconds.
LONGEST_REST = 30.0


class StatusPage:
    """Writes status.html of every workspace."""

    def __init__(
        self,
        journal: Journal,
        inboxes: Mapping[str, Inbox],
        findings: Findings,
        live: Board,
        account: Callable[[], Account],
        connection: Callable[[], ConnectionState],
        disks: Disks,
        clock: Clock,
        config: Callable[[], Config],
    ) -> None:
        self._journal = journal
        self._inboxes = inboxes
        self._findings = findings
        self._live = live
        self._account = account
        self._connection = connection
        self._disks = disks
        self._clock = clock
        self._config = config
        self._failing = SayOnce[Path]()  # pages that cannot be written, logged once
        self._turns: dict[Path, asyncio.Lock] = {}  # one write of a page at a time
        # what a page last said, and until when (monotonic) it need not be gathered again
        self._reported: dict[Path, tuple[object, float]] = {}
        self._rests_until: dict[Path, float] = {}  # monotonic, by page; see SHARE

    async def write(self, *, stopped: bool = False) -> None:
        """Update every page (`stopped`: for the last time, which the page says). An unavailable
        share gets none."""
        pages = {inbox.watch.page for inbox in self._inboxes.values()}
        update = partial(self._update, stopped=stopped)
        # concurrently, since a share may hang
        await asyncio.gather(*map(update, pages))

    async def _update(self, page: Path, *, stopped: bool) -> None:
        own = [inbox for inbox in self._inboxes.values() if inbox.watch.page == page]
        if all(inbox.health.state in AWAY for inbox in own):
            return
        turn = self._turns.setdefault(page, asyncio.Lock())
        if turn.locked() and not stopped:
            return
        async with turn:
            await self._write_news(page, own, stopped=stopped)

    async def _write_news(self, page: Path, own: list[Inbox], *, stopped: bool) -> None:
        news = self.news(own)
        now = self._clock.monotonic()
        before, fresh_until = self._reported.pop(page, (None, 0.0))
        if news == before and now < fresh_until and not stopped:
            self._reported[page] = (before, fresh_until)
            return
        if now < self._rests_until.get(page, 0.0) and not stopped:
            return

        await self._write(page, own, stopped=stopped)
        self._rests_until[page] = self._end_of_rest(page, now)
        settling = any(inbox.settling for inbox in own)
        if page not in self._failing and not settling:
            # how long a file has been copied changes each time
            self._reported[page] = (news, now + AFRESH)

    def _end_of_rest(self, page: Path, began: float) -> float:
        """Until when no other page follows, monotonic. After the first one it may follow at once:
        that says the least, and took the longest, for what writes it had to be loaded."""
        now = self._clock.monotonic()
        if page not in self._rests_until:
            return now
        return now + min((now - began) / SHARE, LONGEST_REST)

    async def model(
        self,
        page: Path,
        own: list[Inbox],
        *,
        stopped: bool = False,
    ) -> PageModel:
        """What the page of these inboxes says now."""
        snapshot = take_snapshot(
            own,
            self._findings,
            self._live,
            self._journal,
            limit=READ,
            account=self._account(),
            connection=self._connection(),
            lanes=lanes(self._config()),
        )
        snapshot = replace(snapshot, transfers=self._in_steps(snapshot.transfers))
        overview, turns = await self._journal.read(partial(_gather, snapshot=snapshot))
        return content(
            overview,
            page=page,
            host=socket.gethostname(),
            version=__version__,
            now_ms=self._clock.now_ms(),
            turns=turns,
            orders=what_to_order(self._config().own_names),
            stopped=stopped,
        )

    async def _write(self, page: Path, own: list[Inbox], *, stopped: bool) -> None:
        model = await self.model(page, own, stopped=stopped)
        if not stopped and not await _any_same_root(own):
            return
        inboxes = [inbox.watch.inbox for inbox in own]
        try:
            await self._disks.run(own[0].watch.name, _write, model, inboxes)
        except LocalError as exc:
            if self._failing.record(page):
                log.warning("status page could not be written", path=str(page), why=exc.text)
        else:
            self._failing.over(page)

    def _in_steps(self, transfers: Mapping[int, Transfer]) -> dict[int, Transfer]:
        steps = self._steps()
        return {job: replace(one, seconds=steps.get(job, 0)) for job, one in transfers.items()}

    def news(self, own: list[Inbox]) -> object:
        """A value that is equal as long as a page would say the same, and cheap to get."""
        return (
            self._journal.changes,
            self._journal.full_at,
            list(map(self._news_of, own)),
            tuple(self._findings.refused),
            dict(self._live.rows),
            self._steps(),
            self._account(),
            self._connection(),
        )

    def _steps(self) -> dict[int, float]:
        """How long each turn has taken so far, in steps: a page that counted seconds would be
        written every second."""
        every, now = self._config().chat.still_working, self._clock.monotonic()
        return {job: in_steps(now - at, every) for job, at in self._live.turns.items()}

    def _news_of(self, inbox: Inbox) -> object:
        problems = self._findings.problems.get(inbox.watch.name, ())
        unmoved = tuple(self._findings.unmoved.get(inbox.watch.name, {}).values())
        return inbox.health, inbox.settling, problems, dict(inbox.pauses), unmoved


def in_steps(seconds: float, every: float) -> float:
    """The seconds rounded down to a multiple of `every`; 0 if that is 0."""
    if every <= 0:
        return 0
    return seconds - seconds % every


async def _any_same_root(own: list[Inbox]) -> bool:
    """Whether any of these roots is still the one that was checked."""
    for inbox in own:
        if await inbox.same_root():
            return True
    return False


def _gather(
    conn: sqlite3.Connection, snapshot: DaemonSnapshot
) -> tuple[Overview, dict[int, ConversationTurn]]:
    """Everything that is reported, and the turns of those results that the page shows."""
    own = {inbox.name for inbox in snapshot.inboxes}
    overview = gather(conn, snapshot, limit=READ, only=own)
    shown = [done.row.job.id for done in overview.done[:SHOWN]]
    return overview, {job: turn_of(conn, job) for job in shown}


def _write(model: PageModel, inboxes: list[Path]) -> None:
    """Write the page, after a last check: a share that has just been unmounted leaves a mount point
    that can be written to."""
    text = render(model)
    if any(map(os.path.isdir, inboxes)):  # never raises
        write_page(model.page, text)
