"""When two files are the same. There are two notions, and no third: the same file (one inode, or
one size and time where inode numbers mean nothing), and the same content (size and SHA-256).

A file's place is no part of either: that is its root and its path below it. Owns the snapshots that
are compared; it opens nothing.
"""

from __future__ import annotations

import os
import stat

from nemowatch.i18n.language import message
from nemowatch.model import Snapshot

#: Used where no file was checked.
NO_LOOK = Snapshot(0, 0, 0, 0, 0, 0)
#: FAT keeps times to two seconds: a copy may be that much off.
TIME_GRAIN_NS = 2_000_000_000

#: Nanoseconds since 1970 that a signed integer of 64 bits holds.
LATEST = (1 << 63) - 1

_KINDS = {
    stat.S_IFLNK: message("a link"),
    stat.S_IFIFO: message("a pipe"),
    stat.S_IFSOCK: message("a socket"),
    stat.S_IFCHR: message("a device"),
    stat.S_IFBLK: message("a device"),
    stat.S_IFDIR: message("a folder"),
}


def bounded_time(nanoseconds: int) -> int:
    """A time that a stat says, as it is compared and kept: anybody may set the times of a file, and
    those before 1677 and after 2262 do not fit into 64 bits."""
    if -LATEST <= nanoseconds <= LATEST:
        return nanoseconds
    return LATEST if nanoseconds > 0 else -LATEST


def of_stat(found: os.stat_result) -> Snapshot:
    """A stat as one of our records."""
    return Snapshot(
        found.st_size,
        bounded_time(found.st_mtime_ns),
        bounded_time(found.st_ctime_ns),
        getattr(found, "st_blocks", 0),
        found.st_dev,
        found.st_ino,
    )


def snapshot(fd: int) -> Snapshot:
    """What an opened file is now. Raises OSError."""
    return of_stat(os.fstat(fd))


def is_regular(found: os.stat_result | None) -> bool:
    """Whether this is a regular file; None is nothing at all."""
    return found is not None and stat.S_ISREG(found.st_mode)


def is_folder(found: os.stat_result) -> bool:
    """Whether this is a folder, and no link to one."""
    return stat.S_ISDIR(found.st_mode)


def not_regular(mode: int) -> str:
    """What a directory entry is when it is not a regular file, in plain words; "" for a regular
    file."""
    if stat.S_ISREG(mode):
        return ""
    return _KINDS.get(stat.S_IFMT(mode), "not a file")


def content_key(found: Snapshot, *, local: bool = True) -> tuple[int, ...]:
    """The part of a snapshot that depends on the content. Blocks may move by themselves after the
    last write (delayed allocation); a share that was mounted again has another device; and on FUSE
    and shares inode numbers may be made up (`local` False).
    """
    return (found.size, found.mtime_ns, found.ctime_ns, local and found.ino)


def content_hash(found: Snapshot, *, local: bool) -> int:
    """A hash of `content_key`, to be remembered in its place while this process runs: eight
    bytes."""
    return hash(content_key(found, local=local))


def unchanged(before: Snapshot, now: Snapshot, *, local: bool = True) -> bool:
    """True when these show the same file with the same content."""
    return content_key(before, local=local) == content_key(now, local=local)


def same_inode(one: Snapshot, other: Snapshot) -> bool:
    """One file under whatever names, as far as the filesystem's inode numbers tell."""
    return (one.dev, one.ino) == (other.dev, other.ino)


def same_size_and_time(one: Snapshot, other: Snapshot, *, grain_ns: int = 0) -> bool:
    """What a copy shares with its original; times may be `grain_ns` apart."""
    apart = abs(one.mtime_ns - other.mtime_ns)
    return one.size == other.size and (apart == 0 or apart < grain_ns)


def same_file(one: Snapshot, other: Snapshot) -> bool:
    """One inode or, where inode numbers mean nothing (sshfs), one size and one time."""
    return same_inode(one, other) or same_size_and_time(one, other)
