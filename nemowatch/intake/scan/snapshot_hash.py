"""What is remembered of each known file, so that a scan can tell whether it has changed: eight
bytes instead of a whole snapshot.
"""

from __future__ import annotations

import os

from nemowatch.fs.identity import bounded_time, content_key
from nemowatch.model import Snapshot


def snapshot_hash(found: Snapshot, *, local: bool) -> int:
    """A snapshot in eight bytes: what is remembered of each known file."""
    return hash(content_key(found, local=local))


def stat_hash(found: os.stat_result, *, local: bool) -> int:
    """`snapshot_hash` of what a stat says, without a record in between: a scan asks it of every
    file."""
    key: tuple[int, ...] = (
        found.st_size,
        bounded_time(found.st_mtime_ns),
        bounded_time(found.st_ctime_ns),
    )
    if local:
        key = (*key, found.st_ino)
    return hash(key)
