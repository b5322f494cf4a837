"""Whether a folder can take more. The free bytes of a filesystem say nothing of a quota, so room
is asked for and given back."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

#: What a full disk answers, and a quota that is used up.
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


def has_room(folder: Path, size: int) -> bool:
    """Whether `size` more bytes may be written in `folder`. A folder that is away has room: then
    the space is not what is missing. Where no unnamed file can be made (NFS, CIFS, many FUSE),
    only the free bytes tell."""
    try:
        if shutil.disk_usage(folder).free <= size:
            return False
        fd = os.open(folder, os.O_TMPFILE | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    except OSError as exc:
        return exc.errno not in _FULL
    try:
        os.posix_fallocate(fd, 0, size)
    except OSError as exc:
        return exc.errno not in _FULL
    finally:
        os.close(fd)
    return True
