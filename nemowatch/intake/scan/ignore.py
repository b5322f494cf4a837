"""Which names are never work, and why: the lists of `ignored_names`, what nemowatch itself writes
and reads, and copies that sync clients make of a conflict.

Owns the judgement of a single name. It reads no disk and knows nothing of media: a suffix that
no task takes is not its business. Names are compared without regard to case, as shares do; a
user's own patterns are added, and replace none of these.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from nemowatch.intake.scan import instructions
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
from nemowatch.intake.scan.instructions import folded


class NameClass(StrEnum):
    """What a name alone says."""

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
    "nemowatch - read me.txt": "a note of nemowatch",
    "*.error.txt": "a note of nemowatch",
    "*.question.txt": "a question of nemowatch",
    "*.answer.txt": "an answer to nemowatch",
    "*.answer.txt.txt": "an answer to nemowatch",
    "*.revise.txt": "an instruction to revise a result",
    "*.revise.txt.txt": "an instruction to revise a result",
    ".~nemowatch-*": "a file that nemowatch is writing",
    ".nemowatch-owner.json": "says which host works this folder",
}
WORK = NameVerdict(NameClass.WORK)
_INSTRUCTION = NameVerdict(NameClass.OURS, "an instruction to nemowatch")
_PREFIXES = tuple(TEMPORARY_PREFIXES)
#: Which verdict counts for a path whose names have several.
_STRENGTH = {
    NameClass.WORK: 0,
    NameClass.CONFLICT: 1,
    NameClass.OURS: 2,
    NameClass.IGNORED: 3,
}


def _any_of(patterns: dict[str, str]) -> re.Pattern[str]:
    """Matches what any of them matches; nothing when there are none."""
    return re.compile("|".join(map(fnmatch.translate, patterns)) or r"(?!)")


_OURS = _any_of(OUR_PATTERNS)
_PATTERN, _FOLDER = _any_of(PATTERNS), _any_of(FOLDER_PATTERNS)


def _first(reasons: dict[str, str], matches: Callable[[str], bool]) -> str:
    """Why the first entry that matches is in the list; "" when none does."""
    entry = next(filter(matches, reasons), None)
    if entry is None:
        return ""
    return reasons[entry]


def _reason(name: str, patterns: dict[str, str]) -> str:
    """Why the first pattern that matches is in the list; "" when none does."""
    return _first(patterns, partial(fnmatch.fnmatchcase, name))


def _ignored(why: str) -> NameVerdict:
    return NameVerdict(NameClass.IGNORED, why)


class Ignore:
    """The list, with one user's own patterns added."""

    def __init__(self, patterns: tuple[str, ...] = ()) -> None:
        self._own = {p.lower(): f"the configuration ignores {p}" for p in patterns}
        self._own_re = _any_of(self._own)

    def __repr__(self) -> str:
        return f"Ignore(own={len(self._own)})"

    def name(self, name: bytes, *, folder: bool = False) -> NameVerdict:
        """Judge one name, without its path."""
        low = folded(name)
        judge = self._folder if folder else self._file
        own_kind = judge(low) or self._look_alike(name, folder=folder)
        return own_kind or _temporary(low) or self._shared(low)

    def _look_alike(self, name: bytes, *, folder: bool) -> NameVerdict | None:
        """The judgement of a name that was surely to be an instruction, and is none."""
        low = folded(name)
        if low.startswith(_PREFIXES):
            return None
        if self._own_re.match(low):
            return None

        meant = instructions.look_alike(name, folder=folder)
        if meant is None:
            return None
        return NameVerdict(NameClass.OURS, f"it looks like {meant}, but is not called exactly so")

    def _folder(self, low: str) -> NameVerdict | None:
        if low in EXACT:
            return _INSTRUCTION
        if low in FOLDERS:
            return _ignored(FOLDERS[low])
        if _FOLDER.match(low):
            return _ignored(_reason(low, FOLDER_PATTERNS))
        if low.startswith("."):
            return _ignored("a hidden folder")
        return None

    def _file(self, low: str) -> NameVerdict | None:
        if low in EXACT:
            return _INSTRUCTION
        if _OURS.match(low):
            return NameVerdict(NameClass.OURS, _reason(low, OUR_PATTERNS))
        if low in METADATA_FILES:
            return _ignored(f"a file of {METADATA_FILES[low]}")
        return None

    def _shared(self, low: str) -> NameVerdict:
        if self._own_re.match(low):
            return _ignored(_reason(low, self._own))
        # a sync conflict must not be paid for: a person decides first
        whose = conflict_of(low)
        if whose:
            return NameVerdict(NameClass.CONFLICT, f"a conflict copy ({whose})")
        return WORK

    def path(self, relative: bytes, *, folder: bool = False) -> NameVerdict:
        """Judge a whole path relative to the inbox: ignored below an ignored folder, a conflict
        below a conflict. `folder`: it is a folder."""
        *above, last = relative.split(b"/")
        verdicts = [self.name(name, folder=True) for name in above]
        verdicts.append(self.name(last, folder=folder))

        return max(verdicts, key=_strength)


def _strength(verdict: NameVerdict) -> int:
    return _STRENGTH[verdict.kind]


def _temporary(low: str) -> NameVerdict | None:
    if low.startswith(_PREFIXES):
        return _ignored(_first(TEMPORARY_PREFIXES, low.startswith))
    _, dot, ending = low.rpartition(".")
    if dot and ending in TEMPORARY_SUFFIXES:
        return _ignored(TEMPORARY_SUFFIXES[ending])
    if _PATTERN.match(low):
        return _ignored(_reason(low, PATTERNS))
    return None
