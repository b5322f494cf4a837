"""Giving a finished file its name without ever overwriting another: one step, three ways, whatever
the filesystem can.

A hard link, else a rename that refuses to replace, else (where neither exists) an exclusive
create and a copy. It knows no jobs.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import stat
from typing import BinaryIO

from nemowatch.fs.names import NAME_LIMIT, OURS
from nemowatch.fs.tree import BLOCK, open_file, sha256_at, stat_at, sync_folder

_RENAME_NOREPLACE = 1  # linux/fs.h
#: What filesystems without hard links answer (FAT: EPERM, CIFS: EOPNOTSUPP, FUSE: ENOSYS or, where
#: nobody wrote the call, EROFS). A plain lack of rights, and a disk that truly is read-only, are
#: answered by the rename that follows, too.
_NO_LINK = frozenset(
    {
        errno.EPERM,
        errno.EOPNOTSUPP,
        errno.ENOSYS,
        errno.EMLINK,
        errno.EINVAL,
        errno.ENOTTY,
        errno.EACCES,
        errno.EROFS,
    }
)
#: What filesystems without renameat2's flags answer (NFS, vboxsf, older FUSE).
_NO_RENAME = frozenset({errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTTY})


def rename_exclusive(name: str, folder: int, new_name: str, new_folder: int) -> None:
    """Rename without replacing. Raises OSError: EEXIST when taken, EXDEV, one of `_NO_RENAME`
    where it is not offered."""
    try:
        call = ctypes.CDLL(None, use_errno=True).renameat2
    except AttributeError:  # an old libc
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS)) from None
    if call(folder, os.fsencode(name), new_folder, os.fsencode(new_name), _RENAME_NOREPLACE) == 0:
        return
    code = ctypes.get_errno()
    raise OSError(code, os.strerror(code))


def link_exclusive(name: str, folder: int, new_name: str, new_folder: int) -> bool:
    """A second name for the same file. False where there are no hard links; raises
    FileExistsError when taken."""
    try:
        os.link(name, new_name, src_dir_fd=folder, dst_dir_fd=new_folder, follow_symlinks=False)
    except OSError as exc:
        if exc.errno in _NO_LINK:
            return False
        raise
    return True


def move_exclusive(name: str, folder: int, new_name: str, new_folder: int) -> bool:
    """Rename without replacing, or link and unlink. False where the filesystem offers neither.

    Raises FileExistsError when taken, OSError (EXDEV across filesystems) otherwise."""
    try:
        rename_exclusive(name, folder, new_name, new_folder)
    except OSError as exc:
        if exc.errno not in _NO_RENAME:
            raise
        if not link_exclusive(name, folder, new_name, new_folder):
            return False
        sync_folder(new_folder)
        _unlink_linked(name, folder, new_name, new_folder)
    return True


def _unlink_linked(name: str, folder: int, new_name: str, new_folder: int) -> None:
    """The old name away, unless another file has taken it since the link."""
    now, linked = stat_at(name, folder), stat_at(new_name, new_folder)
    if now and linked and same_file(now, linked):
        os.unlink(name, dir_fd=folder)


def same_file(one: os.stat_result, other: os.stat_result) -> bool:
    """One inode or, where inode numbers mean nothing (sshfs), one size and one time."""
    if (one.st_dev, one.st_ino) == (other.st_dev, other.st_ino):
        return True
    return (one.st_size, one.st_mtime_ns) == (other.st_size, other.st_mtime_ns)


def put(part: str, name: str, folder: int) -> None:
    """Give the finished file `part` the name `name`, in one folder; on disk before it returns;
    `part` is gone after.

    Raises FileExistsError when the name is taken, OSError otherwise. A kill anywhere inside
    leaves what `is_same` or `clear_claim` recognise.
    """
    if not link_exclusive(part, folder, name, folder):
        try:
            rename_exclusive(part, folder, name, folder)
        except OSError as exc:
            if exc.errno not in _NO_RENAME:
                raise
            _copy_exclusive(part, name, folder)
    finish(part, folder)


def finish(part: str, folder: int) -> None:
    """The end of `put`, also after a kill: the names on disk, then the part and its claim away."""
    sync_folder(folder)
    for leftover in (part, claim_name(part)):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(leftover, dir_fd=folder)


def is_same(name: str, part: str, folder: int, sha256: str) -> bool:
    """True when `name` is the part under its final name: the same inode, or (where inodes mean
    nothing: sshfs, or a copy) the same size, time and content."""
    there, ours = stat_at(name, folder), stat_at(part, folder)
    if there is None or ours is None:
        return False
    if (there.st_dev, there.st_ino) == (ours.st_dev, ours.st_ino):
        return True
    alike = (there.st_size, there.st_mtime_ns) == (ours.st_size, ours.st_mtime_ns)
    return alike and sha256_at(name, folder) == sha256


def claim_name(part: str) -> str:
    """The file that says which name a copy is going to: written before the copy, so that its
    leftover is known."""
    return f"{part}.to" if part.startswith(OURS) else f"{OURS}{part}.to"


def _copy_exclusive(part: str, name: str, folder: int) -> None:
    """The last way: people may see the file grow, but nothing is overwritten and a leftover is
    recognised."""
    write_new(claim_name(part), os.fsencode(name), folder)
    try:
        target = os.open(
            name,
            os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC,
            0o666,
            dir_fd=folder,
        )
    except OSError:
        os.unlink(claim_name(part), dir_fd=folder)
        raise
    try:
        copy_into(part, folder, target)
    except OSError:
        with contextlib.suppress(OSError):  # ours: made exclusively a moment ago
            os.unlink(name, dir_fd=folder)
        raise


def copy_into(name: str, folder: int, target: int) -> None:
    """Copy a file's bytes and time into the open descriptor `target`, on disk before it returns;
    closes `target`."""
    with (
        os.fdopen(target, "wb", buffering=0) as out,
        os.fdopen(open_file(name, folder), "rb", buffering=0) as source,
    ):
        while block := source.read(BLOCK):
            rest = memoryview(block)
            while rest:
                rest = rest[out.write(rest) :]
        was = os.fstat(source.fileno())
        os.utime(out.fileno(), ns=(was.st_atime_ns, was.st_mtime_ns))
        os.fsync(out.fileno())


def write_new(name: str, data: bytes, folder: int) -> None:
    """Write a file of our own, anew, synced. An older one is unlinked first: it may be a second
    name of a published file, which must not be written into."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(name, dir_fd=folder)
    fd = os.open(
        name,
        os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC,
        0o666,
        dir_fd=folder,
    )
    try:
        with os.fdopen(fd, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(name, dir_fd=folder)
        raise


def claimed(part: str, folder: int) -> str:
    """The name that an interrupted copy of `part` was going to; "" when there was none."""
    claim = claim_name(part)
    if stat_at(claim, folder) is None:
        return ""
    with os.fdopen(open_file(claim, folder), "rb") as file:
        name = os.fsdecode(file.read(NAME_LIMIT))
    return "" if "/" in name or name in (".", "..") else name


def clear_claim(part: str, folder: int) -> None:
    """After a kill in the middle of a copy: take the half copy away. Only what the claim names,
    and only when every byte of it is in the part as well (or was never written): nothing that is
    not ours can be lost."""
    name = claimed(part, folder)
    if name and _is_beginning(name, part, folder):
        os.unlink(name, dir_fd=folder)
    with contextlib.suppress(FileNotFoundError):
        os.unlink(claim_name(part), dir_fd=folder)


def _is_beginning(name: str, part: str, folder: int) -> bool:
    """True when `name` holds the part's first bytes, then at most zeros (what power loss leaves
    of unwritten blocks)."""
    there = stat_at(name, folder)
    if there is None or not stat.S_ISREG(there.st_mode):
        return False
    with (
        os.fdopen(open_file(name, folder), "rb") as half,
        os.fdopen(open_file(part, folder), "rb") as whole,
    ):
        while block := half.read(BLOCK):
            wanted = whole.read(len(block))
            if block != wanted:
                written = block.rstrip(b"\0")
                return wanted.startswith(written) and len(wanted) == len(block) and _is_zeros(half)
    return True


def _is_zeros(file: BinaryIO) -> bool:
    return not any(any(block) for block in iter(lambda: file.read(BLOCK), b""))
