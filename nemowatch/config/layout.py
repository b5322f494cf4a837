"""Checks that the configured folders are apart: no results inside a watched inbox, and no inbox
among results, even through links and bind mounts.

Reads the disk and changes nothing. A folder that does not exist is not a mistake: its share may not
be mounted yet. On a share that hangs it hangs too: call it in a thread, with a deadline.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import combinations, product, starmap
from pathlib import Path
from typing import TypeAlias

from nemowatch.config.schema import Config
from nemowatch.errors import ConfigError, ConfigMistake
from nemowatch.fs.mounts import TABLE, parse

#: Folders that nemowatch writes into.
_WRITTEN = ("outbox", "done", "failed")
#: (device, inode).
Inode: TypeAlias = tuple[int, int]
_APART = "Name a folder that lies outside every inbox."


@dataclass(frozen=True, slots=True)
class _KnownFolder:
    """A folder as the disk knows it, so that two names of one folder are recognized."""

    key: str  #: "outbox", as the configuration says
    path: Path  #: as configured
    where: str  #: the part of the configuration that names it
    parts: tuple[str, ...]  #: its real path, links resolved
    inode: Inode | None  #: its own, when it exists
    inodes: frozenset[Inode]  #: its own and those of all folders above it
    #: device and path within its filesystem, which reveal a bind mount of a subfolder
    origin: tuple[str, ...]

    def lies_in(self, other: _KnownFolder) -> bool:
        """Whether this is `other` or is below it."""
        if other.inode in self.inodes:
            return True
        is_below = _begins(self.parts, other.parts)
        return is_below or _begins(self.origin, other.origin)

    @property
    def name(self) -> str:
        return f"{self.key} ({self.path})"


_Pair: TypeAlias = tuple[_KnownFolder, _KnownFolder]


def _begins(parts: tuple[str, ...], beginning: tuple[str, ...]) -> bool:
    return parts[: len(beginning)] == beginning


def check_layout(config: Config) -> None:
    """Raise ConfigError with every folder that is inside one in which it must not be."""
    mounts = _mounts()
    inboxes: list[_KnownFolder] = []
    written: list[_KnownFolder] = []
    for number, watch in enumerate(config.watch, start=1):
        where = f"[[watch]] number {number}"
        inboxes.append(_folder("inbox", watch.inbox, where, mounts))
        for key in _WRITTEN:
            written.append(_folder(key, getattr(watch, key), where, mounts))

    problems = [*_among_inboxes(inboxes), *_results(inboxes, written)]
    if config.state_dir is not None:
        problems += _state(_folder("state_dir", config.state_dir, "config", mounts), inboxes)
    if problems:
        raise ConfigError(problems)


def _state(state: _KnownFolder, inboxes: list[_KnownFolder]) -> list[ConfigMistake]:
    cure = "State changes all the time: keep it outside every inbox."
    problems: list[ConfigMistake] = []
    for inbox in filter(state.lies_in, inboxes):
        what = f"lies inside the {inbox.name}."
        problems.append(_problem(state, what, cure))
    return problems


def _among_inboxes(inboxes: list[_KnownFolder]) -> Iterator[ConfigMistake]:
    return starmap(_nested, _overlapping(combinations(inboxes, 2)))


def _nested(inner: _KnownFolder, outer: _KnownFolder) -> ConfigMistake:
    if outer.lies_in(inner):
        what = f"is the same folder as the inbox of {inner.where}."
        return _problem(outer, what, "Remove one of the two.")
    what = f"lies inside the {outer.name} of {outer.where}."
    return _problem(inner, what, "Watch only the outer one, or move one of them.")


def _results(inboxes: list[_KnownFolder], written: list[_KnownFolder]) -> Iterator[ConfigMistake]:
    return starmap(_mixed, _overlapping(product(written, inboxes)))


def _mixed(inner: _KnownFolder, outer: _KnownFolder) -> ConfigMistake:
    what = f"lies inside the {outer.name}: results would be taken for new files."
    return _problem(inner, what, _APART)


def _overlapping(pairs: Iterable[_Pair]) -> Iterator[_Pair]:
    """The pairs of which one lies in the other, the inner one first."""
    for one, other in pairs:
        if one.lies_in(other):
            yield one, other
        elif other.lies_in(one):
            yield other, one


def _problem(folder: _KnownFolder, what: str, cure: str) -> ConfigMistake:
    return ConfigMistake(folder.where, f"{folder.name} {what}", cure)


def _folder(
    key: str,
    path: Path,
    where: str,
    mounts: dict[str, tuple[str, ...]],
) -> _KnownFolder:
    """What the disk knows about a folder."""
    real = Path(os.path.realpath(path))
    around = map(_inode, real.parents)
    inode = _inode(real)
    return _KnownFolder(
        key=key,
        path=path,
        where=where,
        parts=real.parts,
        inode=inode,
        inodes=frozenset(filter(None, (inode, *around))),
        origin=_origin(real, mounts),
    )


def _inode(folder: Path) -> Inode | None:
    try:
        status = folder.stat()
    except (OSError, ValueError):
        return None
    return status.st_dev, status.st_ino


def _mounts() -> dict[str, tuple[str, ...]]:
    """What is mounted at each mount point: the device and the path within its filesystem. Later
    mounts cover earlier ones."""
    found: dict[str, tuple[str, ...]] = {}
    with suppress(OSError):  # not Linux: links and inodes still show what is where
        for mount in parse(TABLE.read_text("utf-8", "surrogateescape")):
            root = Path(os.fsdecode(mount.root))
            found[os.fsdecode(mount.point)] = (mount.device, *root.parts)
    return found


def _origin(real: Path, mounts: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    for folder in (real, *real.parents):
        if str(folder) in mounts:
            return (*mounts[str(folder)], *real.relative_to(folder).parts)
    return ("", *real.parts)
