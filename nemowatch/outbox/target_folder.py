"""Where the results of a source go: into the outbox, in the same folders as in the inbox, under
names that every filesystem takes.

It makes folders, never below a root that is unavailable, and puts nothing into them.
"""

from __future__ import annotations

import os
from pathlib import Path

from nemowatch.config.watch_section import Watch
from nemowatch.fs.folders import ensure_folder, ensure_root, name_limit
from nemowatch.fs.names import NAME_LIMIT, safe_folder
from nemowatch.fs.safe_open import parts, root_folder


def relative_folder(path: bytes, limit: int = NAME_LIMIT) -> bytes:
    """The folder below an outbox for the results of the source at `path`. `limit`: bytes that a
    name may have there."""
    names = parts(os.path.dirname(path))
    return b"/".join(safe_folder(name, limit) for name in names)


def ensure_target_folder(watch: Watch, path: bytes) -> Path:
    """The folder for the results of the source at `path`, made when it is missing. Raises
    LocalPassing when the outbox is unavailable, NoSpace, LocalFinal."""
    ensure_root(watch.outbox, watch.inbox)
    with root_folder(watch.outbox) as root:
        limit = name_limit(root)
    return ensure_folder(watch.outbox, relative_folder(path, limit))
