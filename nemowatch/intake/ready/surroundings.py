"""What lies beside files that have kept still, and says that a program is not done with them.

Owns the reading of their folders, in the worker thread of an inbox. What a name says is
`companions`', and what follows for the file is `stability`'s.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from nemowatch.fs.listing import names_below
from nemowatch.fs.safe_open import lookup_many
from nemowatch.intake.ready.companions import (
    about,
    comparable,
    is_half,
    may_be_other_half,
    piece_of,
    stem,
    word_owner,
)
from nemowatch.intake.ready.stability import Beside
from nemowatch.intake.scan.folders import as_text
from nemowatch.model import Snapshot


@dataclass(slots=True)
class _Found:
    """What the names in a folder say of one file."""

    #: paths that say by themselves that a program is at work on it
    at_work: list[bytes] = field(default_factory=list)
    growing: list[bytes] = field(default_factory=list)  #: paths of which the growth says so


def surroundings(root: Path, paths: Iterable[bytes]) -> dict[bytes, Beside]:
    """What lies beside each of these files. A folder that cannot be listed says nothing."""
    folders: dict[bytes, list[bytes]] = defaultdict(list)
    for path in paths:
        folder, _, name = path.rpartition(b"/")
        folders[folder].append(name)

    found: dict[bytes, Beside] = {}
    for folder, names in folders.items():
        for name, one in _in_folder(root, folder, names).items():
            path = os.path.join(folder, name)
            found[path] = Beside(_reason(root, name, one), _state_of(root, one.growing))
    return found


def _reason(root: Path, name: bytes, one: _Found) -> str:
    """Why a program is not done with this file; "" when nothing says so."""
    for path, now in lookup_many(root, one.at_work):
        if isinstance(now, Snapshot):  # a folder is none
            return f"{as_text(os.path.basename(path))} is beside it"
    return piece_of(name)


def _in_folder(root: Path, folder: bytes, names: list[bytes]) -> Mapping[bytes, _Found]:
    """What all the names of this folder say of `names`."""
    found = {name: _Found() for name in names}
    by_name: dict[str, bytes] = {}
    by_stem: dict[str, list[bytes]] = defaultdict(list)
    for name in names:
        by_name[comparable(name)] = name
        by_name["~$" + word_owner(name)] = name
        if is_half(name):
            by_stem[stem(name)].append(name)

    for other in sorted(names_below(root, folder)):
        _companion(folder, other, by_name, found)
        for name in by_stem.get(stem(other), ()):
            if name != other and may_be_other_half(other):
                found[name].growing.append(os.path.join(folder, other))
    return found


def _companion(
    folder: bytes,
    other: bytes,
    by_name: Mapping[str, bytes],
    found: Mapping[bytes, _Found],
) -> None:
    """Note what this name says of the files that are asked about."""
    whole = comparable(other)
    if whole.startswith("~$") and whole in by_name:
        found[by_name[whole]].at_work.append(os.path.join(folder, other))
    for base, is_at_work in about(other):
        name = by_name.get(base)
        if name is None or name == other:
            continue
        one = found[name]
        says_so = one.at_work if is_at_work else one.growing
        says_so.append(os.path.join(folder, other))


def _state_of(root: Path, paths: list[bytes]) -> int:
    """A number that stays the same as long as none of these files grows or changes; 0 for none."""
    state: list[tuple[bytes, int, int]] = []
    for path, now in lookup_many(root, paths):
        if isinstance(now, Snapshot):
            state.append((path, now.size, now.mtime_ns))
    return hash(tuple(state)) if state else 0
