"""Sources leave the inbox when all their jobs have ended: to done/ when all are published, else to
failed/, where their note is.

It never repeats a job: a refused move is logged once and tried again later, and until then the
journal knows the file.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from itertools import filterfalse

import structlog

from nemowatch.clock import Clock
from nemowatch.config.watch_section import Watch
from nemowatch.errors import LocalError, LocalPassing, SourceChanged, SourceGone, show_path
from nemowatch.fs.threads import Disks
from nemowatch.intake.records import FileProblem
from nemowatch.jobs.job_log import location
from nemowatch.journal import jobs, sessions, source_members, sources
from nemowatch.journal.database import Journal
from nemowatch.journal.sources import SourceRow
from nemowatch.model import ENDED, Member, State
from nemowatch.outbox.leaving_project import is_project, retire_source
from nemowatch.outbox.retire import Retired
from nemowatch.reporting.note_sync import NoteSync
from nemowatch.retry_memory import NotBefore
from nemowatch.sources.moving_out import MovingOut

log = structlog.get_logger("nemowatch.source")

#: Whether a file of a watch, not found at its path, was taken away: a share that is unavailable
#: takes nothing back.
WasRemoved = Callable[[str, bytes], Awaitable[bool]]
#: Whether something in the folder of a project waits for a person. Raises LocalPassing.
ProjectWaits = Callable[[str, bytes], Awaitable[bool]]
#: Sources read at once: enough to keep up with any burst, few enough to leave the journal to
#: others.
AT_ONCE = 200
#: Seconds until a refused or impossible move is tried again: somebody who has put right what
#: refused it waits to see it go.
TRY_AGAIN = 60.0
_TO_MOVE = (
    "Let nemowatch move files out of this folder and into done and failed, or move it yourself; it"
    " is tried again by itself."
)
#: Seconds until a share that was busy is tried again.
BUSY_AGAIN = 5.0


class Retirement:
    """Moves the sources of one inbox away."""

    def __init__(
        self,
        watch: str,
        watches: Callable[[], Mapping[str, Watch]],
        journal: Journal,
        notes: NoteSync,
        disks: Disks,
        clock: Clock,
        was_removed: WasRemoved,
        project_waits: ProjectWaits,
        moving_out: MovingOut,
    ) -> None:
        self._watch = watch
        self._watches = watches
        self._journal = journal
        self._notes = notes
        self._disks = disks
        self._clock = clock
        self._was_removed = was_removed
        self._project_waits = project_waits
        self._tries = NotBefore[int](clock)  # by source
        self._moving_out = moving_out
        #: those that cannot be moved before a person has done something
        self.unmoved: dict[int, FileProblem] = {}
        self._none_at = -1  # how far the journal had changed when nothing had to go

    @property
    def postponed(self) -> set[int]:
        """Sources that could not be moved, and are tried again later."""
        return set(self._tries)

    async def check(self) -> None:
        """Move whatever may leave now. The journal is not asked again while it has not changed
        since nothing had to leave."""
        changes = self._journal.changes
        if changes != self._none_at:
            self._none_at = -1 if await self._move_all() else changes

    async def _move_all(self) -> int:
        """How many had to go, whether or not they could."""
        after = found = 0
        seen: set[int] = set()
        while True:
            rows = await self._journal.read(
                partial(
                    sources.to_retire,
                    after_id=after,
                    limit=AT_ONCE,
                    watch=self._watch,
                )
            )
            for row in rows:
                if self._tries.is_due(row.id):
                    await self._let_leave(row)
            found += len(rows)
            seen.update(row.id for row in rows)
            if len(rows) < AT_ONCE:
                self._forget_but(seen)
                return found
            after = rows[-1].id

    def _forget_but(self, seen: set[int]) -> None:
        """What was ordered again, or has left, is not in anybody's way."""
        for gone in self.unmoved.keys() - seen:
            del self.unmoved[gone]

    async def _let_leave(self, row: SourceRow) -> None:
        watch = self._watches().get(row.watch)
        if watch is None:
            return
        if self._moving_out.is_needed(row.id):
            self._tries.put_off(row.id, BUSY_AGAIN)
            return
        with self._moving_out.holding(row.id):
            await self._retire(row, watch)

    async def _retire(self, row: SourceRow, watch: Watch) -> None:
        done, members, newer = await self._journal.read(partial(_gathered, row=row))
        if done is None:
            return  # ordered once more since it was found
        if newer and is_project(row.path, members):
            await self._finish(row, Retired(), done)  # its files are those of the newer version
            return
        # before the move: whoever finds the file there finds its note beside it
        await self._notes.update_one(watch, row.id)
        try:
            if is_project(row.path, members):
                await self._check_decided(row)
            retired = await self._disks.run(watch.name, _move, watch, row.path, members, done)
        except SourceGone as exc:
            if await self._was_removed(row.watch, row.path):
                await self._leave_there(row, exc, done)
            else:
                self._postpone(
                    row, LocalPassing(f"{show_path(row.path)}: the share is unavailable.")
                )
        except SourceChanged as exc:
            if is_project(row.path, members):
                # another version of it, which a person has still to order, or to take back
                self._postpone(row, LocalPassing(exc.text, path=row.path))
            else:
                await self._leave_there(row, exc, done)
        except LocalError as exc:
            self._postpone(row, exc)
        else:
            await self._finish(row, retired, done)

    async def _check_decided(self, row: SourceRow) -> None:
        """Raises LocalPassing while a person has to decide about what is in a project."""
        if await self._project_waits(row.watch, row.path):
            text = f"{show_path(row.path)}: something in it waits for a person's decision."
            raise LocalPassing(text, path=row.path)

    def _postpone(self, row: SourceRow, exc: LocalError) -> None:
        wait = BUSY_AGAIN if isinstance(exc, LocalPassing) else TRY_AGAIN
        is_for_people = bool(exc.cure) or not isinstance(exc, LocalPassing)
        if is_for_people:
            self.unmoved[row.id] = _unmoved(row, exc)
        first = row.id not in self._tries
        self._tries.put_off(row.id, wait)
        if first:
            log.warning(
                "source could not be moved",
                **location(row),
                why=exc.text,
                cure=exc.cure,
            )

    async def _leave_there(self, row: SourceRow, exc: LocalError, done: bool) -> None:
        """It is no longer the file that was claimed, or a person has it."""
        log.info("source stays where it is", **location(row), why=exc.text)
        await self._finish(row, Retired(), done)

    async def _finish(self, row: SourceRow, retired: Retired, done: bool) -> None:
        self._tries.forget(row.id)
        self.unmoved.pop(row.id, None)
        if not await self._journal.write(partial(self._record, row=row, retired=retired)):
            return
        about = location(row) | {"moved_to": show_path(retired.target or b"")}
        if done:
            log.info("source done", **about)
        else:
            log.info("source failed", **about)

    def _record(self, conn: sqlite3.Connection, row: SourceRow, retired: Retired) -> bool:
        """Write down that it has left; False if it was renamed, or ordered once more, since it was
        found: its jobs go on where it is now."""
        fresh = sources.by_id(conn, row.id)
        if fresh is None or fresh.path != row.path or _is_needed_there(conn, row.id):
            return False
        sources.retire_now(conn, row.id, retired.target, retired.files, self._clock)
        return True


