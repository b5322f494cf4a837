"""Reading the small files that are nemowatch's own: configuration, marks, download records.

They lie outside every workspace, and links to them are the administrator's. Each is read up to a
limit, since a path may lead to anything.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path

#: Bytes of a mark, an id or a record; ours have some hundreds.
RECORD_LIMIT = 64 * 1024


def read_own(path: Path, limit: int = RECORD_LIMIT) -> bytes:
    """The content. Raises OSError; EFBIG when there are more than `limit` bytes."""
    with path.open("rb") as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), str(path))
    return data
