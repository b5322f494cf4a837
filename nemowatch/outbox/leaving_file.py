"""One file of a source on its way out of the inbox: check that it is still the claimed one, delete
it, move it, recognise it where an earlier call moved it.

Only the very file that was claimed is ever moved or deleted, and nothing is overwritten. Which
files leave, and under which number, `retire` decides.
"""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nemowatch.errors import LocalError, SourceChanged, SourceGone, show_path
from nemowatch.fs import copy_across, exclusive_create
from nemowatch.fs.copy_across import too_many
from nemowatch.fs.exclusive_create import remove
from nemowatch.fs.folders import below, ensure_folder, name_limit
from nemowatch.fs.hashing import has_content
from nemowatch.fs.identity import is_regular, of_stat, same_file, same_inode
from nemowatch.fs.listing import names_in
from nemowatch.fs.names import candidates, numbered
from nemowatch.fs.safe_open import folder_of, open_path, stat_at, sync_folder, translated
from nemowatch.fs.shadows import remove_shadow, shadow_name
from nemowatch.model import Snapshot


@dataclass(frozen=True, slots=True)
class Leaving:
    """One file of a source, as it was claimed."""

    relative: bytes  #: its path below the inbox
    snapshot: Snapshot
    #: SHA-256, hex: the proof of identity where inodes change (remounts, sync clients); "" when
    #: unknown
    digest: str = ""

    @property
    def name(self) -> str:
        """Its own name."""
        return os.fsdecode(self.relative.rpartition(b"/")[2])

    @property
    def folder(self) -> bytes:
        """The folder it lies in, below the inbox."""
        return self.relative.rpartition(b"/")[0]


# -- in the inbox


def is_present(inbox: Path, member: Leaving, *, compared: bool = True) -> bool:
    """True when the claimed file is in the inbox; False when nothing has its name. Raises
    SourceChanged when another file has, unless it is not to be `compared`; LocalError."""
    with (
        contextlib.suppress(SourceGone),
        folder_of(inbox, member.folder) as folder,
        translated(inbox / os.fsdecode(member.relative)),
    ):
        if stat_at(member.name, folder) is None:
            return False
        if not compared:
            return True
        with _claimed(member, folder):
            return True
    return False


@contextlib.contextmanager
def _claimed(member: Leaving, folder: int) -> Iterator[Snapshot]:
    """What the claimed file is now. Its inode is held meanwhile, so that its number goes to no
    other file. Raises SourceChanged when another file has its name; OSError."""
    fd = open_path(member.name, folder)
    try:
        found = os.fstat(fd)
        if not _is_claimed(member, found, folder):
            what = "it has changed since it was taken, so it stays in the inbox"
            raise SourceChanged(f"{show_path(member.relative)}: {what}.", path=member.relative)
        yield of_stat(found)
    finally:
        os.close(fd)


def _is_claimed(member: Leaving, found: os.stat_result, folder: int) -> bool:
    """Inode numbers and times change with remounts, touches and sync clients; the content
    decides. Without a digest only the very inode with the very time counts."""
    now, was = of_stat(found), member.snapshot
    if not is_regular(found) or now.size != was.size:
        return False
    if member.digest:
        return has_content(member.name, folder, member.digest, was.size)
    return _is_untouched(now, was)


def _is_untouched(now: Snapshot, was: Snapshot) -> bool:
    """Whether this is the claimed inode with the claimed time; its ctime may change by a chmod."""
    return same_inode(now, was) and now.mtime_ns == was.mtime_ns


def delete(inbox: Path, member: Leaving) -> None:
    """Delete the claimed file, with its AppleDouble file. Raises SourceChanged, LocalError."""
    whole = inbox / os.fsdecode(member.relative)
    with folder_of(inbox, member.folder) as folder, translated(whole):
        with _claimed(member, folder):
            remove(member.name, folder)
        remove_shadow(member.name, folder)
        sync_folder(folder)


# -- to another root


def move(
    inbox: Path,
    member: Leaving,
    root: Path,
    number: int,
) -> Path:
    """Move the claimed file below `root`, to the first free name from `number` on; returns where
    it lies. Raises SourceChanged, LocalError."""
    ensure_folder(root, member.folder)
    whole = inbox / os.fsdecode(member.relative)
    with (
        folder_of(inbox, member.folder) as source,
        folder_of(root, member.folder) as target,
        translated(whole),
    ):
        name = _rename(member, source, target, number)
        _move_shadow(member.name, name, source, target)
        sync_folder(target)
        sync_folder(source)
    return below(root, member.folder) / name


