"""Whether a folder can take more. Free bytes say nothing of a quota, and permissions nothing of a
server's rules, so both are tried; what was written is removed at once."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from nemowatch.errors import LocalError
from nemowatch.fs.exclusive_create import brief_name, remove, write_new
from nemowatch.fs.safe_open import root_folder

#: What a full disk answers, and a quota that is used up.
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


def has_room(folder: Path, size: int) -> bool:
    """Whether `size` more bytes may be written in `folder`. A folder that is unavailable, or does
    not say, has room: then the space is not what is missing. Where no unnamed file can be made
    (NFS, CIFS, many FUSE), only the free bytes tell."""
    try:
        with root_folder(folder) as opened:
            statistics = os.fstatvfs(opened)
            if statistics.f_bavail * statistics.f_frsize <= size:
                return False
            return _can_allocate(opened, size)
    except (LocalError, OSError):
        return True


def _can_allocate(folder: int, size: int) -> bool:
    try:
        fd = os.open(".", os.O_TMPFILE | os.O_WRONLY | os.O_CLOEXEC, 0o600, dir_fd=folder)
    except OSError as exc:
        return exc.errno not in _FULL
    try:
        os.posix_fallocate(fd, 0, size)
    except OSError as exc:
        return exc.errno not in _FULL
    finally:
        os.close(fd)
    return True


def probe_write(folder: Path) -> None:
    """Write a hidden file into this folder and remove it. Raises OSError when that fails."""
    name = brief_name("check")
    try:
        with root_folder(folder) as opened:
            try:
                write_new(name, b"nemowatch check\n", opened)
            finally:
                remove(name, opened)
    except LocalError as exc:
        if isinstance(exc.__cause__, OSError):
            raise exc.__cause__ from None
        raise OSError(errno.EIO, exc.text) from exc
