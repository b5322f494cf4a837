"""The hash that is remembered of each known file, so that a scan can tell whether it has changed:
eight bytes instead of a whole snapshot.
"""

from __future__ import annotations

import os

from nemowatch.fs.identity import LATEST, bounded_time, content_key
from nemowatch.model import Snapshot


def snapshot_hash(found: Snapshot, *, local: bool) -> int:
    """A hash of a snapshot, eight bytes."""
    return hash(content_key(found, local=local))


def stat_hash(found: os.stat_result, *, local: bool) -> int:
    """The same as `snapshot_hash`, directly from a stat result: a scan needs it for every file."""
    modified, changed = found.st_mtime_ns, found.st_ctime_ns
    is_odd = modified < 0 or changed < 0 or modified > LATEST or changed > LATEST
    if is_odd:
        modified, changed = bounded_time(modified), bounded_time(changed)
    if local:
        return hash((found.st_size, modified, changed, found.st_ino))
    return hash((found.st_size, modified, changed))
