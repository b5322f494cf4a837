"""Where the trees of the workspaces lead, and what they lie on.

Whoever may write beside a tree can put a link in its place, and would have results and sources
written where they may not write themselves; so a tree stays where it led when it was first looked
at. A link that stands then is the administrator's own. And when the share that a tree lies on is
mounted no more, an empty folder of the same name often stands below the mount point: what is
written there nobody would see again once the share is back.

Owns what this process has seen; what was seen before it is told by `hold`.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from nemowatch.errors import LocalPassing, show_path
from nemowatch.fs.mounts import Ground, MountTable

#: What the next start has to know of a tree, as JSON takes it: whether it is plain, and its
#: ground's three parts.
Memory: TypeAlias = tuple[bool, str, str, str]
#: Nobody has seen it.
UNSEEN: Memory = (False, "", "", "")
#: Nothing is known of what a tree lies on.
_NOWHERE = Ground(b"", "", "")


@dataclass(slots=True)
class _Held:
    """A tree that must stay what it is."""

    plain: bool = False  #: it was a folder and no link once
    ground: Ground = _NOWHERE  #: what it lay on when it was last there
    place: Path = Path()  #: where it led at the first look of this process


_held: dict[Path, _Held] = {}


def hold(tree: Path, memory: Memory = UNSEEN) -> None:
    """From now on `tree` must stay where it leads; `memory`: what an earlier process has seen of
    it."""
    plain, point, fstype, source = memory
    _held[tree] = _Held(plain, Ground(os.fsencode(point), fstype, source))


def held_above(path: Path) -> Path:
    """The held tree that `path` is or lies in; Path() when there is none."""
    return next((tree for tree in (path, *path.parents) if tree in _held), Path())


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a held tree is to be opened: a path whose last part must be no link, and what it
    lies on."""

    path: Path
    ground: Ground


def spot(tree: Path) -> Spot:
    """Where a held tree is now. Raises LocalPassing when a link has been put in its place, or
    leads elsewhere now, or when what it lay on is mounted no more."""
    held, now = _held[tree], Path(os.path.realpath(tree))
    if held.plain and now != _as_named(tree):
        text = f"{show_path(tree)}: a link to {show_path(now)} has been put in the folder's place."
        cure = "Take it away, or name that place in the configuration; nemowatch goes on by itself."
        raise LocalPassing(text, path=tree, cure=cure)
    if held.place not in (Path(), now):
        text = f"{show_path(tree)}: its link leads to {show_path(now)} now."
        raise LocalPassing(text, path=tree, cure="Restart nemowatch if it should.")
    ground = _ground(now)
    if held.ground.is_laid_bare(ground) and _is_empty(now):
        text = f"{show_path(tree)}: the share is not mounted, only an empty folder is there."
        cure = (
            "Mount it; it goes on by itself. If it is to stay without that share, put a file into"
            " the folder."
        )
        raise LocalPassing(text, path=tree, cure=cure)
    return Spot(now, ground)


def opened(tree: Path, where: Spot) -> None:
    """A folder stands there, where `spot` said."""
    held = _held[tree]
    held.place, held.plain, held.ground = (
        where.path,
        held.plain or where.path == _as_named(tree),
        where.ground,
    )


def is_seen(tree: Path) -> bool:
    """Whether this process has seen a held tree."""
    return _held[tree].place != Path()


def memory(tree: Path) -> Memory:
    """What the next start has to know of a held tree."""
    held = _held[tree]
    return held.plain, os.fsdecode(held.ground.point), held.ground.fstype, held.ground.source


def _ground(place: Path) -> Ground:
    try:
        return MountTable.read().ground(os.fsencode(place))
    except OSError:  # no /proc: then nothing tells
        return _NOWHERE


def _is_empty(tree: Path) -> bool:
    return not any(files for _, _, files in os.walk(tree))


def _as_named(tree: Path) -> Path:
    return Path(os.path.normpath(tree.absolute()))
