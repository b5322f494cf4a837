"""Compares what a scan finds with what is known: new or changed files, missing ones, instructions,
oddities.

Owns the comparison, in the worker thread of the inbox; the inbox only reads the result. Known files
that have not changed leave no trace here, so the result is small even for a hundred thousand
claimed files.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain

from nemowatch.content.endings import converted_to, ending_of, kind_after
from nemowatch.content.kinds import kind_by_name
from nemowatch.intake.records import FileProblem
from nemowatch.intake.scan.folder_instructions import FolderInstructions, Gathering
from nemowatch.intake.scan.folders import MEDIA, FolderBook
from nemowatch.intake.scan.instruction_forms import InstructionName
from nemowatch.intake.scan.name_order_and_stems import stem_of
from nemowatch.intake.scan.oddities import oddity
from nemowatch.intake.scan.partial_files import looks_partial
from nemowatch.intake.scan.paths import folder_of, name_of, parent, same_name, seen_from
from nemowatch.intake.scan.project_folders import ProjectFolder
from nemowatch.intake.scan.project_problems import no_project
from nemowatch.intake.scan.scanner import Entry, EntryKind
from nemowatch.intake.scan.unchanged_files import KnownFiles, KnownInWalk
from nemowatch.model import MediaKind, Snapshot
from nemowatch.tasks.records import Folder

#: New files taken from one scan, each about five hundred bytes until it is claimed; the others come
#: with the next scan, as soon as half of these are claimed. To claim the other half takes as long
#: as those settle, so that nobody waits for that.
MAX_FRESH = 20_000
#: Oddities that are reported at once; more are when people have mended these.
MAX_ODD = 200
#: Names given as examples of files that a folder does not accept.
MAX_EXAMPLES = 5
#: Files of one folder whose growth is followed.
MAX_PARTIAL = 200


@dataclass(slots=True)
class FolderFacts:
    """What a task folder (or the inbox itself, b"") holds besides files to work on."""

    foreign: int = 0  #: how many files of kinds that it does not accept
    foreign_names: list[bytes] = field(default_factory=list)
    foreign_endings: set[str] = field(default_factory=set)  #: of those that can be converted
    #: what these files promise to be, or become once they are converted
    foreign_kinds: set[MediaKind] = field(default_factory=set)
    #: files that may be growing into one that it accepts
    partial: dict[bytes, Snapshot] = field(default_factory=dict)

    def add_foreign(self, path: bytes, found: Snapshot) -> None:
        """Count a file of a kind that it does not accept, as it was found."""
        name = name_of(path)
        if looks_partial(name) and len(self.partial) < MAX_PARTIAL:
            self.partial[path] = found
            return

        self.foreign += 1
        if converted_to(name):
            self.foreign_endings.add(ending_of(name))
        kind = kind_by_name(name) or kind_after(name)
        if kind is not None:
            self.foreign_kinds.add(kind)
        if len(self.foreign_names) < MAX_EXAMPLES:
            self.foreign_names.append(seen_from(folder_of(path), path))


@dataclass(slots=True)
class ScanDiff:
    """The result of one walk."""

    start: bytes  #: where it began; b"": the whole inbox
    fresh: dict[bytes, Snapshot] = field(default_factory=dict)
    missing: set[bytes] = field(default_factory=set)  #: known files that were not seen
    folders: dict[bytes, FolderFacts] = field(default_factory=dict)
    inodes: set[int] = field(default_factory=set)  #: of the folders that can be entered
    projects: set[bytes] = field(default_factory=set)  #: folders that are one job each
    odd: list[FileProblem] = field(default_factory=list)
    #: by folder
    instructions: dict[bytes, FolderInstructions] = field(default_factory=dict)
    near: list[FileProblem] = field(default_factory=list)  #: what only looks like an instruction
    approvals: dict[bytes, Snapshot] = field(default_factory=dict)
    notes: list[bytes] = field(default_factory=list)  #: files named like our own notes
    folder_approvals: dict[bytes, Snapshot] = field(default_factory=dict)
    requests: dict[bytes, Snapshot] = field(default_factory=dict)  #: texts about results
    expected: int = 0  #: jobs that the new files would bring
    untracked: int = 0  #: files in `fresh` that are not tracked yet
    more: bool = False  #: not all new files are in `fresh`


class ScanDiffer:
    """Compares a walk with what is known."""

    def __init__(
        self,
        book: FolderBook,
        known: KnownFiles,
        tracked: Iterable[bytes],
        is_local: Callable[[bytes], bool],
    ) -> None:
        self._book = book
        self._known = known
        self._tracked = frozenset(tracked)
        self._in_walk = KnownInWalk(known, is_local)
        self._closed: list[bytes] = []  # folders that cannot be read, each with a slash behind it
        self._gathering = Gathering(book.is_approvable)
        self._in_doubt: list[Entry] = []
        self._counted: set[bytes] = set()  # projects whose jobs are counted in `expected`

    def changed(self, folder: bytes, opened: int) -> Iterator[tuple[bytes, os.stat_result | None]]:
        """The entries of an open folder except known files that have not changed. To be given to
        the walk. Raises OSError."""
        return self._in_walk.changed(folder, opened)

    def survey(self, entries: Iterable[Entry], start: bytes = b"") -> ScanDiff:
        """Sort what a walk finds that began at `start` and was given `changed`. Raises what the
        walk raises."""
        found = ScanDiff(start)
        for entry in entries:
            self._take(found, entry)
        self._settle_doubts(found)

        self._gathering.end()
        found.instructions = self._gathering.folders
        found.approvals = self._gathering.approvals
        found.notes = self._gathering.notes
        found.folder_approvals = self._gathering.folder_approvals
        found.requests = self._gathering.requests
        found.near = list(self._gathering.problems())[:MAX_ODD]
        found.missing = self._visible(self._in_walk.missing(start))
        return found

    def _visible(self, missing: set[bytes]) -> set[bytes]:
        """Those that are really gone: files in a closed folder cannot be seen, and do not count."""
        if not self._closed:
            return missing

        closed = tuple(self._closed)
        found: set[bytes] = set()
        for path in missing:
            if not path.startswith(closed):
                found.add(path)
        return found

    def _take(self, found: ScanDiff, entry: Entry) -> None:
        if entry.kind is EntryKind.FILE:
            self._sort(found, entry)
        elif entry.kind is EntryKind.OURS:
            self._gathering.take(entry.path, entry.snapshot, is_empty=entry.is_empty)
        elif entry.kind is EntryKind.FOLDER:
            _add_folder(found, entry)
            self._project_folder(found, entry)
        else:
            self._odd(found, entry)

    def _project_folder(self, found: ScanDiff, entry: Entry) -> None:
        project = self._book.project(entry.path)
        if project is None:
            return
        if project.is_work:
            found.projects.add(project.path)
        elif project.path == entry.path and len(found.odd) < MAX_ODD:
            found.odd.append(no_project(project))

    def _odd(self, found: ScanDiff, entry: Entry) -> None:
        if len(found.odd) < MAX_ODD:
            found.odd.append(oddity(entry))
        if entry.kind is EntryKind.CLOSED:
            self._closed.append(entry.path + b"/")
            # the kernel cannot watch it for us either, and it is reported on its own
            found.inodes.discard(entry.snapshot.ino)

    def _sort(self, found: ScanDiff, entry: Entry) -> None:
        """Sort in a file, or what may be meant as an instruction, which depends on the files
        beside it."""
        if self._book.in_doubt(entry.path) is None:
            self._file(found, entry)
        else:
            self._in_doubt.append(entry)

    def _settle_doubts(self, found: ScanDiff) -> None:
        if not self._in_doubt:
            return
        media = self._media(found)
        for entry in self._in_doubt:
            meant = self._book.in_doubt(entry.path)
            stem = same_name(stem_of(name_of(entry.path)))
            is_of_a_clip = (parent(entry.path), stem) in media
            if meant is None or is_of_a_clip:
                self._file(found, entry)
            else:
                self._gathering.miss(entry.path, meant)

    def _media(self, found: ScanDiff) -> set[tuple[bytes, str]]:
        """The names, whole and without their endings, of everything that may be a text's clip."""
        names: set[tuple[bytes, str]] = set()
        for path in chain(self._known, self._tracked, found.fresh):
            if kind_by_name(path) not in MEDIA:
                continue
            folder = parent(path)
            name = name_of(path)
            names.add((folder, same_name(name)))
            names.add((folder, same_name(stem_of(name))))
        return names

    def _file(self, found: ScanDiff, entry: Entry) -> None:
        path = entry.path
        folder = entry.folder
        project = self._book.project(parent(path))
        if project is not None:
            self._project_file(found, entry, project)
            return
        facts = found.folders.setdefault(folder, FolderFacts())
        if not folder:
            facts.add_foreign(path, entry.snapshot)
            return
        if not isinstance(self._book.read(folder), Folder):
            return  # its name is the problem, not its content
        if self._book.is_reviewed_text(path):
            asked = InstructionName.REVIEWED
            self._gathering.request(path, entry.snapshot, asked, is_empty=entry.is_empty)
            return
        if not self._book.takes(path):
            facts.add_foreign(path, entry.snapshot)
            return

        if path not in self._known and not self._book.is_subtitles(path):
            found.expected += self._book.jobs_of_one(folder)
        self._fresh(found, entry)

    def _project_file(self, found: ScanDiff, entry: Entry, project: ProjectFolder) -> None:
        """Take in a file of a project, whatever its kind: they are all worked on together."""
        is_nested = parent(entry.path) != project.path
        if not project.is_work or is_nested:
            return
        if project.path not in self._counted and entry.path not in self._known:
            self._counted.add(project.path)
            found.expected += 1
        found.projects.add(project.path)
        self._fresh(found, entry)

    def _fresh(self, found: ScanDiff, entry: Entry) -> None:
        if entry.path in self._tracked:
            found.fresh[entry.path] = entry.snapshot
        elif found.untracked < MAX_FRESH:  # long waiting files must not keep new ones out
            found.fresh[entry.path] = entry.snapshot
            found.untracked += 1
        else:
            found.more = True


def _add_folder(found: ScanDiff, entry: Entry) -> None:
    found.inodes.add(entry.snapshot.ino)
    is_task_folder = b"/" not in entry.path
    if is_task_folder:
        found.folders.setdefault(entry.path, FolderFacts())
