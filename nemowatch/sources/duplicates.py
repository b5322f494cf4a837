"""Second copies: a file that was dropped again with the same content goes to done/, and a note says
where its results are.

What cannot be noted or moved yet is kept here and tried again; the file itself waits in the inbox
meanwhile, and a restart finds it there. It pays nothing and orders nothing.
"""

from __future__ import annotations

import os
import sqlite3
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from operator import attrgetter

import structlog

from nemowatch.clock import Clock
from nemowatch.config.display_paths import from_share
from nemowatch.config.watch_section import Watch
from nemowatch.errors import LocalError, SourceChanged, SourceGone
from nemowatch.fs.threads import Disks
from nemowatch.intake.records import Duplicate, FileProblem
from nemowatch.jobs.job_log import location_of
from nemowatch.journal import jobs, results, source_members, sources
from nemowatch.journal.database import Journal
from nemowatch.model import Member
from nemowatch.outbox.leaving_project import retire_source
from nemowatch.outbox.retire import Retired
from nemowatch.reporting import notes
from nemowatch.reporting.note_writer import NoteWriter
from nemowatch.retry_memory import NotBefore, SayOnce
from nemowatch.sources.moving_out import MovingOut

log = structlog.get_logger("nemowatch.inbox")

#: Seconds until a copy that could not be noted or moved is tried again: missing rights may last,
#: and there may be thousands.
TRY_AGAIN = 10.0


class Duplicates:
    """Moves second copies out of the inboxes."""

    def __init__(
        self,
        journal: Journal,
        note_writer: NoteWriter,
        disks: Disks,
        clock: Clock,
        fail: Callable[[Watch, FileProblem], Awaitable[bool]],
        moving_out: MovingOut,
    ) -> None:
        """`fail` lets an unusable file leave, and says whether it could."""
        self._journal = journal
        self._note_writer = note_writer
        self._disks = disks
        self._clock = clock
        self._fail = fail
        self._moving_out = moving_out
        # what is still to be done, by watch and path
        self._left: dict[str, dict[bytes, Duplicate]] = defaultdict(dict)
        self._tries = NotBefore[tuple[str, bytes]](clock)
        self._said = SayOnce[tuple[str, bytes]]()

    async def act_on(self, watch: Watch, fresh: Iterable[Duplicate]) -> None:
        """Continue with those that are left, and with new ones. Never raises for files."""
        left = self._left[watch.name]
        for copy in fresh:
            left[copy.path] = copy
            self._tries.forget((watch.name, copy.path))
            log.info(
                "same file again",
                **location_of(watch.name, copy.path),
                source=copy.source_id,
                has_results=copy.has_results,
            )
        for copy in list(left.values()):
            await self._try(watch, copy)

    async def _try(self, watch: Watch, copy: Duplicate) -> None:
        key = (watch.name, copy.path)
        if not self._tries.is_due(key):
            return
        if self._moving_out.is_needed(copy.source_id):
            return  # an order may have put it there
        self._tries.put_off(key, TRY_AGAIN)
        with self._moving_out.holding(copy.source_id):
            is_over = await self._let_leave(watch, copy)
        if is_over:
            del self._left[watch.name][copy.path]
            self._tries.forget(key)
            self._said.over(key)

    async def _let_leave(self, watch: Watch, copy: Duplicate) -> bool:
        """False: not yet."""
        if await self._journal.read(partial(_is_needed, copy=copy)):
            return True  # it was ordered once more since, and needs the file where it is
        act = self._move_away if copy.has_results else self._write_off
        return await act(watch, copy)

    async def _move_away(self, watch: Watch, copy: Duplicate) -> bool:
        """Its results are there. The note comes first: after a kill between the two the copy is
        found again. False: not yet."""
        paths, members = await self._journal.read(
            lambda conn: (_results(conn, copy), source_members.of_source(conn, copy.source_id))
        )
        results = [from_share(watch, path) for path in paths]
        text = notes.same_again_note(os.path.basename(copy.path), results)
        if not await self._note_writer.beside_done(watch, copy.path, text):
            return False
        try:
            retired = await self._disks.run(watch.name, _to_done, watch, copy.path, members)
        except (SourceGone, SourceChanged):
            # it was moved with its source, or taken away, or there is a new version, which is new
            # work
            return True
        except LocalError as exc:
            self._log_failure(watch, copy, exc)
            return False
        await self._journal.write(partial(self._record, copy=copy, retired=retired))
        return True

    def _record(self, conn: sqlite3.Connection, copy: Duplicate, retired: Retired) -> None:
        """Write down that it has left, unless its source was renamed, or ordered once more,
        meanwhile."""
        fresh = sources.by_id(conn, copy.source_id)
        if fresh is None or fresh.path != copy.path or _is_needed(conn, copy):
            return
        sources.retire_now(conn, copy.source_id, retired.target, retired.files, self._clock)

    def _log_failure(self, watch: Watch, copy: Duplicate, exc: LocalError) -> None:
        if self._said.record((watch.name, copy.path)):
            log.warning(
                "the second copy could not be moved",
                **location_of(watch.name, copy.path),
                why=exc.text,
            )

    async def _write_off(self, watch: Watch, copy: Duplicate) -> bool:
        """Its results are gone and nothing was kept to deliver them from: only a paid new take
        could, so a person decides."""
        what = (
            "This file was done before, but its results are gone and cannot be delivered again"
            " without paying."
        )
        cure = "nemowatch again JOB --new-take makes them again, which costs again."
        problem = FileProblem(
            copy.path, copy.path.split(b"/")[0], what, cure, final=True, code="done before"
        )
        return await self._fail(watch, problem)


def _to_done(watch: Watch, path: bytes, members: list[Member]) -> Retired:
    return retire_source(watch.inbox, path, members, watch.done)


def _is_needed(conn: sqlite3.Connection, copy: Duplicate) -> bool:
    return not all(map(jobs.has_ended, jobs.of_source(conn, copy.source_id)))


def _results(conn: sqlite3.Connection, copy: Duplicate) -> list[bytes]:
    paths: list[bytes] = []
    for job in jobs.of_source(conn, copy.source_id):
        paths += map(attrgetter("path"), results.outputs(conn, job.id))
    return paths
