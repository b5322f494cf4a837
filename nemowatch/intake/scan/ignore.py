"""Which names are never work, and why: the lists in `ignored_names`, the files that nemowatch
itself writes and reads, and sync clients' conflict copies.

Owns the judgement of a single name. It reads no disk and knows nothing of media: a suffix that no
task accepts is not its concern. Names are compared without regard to case, as shares do; a user's
own patterns are added to the lists, and replace nothing.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache, partial

from nemowatch.intake.scan import instruction_names
from nemowatch.intake.scan.conflict_names import conflict_of
from nemowatch.intake.scan.ignored_names import (
    FOLDER_PATTERNS,
    FOLDERS,
    METADATA_FILES,
    PATTERNS,
    TEMPORARY_PREFIXES,
    TEMPORARY_SUFFIXES,
)
from nemowatch.intake.scan.instruction_forms import EXACT
from nemowatch.intake.scan.instruction_names import folded
from nemowatch.late_pattern import LatePattern


class NameClass(StrEnum):
    """What a name alone says about a file or folder."""

    WORK = "work"  #: nothing against it
    IGNORED = "ignored"  #: never work
    CONFLICT = "conflict"  #: a sync client's conflict copy: a person decides
    OURS = "ours"  #: a note or an instruction, never the source of a job


@dataclass(frozen=True, slots=True)
class NameVerdict:
    """The judgement of a name, with its reason in plain words ("" for WORK)."""

    kind: NameClass
    why: str = ""


#: Our notes and instructions. Windows hides endings, so a doubled .txt counts as what was meant.
OUR_PATTERNS = {
    "nemowatch - read me.txt": "one of nemowatch's own notes",
    "*.error.txt": "one of nemowatch's own notes",
    "*.question.txt": "a question of nemowatch",
    "*.nemowatch.txt": "what nemowatch wrote beside a result",
    "*.nemowatch ([0-9]*).txt": "what nemowatch wrote beside a result",
    "*.answer.txt": "an answer to nemowatch",
    "*.answer.txt.txt": "an answer to nemowatch",
    "*.revise.txt": "an instruction to revise a result",
    "*.revise.txt.txt": "an instruction to revise a result",
    ".~nemowatch-*": "a file that nemowatch is writing",
    ".nemowatch-owner.json": "says which host owns this folder",
}
WORK = NameVerdict(NameClass.WORK)
_INSTRUCTION = NameVerdict(NameClass.OURS, "an instruction to nemowatch")
_PREFIXES = tuple(TEMPORARY_PREFIXES)
#: Names whose verdict is cached: each file of a folder asks about the folder again. A file's own
#: name is asked about in a row; many thousands would leave megabytes of holes when forgotten.
JUDGED = 512
#: Which verdict counts for a path whose names have different ones.
_STRENGTH = {
    NameClass.WORK: 0,
    NameClass.CONFLICT: 1,
    NameClass.OURS: 2,
    NameClass.IGNORED: 3,
}


class _Patterns:
    """Patterns for names of one kind, each with its reason."""

    def __init__(self, reasons: dict[str, str], kind: NameClass = NameClass.IGNORED) -> None:
        self._reasons = reasons
        self._kind = kind
        nothing = r"(?!)"
        self._any = LatePattern("|".join(map(fnmatch.translate, reasons)) or nothing)

    def __len__(self) -> int:
        return len(self._reasons)

    def verdict(self, name: str) -> NameVerdict | None:
        """The verdict by the first pattern that matches; None when none does."""
        if self._any.match(name) is None:
            return None
        pattern = next(filter(partial(fnmatch.fnmatchcase, name), self._reasons))
        return NameVerdict(self._kind, self._reasons[pattern])


_OURS = _Patterns(OUR_PATTERNS, NameClass.OURS)
_NEVER_WORK = _Patterns(PATTERNS)
_NEVER_ENTERED = _Patterns({**FOLDER_PATTERNS, ".*": "a hidden folder"})


def _ignored(why: str) -> NameVerdict:
    return NameVerdict(NameClass.IGNORED, why)


def _listed(names: Mapping[str, str], words: str) -> dict[str, NameVerdict]:
    """The verdicts on complete names: those of the lists, and instructions."""
    verdicts = {name: _ignored(words.format(why)) for name, why in names.items()}
    return verdicts | dict.fromkeys(EXACT, _INSTRUCTION)


_FOLDER_NAMES = _listed(FOLDERS, "{}")
_FILE_NAMES = _listed(METADATA_FILES, "a file of {}")


class Ignore:
    """The lists, with a user's own patterns added."""

    def __init__(self, patterns: tuple[str, ...] = ()) -> None:
        self._own = _Patterns({p.lower(): f"the configuration ignores {p}" for p in patterns})
        self._judged = lru_cache(JUDGED)(self._judge)

    def __repr__(self) -> str:
        return f"Ignore(own={len(self._own)})"

    def name(self, name: bytes, *, folder: bool = False) -> NameVerdict:
        """Judge one name, without its path."""
        return self._judged(name, folder)

    def is_work(self, name: bytes, *, folder: bool = False) -> bool:
        """Whether a name, without its path, may be work."""
        return self.name(name, folder=folder).kind is NameClass.WORK

    def _judge(self, name: bytes, folder: bool) -> NameVerdict:
        low = folded(name)
        judge = _folder if folder else _file
        own_kind = judge(low) or self._look_alike(name, folder=folder)
        return own_kind or _temporary(low) or self._shared(low)

    def _look_alike(self, name: bytes, *, folder: bool) -> NameVerdict | None:
        """The verdict on a name that was surely meant as an instruction, but is not one."""
        low = folded(name)
        if low.startswith(_PREFIXES) or self._own.verdict(low) is not None:
            return None

        meant = instruction_names.look_alike(name, folder=folder)
        if meant is None:
            return None
        return NameVerdict(
            NameClass.OURS, f"it looks like {meant}, but its name is not exactly that"
        )

    def _shared(self, low: str) -> NameVerdict:
        own = self._own.verdict(low)
        if own is not None:
            return own
        # a sync conflict must not be paid for: a person decides first
        whose = conflict_of(low)
        if whose:
            return NameVerdict(NameClass.CONFLICT, f"a conflict copy ({whose})")
        return WORK

    def is_conflict(self, relative: bytes) -> bool:
        """Whether `path` judges this file to be a conflict copy. Of nearly every file its names
        say at once that it is none."""
        if not any(map(conflict_of, folded(relative).split("/"))):
            return False
        return self.path(relative).kind is NameClass.CONFLICT

    def path(self, relative: bytes, *, folder: bool = False) -> NameVerdict:
        """Judge a whole path relative to the inbox: ignored below an ignored folder, a conflict
        below a conflict. `folder`: it is a folder."""
        *above, last = relative.split(b"/")
        verdicts = [self.name(name, folder=True) for name in above]
        verdicts.append(self.name(last, folder=folder))

        return max(verdicts, key=_strength)


def _strength(verdict: NameVerdict) -> int:
    return _STRENGTH[verdict.kind]


def _folder(low: str) -> NameVerdict | None:
    return _FOLDER_NAMES.get(low) or _NEVER_ENTERED.verdict(low)


def _file(low: str) -> NameVerdict | None:
    return _OURS.verdict(low) or _FILE_NAMES.get(low)


def _temporary(low: str) -> NameVerdict | None:
    if low.startswith(_PREFIXES):
        prefix = next(filter(low.startswith, TEMPORARY_PREFIXES))
        return _ignored(TEMPORARY_PREFIXES[prefix])

    _, dot, ending = low.rpartition(".")
    if dot and ending in TEMPORARY_SUFFIXES:
        return _ignored(TEMPORARY_SUFFIXES[ending])
    return _NEVER_WORK.verdict(low)
