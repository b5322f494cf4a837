"""Writes and removes the notes of the shared folder, and remembers in the journal which exist.

Most people see nothing else. `notes` has the words; `note_sync` knows when a note about a source is
due. If notes cannot be written, that is logged once, and again when they can be; it never stops
anything.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

import structlog

from nemowatch.clock import Clock, lasted
from nemowatch.config.watch_section import Watch
from nemowatch.errors import LocalError, LocalPassing, show_path
from nemowatch.fs.folders import ensure_root, remove_empty
from nemowatch.fs.listing import folders_below
from nemowatch.fs.names import note_name
from nemowatch.fs.safe_open import translated
from nemowatch.fs.threads import Disks
from nemowatch.intake.records import FileProblem
from nemowatch.journal import notes as kept
from nemowatch.journal.database import Journal
from nemowatch.outbox.note_file import (
    DONE_ENDING,
    Wrote,
    error_path,
    question_path,
    remove_note,
    write_note,
)
from nemowatch.reporting import inbox_words, notes
from nemowatch.reporting.notes import Failure

log = structlog.get_logger("nemowatch.note")


@dataclass(frozen=True, slots=True)
class Note:
    """The note that should be at one path."""

    root: Path  #: a folder above it, without which nothing is written
    path: Path
    text: str  #: "": there should be no note


class NoteWriter:
    """Writes and removes notes, and remembers which exist."""

    def __init__(self, journal: Journal, disks: Disks, clock: Clock) -> None:
        self._journal = journal
        self._disks = disks
        self._clock = clock
        # roots and notes that cannot be written, and since when (monotonic)
        self._failing: dict[Path, float] = {}

    async def unusable(self, watch: Watch, problem: FileProblem) -> str:
        """Write the note for a file that never became a job and is about to go to failed/; returns
        the digest of its text. "" when the file has to wait, since nobody could read why."""
        note = _unusable(watch, problem)
        if not await self._try(watch, note):
            return ""
        return _digest(note.text)

    async def withdraw(self, watch: Watch, problem: FileProblem, told: str) -> bool:
        """Remove that note when its file has gone, unless it says something else by now. `told`:
        the digest of its text, "" if that was not kept. False when that cannot be done now."""
        note = _unusable(watch, problem)
        expected = told or _digest(note.text)
        if _digest(await self._known(note)) != expected:
            return True
        return await self._try(watch, Note(note.root, note.path, ""))

    async def withdraw_question(self, watch: Watch, path: bytes) -> bool:
        """Remove the question about a file that has another path now. False when that cannot be
        done now."""
        folder = watch.inbox / os.fsdecode(os.path.dirname(path))
        asked = question_path(folder, os.path.basename(path))
        return await self._try(watch, Note(watch.inbox, asked, ""))

    async def remove(self, watch: Watch, root: Path, path: Path) -> bool:
        """Remove a note that no longer concerns anything. False when that cannot be done now."""
        return await self._try(watch, Note(root, path, ""))

    async def beside_done(self, watch: Watch, path: bytes, text: str) -> bool:
        """Write the note beside a copy that is about to go to done/ although nothing was made of
        it. False when that cannot be done now."""
        folder = watch.done / os.fsdecode(os.path.dirname(path))
        name = note_name(os.path.basename(path), DONE_ENDING)
        return await self._try(watch, Note(watch.done, folder / name, text))

    async def _try(self, watch: Watch, note: Note) -> bool:
        try:
            await self.update(watch, note)
        except LocalPassing:
            return False
        except LocalError:
            return True  # no later attempt would succeed: the log says why
        return True

    # -- about folders -----------------------------------------------------------------

    async def read_me(self, watch: Watch, folder: bytes, text: str) -> bool:
        """`nemowatch - read me.txt` in a folder of the inbox (b"": the inbox itself); "" removes
        it. False when that could not be done now."""
        path = watch.inbox / os.fsdecode(folder) / notes.READ_ME
        return await self._try(watch, Note(watch.inbox, path, text))

    async def follow(
        self,
        watch: Watch,
        folder: bytes,
        text: str,
        others: Collection[bytes],
    ) -> None:
        """Remove the note of a folder that is gone. The folder was most likely renamed, as its note
        asks: then the note went along, and is wrong where it is now. `others`: folders with notes
        of their own."""
        with contextlib.suppress(LocalError):  # best effort: a person can delete it as well
            await self._on_disk(watch, _follow, watch.inbox, folder, text, others)

    async def read_mes(self, watch: Watch) -> dict[bytes, str]:
        """The read-me notes in this inbox that the journal remembers, by their folder."""
        inbox, name = os.fsencode(watch.inbox) + b"/", os.fsencode(notes.READ_ME)
        found: dict[bytes, str] = {}
        for path, text in (await self._journal.read(kept.all)).items():
            if path.startswith(inbox) and os.path.basename(path) == name:
                found[os.path.dirname(path[len(inbox) :])] = text
        return found

    # -- files -------------------------------------------------------------------------

    async def update(self, watch: Watch, note: Note) -> None:
        """Write this note, or remove it if it has no text. Raises LocalError, which is logged
        here."""
        known = await self._known(note)
        act = self._write if note.text else self._remove
        try:
            await act(watch, note, known)
        except LocalError as exc:
            self._log_failure(note, exc)
            raise
        self._log_recovery(note)

    async def _known(self, note: Note) -> str:
        """The text of the note that the journal remembers at this path."""
        return await self._journal.read(lambda conn: kept.text_at(conn, os.fsencode(note.path)))

    async def _write(self, watch: Watch, note: Note, known: str) -> None:
        raw, now = os.fsencode(note.path), self._clock.now_ms()
        replaces = bool(known) and known != note.text
        if replaces:
            # If the process were killed after the write and before the line below, the note on disk
            # would not be the remembered one, so not ours. With nothing remembered it is recognized
            # by its last line.
            await self._journal.write(lambda conn: kept.forget(conn, raw))
        try:
            wrote = await self._on_disk(
                watch, _write, watch, note.root, note.path, note.text, known
            )
        except LocalError:
            if replaces:
                await self._journal.write(lambda conn: kept.remember(conn, raw, known, now))
            raise
        text = note.text
        if wrote is Wrote.FOREIGN:
            text = known
            log.warning(
                "note not written: a file that is not ours has its name",
                path=show_path(raw),
            )
        if text and known != note.text:
            await self._journal.write(lambda conn: kept.remember(conn, raw, text, now))

    async def _remove(self, watch: Watch, note: Note, known: str) -> None:
        raw = os.fsencode(note.path)
        await self._on_disk(watch, _remove, watch, note, known)
        if known:
            await self._journal.write(lambda conn: kept.forget(conn, raw))

    async def _on_disk(self, watch: Watch, call: Callable[..., object], *args: object) -> object:
        return await self._disks.run(watch.name, call, *args)

    def _log_failure(self, note: Note, exc: LocalError) -> None:
        """Log a failure. A root that is unavailable or full is one trouble, however many notes wait
        for it; any other is the note's own."""
        path = note.root if isinstance(exc, LocalPassing) else note.path
        if path not in self._failing:
            self._failing[path] = self._clock.monotonic()
            log.warning(
                "note could not be written; trying again",
                path=show_path(str(note.path)),
                why=exc.text,
            )

    def _log_recovery(self, note: Note) -> None:
        for path in (note.root, note.path):
            since = self._failing.pop(path, None)
            if since is not None:
                log.info(
                    "notes can be written again",
                    path=show_path(str(path)),
                    after=lasted(self._clock.monotonic() - since),
                )


