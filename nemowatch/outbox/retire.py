"""Takes a source out of the inbox when all its jobs have ended: into `done/` or `failed/`, or
deleted, or left there.

The files of one source leave together, under one number. A refusal is an error for the caller to
note; it changes no job. Every call can be repeated after a kill at any point. `leaving_file` moves
a single file.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from operator import attrgetter
from pathlib import Path

from nemowatch.errors import LocalError, SourceGone, show_path
from nemowatch.fs.folders import ensure_root
from nemowatch.fs.identity import NO_LOOK
from nemowatch.fs.names import LAST_NUMBER
from nemowatch.fs.safe_open import lookup
from nemowatch.journal.retired_files import RetiredFile
from nemowatch.model import Member
from nemowatch.outbox import leaving_file
from nemowatch.outbox.leaving_file import Leaving

__all__ = [
    "AfterAction",
    "Leaving",
    "Retired",
    "leaving_members",
    "moved_files",
    "retire_all",
    "retire_members",
]


class AfterAction(StrEnum):
    """What becomes of a source; `watch.after` in the configuration."""

    MOVE = "move"  #: to done/ or failed/
    KEEP = "keep"  #: stays in the inbox
    DELETE = "delete"  #: unlinked, with its AppleDouble shadow


@dataclass(frozen=True, slots=True)
class Retired:
    """How a source was retired."""

    #: where its first file went; b"": its files stay in the inbox; None: they are deleted, were
    #: gone already, or there were none
    target: bytes | None = None
    files: tuple[RetiredFile, ...] = ()  #: those that were moved, as they are there


def retire_members(
    inbox: Path,
    members: Iterable[Member],
    root: Path,
    mode: str = AfterAction.MOVE,
) -> Retired:
    """Retire a source, as the journal knows it. Raises as `retire_all`."""
    leaving = leaving_members(members)
    if not leaving:
        return Retired()
    if AfterAction(mode) is AfterAction.KEEP:
        return Retired(target=b"")
    went = retire_all(inbox, leaving, root, mode)
    files = tuple(moved_files(root, leaving, went))
    if went[0] is None:
        return Retired(files=files)
    return Retired(os.fsencode(went[0]), files)


def leaving_members(members: Iterable[Member]) -> list[Leaving]:
    """Those members that are files, as they were claimed."""
    return list(map(_leaving, filter(attrgetter("path"), members)))


def moved_files(
    root: Path,
    leaving: Iterable[Leaving],
    went: Iterable[Path | None],
) -> Iterator[RetiredFile]:
    """Each file that was moved, as it is now; one whose content is not known is left out."""
    for member, path in zip(leaving, went, strict=True):
        if path is None or not member.digest:
            continue
        with contextlib.suppress(LocalError):  # it was taken at once, or the share has gone
            now = lookup(root, os.fsencode(path.relative_to(root)))
            yield RetiredFile(os.fsencode(path), now.size, now.mtime_ns, now.ino, member.digest)


def _leaving(member: Member) -> Leaving:
    return Leaving(member.path, member.snapshot or NO_LOOK, member.digest)


def retire_all(
    inbox: Path,
    members: Sequence[Leaving],
    root: Path,
    mode: str = AfterAction.MOVE,
) -> tuple[Path | None, ...]:
    """Let the files of one source leave together, under one number where names are taken. One that
    has changed keeps all of them. Those that an earlier call moved are recognised; one that a
    person took away meanwhile (None) does not keep the others.

    Returns where each went, in the order of `members`; None for one that is kept or deleted (`root`
    is then not used). Raises SourceGone (a person took it), SourceChanged (other content than was
    claimed; it stays), LocalPassing (a share is unavailable or busy), NoSpace, LocalFinal (the move
    is refused)."""
    nowhere = (None,) * len(members)
    if AfterAction(mode) is AfterAction.KEEP or not members:
        return nowhere

    # all are compared before the first one leaves; each is again as it leaves, and a large one is
    # not read twice where there is no other
    is_present = partial(leaving_file.is_present, inbox, compared=len(members) > 1)
    present = list(filter(is_present, members))
    if AfterAction(mode) is AfterAction.DELETE:
        for member in present:
            leaving_file.delete(inbox, member)
        return nowhere

    return _move_all(inbox, members, present, root)


def _move_all(
    inbox: Path,
    members: Sequence[Leaving],
    present: Sequence[Leaving],
    root: Path,
) -> tuple[Path | None, ...]:
    ensure_root(root, inbox)
    went = {}
    for member in members:
        if member not in present:
            went[member.relative] = leaving_file.moved_before(inbox, member, root)
    if not present and not any(went.values()):
        first = members[0].relative
        raise SourceGone(f"{show_path(first)}: no longer there.", path=first)

    number = _free_number(present, root)
    for member in present:
        went[member.relative] = leaving_file.move(inbox, member, root, number)
    return tuple(went[member.relative] for member in members)


def _free_number(members: Sequence[Leaving], root: Path) -> int:
    """The first number under which none of the files is in the way of another: `clip (2).mp4`
    beside `clip (2).txt`."""
    for number in range(1, LAST_NUMBER):
        if not _is_taken(members, root, number):
            return number
    return LAST_NUMBER


def _is_taken(members: Sequence[Leaving], root: Path, number: int) -> bool:
    """Whether any of the files would be in the way of another under this number."""
    return any(leaving_file.is_taken(member, root, number) for member in members)
