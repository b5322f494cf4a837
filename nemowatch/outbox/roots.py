"""Where the trees of the workspaces lead. Whoever may write beside a tree can put a link in its place, and would have results
and sources written where they may not write themselves; so a tree stays where it led when it was first looked at.

A link that stands then is the administrator's own. Owns what this process has seen; what was seen before it is told by `hold`.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from nemowatch.errors import LocalPassing, show_path


@dataclass(slots=True)
class _Held:
    """A tree that must stay what it is."""

    plain: bool  #: it was a folder and no link once
    place: Path = Path()  #: where it led at the first look of this process


_held: dict[Path, _Held] = {}


def hold(tree: Path, *, plain: bool) -> None:
    """From now on `tree` must stay where it leads; `plain`: an earlier process has seen that it is no link."""
    _held[tree] = _Held(plain)


def held_above(path: Path) -> Path:
    """The held tree that `path` is or lies in; Path() when there is none."""
    return next((tree for tree in (path, *path.parents) if tree in _held), Path())


def place(tree: Path) -> Path:
    """Where a held tree is to be opened: a path whose last part must be no link. Raises LocalPassing when a link has been
    put in its place, or leads elsewhere now."""
    held, now = _held[tree], Path(os.path.realpath(tree))
    if held.plain and now != _as_named(tree):
        text = f"{show_path(tree)}: a link to {show_path(now)} has been put in the folder's place."
        cure = "Take it away, or name that place in the configuration; nemowatch goes on by itself."
        raise LocalPassing(text, path=tree, cure=cure)
    if held.place not in (Path(), now):
        text = f"{show_path(tree)}: its link leads to {show_path(now)} now."
        raise LocalPassing(text, path=tree, cure="Restart nemowatch if it should.")
    return now


def opened(tree: Path, where: Path) -> None:
    """A folder stands at `where`, which `place` gave."""
    held = _held[tree]
    held.place, held.plain = where, held.plain or where == _as_named(tree)


def is_plain(tree: Path) -> bool:
    """Whether a held tree was once seen to be a folder and no link."""
    return _held[tree].plain


def _as_named(tree: Path) -> Path:
    return Path(os.path.normpath(tree.absolute()))
