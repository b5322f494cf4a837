"""What the shared folder itself says: the words of each note from the journal's rows, and one way
to put them on disk.

Most people see nothing but these. When a note about a source is due, `notekeeper` knows. That
notes cannot be written is said once, and once when they can be again; it never stops anything.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

import structlog

from nemowatch.clock import Clock, lasted
from nemowatch.config import Watch
from nemowatch.errors import LocalError, LocalPassing, show_path
from nemowatch.fs.folders import ensure_root
from nemowatch.fs.listing import folders_below
from nemowatch.fs.names import note_name
from nemowatch.fs.safe_open import translated
from nemowatch.fs.threads import Disks
from nemowatch.intake.records import FileProblem
from nemowatch.journal import Journal, jobs, sources
from nemowatch.journal import notes as kept
from nemowatch.journal.jobs import Job
from nemowatch.journal.sources import SourceRow
from nemowatch.model import ENDED, AttentionReason, State
from nemowatch.outbox.note_file import Wrote, remove_note, write_note
from nemowatch.reporting import notes
from nemowatch.reporting.notes import Done, Failure, Question

log = structlog.get_logger("nemowatch.note")

#: Of the note beside a second copy in done/: it says where the results of the first one are.
DONE_ENDING = ".note.txt"


@dataclass(frozen=True, slots=True)
class Standing:
    """What is to stand at one place."""

    root: Path  #: the tree below which it lies: nothing is written where that is missing
    path: Path
    text: str  #: "" for no note


class NoteWriter:
    """Writes and removes notes, and remembers which stand."""

    def __init__(self, journal: Journal, disks: Disks, clock: Clock) -> None:
        self._journal = journal
        self._disks = disks
        self._clock = clock
        # trees and notes that could not be written, since when (monotonic)
        self._silent: dict[Path, float] = {}

    async def unusable(self, watch: Watch, problem: FileProblem) -> bool:
        """A file that never became a job is about to go to failed/. False when it has to wait:
        nobody could be told why."""
        return await self._told(watch, _unusable(watch, problem))

    async def withdraw(self, watch: Watch, problem: FileProblem) -> bool:
        """That file no longer lies there: its note goes, unless another trouble has been written
        there since. False as above."""
        note = _unusable(watch, problem)
        if (
            await self._journal.read(lambda conn: kept.text_at(conn, os.fsencode(note.path)))
            != note.text
        ):
            return True
        return await self._told(watch, Standing(note.root, note.path, ""))

    async def beside_done(self, watch: Watch, path: bytes, text: str) -> bool:
        """A note beside a copy that is about to go to done/ although nothing was made of it.
        False as above."""
        folder = watch.done / os.fsdecode(os.path.dirname(path))
        name = note_name(os.path.basename(path), DONE_ENDING)
        return await self._told(watch, Standing(watch.done, folder / name, text))

    async def _told(self, watch: Watch, note: Standing) -> bool:
        try:
            await self.bring(watch, note)
        except LocalPassing:
            return False
        except LocalError:
            return True  # no later try would write it: the log has told why
        return True

    # -- about folders -----------------------------------------------------------------

    async def read_me(self, watch: Watch, folder: bytes, text: str) -> bool:
        """`nemowatch - read me.txt` in a folder of the inbox (b"": the inbox itself); "" takes
        it away. False when it could not be done now."""
        path = watch.inbox / os.fsdecode(folder) / notes.READ_ME
        return await self._told(watch, Standing(watch.inbox, path, text))

    async def follow(
        self, watch: Watch, folder: bytes, text: str, others: Collection[bytes]
    ) -> None:
        """A task folder has no note any more. When it is gone it was most likely renamed, as its
        note asks: then the note went along and is wrong where it is. `others`: folders whose
        notes are looked after."""
        with contextlib.suppress(LocalError):  # best effort: a person can delete it, too
            await self._on_disk(watch, _follow, watch.inbox, folder, text, others)

    async def read_mes(self, watch: Watch) -> dict[bytes, str]:
        """Those that stand in this inbox, as the journal remembers them, by their folder."""
        inbox, known = os.fsencode(watch.inbox) + b"/", await self._journal.read(kept.all)
        own = [
            path
            for path in known
            if path.startswith(inbox) and os.path.basename(path) == os.fsencode(notes.READ_ME)
        ]
        return {os.path.dirname(path[len(inbox) :]): known[path] for path in own}

    # -- files -------------------------------------------------------------------------

    async def bring(self, watch: Watch, note: Standing) -> None:
        """Have this note stand there, or none. Raises LocalError, which is said already."""
        raw = os.fsencode(note.path)
        known = await self._journal.read(lambda conn: kept.text_at(conn, raw))
        try:
            await (
                self._write(watch, note, known) if note.text else self._remove(watch, note, known)
            )
        except LocalError as exc:
            self._failed(note, exc)
            raise
        self._well(note)

    async def _write(self, watch: Watch, note: Standing, known: str) -> None:
        raw, now = os.fsencode(note.path), self._clock.now_ms()
        if known and known != note.text:
            # Killed after the write, before the line below: the note on disk would be one that we
            # do not know, so not ours. With nothing remembered it is known by its last line.
            await self._journal.write(lambda conn: kept.forget(conn, raw))
        try:
            wrote = await self._on_disk(
                watch, _write, watch, note.root, note.path, note.text, known
            )
        except LocalError:
            if known and known != note.text:
                await self._journal.write(lambda conn: kept.remember(conn, raw, known, now))
            raise
        if wrote is Wrote.FOREIGN:
            log.warning(
                "note not written: a file that is not ours has its name", path=show_path(raw)
            )
        stands = known if wrote is Wrote.FOREIGN else note.text
        if stands and (stands != known or known != note.text):
            await self._journal.write(lambda conn: kept.remember(conn, raw, stands, now))

    async def _remove(self, watch: Watch, note: Standing, known: str) -> None:
        raw = os.fsencode(note.path)
        await self._on_disk(watch, _take_away, watch, note, known)
        if known:
            await self._journal.write(lambda conn: kept.forget(conn, raw))

    async def _on_disk(self, watch: Watch, call: Callable[..., object], *args: object) -> object:
        return await self._disks.run(watch.name, call, *args)

    def _failed(self, note: Standing, exc: LocalError) -> None:
        """A tree that is away or full is one trouble, however many notes wait for it; any other
        is the note's own."""
        place = note.root if isinstance(exc, LocalPassing) else note.path
        if place not in self._silent:
            self._silent[place] = self._clock.monotonic()
            log.warning(
                "note could not be written, and is tried again",
                path=show_path(str(note.path)),
                why=exc.text,
            )

    def _well(self, note: Standing) -> None:
        for place in (note.root, note.path):
            since = self._silent.pop(place, None)
            if since is not None:
                log.info(
                    "notes can be written again",
                    path=show_path(str(place)),
                    after=lasted(self._clock.monotonic() - since),
                )


