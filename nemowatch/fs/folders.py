"""Folders below the roots of a workspace: making them, and asking what can be put there.

It never makes a folder below a root that is missing: a share that is unavailable looks exactly so.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from nemowatch.errors import LocalError
from nemowatch.fs import anchor
from nemowatch.fs.exclusive_create import remove_folder
from nemowatch.fs.names import NAME_LIMIT
from nemowatch.fs.safe_open import (
    folder_of,
    in_the_way,
    missing,
    parts,
    root_folder,
    sync_folder,
    translated,
)


def below(root: Path, relative: bytes) -> Path:
    """The path of `relative` below `root`."""
    return root.joinpath(*map(os.fsdecode, parts(relative)))


def ensure_folder(root: Path, relative: bytes) -> Path:
    """Make the folder `relative` below the existing `root`, and return it.

    Raises LocalPassing when `root` is missing: nothing is ever made below a share that is
    unavailable. NoSpace, LocalFinal."""
    with folder_of(root, relative, make=True):
        return below(root, relative)


def ensure_root(root: Path, beside: Path) -> None:
    """Make `root` again when a person removed it, but only when its sibling `beside` is still
    there: then the share is there. Anything else that is missing raises LocalPassing."""
    with suppress(LocalError), root_folder(root):
        return  # as nearly always: it is the folder that it was
    held = anchor.held_at(root)
    if held is not None:
        held.check()  # nothing is made in what a missing share had covered
    with translated(root):  # a share whose server is dead answers even this with an error
        if root.is_dir():
            return
        if root.parent != beside.parent or not beside.is_dir():
            raise missing(root)
        with suppress(FileExistsError):
            root.mkdir()
        if not root.is_dir():
            raise in_the_way(root)
        # else a power cut takes it away, with all that was moved into it
        with root_folder(root.parent) as above:
            sync_folder(above)


def remove_empty(root: Path, folder: bytes) -> None:
    """Remove a mirrored folder below `root`, and those above it, as long as nothing is in them.
    Never the root, and never raises."""
    names = parts(folder)
    while names:
        name = names.pop()
        try:
            with folder_of(root, b"/".join(names)) as above:
                remove_folder(name, above)
        except (LocalError, OSError):
            return


def name_limit(folder: int) -> int:
    """Bytes a name may have here: 255, fewer on encrypted shares (eCryptfs: 143). Asked by
    fstatvfs and not by fpathconf, which keeps the interpreter's lock, and with it the whole
    process, for as long as a share hangs.
    """
    try:
        return min(NAME_LIMIT, os.fstatvfs(folder).f_namemax or NAME_LIMIT)
    except OSError:
        return NAME_LIMIT
