"""Walks an inbox to see what is there now. The scan is the truth; everything else only says when to
make one.

Owns the walk: a generator, so that a hundred thousand files cost no memory. It follows no link,
enters no ignored folder and opens no file. `diff` decides what the entries mean.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from nemowatch.errors import LocalError, SourceGone
from nemowatch.fs.identity import NO_LOOK, not_regular, of_stat
from nemowatch.fs.listing import entries
from nemowatch.fs.names import is_too_deep
from nemowatch.fs.safe_open import folder_of, translated
from nemowatch.intake.scan.ignore import Ignore, NameClass, NameVerdict
from nemowatch.model import Snapshot

#: (path of a folder, its descriptor) -> what is to be looked at in it, as `entries` gives it. In an
#: inbox at rest nearly every file is known and left out here, so that a scan costs little more than
#: their stats.
Listed = Callable[[bytes, int], Iterable[tuple[bytes, os.stat_result | None]]]
#: What people read about a folder that `is_too_deep`.
TOO_DEEP = "it is nested too deeply"


class EntryKind(StrEnum):
    """What a walk finds."""

    FILE = "file"  #: a regular file whose name may be work (or that of a conflict copy)
    OURS = "ours"  #: a note or an instruction
    FOLDER = "folder"  #: a folder that is entered
    ODD = "odd"  #: neither file nor folder: a link, a pipe, a socket, a device
    CLOSED = "closed"  #: a folder that may not be read
    UNANSWERED = "unanswered"  #: a folder whose stat failed: trying to enter it shows why


_ENTERED = frozenset({EntryKind.FOLDER, EntryKind.UNANSWERED})


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing in the inbox."""

    kind: EntryKind
    path: bytes  #: relative to the inbox
    snapshot: Snapshot
    what: str = ""  #: "a link" and the like; "" for a regular file

    @property
    def is_empty(self) -> bool:
        """Whether it is a file without a byte; pipes and devices have no size."""
        return self.snapshot.size == 0 and not self.what

    @property
    def folder(self) -> bytes:
        """The task folder's name; b"" for what is in the inbox itself."""
        first, slash, _ = self.path.partition(b"/")
        if slash or self.kind in (EntryKind.FOLDER, EntryKind.CLOSED):
            return first
        return b""


def _everything(_folder: bytes, opened: int) -> Iterator[tuple[bytes, os.stat_result | None]]:
    return entries(opened)


def walk(
    root: Path,
    ignore: Ignore,
    start: bytes = b"",
    beat: Callable[[], None] = lambda: None,
    listed: Listed = _everything,
) -> Iterator[Entry]:
    """Everything at and below `start` (relative, b"": all) that is `listed`, folders before
    what is in them.

    A folder that vanishes meanwhile is skipped; one that cannot be read is CLOSED, and nothing may
    be concluded about what is in it. Raises LocalError when a walk begins at the root and that
    cannot be read.
    """
    todo = [(start, NO_LOOK)]
    while todo:
        folder, snapshot = todo.pop()
        beat()
        if is_too_deep(folder):
            yield Entry(EntryKind.CLOSED, folder, snapshot, TOO_DEEP)
            continue

        try:
            for entry in _in_folder(root, folder, ignore, listed):
                if entry.kind in _ENTERED:
                    todo.append((entry.path, entry.snapshot))
                if entry.kind is not EntryKind.UNANSWERED:
                    yield entry
        except SourceGone:
            continue
        except LocalError as exc:
            if not folder:
                raise
            yield Entry(EntryKind.CLOSED, folder, snapshot, _why(exc))


def _in_folder(
    root: Path,
    folder: bytes,
    ignore: Ignore,
    listed: Listed,
) -> Iterator[Entry]:
    """What is listed in one folder, except what is ignored. Raises LocalError."""
    prefix = os.path.join(folder, b"")
    with folder_of(root, folder) as opened, translated(root / os.fsdecode(folder)):
        for name, found in listed(folder, opened):
            entry = _entry(name, prefix + name, found, ignore)
            if entry is not None:
                yield entry


def _entry(
    name: bytes,
    path: bytes,
    found: os.stat_result | None,
    ignore: Ignore,
) -> Entry | None:
    if found is None:
        return _unanswered(name, path, ignore)
    return judged(name, path, found, ignore)


def _unanswered(name: bytes, path: bytes, ignore: Ignore) -> Entry | None:
    if ignore.name(name, folder=True).kind is NameClass.WORK:
        return Entry(EntryKind.UNANSWERED, path, NO_LOOK)
    return None


def judged(
    name: bytes,
    path: bytes,
    found: os.stat_result,
    ignore: Ignore,
) -> Entry | None:
    """What a name in a folder is, by its metadata; None for one that is ignored. `path`: relative
    to the inbox."""
    if stat.S_ISDIR(found.st_mode):
        return _judge_folder(name, path, found, ignore)

    verdict = ignore.name(name)
    if verdict.kind is NameClass.IGNORED:
        return None
    what = not_regular(found.st_mode)
    if verdict.kind is NameClass.OURS:
        return Entry(EntryKind.OURS, path, of_stat(found), what)
    if what:
        return Entry(EntryKind.ODD, path, of_stat(found), what)
    return Entry(EntryKind.FILE, path, of_stat(found))


def _judge_folder(
    name: bytes,
    path: bytes,
    found: os.stat_result,
    ignore: Ignore,
) -> Entry | None:
    verdict = ignore.name(name, folder=True)
    if verdict.kind is NameClass.IGNORED:
        return None

    kind = EntryKind.FOLDER
    if verdict.kind is NameClass.OURS or _is_instruction(name, verdict, ignore):
        kind = EntryKind.OURS
    return Entry(kind, path, of_stat(found), not_regular(found.st_mode))


def _is_instruction(name: bytes, verdict: NameVerdict, ignore: Ignore) -> bool:
    """Whether a folder has the name of an instruction: one called PAUSE counts too."""
    if verdict.kind is not NameClass.WORK:
        return False
    return ignore.name(name).kind is NameClass.OURS


def _why(error: LocalError) -> str:
    """What the system says of a folder that cannot be read."""
    cause = error.__cause__
    if isinstance(cause, OSError):
        return cause.strerror or ""
    return error.text
