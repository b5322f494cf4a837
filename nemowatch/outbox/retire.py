"""The source out of the inbox when all its jobs have ended: into `done/` or `failed/`, or deleted,
or left there.

Only the very file that was claimed is ever moved or deleted, and nothing is overwritten. A
refusal is an error for the caller to note; it changes no job. Every call can be repeated after a
kill at any point.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from nemowatch.errors import LocalError, LocalFinal, SourceChanged, SourceGone, show_path
from nemowatch.fs import copy_across, exclusive_create
from nemowatch.fs.copy_across import too_many
from nemowatch.fs.names import LAST_NUMBER, numbered
from nemowatch.fs.tree import (
    ensure_folder,
    ensure_tree,
    folder_of,
    name_limit,
    parts,
    sha256_at,
    stat_at,
    sync_folder,
    translated,
)
from nemowatch.model import Snapshot


class After(StrEnum):
    """What becomes of a source; `watch.after` in the configuration."""

    MOVE = "move"  #: to done/ or failed/
    KEEP = "keep"  #: stays in the inbox
    DELETE = "delete"  #: unlinked, with its AppleDouble shadow


@dataclass(frozen=True, slots=True)
class Leaving:
    """One file of a source, as it was claimed."""

    relative: bytes  #: its path below the inbox
    snapshot: Snapshot
    digest: str = (
        #: SHA-256, hex: the proof of identity where inodes change (remounts, sync clients); "" when
        #: unknown
        ""
    )

    @property
    def name(self) -> str:
        return os.fsdecode(self.relative.rpartition(b"/")[2])

    @property
    def folder(self) -> bytes:
        return self.relative.rpartition(b"/")[0]


def retire_all(
    inbox: Path, members: Sequence[Leaving], tree: Path | None, mode: str = After.MOVE
) -> tuple[Path | None, ...]:
    """Let the files of one source leave together, under one number where names are taken. One
    that has changed keeps all of them. Those that an earlier call moved are recognised; one that
    a person took away meanwhile (None) keeps nobody.

    Returns where each went, in the order of `members`; None for one that is kept or deleted
    (`tree` is then not used). Raises SourceGone (a person took it), SourceChanged (other content
    than was claimed; it stays), LocalPassing (a share is away or busy), NoSpace, LocalFinal (the
    move is refused).
    """
    if After(mode) is After.KEEP or not members:
        return tuple(None for _ in members)
    present = [_present(inbox, member) for member in members]
    if After(mode) is After.DELETE:
        for member, there in zip(members, present, strict=True):
            if there:
                _delete(inbox, member)
        return tuple(None for _ in members)
    if tree is None:
        raise LocalFinal(
            f"{show_path(members[0].relative)}: there is no folder to move it to.",
            path=members[0].relative,
        )
    ensure_tree(tree, inbox)
    gone = [
        None if there else _moved_before(inbox, m, tree)
        for m, there in zip(members, present, strict=True)
    ]
    if not any(present) and not any(gone):
        raise SourceGone(
            f"{show_path(members[0].relative)}: no longer there.", path=members[0].relative
        )
    number = _free_number(
        [member for member, there in zip(members, present, strict=True) if there], tree
    )
    return tuple(
        _move(inbox, member, tree, number) if there else found
        for member, there, found in zip(members, present, gone, strict=True)
    )


def _present(inbox: Path, member: Leaving) -> bool:
    """True when the claimed file stands in the inbox; False when nothing does. Raises
    SourceChanged otherwise."""
    try:
        with folder_of(inbox, member.folder) as folder:
            with translated(inbox / os.fsdecode(member.relative)):
                if stat_at(member.name, folder) is None:
                    return False
                os.close(_claimed_file(member, folder))
            return True
    except SourceGone:
        return False


def _claimed_file(member: Leaving, folder: int) -> int:
    """A descriptor (O_PATH) of the claimed file. Raises SourceChanged when another stands under
    its name; OSError."""
    fd = os.open(member.name, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
    now = os.fstat(fd)
    was = member.snapshot
    untouched = (now.st_dev, now.st_ino, now.st_size, now.st_mtime_ns, now.st_ctime_ns) == (
        was.dev,
        was.ino,
        was.size,
        was.mtime_ns,
        was.ctime_ns,
    )
    if untouched or (_is_plain(now, was.size) and _same_content(member, now, folder)):
        return fd
    os.close(fd)
    text = (
        f"{show_path(member.relative)}: it has changed since it was taken, so it stays in the"
        " inbox."
    )
    raise SourceChanged(text, path=member.relative)


def _is_plain(now: os.stat_result, size: int) -> bool:
    return stat.S_ISREG(now.st_mode) and now.st_size == size


def _same_content(member: Leaving, now: os.stat_result, folder: int) -> bool:
    """Inode numbers and times change with remounts, touches and sync clients; the content
    decides. Without a digest only the very inode with the very time counts (its ctime may change
    by a chmod)."""
    if member.digest:
        return sha256_at(member.name, folder) == member.digest
    was = member.snapshot
    return (now.st_dev, now.st_ino, now.st_mtime_ns) == (was.dev, was.ino, was.mtime_ns)


def _delete(inbox: Path, member: Leaving) -> None:
    whole = inbox / os.fsdecode(member.relative)
    with folder_of(inbox, member.folder) as folder, translated(whole):
        os.close(_claimed_file(member, folder))
        os.unlink(member.name, dir_fd=folder)
        with contextlib.suppress(OSError):  # the shadow is metadata: never worth an error
            os.unlink(f"._{member.name}", dir_fd=folder)
        sync_folder(folder)


def _move(inbox: Path, member: Leaving, tree: Path, number: int) -> Path:
    """Move one file that is there, to the first free name from `number` on."""
    ensure_folder(tree, member.folder)
    whole = inbox / os.fsdecode(member.relative)
    with (
        folder_of(inbox, member.folder) as source,
        folder_of(tree, member.folder) as target,
        translated(whole),
    ):
        claimed = _claimed_file(member, source)
        try:
            name = _place(member, claimed, source, target, number)
        finally:
            os.close(claimed)
        _move_shadow(member.name, name, source, target)
        sync_folder(target)
        sync_folder(source)
    return _below(tree, member, name)


def _place(member: Leaving, claimed: int, source: int, target: int, number: int) -> str:
    # not asked after the move: path by path (bindfs, sshfs) nothing stands there any more
    was = os.fstat(claimed)
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
        return _copy_across(member, source, target, number)
    raise too_many(member.name)


def _copy_across(member: Leaving, source: int, target: int, number: int) -> str:
    """To another filesystem: a compared copy, and only then the claimed file is unlinked."""

    def unchanged() -> None:
        os.close(_claimed_file(member, source))

    name = copy_across.copied_before(member.name, _names(member, target, 1), source, target)
    if not name:
        name = copy_across.copy(
            member.name, _names(member, target, number), source, target, unchanged
        )
    unchanged()
    os.unlink(member.name, dir_fd=source)
    return name


def _check_moved(member: Leaving, was: os.stat_result, name: str, source: int, target: int) -> None:
    """Between the look and the rename a person may have put another file there: it goes back
    where it was."""
    if exclusive_create.same_file(os.stat(name, dir_fd=target, follow_symlinks=False), was):
        return
    exclusive_create.move_exclusive(name, target, member.name, source)
    raise SourceChanged(
        f"{show_path(member.relative)}: it changed while it was moved; it stays.",
        path=member.relative,
    )


def _moved_before(inbox: Path, member: Leaving, tree: Path) -> Path | None:
    """The file is not in the inbox: where an earlier call put it; None when a person took it."""
    with (
        contextlib.suppress(SourceGone),
        folder_of(tree, member.folder) as target,
        translated(tree),
    ):
        there = set(os.listdir(target))
        for name in (name for name in _names(member, target, 1) if name in there):
            if _is_member(name, member, target):
                with contextlib.suppress(SourceGone), folder_of(inbox, member.folder) as source:
                    _move_shadow(member.name, name, source, target)
                return _below(tree, member, name)
    return None


def _is_member(name: str, member: Leaving, target: int) -> bool:
    """The claimed inode itself, or (moved across filesystems) its content."""
    now, was = os.stat(name, dir_fd=target, follow_symlinks=False), member.snapshot
    if (now.st_dev, now.st_ino, now.st_size, now.st_mtime_ns) == (
        was.dev,
        was.ino,
        was.size,
        was.mtime_ns,
    ):
        return True
    return (
        member.digest != "" and now.st_size == was.size and sha256_at(name, target) == member.digest
    )


def _move_shadow(name: str, new_name: str, source: int, target: int) -> None:
    """The AppleDouble file goes with its file. Best effort: when it cannot, it stays where it is
    and harms nobody."""
    shadow, new_shadow = f"._{name}", f"._{new_name}"
    with contextlib.suppress(OSError, LocalError):
        if not stat.S_ISREG(os.stat(shadow, dir_fd=source, follow_symlinks=False).st_mode):
            return
        try:
            exclusive_create.move_exclusive(shadow, source, new_shadow, target)
        except OSError as exc:
            if exc.errno == errno.EXDEV:
                if not copy_across.copied_before(shadow, [new_shadow], source, target):
                    copy_across.copy(shadow, [new_shadow], source, target, lambda: None)
                os.unlink(shadow, dir_fd=source)


def _free_number(members: Sequence[Leaving], tree: Path) -> int:
    """The first number under which none of the files is in the way of another: `clip (2).mp4`
    beside `clip (2).txt`."""
    free = (
        n
        for n in range(1, LAST_NUMBER)
        if not any(_is_taken(member, tree, n) for member in members)
    )
    return next(free, LAST_NUMBER)


def _is_taken(member: Leaving, tree: Path, number: int) -> bool:
    """True when something else stands there. The member's own copy, whose original was not yet
    unlinked, is not in the way."""
    try:
        with folder_of(tree, member.folder) as folder, translated(tree):
            name = numbered(member.name, number, name_limit(folder))
            return stat_at(name, folder) is not None and not _is_member(name, member, folder)
    except SourceGone:
        return False


def _names(member: Leaving, target: int, first: int) -> Iterator[str]:
    """The source's own name, byte for byte, then numbered ones."""
    limit = name_limit(target)
    return (numbered(member.name, number, limit) for number in range(first, LAST_NUMBER + 1))


def _below(tree: Path, member: Leaving, name: str) -> Path:
    return tree.joinpath(*(os.fsdecode(part) for part in parts(member.folder)), name)
