"""The read-me notes in the folders of an inbox: each says what is wrong there, and is removed when
that is over. Owns which note is where; `reporting` has the words."""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

import structlog

from nemowatch.config.watch_section import Watch
from nemowatch.intake.inbox import Inbox
from nemowatch.intake.records import FileProblem, FolderProblem, ProblemList, Tick
from nemowatch.intake.scan.paths import seen_from
from nemowatch.jobs.hold_log import whole
from nemowatch.journal.batches import BatchRow
from nemowatch.reporting import inbox_words, notes
from nemowatch.reporting.note_writer import NoteWriter
from nemowatch.reporting.notes import Complaint
from nemowatch.sources.approvals import Approvals

log = structlog.get_logger("nemowatch.inbox")

#: The inbox itself, as a folder.
INBOX = b""


class _Note(NamedTuple):
    """What one folder's note is to say."""

    text: str
    why: str  #: for the log


class FolderNotes:
    """Updates them."""

    def __init__(self, note_writer: NoteWriter, approvals: Approvals) -> None:
        self._note_writer = note_writer
        self._approvals = approvals
        self._written: dict[str, dict[bytes, str]] = {}  # watch -> folder -> the note there
        # watch -> folders with notes of an earlier process, of which nothing is known yet: to write
        # one anew at each start would be work for every sync client
        self._earlier: dict[str, frozenset[bytes]] = {}

    async def update(
        self,
        inbox: Inbox,
        problems: ProblemList,
        asking: BatchRow | None,
        tick: Tick,
    ) -> None:
        """Write what these problems and a batch that waits for a yes ask for; remove every other
        note, those of an earlier process once all problems are known. With more to come the batch
        still grows, and its note stays as it is."""
        watch = inbox.watch
        written = await self._notes_of(watch)
        if tick.is_judged:
            self._earlier[watch.name] = frozenset()
        left = self._earlier[watch.name]
        wanted: dict[bytes, _Note] = {}
        by_folder = _complaints(problems)
        for folder, complaints in by_folder.items():
            wanted[folder] = _Note(notes.read_me(complaints, inbox.own_names), complaints[0].what)
        if asking is not None:
            old = written.get(INBOX) if tick.more else None
            wanted[INBOX] = await self._asking(asking, old, by_folder.get(INBOX, []))
        for folder in wanted.keys() - left:
            await self._write(watch, folder, wanted[folder])
        for folder in written.keys() - wanted.keys() - left:
            await self._remove(watch, folder, {*written, *wanted} - {folder})

    async def _notes_of(self, watch: Watch) -> dict[bytes, str]:
        """The notes that are there, by folder."""
        if watch.name not in self._written:
            self._written[watch.name] = found = await self._note_writer.read_mes(watch)
            self._earlier[watch.name] = frozenset(found)
        return self._written[watch.name]

    async def _asking(self, batch: BatchRow, old: str | None, complaints: list[Complaint]) -> _Note:
        text = old or await self._approvals.note(batch, complaints)
        number = max(batch.waiting, batch.expected)
        return _Note(text, inbox_words.batch(number, batch.cause))

    async def _write(self, watch: Watch, folder: bytes, note: _Note) -> None:
        written = self._written[watch.name]
        if written.get(folder) == note.text:
            return
        if await self._note_writer.read_me(watch, folder, note.text):
            written[folder] = note.text
            where = whole(watch.name, folder) if folder else watch.name
            log.info("note written", folder=where, why=note.why)

    async def _remove(self, watch: Watch, folder: bytes, others: set[bytes]) -> None:
        if not await self._note_writer.read_me(watch, folder, ""):
            return
        text = self._written[watch.name].pop(folder)
        if folder != INBOX:
            await self._note_writer.follow(watch, folder, text, others)


def _complaints(problems: ProblemList) -> dict[bytes, list[Complaint]]:
    """What is wrong by folder; files with the same trouble in one entry."""
    found: dict[bytes, list[Complaint]] = defaultdict(list)
    files: dict[tuple[bytes, str], list[bytes]] = defaultdict(list)
    for problem in problems:
        words = f"{problem.what} {problem.cure}".strip()
        if isinstance(problem, FolderProblem):
            found[problem.folder].append(Complaint(words, problem.suggestion))
        elif not problem.final:
            folder = _noted_in(problem)
            files[folder, words].append(seen_from(folder, problem.path))
    for (folder, words), names in files.items():
        found[folder].append(Complaint(words, files=tuple(names)))
    return found


def _noted_in(problem: FileProblem) -> bytes:
    """The trouble of a task folder that cannot be read is said beside it."""
    return INBOX if problem.path == problem.folder else problem.folder