def _follow(
    inbox: Path,
    folder: bytes,
    text: str,
    others: Collection[bytes],
) -> None:
    with translated(inbox):
        if os.path.lexists(inbox / os.fsdecode(folder)):
            return
    for name in set(folders_below(inbox)).difference(others):
        remove_note(inbox, inbox / os.fsdecode(name) / notes.READ_ME, text)


def _digest(text: str) -> str:
    """The digest by which a text is recognized, in whatever language it was written."""
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def _unusable(watch: Watch, problem: FileProblem) -> Note:
    name = os.path.basename(problem.path)
    back = f"inbox/{show_path(os.path.dirname(problem.path))}"
    cure = inbox_words.about_refused(problem.cure, back=back)
    text = notes.error_note(Failure(name, problem.what, cure))
    folder = watch.failed / os.fsdecode(os.path.dirname(problem.path))
    return Note(watch.failed, error_path(folder, name), text)


def _write(
    watch: Watch,
    root: Path,
    path: Path,
    text: str,
    last: str,
) -> Wrote:
    if root != watch.inbox:
        ensure_root(root, watch.inbox)
    return write_note(root, path, text, last)


def _remove(watch: Watch, note: Note, known: str) -> None:
    online = os.path.isdir(watch.inbox)  # noqa: PTH112 - never raises, dead share or not
    beside = note.root.parent == watch.inbox.parent
    if online and beside and not os.path.lexists(note.root):
        # nothing has failed here so far, or a person has removed the folder: there is no note
        return
    if remove_note(note.root, note.path, known) and known and note.root == watch.failed:
        # the folder that mirrors the inbox was made for the file and its note, which are both gone
        remove_empty(note.root, os.fsencode(note.path.parent.relative_to(note.root)))
