"""A finished part file gets its final name in its own folder: by a hard link, else by a rename that
refuses to replace, else (where neither exists) by an exclusive create and a copy.

Nothing is overwritten, and a kill anywhere inside leaves what a repeated call recognises. It knows
no jobs.
"""

from __future__ import annotations

import contextlib
import os
from io import FileIO
from pathlib import Path
from typing import BinaryIO

from nemowatch.errors import LocalPassing, show_path
from nemowatch.fs import exclusive_create
from nemowatch.fs.exclusive_create import remove, removed_on_failure, write_new
from nemowatch.fs.hashing import has_content
from nemowatch.fs.identity import is_folder, is_regular, of_stat, same_inode, same_size_and_time
from nemowatch.fs.names import NAME_LIMIT, OURS
from nemowatch.fs.safe_open import (
    BLOCK,
    open_file,
    open_new,
    read_file,
    root_folder,
    stat_at,
    sync_folder,
    translated,
)


def open_part(path: Path) -> int:
    """A part file for reading and writing, begun when there is none; the caller closes the
    descriptor. Anything else that has its name is removed first: a link, a pipe, or a second name
    of what was published or of somebody's file, which must not be written into. Raises
    LocalError."""
    with root_folder(path.parent) as folder, translated(path):
        found = stat_at(path.name, folder)
        if found is not None and not _is_part(found):
            remove(path.name, folder)
            found = None
        if found is None:
            # some mounts allow no reading through the descriptor that created the file
            os.close(open_new(path.name, folder))

        fd = open_file(path.name, folder, os.O_RDWR)
        if _is_part(os.fstat(fd)):
            return fd
        os.close(fd)
        raise LocalPassing(f"{show_path(path)}: it was replaced meanwhile.", path=path)


def _is_part(found: os.stat_result) -> bool:
    return is_regular(found) and found.st_nlink <= 1


def put(part: str, name: str, folder: int) -> None:
    """Give the finished file `part` the name `name`, in one folder; on disk before it returns;
    `part` is gone after.

    Raises FileExistsError when the name is taken, OSError otherwise. A kill anywhere inside
    leaves what `is_same` or `clear_copy` recognise.
    """
    is_linked = exclusive_create.link_exclusive(part, folder, name, folder)
    if not is_linked and not exclusive_create.try_rename(part, folder, name, folder):
        _copy_exclusive(part, name, folder)
    finish(part, folder)


def finish(part: str, folder: int) -> None:
    """The end of `put`, also after a kill: sync the names, then remove the part and its marker."""
    sync_folder(folder)
    remove(part, folder)
    _remove_marker(part, folder)


def is_same(
    name: str,
    part: str,
    folder: int,
    sha256: str,
) -> bool:
    """True when `name` is the part under its final name: the same inode, or (where inodes mean
    nothing: sshfs, or a copy) the same size, time and content."""
    there = stat_at(name, folder)
    ours = stat_at(part, folder)
    if there is None or ours is None:
        return False

    found = of_stat(there)
    wanted = of_stat(ours)
    if same_inode(found, wanted):
        return True
    return same_size_and_time(found, wanted) and has_content(name, folder, sha256, found.size)


def copy_marker(part: str) -> str:
    """The file that says which name a copy is going to: written before the copy, so that its
    leftover is known."""
    if part.startswith(OURS):
        return f"{part}.to"
    return f"{OURS}{part}.to"


def _copy_exclusive(part: str, name: str, folder: int) -> None:
    """The last way: people may see the file grow, but nothing is overwritten and a leftover is
    recognised."""
    write_new(copy_marker(part), os.fsencode(name), folder)
    try:
        target = open_new(name, folder)
    except OSError:
        remove(copy_marker(part), folder)
        raise
    with removed_on_failure(name, folder):  # ours: made exclusively a moment ago
        copy_into(part, folder, target)


def copy_into(name: str, folder: int, target: int) -> None:
    """Copy a file's bytes and time into the open descriptor `target`, on disk before it returns;
    closes `target`."""
    with (
        os.fdopen(target, "wb", buffering=0) as out,
        os.fdopen(open_file(name, folder), "rb", buffering=0) as source,
    ):
        while block := source.read(BLOCK):
            _write_all(block, out)
        was = os.fstat(source.fileno())
        keep_time(out.fileno(), was)
        os.fsync(out.fileno())


def keep_time(fd: int, was: os.stat_result) -> None:
    """Give an opened copy the time of its original, where the filesystem can: without it a kill
    costs a second copy, and nothing else."""
    with contextlib.suppress(OSError):
        os.utime(fd, ns=(was.st_atime_ns, was.st_mtime_ns))


def _write_all(block: bytes, out: FileIO) -> None:
    rest = memoryview(block)
    while rest:
        rest = rest[out.write(rest) :]


def copy_target(part: str, folder: int) -> str:
    """The name that an interrupted copy of `part` was going to; "" when there was none."""
    marker = copy_marker(part)
    if not is_regular(stat_at(marker, folder)):  # nothing, or nothing of ours
        return ""

    name = os.fsdecode(read_file(marker, folder, NAME_LIMIT))
    if "/" in name or name in (".", ".."):
        return ""
    return name


def clear_copy(part: str, folder: int) -> None:
    """Remove the half copy that a kill in the middle of copying left. Only what the marker names,
    and only when every byte of it is in the part as well (or was never written): nothing that is
    not ours can be lost."""
    name = copy_target(part, folder)
    if name and _is_beginning(name, part, folder):
        remove(name, folder)
    _remove_marker(part, folder)


def _remove_marker(part: str, folder: int) -> None:
    """Whatever has its name goes, but for a folder, which is no marker of ours."""
    marker = copy_marker(part)
    found = stat_at(marker, folder)
    if found is not None and not is_folder(found):
        remove(marker, folder)


def _is_beginning(name: str, part: str, folder: int) -> bool:
    """True when `name` holds the part's first bytes, then at most zeros (what power loss leaves
    of unwritten blocks)."""
    there = stat_at(name, folder)
    if not is_regular(there):
        return False
    with (
        os.fdopen(open_file(name, folder), "rb") as half,
        os.fdopen(open_file(part, folder), "rb") as whole,
    ):
        while block := half.read(BLOCK):
            wanted = whole.read(len(block))
            if block == wanted:
                continue
            written = block.rstrip(b"\0")
            if len(wanted) != len(block) or not wanted.startswith(written):
                return False
            return _is_zeros(half)
    return True


def _is_zeros(file: BinaryIO) -> bool:
    blocks = iter(lambda: file.read(BLOCK), b"")
    return not any(map(any, blocks))
