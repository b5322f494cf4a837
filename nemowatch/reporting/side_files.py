"""Keeps the files beside results up to date with the journal: they are written once their result is
published, and again when the cost of its turn becomes known.

The journal records which are due (docs/decisions/0027). If one cannot be written, no result
suffers: that is logged once, and tried again. One that a person deletes or edits is left alone.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from dataclasses import replace as with_values
from functools import partial
from operator import attrgetter
from pathlib import Path
from typing import ParamSpec, TypeVar

import structlog

from nemowatch.clock import Clock
from nemowatch.config.schema import Config
from nemowatch.config.watch_section import Watch
from nemowatch.errors import JournalError, LocalError, LocalFinal, show_path
from nemowatch.fs.threads import Disks
from nemowatch.journal import jobs, side_files, sources, tips
from nemowatch.journal.database import Journal
from nemowatch.journal.side_files import SideFileRow
from nemowatch.outbox import side_file
from nemowatch.reporting.conversation import turns_until
from nemowatch.reporting.due_updates import DueTable, DueUpdates
from nemowatch.reporting.side_text import side_text
from nemowatch.retry_memory import SayOnce

P = ParamSpec("P")
T = TypeVar("T")

log = structlog.get_logger("nemowatch.note")

#: Jobs whose side files are due.
TABLE: DueTable[SideFileRow] = DueTable(
    due=side_files.due,
    number=attrgetter("job_id"),
    all_due=side_files.all_due,
    mark_up_to_date=side_files.mark_up_to_date,
    at_once=100,
)


@dataclass(frozen=True, slots=True)
class WantedSideFile:
    """The side file that should be beside a result."""

    result: bytes  #: absolute path
    text: str


class SideFiles:
    """Writes the side files of one inbox. It is called from one loop, one call after the other."""

    def __init__(
        self,
        watch: str,
        watches: Callable[[], Mapping[str, Watch]],
        config: Callable[[], Config],
        journal: Journal,
        disks: Disks,
        clock: Clock,
    ) -> None:
        self._config = config
        self._journal = journal
        self._disks = disks
        self._failing = SayOnce[Path]()  # folders, logged once
        self._updates = DueUpdates(watch, watches, journal, clock, TABLE, self._update)

    @property
    def postponed(self) -> set[int]:
        """Jobs whose side files could not be written and are tried again later."""
        return self._updates.postponed

    async def check(self) -> None:
        """Write whatever is due."""
        await self._updates.check()

    async def _update(self, watch: Watch, file: SideFileRow) -> None:
        """Write one of them, if they are wanted at all; raises LocalError."""
        try:
            if self._config().side_file.enabled:
                await self._bring_up_to_date(watch, file)
        except LocalError as exc:
            self._log_failure(watch, file, exc)
            raise
        except JournalError:
            raise
        except Exception as exc:  # an error of ours must not keep sources from leaving
            log.exception("internal error", job=file.job_id, doing="write the file beside a result")
            raise LocalFinal(str(exc)) from exc
        self._failing.over(watch.outbox)

    def _log_failure(self, watch: Watch, file: SideFileRow, exc: LocalError) -> None:
        if self._failing.record(watch.outbox):
            log.warning(
                "the file beside a result could not be written; trying again",
                job=file.job_id,
                path=show_path(watch.outbox),
                why=exc.text,
            )

    async def _bring_up_to_date(self, watch: Watch, file: SideFileRow) -> None:
        wanted = await self._journal.read(partial(_wanted, job_id=file.job_id))
        if wanted is None:
            return
        result = Path(os.fsdecode(wanted.result))
        if not result.is_relative_to(watch.outbox):
            return  # the outbox is another folder now
        if not await self._on_disk(watch, side_file.is_beside_result, watch.outbox, result):
            return  # a person has moved or deleted it
        if file.result != wanted.result:
            file = await self._begun(watch, file, wanted)
        await self._write(watch, file, wanted)

    async def _begun(self, watch: Watch, file: SideFileRow, wanted: WantedSideFile) -> SideFileRow:
        """The side file of a result that had none yet. One of an earlier result of this name is
        replaced, if it is still as it was written."""
        result = Path(os.fsdecode(wanted.result))
        path = result.parent / side_file.side_name(result.name)
        raw = os.fsencode(path)
        for left in await self._journal.read(partial(side_files.at_path, path=raw)):
            if await self._on_disk(watch, side_file.is_unchanged, watch.outbox, path, left.sha256):
                return SideFileRow(file.job_id, file.due, wanted.result, raw, left.sha256, "")
        return SideFileRow(file.job_id, file.due, wanted.result, b"", "", "")

    async def _write(self, watch: Watch, file: SideFileRow, wanted: WantedSideFile) -> None:
        """Write first what an earlier run was about to write, then what is wanted now."""
        if file.text:
            file = await self._carry_out(watch, file, again=True)
        if file.sha256 == side_file.digest(wanted.text):
            return
        intended = with_values(file, text=wanted.text)
        await self._journal.write(partial(side_files.intend, file=intended))
        await self._carry_out(watch, intended, again=False)

    async def _carry_out(self, watch: Watch, file: SideFileRow, *, again: bool) -> SideFileRow:
        """Write the intended text; a file that a person has changed stays as it is. `again`: an
        earlier run may have written it."""
        path = Path(os.fsdecode(file.path))
        result = Path(os.fsdecode(file.result))
        if not file.path:
            path = await self._on_disk(
                watch, side_file.put, result, file.job_id, file.text, again=again
            )
        elif not await self._on_disk(
            watch, side_file.replace, watch.outbox, path, file.text, file.sha256
        ):
            log.debug(
                "the file beside a result was changed or removed by a person, and is left alone",
                path=show_path(str(path)),
            )
        raw, digest = os.fsencode(path), side_file.digest(file.text)
        await self._journal.write(
            partial(side_files.written, job_id=file.job_id, path=raw, sha256=digest)
        )
        return with_values(file, path=raw, sha256=digest, text="")

    async def _on_disk(
        self, watch: Watch, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        return await self._disks.run(watch.name, call, *args, **kwargs)


def _wanted(conn: sqlite3.Connection, job_id: int) -> WantedSideFile | None:
    """The side file that should be beside the results of this job; None when it has none."""
    turns = turns_until(conn, job_id)
    if not turns or not turns[-1].results:
        return None
    source = sources.by_id(conn, jobs.by_id(conn, job_id).source_id)
    if source is None:
        return None
    first = turns[-1].results[0]
    advised = tips.of_source(conn, source.id)
    return WantedSideFile(first.path, side_text(turns, source.path, first.published_at, advised))
