"""How an inbox is watched, by the kind of its filesystem, in words."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from nemowatch.fs.mounts import Mode, MountTable, mode_of

if TYPE_CHECKING:
    from nemowatch.config.watch_section import Watch


def filesystem_of(watch: Watch) -> str:
    """The kind of filesystem on which the inbox is: "ext4", "nfs4"."""
    real = os.path.realpath(os.fsencode(watch.inbox))
    return MountTable.read().at(real).fstype


def how_watched(watch: Watch, fstype: str) -> str:
    """How new files are noticed there."""
    if watch.mode != "auto":
        return f"mode = {watch.mode}"
    words = {
        Mode.EVENTS: "changes are seen at once",
        Mode.SCAN: f"scanned every {watch.scan_interval:g} s",
        Mode.BOTH: "watched and scanned",
    }
    return words[mode_of(fstype)]
