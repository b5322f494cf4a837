"""The frozen records that intake reports to the layers above it, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from nemowatch.model import Member, Snapshot

if TYPE_CHECKING:
    from nemowatch.journal.sources import NewJob


@dataclass(frozen=True, slots=True)
class Candidate:
    """A settled file, group, list or project whose order is known."""

    folder: bytes
    path: bytes  #: of the main member
    task: str
    digest: str
    members: tuple[Member, ...]
    jobs: tuple[NewJob, ...]
    conflict: bool = False  #: a conflict copy: a person decides
    many: bool = False  #: a list of links
    subtitles: tuple[bytes, ...] = ()  #: paths of its files that are subtitles
    is_project: bool = False  #: its files are one job, and its path is that of their folder
    approved: bool = False  #: a person has ordered this further version of a project
    instructions: str = ""  #: the digest of the prompt.txt that applies to it
    tips: tuple[str, ...] = ()  #: what would give better results, a line each

    @property
    def files(self) -> tuple[Member, ...]:
        """The members that are files in the inbox."""
        return tuple(filter(_is_file, self.members))

    @property
    def main(self) -> Member:
        """The member that it is named after."""
        return self.members[0]

    @property
    def targets(self) -> set[tuple[str, str]]:
        """What its jobs make: (item, target)."""
        return {(job.item, job.target.name) for job in self.jobs}


def _is_file(member: Member) -> bool:
    return member.path != b""


#: The code of a problem about which nobody needs to do anything: a note in its folder says so.
MAY_STAY = "aside"


@dataclass(frozen=True, slots=True)
class FileProblem:
    """Why a file is not, or not yet, taken, for a person to know."""

    path: bytes  #: relative to the inbox
    folder: bytes  #: the task folder's name
    what: str  #: a whole plain sentence
    cure: str = ""  #: what to do
    #: True: to be moved to failed/ with an error note; False: only reported, never moved
    final: bool = False
    code: str = "unusable"  #: the short name that JSON carries


@dataclass(frozen=True, slots=True)
class FolderProblem:
    """What is wrong with a whole task folder (b"": the inbox itself), for its read-me note."""

    folder: bytes
    what: str
    suggestion: str = ""  #: the nearest valid folder name; "" when none is near
    cure: str = ""  #: what to do, if the name is not the problem


#: What a person should know about one inbox.
ProblemList: TypeAlias = tuple[FileProblem | FolderProblem, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that was refused before it became a job, and is in failed/."""

    watch: str
    problem: FileProblem
    at_ms: int  #: UTC ms
    where: Path  #: its path in failed/
    told: str = ""  #: the digest of the note about it; "" if that was not kept


#: The kind of a text that was put back after a review; other kinds are the word in their names.
REVIEWED = "reviewed"
#: The kind of a text that answers a question.
ANSWER = "answer"


@dataclass(frozen=True, slots=True)
class RequestFile:
    """A text that says something about a result, or answers a question, as it was read."""

    path: bytes  #: relative to the inbox
    kind: str  #: "revise", ANSWER or REVIEWED
    snapshot: Snapshot
    text: str = ""
    digest: str = ""  #: SHA-256 of its content, hex
    trouble: str = ""  #: why it cannot be read, a sentence; "" when it can
    cure: str = ""
    seen_at: int = field(default=0, compare=False)  #: UTC ms at which these words were first seen


@dataclass(frozen=True, slots=True)
class SightedAnswer:
    """An answer that has not settled yet, or has not been read."""

    path: bytes  #: relative to the inbox
    mtime_ns: int
    seen_at: int  #: UTC ms


@dataclass(frozen=True, slots=True)
class Duplicate:
    """The same content at the same path as a source that has ended well."""

    path: bytes
    source_id: int
    has_results: bool  #: False: some result is gone and there is no draft to deliver it from


@dataclass(frozen=True, slots=True)
class PendingFile:
    """A file that is not a job yet, and why."""

    path: bytes
    why: str  #: plain words
    since_ms: int  #: UTC ms at which it was first seen


@dataclass(frozen=True, slots=True)
class Tick:
    """What one tick of an inbox brought."""

    #: ids of sources that are new, or go on (settled again, retried, delivered again)
    claimed: tuple[int, ...] = ()
    problems: tuple[FileProblem | FolderProblem, ...] = ()  #: the whole current list
    approved: bool = False  #: there is an APPROVE in the inbox
    #: its APPROVE files, relative to the inbox, as they were found
    approvals: Mapping[bytes, Snapshot] = field(default_factory=dict)
    notes: tuple[bytes, ...] = ()  #: files named like our own notes, relative to the inbox
    #: the same for APPROVE files in its folders
    folder_approvals: Mapping[bytes, Snapshot] = field(default_factory=dict)
    is_ours: bool = False  #: the inbox is there, and no other host works it
    is_judged: bool = False  #: every problem with what lay in it at the start is known
    requests: tuple[RequestFile, ...] = ()  #: those in the inbox, as they were read
    sighted: tuple[SightedAnswer, ...] = ()  #: answers that have yet to be read
    duplicates: tuple[Duplicate, ...] = ()
    removed: tuple[int, ...] = ()  #: ids of sources whose file was removed before they ended
    #: sources whose file was renamed, each with its former path
    renamed: tuple[tuple[int, bytes], ...] = ()
    used: tuple[bytes, ...] = ()  #: APPROVE files of projects that have been obeyed
    more: bool = False  #: there is more to do at once
