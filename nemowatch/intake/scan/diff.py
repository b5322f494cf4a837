"""What one scan has found, compared with what is known: new or changed files, missing ones,
instructions, oddities.

Owns the comparison, in the worker thread of the inbox; the inbox only reads the result. What is
already known and has not changed leaves no trace here, so that a scan of a hundred thousand
claimed files is small.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from nemowatch.fs.identity import content_key
from nemowatch.intake.records import FileProblem
from nemowatch.intake.scan.folders import FolderBook
from nemowatch.intake.scan.ignore import APPROVE_NAMES, PAUSE_NAMES, PROMPT_NAMES, folded
from nemowatch.intake.scan.scanner import Entry, Kind
from nemowatch.model import Snapshot
from nemowatch.tasks import Folder

#: New files taken from one scan, each some five hundred bytes until it is claimed; the others come
#: with the next one, as soon as most of these are done.
MAX_FRESH = 5_000
#: Oddities that are named; people fix the first ones first.
MAX_ODD = 200
#: Names given as examples of files that a folder does not take.
MAX_EXAMPLES = 5


def snapshot_hash(look: Snapshot, *, local: bool) -> int:
    """A look in eight bytes: what is remembered of each known file."""
    return hash(content_key(look, local=local))


def _stat_hash(found: os.stat_result, *, local: bool) -> int:
    """`snapshot_hash` of what a stat says, without a record in between: a scan asks it of every
    file."""
    told = (found.st_size, found.st_mtime_ns, found.st_ctime_ns)
    return hash((*told, found.st_ino) if local else told)


@dataclass(slots=True)
class FolderFacts:
    """What a task folder (or the inbox itself, b"") holds beside files to work on."""

    paused: bytes = b""  #: the path of a PAUSE that lies in it
    prompt: bytes = b""  #: the path of its prompt.txt
    prompt_snapshot: Snapshot | None = None  #: None: there is none
    foreign: int = 0  #: files of kinds that it does not take
    foreign_names: list[bytes] = field(default_factory=list)
    revisions: int = 0  #: *.revise.txt


@dataclass(slots=True)
class ScanDiff:
    """The result of one walk."""

    start: bytes  #: where it began; b"": the whole inbox
    fresh: dict[bytes, Snapshot] = field(default_factory=dict)
    missing: set[bytes] = field(default_factory=set)  #: known files that were not seen
    folders: dict[bytes, FolderFacts] = field(default_factory=dict)
    inodes: set[int] = field(default_factory=set)  #: of the folders that can be entered
    odd: list[FileProblem] = field(default_factory=list)
    approvals: list[bytes] = field(default_factory=list)
    expected: int = 0  #: jobs that the new files would bring
    untracked: int = 0  #: files in `fresh` that nobody waits for yet
    more: bool = False  #: not all new files are in `fresh`


class ScanDiffer:
    """Compares a walk with what is known."""

    def __init__(
        self,
        book: FolderBook,
        known: Mapping[bytes, int],
        tracked: Iterable[bytes],
        is_local: Callable[[bytes], bool],
    ) -> None:
        self._book, self._known = book, known
        self._tracked = frozenset(tracked)
        self._is_local = is_local
        self._seen: set[bytes] = set()

    def unchanged(self, path: bytes, found: os.stat_result) -> bool:
        """Whether it is a known file that looks as it did: the walk need not tell of it. To be
        given to the walk."""
        known = self._known.get(path)
        if known is None or not stat.S_ISREG(found.st_mode):
            return False
        self._seen.add(path)
        return known == _stat_hash(found, local=self._is_local(path))

    def survey(self, entries: Iterable[Entry], start: bytes = b"") -> ScanDiff:
        """Go through a walk that began at `start` and was given `unchanged`. Raises what the
        walk raises."""
        found = ScanDiff(start)
        prefix = start + b"/" if start else b""
        found.missing = {p for p in self._known if not prefix or p == start or p.startswith(prefix)}
        closed: list[bytes] = []
        for entry in entries:
            self._take(found, entry)
            if entry.kind is Kind.CLOSED:
                closed.append(entry.path + b"/")
                # the kernel does not watch it for us either, and it is told of by itself
                found.inodes.discard(entry.snapshot.ino)
        found.missing -= self._seen
        if closed:  # what cannot be seen is not gone
            found.missing = {p for p in found.missing if not p.startswith(tuple(closed))}
        return found

    def _take(self, found: ScanDiff, entry: Entry) -> None:
        match entry.kind:
            case Kind.FILE:
                self._file(found, entry)
            case Kind.OURS:
                self._ours(found, entry)
            case Kind.FOLDER:
                found.inodes.add(entry.snapshot.ino)
                if b"/" not in entry.path:
                    found.folders.setdefault(entry.path, FolderFacts())
            case _:
                if len(found.odd) < MAX_ODD:
                    found.odd.append(_oddity(entry))

    def _file(self, found: ScanDiff, entry: Entry) -> None:
        path, folder = entry.path, entry.folder
        known = self._known.get(path)
        facts = found.folders.setdefault(folder, FolderFacts())
        if not folder or not isinstance(self._book.read(folder), Folder):
            _foreign(facts, path, count=not folder)
        elif not self._book.takes(folder, path.rpartition(b"/")[2]):
            _foreign(facts, path)
        else:
            found.expected += self._book.jobs_of_one(folder) if known is None else 0
            if path in self._tracked:
                found.fresh[path] = entry.snapshot
            elif found.untracked < MAX_FRESH:  # files that wait for long must not keep new ones out
                found.fresh[path] = entry.snapshot
                found.untracked += 1
            else:
                found.more = True

    def _ours(self, found: ScanDiff, entry: Entry) -> None:
        folder, _, name = entry.path.rpartition(b"/")
        if b"/" in folder:
            return  # instructions count in the inbox and in task folders, not below them
        low = folded(name)
        facts = found.folders.setdefault(folder, FolderFacts())
        if low in PAUSE_NAMES:
            facts.paused = entry.path
        elif low in APPROVE_NAMES and not folder:
            found.approvals.append(entry.path)
        elif low in PROMPT_NAMES and folder:
            facts.prompt, facts.prompt_snapshot = entry.path, entry.snapshot
        elif ".revise.txt" in low and folder:
            facts.revisions += 1


def _foreign(facts: FolderFacts, path: bytes, *, count: bool = True) -> None:
    facts.foreign += count
    if count and len(facts.foreign_names) < MAX_EXAMPLES:
        facts.foreign_names.append(path.rpartition(b"/")[2])


def _oddity(entry: Entry) -> FileProblem:
    if entry.kind is Kind.PROJECT:
        what = (
            "Folders that end in .project are one job of many files; they are not available in this"
            " version."
        )
        return FileProblem(
            entry.path,
            entry.folder,
            what,
            "Put the files into the task folder one by one.",
            code="project",
        )
    if entry.kind is Kind.CLOSED:
        cure = "Give the user that runs nemowatch the right to read it."
        if entry.what not in (os.strerror(errno.EACCES), os.strerror(errno.EPERM)):
            cure = "If a disk or a share is mounted there, mount it again; it goes on by itself."
        return FileProblem(
            entry.path,
            entry.folder,
            f"This folder cannot be read by nemowatch ({entry.what.lower() or 'no reason given'}).",
            cure,
            code="permission",
        )
    what = f"It is {entry.what}, not a file; nemowatch leaves it alone."
    return FileProblem(
        entry.path, entry.folder, what, "Copy the file itself here.", code="not a file"
    )
