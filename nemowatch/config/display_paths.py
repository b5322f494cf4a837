"""Where a file lies, as somebody sees it who knows the shared folder and not the server. Pure."""

from __future__ import annotations

import os
from pathlib import Path

from nemowatch.config import Watch
from nemowatch.errors import show_path


def from_share(watch: Watch, path: Path | bytes | str) -> str:
    """An absolute path below one of the watch's four trees, from the workspace on:
    "outbox/dub-es/promo.es.mp4".

    Any other path is shown whole.
    """
    place = Path(os.fsdecode(path))
    for tree in (watch.inbox, watch.outbox, watch.done, watch.failed):
        if place.is_relative_to(tree):
            inside = watch.root is not None and tree.is_relative_to(watch.root)
            top = (
                tree.relative_to(watch.root)
                if watch.root is not None and inside
                else Path(tree.name)
            )
            return show_path(top / place.relative_to(tree))
    return show_path(place)


def in_inbox(watch: Watch, path: bytes) -> str:
    """The same of a path that is relative to the inbox."""
    return from_share(watch, watch.inbox / os.fsdecode(path))
