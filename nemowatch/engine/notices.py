"""What the shared folder itself says: one note for each trouble, written within seconds, gone when its cause is gone.

Most people see nothing but these. A note that cannot be written is logged and never stops anything.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Executor
from pathlib import Path

import structlog

from nemowatch.clock import Clock
from nemowatch.config import Config, Watch
from nemowatch.errors import LocalError, show_path
from nemowatch.intake.records import FileProblem
from nemowatch.journal import Journal, jobs, sources
from nemowatch.journal import notes as kept
from nemowatch.journal.jobs import Job
from nemowatch.journal.sources import SourceRow
from nemowatch.model import ENDED, AttentionReason, State
from nemowatch.outbox import notes
from nemowatch.outbox.names import note_name
from nemowatch.outbox.notefile import Wrote, remove_note, write_note
from nemowatch.outbox.notes import Done, Failure, Question
from nemowatch.outbox.tree import ensure_tree
from nemowatch.remote.interface import RemoteApi

log = structlog.get_logger("nemowatch.note")

#: Of the note beside a second copy in done/: it says where the results of the first one are.
DONE_ENDING = ".note.txt"


class Notices:
    """Writes and removes notes, and remembers which stand."""

    def __init__(
        self, journal: Journal, disk: Executor, clock: Clock, config: Callable[[], Config], api: RemoteApi
    ) -> None:
        self._journal = journal
        self._disk = disk
        self._clock = clock
        self._config = config
        self._api = api

    # -- about sources ------------------------------------------------------------------------------------------------

    async def job_ended(self, watches: Mapping[str, Watch], job_id: int) -> None:
        """A job failed or waits for a person: its source gets a note, whatever its siblings do."""
        job = await self._journal.read(lambda conn: jobs.by_id(conn, job_id))
        row = await self._journal.read(lambda conn: sources.by_id(conn, job.source_id))
        watch = watches.get(row.watch) if row else None
        if row is None or watch is None:
            return
        if job.state is State.ATTENTION:
            await self._ask(watch, row, job)
        elif job.state in (State.FAILED, State.REJECTED):
            await self.failed(watch, row)

    async def failed(self, watch: Watch, row: SourceRow) -> None:
        """Not everything could be done: `<name>.error.txt` in failed/, in the shape of the inbox."""
        own_jobs, results, kept_edits = await self._journal.read(lambda conn: _with_results(conn, row.id))
        text = notes.error_note(failure_of(row, own_jobs, results, kept_edits, _back_to(watch, row)))
        await self._write(watch, watch.failed, self._error_path(watch, row), text)
        await self._forget_question(watch, row, own_jobs)

    async def succeeded(self, watch: Watch, row: SourceRow) -> None:
        """Everything is done: no note about it is left."""
        await self._remove(watch.failed, self._error_path(watch, row))
        own_jobs = await self._journal.read(lambda conn: jobs.of_source(conn, row.id))
        await self._forget_question(watch, row, own_jobs)

    async def unusable(self, watch: Watch, problem: FileProblem) -> None:
        """A file that never became a job was moved to failed/."""
        name = os.path.basename(problem.path)
        back = f"inbox/{show_path(os.path.dirname(problem.path))}"
        text = notes.error_note(Failure(name, problem.what, problem.cure, inbox_folder=back))
        folder = watch.failed / os.fsdecode(os.path.dirname(problem.path))
        await self._write(watch, watch.failed, notes.error_path(folder, name), text)

    async def beside_done(self, watch: Watch, path: bytes, text: str) -> None:
        """A note beside a copy that went to done/ although nothing was made of it."""
        folder = watch.done / os.fsdecode(os.path.dirname(path))
        name = note_name(os.path.basename(path), DONE_ENDING)
        await self._write(watch, watch.done, folder / name, text)

    async def _ask(self, watch: Watch, row: SourceRow, job: Job) -> None:
        clearer = (
            "Put clearer instructions into a prompt.txt in the folder, take this file out of it, wait a minute, and "
            "copy it in again. That costs again.\nOr ask"
        )
        asked = job.reason == AttentionReason.QUESTION
        first = clearer if asked else "Ask"
        how = (
            f"{first} whoever looks after nemowatch to type one of these:\n"
            f"nemowatch resolve {job.id} --resend (send the order again, by the prompt.txt of that moment; it costs again)\n"
            f"nemowatch resolve {job.id} --done (the work {'has come after all' if asked else 'was done'}: fetch it)\n"
            f"nemowatch cancel {job.id} (leave it)"
        )
        name = os.path.basename(row.path)
        text = notes.question_note(Question(name, job.error_text, how, (job.id,)))
        folder = watch.inbox / os.fsdecode(os.path.dirname(row.path))
        await self._write(watch, watch.inbox, notes.question_path(folder, name), text)

    async def _forget_question(self, watch: Watch, row: SourceRow, own_jobs: list[Job]) -> None:
        if not any(job.state is State.ATTENTION for job in own_jobs):
            folder = watch.inbox / os.fsdecode(os.path.dirname(row.path))
            await self._remove(watch.inbox, notes.question_path(folder, os.path.basename(row.path)))

    @staticmethod
    def _error_path(watch: Watch, row: SourceRow) -> Path:
        folder = watch.failed / os.fsdecode(os.path.dirname(row.path))
        return notes.error_path(folder, os.path.basename(row.path))

    # -- about folders ------------------------------------------------------------------------------------------------

    async def read_me(self, watch: Watch, folder: bytes, text: str) -> None:
        """`nemowatch - read me.txt` in a folder of the inbox (b"": the inbox itself); "" takes it away."""
        path = watch.inbox / os.fsdecode(folder) / notes.READ_ME
        if text:
            await self._write(watch, watch.inbox, path, text)
        else:
            await self._remove(watch.inbox, path)

    # -- files --------------------------------------------------------------------------------------------------------

    async def _write(self, watch: Watch, root: Path, path: Path, text: str) -> None:
        raw = os.fsencode(path)
        known = await self._journal.read(kept.all)
        try:
            wrote = await self._on_disk(_write, watch, root, path, text, known.get(raw, ""))
        except LocalError as exc:
            log.warning("note could not be written", path=show_path(raw), why=exc.text)
            return
        if wrote is Wrote.FOREIGN:
            log.warning("note not written: a file that is not ours has its name", path=show_path(raw))
            return
        await self._journal.write(lambda conn: kept.remember(conn, raw, text, self._clock.now_ms()))

    async def _remove(self, root: Path, path: Path) -> None:
        raw = os.fsencode(path)
        known = await self._journal.read(kept.all)
        if raw not in known:
            return
        try:
            await self._on_disk(remove_note, root, path, known[raw])
        except LocalError as exc:
            log.warning("note could not be taken away", path=show_path(raw), why=exc.text)
            return
        await self._journal.write(lambda conn: kept.forget(conn, raw))

    async def _on_disk(self, call: Callable[..., object], *args: object) -> object:
        return await asyncio.get_running_loop().run_in_executor(self._disk, lambda: call(*args))


def _write(watch: Watch, root: Path, path: Path, text: str, last: str) -> Wrote:
    if root != watch.inbox:
        ensure_tree(root, watch.inbox)
    return write_note(root, path, text, last)


def _with_results(conn: sqlite3.Connection, source_id: int) -> tuple[list[Job], dict[int, list[str]], set[int]]:
    own_jobs = jobs.of_source(conn, source_id)
    results = {j.id: [os.fsdecode(os.path.basename(o.path)) for o in jobs.outputs(conn, j.id)] for j in own_jobs}
    return own_jobs, results, {j.id for j in own_jobs if jobs.has_draft(conn, j.id)}


def _back_to(watch: Watch, row: SourceRow) -> str:
    return f"{watch.inbox.name}/{show_path(os.path.dirname(row.path))}"


#: Said when what failed came after the paid turn, and its work is saved here.
EDIT_IS_KEPT = "The work that was paid for is kept: trying again does not cost anything for it."


def failure_of(
    row: SourceRow, own_jobs: list[Job], results: Mapping[int, list[str]], kept_edits: Collection[int], back: str
) -> Failure:
    """What a source's jobs came to, as its note tells it."""
    bad = [job for job in own_jobs if job.state in ENDED and job.state is not State.PUBLISHED]
    what = dict.fromkeys(f"{job.target}: {job.error_text}" if len(own_jobs) > 1 else job.error_text for job in bad)
    done = tuple(
        Done(job.target, result) for job in own_jobs if job.state is State.PUBLISHED for result in results[job.id]
    )
    undone = tuple(job.target for job in bad)
    name = os.path.basename(row.path)
    cure = EDIT_IS_KEPT if any(job.id in kept_edits for job in bad) else ""
    return Failure(name, "\n".join(what), cure, done, undone, tuple(j.id for j in bad), back)