def _follow(inbox: Path, folder: bytes, text: str, others: Collection[bytes]) -> None:
    with translated(inbox):
        if os.path.lexists(inbox / os.fsdecode(folder)):
            return
    found = [name for name in folders_below(inbox) if name not in others]
    for name in found:
        remove_note(inbox, inbox / os.fsdecode(name) / notes.READ_ME, text)


def _unusable(watch: Watch, problem: FileProblem) -> Standing:
    name = os.path.basename(problem.path)
    back = f"inbox/{show_path(os.path.dirname(problem.path))}"
    text = notes.error_note(Failure(name, problem.what, problem.cure, inbox_folder=back))
    folder = watch.failed / os.fsdecode(os.path.dirname(problem.path))
    return Standing(watch.failed, notes.error_path(folder, name), text)


# -- about sources ---------------------------------------------------------------------


def wanted(conn: sqlite3.Connection, watch: Watch, source_id: int) -> list[Standing]:
    """What has to stand about the file that this source is, or was: a question beside it in the
    inbox, an error note in failed/, or neither. One that is being tried again keeps the error
    note that it has until it is known how it ended.
    """
    row = sources.by_id(conn, source_id)
    if row is None:
        return []
    # newest first
    there = [
        (one, jobs.of_source(conn, one.id)) for one in sources.at_path(conn, row.watch, row.path)
    ]
    asking = next((q for one, own in there if (q := _question(one, own))), "")
    folder, name = os.fsdecode(os.path.dirname(row.path)), os.path.basename(row.path)
    found = [Standing(watch.inbox, notes.question_path(watch.inbox / folder, name), asking)]
    ends = [_end(one, own) for one, own in there]
    path = notes.error_path(watch.failed / folder, name)
    last = next((n for n, end in enumerate(ends) if end in (End.BADLY, End.WELL)), None)
    if last is not None:
        found.append(
            Standing(
                watch.failed,
                path,
                _failure(conn, watch, there[last][0]) if ends[last] is End.BADLY else "",
            )
        )
    elif End.OPEN not in ends:
        found.append(Standing(watch.failed, path, ""))
    return found


