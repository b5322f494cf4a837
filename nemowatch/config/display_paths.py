"""Paths as seen by people who know the shared folder but not the server. Pure."""

from __future__ import annotations

import os
from pathlib import Path

from nemowatch.config.watch_section import Watch
from nemowatch.errors import show_path


def from_share(watch: Watch, path: Path | bytes | str) -> str:
    """An absolute path below one of the watch's four folders, from the workspace on:
    "outbox/dub-es/promo.es.mp4".

    Any other path is shown whole.
    """
    whole = Path(os.fsdecode(path))
    for folder in (watch.inbox, watch.outbox, watch.done, watch.failed):
        if whole.is_relative_to(folder):
            return show_path(_shown(watch, folder) / whole.relative_to(folder))
    return show_path(whole)


def _shown(watch: Watch, folder: Path) -> Path:
    """The path of one of its folders on the share."""
    root = watch.root
    if root is None:
        return Path(folder.name)
    if not folder.is_relative_to(root):
        return Path(folder.name)
    return folder.relative_to(root)


def in_inbox(watch: Watch, path: bytes) -> str:
    """The same of a path that is relative to the inbox."""
    return from_share(watch, watch.inbox / os.fsdecode(path))
