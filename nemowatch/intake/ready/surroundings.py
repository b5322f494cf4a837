"""Looks beside settled files for signs that a program is not done with them.

Owns the reading of their folders, in the worker thread of an inbox. `unfinished_companions` knows
what a name says, and `stability` decides what follows for the file.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from nemowatch.errors import LocalError
from nemowatch.fs import lease
from nemowatch.fs.lease import Lease
from nemowatch.fs.listing import names_below
from nemowatch.fs.lookups import lookup_there
from nemowatch.fs.safe_open import open_below
from nemowatch.intake.ready.stability import Surroundings
from nemowatch.intake.ready.unfinished_companions import (
    about,
    comparable,
    is_half,
    is_owner_file,
    may_be_other_half,
    piece_of,
    stem,
    word_owner,
)
from nemowatch.intake.scan.paths import as_text, name_of


@dataclass(slots=True)
class _NamesBeside:
    """What the names in a folder say of one file."""

    #: files whose existence shows that a program is working on it
    at_work: list[bytes] = field(default_factory=list)
    growing: list[bytes] = field(default_factory=list)  #: files whose growth shows that

    def add(self, path: bytes, is_at_work: bool) -> None:
        """The file at this path belongs to it."""
        if is_at_work:
            self.at_work.append(path)
        else:
            self.growing.append(path)


def surroundings(root: Path, paths: Iterable[bytes]) -> dict[bytes, Surroundings]:
    """What the files beside each of these say. A folder that cannot be listed says nothing."""
    folders: dict[bytes, list[bytes]] = defaultdict(list)
    for path in paths:
        folder, _, name = path.rpartition(b"/")
        folders[folder].append(name)

    found: dict[bytes, Surroundings] = {}
    for folder, names in folders.items():
        for name, one in _in_folder(root, folder, names).items():
            path = os.path.join(folder, name)
            found[path] = Surroundings(_reason(root, name, one), _state_of(root, one.growing))
    return found


def _reason(root: Path, name: bytes, one: _NamesBeside) -> str:
    """Why a program is not done with this file; "" when nothing says so."""
    for path, _ in lookup_there(root, one.at_work):
        return f"{as_text(name_of(path))} is beside it"
    written = next(filter(partial(_is_written, root), one.growing), None)
    if written is not None:
        return f"{as_text(name_of(written))} is still being written"
    return piece_of(name)


def _is_written(root: Path, path: bytes) -> bool:
    """True when a program has this file open for writing, where a lease shows it."""
    try:
        fd = open_below(root, path)
    except LocalError:
        return False
    try:
        return lease.probe(fd) is Lease.WRITER
    finally:
        os.close(fd)


def _in_folder(root: Path, folder: bytes, names: list[bytes]) -> Mapping[bytes, _NamesBeside]:
    """What all names in this folder say about `names`."""
    asked = _Asked(names)
    for other in sorted(names_below(root, folder)):
        asked.hear(other, os.path.join(folder, other))
    return asked.found


class _Asked:
    """The files of one folder that are asked about, and what other names say about them."""

    def __init__(self, names: list[bytes]) -> None:
        self.found = {name: _NamesBeside() for name in names}
        self._by_name = {comparable(name): name for name in names}
        self._by_owner_file = {word_owner(name): name for name in names}
        self._halves: dict[str, list[bytes]] = defaultdict(list)
        for name in filter(is_half, names):
            self._halves[stem(name)].append(name)

    def hear(self, other: bytes, path: bytes) -> None:
        """Note what a file of this name, at this path, says about them."""
        for name, is_at_work in self._concerned(other):
            if name != other:
                self.found[name].add(path, is_at_work)

    def _concerned(self, other: bytes) -> Iterator[tuple[bytes, bool]]:
        """The files that this name says something about, each with whether its existence alone
        shows that a program is working on it."""
        if is_owner_file(other):
            opened = self._by_owner_file.get(comparable(other))
            if opened is not None:
                yield opened, True

        for base, is_at_work in about(other):
            name = self._by_name.get(base)
            if name is not None:
                yield name, is_at_work

        if self._halves and may_be_other_half(other):
            for name in self._halves.get(stem(other), ()):
                yield name, False


def _state_of(root: Path, paths: list[bytes]) -> int:
    """A number that stays the same as long as none of these files changes; 0 for no files."""
    found = lookup_there(root, paths)
    state = tuple((path, now.size, now.mtime_ns) for path, now in found)
    if not state:
        return 0
    return hash(state)