def _rename(
    member: Leaving,
    source: int,
    target: int,
    number: int,
) -> str:
    # not asked after the move: path by path (bindfs, sshfs) nothing is there any more
    with _claimed(member, source) as was:
        for name in _names(member, target, number):
            try:
                if exclusive_create.move_exclusive(member.name, source, name, target):
                    _check_moved(member, was, name, source, target)
                    return name
            except FileExistsError:
                continue
            except OSError as exc:
                if exc.errno != errno.EXDEV:
                    raise
            return _copy(member, source, target, number)
    raise too_many(member.name)


def _check_moved(
    member: Leaving,
    was: Snapshot,
    name: str,
    source: int,
    target: int,
) -> None:
    """Between the check and the rename a person may have put another file there: it goes back
    where it was."""
    moved = os.stat(name, dir_fd=target, follow_symlinks=False)
    if same_file(of_stat(moved), was):
        return
    exclusive_create.move_exclusive(name, target, member.name, source)
    text = f"{show_path(member.relative)}: it changed while it was moved; it stays."
    raise SourceChanged(text, path=member.relative)


def _copy(
    member: Leaving,
    source: int,
    target: int,
    number: int,
) -> str:
    """To another filesystem: a compared copy, and only then the claimed file is unlinked."""

    def unchanged() -> None:
        with _claimed(member, source):
            pass

    name = copy_across.copied_before(member.name, _names(member, target, 1), source, target)
    if not name:
        names = _names(member, target, number)
        name = copy_across.copy(member.name, names, source, target, unchanged)
    with _claimed(member, source):
        remove(member.name, source)
    return name


def _names(member: Leaving, target: int, first: int) -> Iterator[str]:
    """The source's own name, byte for byte, then numbered ones."""
    return candidates(member.name, name_limit(target), first)


def _move_shadow(
    name: str,
    new_name: str,
    source: int,
    target: int,
) -> None:
    """The AppleDouble file goes with its file. Best effort: when it cannot, it stays where it is
    and harms nobody."""
    shadow, new_shadow = shadow_name(name), shadow_name(new_name)
    with contextlib.suppress(OSError, LocalError):
        if not is_regular(stat_at(shadow, source)):
            return
        try:
            exclusive_create.move_exclusive(shadow, source, new_shadow, target)
        except OSError as exc:
            if exc.errno == errno.EXDEV:
                _copy_shadow(shadow, new_shadow, source, target)


def _copy_shadow(
    shadow: str,
    new_shadow: str,
    source: int,
    target: int,
) -> None:
    if not copy_across.copied_before(shadow, [new_shadow], source, target):
        copy_across.copy(shadow, [new_shadow], source, target, lambda: None)
    remove(shadow, source)


# -- where an earlier call moved it


def moved_before(inbox: Path, member: Leaving, root: Path) -> Path | None:
    """Where an earlier call put a file that is not in the inbox; None when a person took it."""
    with (
        contextlib.suppress(SourceGone),
        folder_of(root, member.folder) as target,
        translated(root),
    ):
        there = names_in(target)
        for name in _names(member, target, 1):
            if os.fsencode(name) in there and _is_member(name, member, target):
                with contextlib.suppress(SourceGone), folder_of(inbox, member.folder) as source:
                    _move_shadow(member.name, name, source, target)
                return below(root, member.folder) / name
    return None


def _is_member(name: str, member: Leaving, target: int) -> bool:
    """The claimed inode itself, or (moved across filesystems) its content."""
    now = of_stat(os.stat(name, dir_fd=target, follow_symlinks=False))
    was = member.snapshot
    if now.size != was.size:
        return False
    if _is_untouched(now, was):
        return True
    return has_content(name, target, member.digest, was.size)


def is_taken(member: Leaving, root: Path, number: int) -> bool:
    """True when something else has this number's name below `root`. The member's own copy, whose
    original was not yet unlinked, is not in the way."""
    with (
        contextlib.suppress(SourceGone),
        folder_of(root, member.folder) as folder,
        translated(root),
    ):
        name = numbered(member.name, number, name_limit(folder))
        return stat_at(name, folder) is not None and not _is_member(name, member, folder)
    return False
