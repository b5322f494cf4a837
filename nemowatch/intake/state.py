"""What an inbox remembers between two ticks. It is small, and only the inbox's own loop touches it.

Owns the memory, not the decisions. A known file costs its name and eight bytes, so a hundred
thousand fit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import starmap

from nemowatch.config.watch_section import Watch
from nemowatch.fs.identity import content_hash
from nemowatch.intake.problems import ProblemRegister
from nemowatch.intake.ready.tracked_files import TrackedFiles
from nemowatch.intake.ready.waiting_reasons import problem_of
from nemowatch.intake.records import FileProblem, FolderProblem, RequestFile
from nemowatch.intake.scan.diff import FolderFacts, ScanDiff
from nemowatch.intake.scan.folder_instructions import FolderInstructions
from nemowatch.intake.scan.folders import FolderBook
from nemowatch.intake.scan.ignore import Ignore
from nemowatch.intake.scan.paths import below, is_below, lineage, parent
from nemowatch.intake.scan.pauses import pauses_in
from nemowatch.intake.scan.unchanged_files import KnownFiles
from nemowatch.model import Snapshot
from nemowatch.tasks.records import OwnNames


@dataclass(slots=True)
class InboxState:
    """The memory of one inbox."""

    book: FolderBook
    ignore: Ignore
    problems: ProblemRegister
    tracked: TrackedFiles = field(default_factory=TrackedFiles)
    #: claimed or refused files: path -> hash of its snapshot
    known: KnownFiles = field(default_factory=KnownFiles)
    #: claimed files that have changed since and are settling again
    changed: set[bytes] = field(default_factory=set)
    #: by task folder; b"" is the inbox itself
    facts: dict[bytes, FolderFacts] = field(default_factory=dict)
    #: as the last scan has seen them, by folder
    instructions: dict[bytes, FolderInstructions] = field(default_factory=dict)
    #: how each prompt.txt and glossary.txt looked when it was read
    texts_read: dict[bytes, Snapshot] = field(default_factory=dict)
    approvals: dict[bytes, Snapshot] = field(default_factory=dict)
    projects: set[bytes] = field(default_factory=set)  #: as the scans have seen them
    #: projects that are to be considered with the next tick
    projects_due: set[bytes] = field(default_factory=set)
    #: the digest of each claimed project's instructions, by its path
    claimed_projects: dict[bytes, str] = field(default_factory=dict)
    #: files named like our own notes
    notes: tuple[bytes, ...] = ()
    folder_approvals: dict[bytes, Snapshot] = field(default_factory=dict)
    #: texts about results and questions, as the last scan has seen them, and as they were read
    requests: dict[bytes, Snapshot] = field(default_factory=dict)
    read_requests: dict[bytes, RequestFile] = field(default_factory=dict)

    @classmethod
    def of(cls, watch: Watch, own_names: OwnNames) -> InboxState:
        """The state of an inbox of which nothing is known yet."""
        book = FolderBook(own_names)
        return cls(book, Ignore(watch.ignore), ProblemRegister(book))

    def know(self, path: bytes, found: Snapshot, *, local: bool) -> None:
        """Note that this file needs no further check until it changes."""
        self.known[path] = content_hash(found, local=local)
        self.changed.discard(path)
        self.tracked.drop(path)

    def is_claimed(self, path: bytes) -> bool:
        """True for a file that was claimed or refused, also while it settles again."""
        if path in self.known:
            return True
        return path in self.changed

    def resettle(self, paths: Iterable[bytes]) -> list[bytes]:
        """Have the known files among these, which have changed, settle again. Returns them."""
        changed = list(filter(self.known.__contains__, paths))
        for path in changed:
            del self.known[path]
        self.changed.update(changed)
        return changed

    def forget(self, paths: Iterable[bytes]) -> None:
        """Forget claimed files that are no longer there."""
        for path in paths:
            self.known.pop(path, None)
            self.changed.discard(path)

    def learn_instructions(self, survey: ScanDiff) -> None:
        """Take in the instructions that a scan has found where it began and below."""
        for folder in below(self.instructions, survey.start):
            del self.instructions[folder]
        self.instructions.update(survey.instructions)
        self._learn_projects(survey)

        notes = [path for path in self.notes if not is_below(path, survey.start)]
        self.notes = (*notes, *survey.notes)

        _renew_below(self.requests, survey.requests, survey.start)
        _renew_below(self.folder_approvals, survey.folder_approvals, survey.start)

    def reconsider_projects(self, folder: bytes) -> None:
        """Have the projects in this folder and below considered again: their instructions have
        changed."""
        self.projects_due.update(below(self.projects, folder))

    def _learn_projects(self, survey: ScanDiff) -> None:
        before = set(below(self.projects, survey.start))
        self.projects_due |= before
        self.projects -= before
        self.projects |= survey.projects
        self.projects_due |= survey.projects

    def above(self, path: bytes) -> list[FolderInstructions]:
        """The instructions that apply to a file: those in its folder and above, the outermost
        first."""
        return list(filter(None, map(self.instructions.get, lineage(parent(path)))))

    @property
    def pauses(self) -> dict[bytes, bytes]:
        """The folders (b"": the inbox itself) that hold a PAUSE, with its path."""
        return pauses_in(self.instructions)

    def block(
        self,
        path: bytes,
        why: str,
        *,
        soon: bool = False,
        now: float = 0.0,
    ) -> None:
        """Block this file, which is still but cannot be taken for this reason. `soon`: what it
        waits for is also settling; `now`: when a check failed and does not count as one."""
        tracked = self.tracked.get(path)
        if tracked is not None:
            tracked.block(why, soon=soon, now=now)

    def all_problems(self, now: float) -> tuple[FileProblem | FolderProblem, ...]:
        """Everything that is to be reported now; `now`: monotonic seconds."""
        held = filter(None, starmap(problem_of, self.tracked.noticeable(now)))
        return (*self.problems.current(now), *held)

    def unblock(self, folder: bytes) -> None:
        """Unblock the files in this folder (b"": anywhere): what they waited for may have
        changed."""
        for path, tracked in self.tracked.items():
            if tracked.blocked and is_below(path, folder):
                tracked.block("")


def _renew_below(
    known: dict[bytes, Snapshot],
    found: Mapping[bytes, Snapshot],
    start: bytes,
) -> None:
    """Replace what was known at and below `start` by what a scan has found there."""
    for path in below(known, start):
        del known[path]
    known.update(found)