class End(Enum):
    """How a source ended, for its error note."""

    OPEN = auto()  #: not yet
    WELL = auto()  #: everything is done
    BADLY = auto()  #: not everything could be done, or it lies in failed/
    #: a person took it away before anything was made of it: there is nothing to tell
    TAKEN = auto()


def _end(row: SourceRow, own: list[Job]) -> End:
    states = {job.state for job in own}
    if states & {State.FAILED, State.REJECTED}:
        return End.BADLY
    if states == {State.PUBLISHED}:
        return End.WELL
    if not states <= ENDED or row.retired_at is None:
        return End.OPEN
    return End.TAKEN if row.retired_to is None and states == {State.CANCELLED} else End.BADLY


def _failure(conn: sqlite3.Connection, watch: Watch, row: SourceRow) -> str:
    own_jobs, results, kept_edits = _with_results(conn, row.id)
    return notes.error_note(failure_of(row, own_jobs, results, kept_edits, _back_to(watch, row)))


def _question(row: SourceRow, own: list[Job]) -> str:
    """The note about what only a person can tell, "" when nothing is asked."""
    asking = [job for job in own if job.state is State.ATTENTION]
    if not asking:
        return ""
    said = dict.fromkeys(
        f"{job.target}: {job.error_text}" if len(own) > 1 else job.error_text for job in asking
    )
    how = "\n".join(dict.fromkeys("\n".join(map(_how, asking)).splitlines()))
    return notes.question_note(
        Question(os.path.basename(row.path), "\n".join(said), how, tuple(j.id for j in asking))
    )


def _how(job: Job) -> str:
    """How one question is answered."""
    clearer = (
        "Put clearer instructions into a prompt.txt in the folder, take this file out of it, wait a"
        " minute, and copy it in again. That costs again.\nOr ask"
    )
    asked = job.reason == AttentionReason.QUESTION
    first = clearer if asked else "Ask"
    return (
        f"{first} whoever looks after nemowatch to type one of these:\nnemowatch resolve {job.id}"
        " --resend (send the order again, by the prompt.txt of that moment; it costs"
        f" again)\nnemowatch resolve {job.id} --done (the work"
        f" {'has come after all' if asked else 'was done'}: fetch it)\nnemowatch cancel {job.id}"
        " (leave it)"
    )


def _write(watch: Watch, root: Path, path: Path, text: str, last: str) -> Wrote:
    if root != watch.inbox:
        ensure_root(root, watch.inbox)
    return write_note(root, path, text, last)


def _take_away(watch: Watch, note: Standing, known: str) -> None:
    there = os.path.isdir(watch.inbox)  # noqa: PTH112 - never raises, dead share or not
    if there and note.root.parent == watch.inbox.parent and not os.path.lexists(note.root):
        # nothing has failed here so far, or a person removed the tree: there is no note in it
        return
    remove_note(note.root, note.path, known)


def _with_results(
    conn: sqlite3.Connection, source_id: int
) -> tuple[list[Job], dict[int, list[str]], set[int]]:
    own_jobs = jobs.of_source(conn, source_id)
    results = {
        j.id: [os.fsdecode(os.path.basename(o.path)) for o in jobs.outputs(conn, j.id)]
        for j in own_jobs
    }
    return own_jobs, results, {j.id for j in own_jobs if jobs.has_draft(conn, j.id)}


def _back_to(watch: Watch, row: SourceRow) -> str:
    return f"{watch.inbox.name}/{show_path(os.path.dirname(row.path))}"


#: Said when what failed came after the paid turn, and its work is saved here.
EDIT_IS_KEPT = "The work that was paid for is kept: trying again does not cost anything for it."


def failure_of(
    row: SourceRow,
    own_jobs: list[Job],
    results: Mapping[int, list[str]],
    kept_edits: Collection[int],
    back: str,
) -> Failure:
    """What a source's jobs came to, as its note tells it."""
    bad = [job for job in own_jobs if job.state in ENDED and job.state is not State.PUBLISHED]
    what = dict.fromkeys(
        f"{job.target}: {job.error_text}" if len(own_jobs) > 1 else job.error_text for job in bad
    )
    done = tuple(
        Done(job.target, result)
        for job in own_jobs
        if job.state is State.PUBLISHED
        for result in results[job.id]
    )
    undone = tuple(job.target for job in bad)
    name = os.path.basename(row.path)
    cure = EDIT_IS_KEPT if any(job.id in kept_edits for job in bad) else ""
    return Failure(name, "\n".join(what), cure, done, undone, tuple(j.id for j in bad), back)
