"""Parts of an open file that were never written: a copy, or a download in pieces, that has not
arrived whole.

Owns the search for them, and what is known of filesystems that report them. What a hole means for
a file is not decided here.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from enum import StrEnum
from itertools import islice

#: Holes that are counted; a download in pieces has some thousands.
MAX_HOLES = 10_000
#: Bytes asked for at once, and bytes of zeros in a row that count as a hole where the filesystem
#: reports none. Both are aligned; content that is not silence or padding has no such row.
_PIECE = 1024 * 1024
_ROW = bytes(64 * 1024)
#: What `lseek` answers where it cannot tell.
_UNTOLD = (errno.EINVAL, errno.EOPNOTSUPP, errno.ENOSYS)


class Reports(StrEnum):
    """What a filesystem tells of holes."""

    TRUE = "true"  #: a hole is what was never written
    ZEROS_TOO = "zeros too"  #: it may also be zeros that somebody wrote
    NOTHING = "nothing"  #: there may be holes that it does not report


#: Filesystems on which fewer blocks than the size needs mean compression, shared blocks or content
#: inside the inode, unless `lseek` reports a hole (docs/platform.md section filesystems, point 10).
_REPORTING = frozenset(
    {
        "ext2",
        "ext3",
        "ext4",
        "xfs",
        "btrfs",
        "f2fs",
        "bcachefs",
        "overlay",
        "tmpfs",
    }
)


def reports(fstype: str) -> Reports:
    """What a filesystem of this type tells of holes."""
    if fstype == "zfs":  # with compression, which is the default, it stores no zeros
        return Reports.ZEROS_TOO
    if fstype in _REPORTING:
        return Reports.TRUE
    return Reports.NOTHING


def unwritten(fd: int, size: int) -> int:
    """Bytes in holes, as the filesystem reports them; 0 where it reports none. Raises OSError."""
    missing = 0
    try:
        for start, end in islice(_holes(fd, size), MAX_HOLES):
            missing += end - start
    except OSError as exc:
        if exc.errno not in _UNTOLD:
            raise
    return missing


def _holes(fd: int, size: int) -> Iterator[tuple[int, int]]:
    """Each hole as (first byte, the byte after it). Raises OSError."""
    at = 0
    while at < size:
        start = os.lseek(fd, at, os.SEEK_HOLE)
        if start >= size:
            return
        at = _data_after(fd, start, size)
        yield start, at


def _data_after(fd: int, start: int, size: int) -> int:
    """Where data begins again; `size` when none does. Raises OSError."""
    try:
        return os.lseek(fd, start, os.SEEK_DATA)
    except OSError as exc:
        if exc.errno == errno.ENXIO:  # no data after this hole
            return size
        raise


def has_data(fd: int) -> bool:
    """False when the file is one hole, as a cloud drive's placeholder is. Raises OSError."""
    try:
        os.lseek(fd, 0, os.SEEK_DATA)
    except OSError as exc:
        if exc.errno == errno.ENXIO:
            return False
        if exc.errno not in _UNTOLD:
            raise
    return True


def zeros(fd: int, size: int, beat: Callable[[], None]) -> int:
    """Bytes in long rows of zeros: what holes look like where the filesystem reports none. Reads
    the whole file. Raises OSError."""
    missing = 0
    for offset in range(0, size, _PIECE):
        beat()
        piece = os.pread(fd, _PIECE, offset)
        for at in range(0, len(piece), len(_ROW)):
            if piece.startswith(_ROW, at):
                missing += len(_ROW)
    return missing