def _unmoved(row: SourceRow, exc: LocalError) -> FileProblem:
    """What people read about a source that cannot leave."""
    what = f"Nothing is left to do for it, but it cannot be moved out of the inbox: {exc.text}"
    return FileProblem(row.path, row.folder, what, exc.cure or _TO_MOVE, code="not moved")


def _gathered(conn: sqlite3.Connection, row: SourceRow) -> tuple[bool | None, list[Member], bool]:
    """How a source has ended, its members, and whether a newer version of it is in the inbox."""
    there = sources.in_inbox(conn, row.watch, row.path)
    newer = any(other.id > row.id for other in there)
    return _how_ended(conn, row.id), source_members.of_source(conn, row.id), newer


def _how_ended(conn: sqlite3.Connection, source_id: int) -> bool | None:
    """Whether all that its folder orders is published; None while a job of it has not ended. A
    change that came to nothing leaves the file done."""
    own_jobs = jobs.of_source(conn, source_id)
    if not {job.state for job in own_jobs} <= ENDED:
        return None
    for job in own_jobs:
        is_order = not sessions.is_change(conn, job)
        if is_order and job.state is not State.PUBLISHED:
            return False
    return True


def _is_needed_there(conn: sqlite3.Connection, source_id: int) -> bool:
    """Whether a job that its folder orders goes on. A change does not wait for a move and may have
    been ordered during it: it takes the file from wherever it is recorded to be."""
    going_on = filterfalse(jobs.has_ended, jobs.of_source(conn, source_id))
    return not all(map(partial(sessions.is_change, conn), going_on))


def _move(watch: Watch, path: bytes, members: list[Member], done: bool) -> Retired:
    """Retire a source as its watch says, or to failed/."""
    if not done:
        return retire_source(watch.inbox, path, members, watch.failed)
    return retire_source(watch.inbox, path, members, watch.done, watch.after)
