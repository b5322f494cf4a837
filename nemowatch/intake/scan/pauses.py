"""Which PAUSE files hold what: a folder by its own, everything in an inbox by one in the
inbox itself."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from nemowatch.config import Watch
from nemowatch.fs.listing import folders_below, names_below
from nemowatch.intake.scan.ignore import PAUSE_NAMES, folded

#: (watch, task folder; b"" for the inbox itself) -> the PAUSE file there, relative to the
#: inbox.
Pauses = Mapping[tuple[str, bytes], bytes]
NONE: Pauses = {}


def holding(pauses: Pauses, watch: str, folder: bytes) -> bytes:
    """The PAUSE file that holds this task folder, relative to the inbox; b"" when none does."""
    return pauses.get((watch, b"")) or pauses.get((watch, folder)) or b""


def on_disk(watches: Iterable[Watch]) -> Pauses:
    """Every PAUSE that exists now. Reads the disk, for callers that have no daemon to ask. What
    cannot be read holds nothing."""
    found: dict[tuple[str, bytes], bytes] = {}
    for watch in watches:
        for folder in (b"", *folders_below(watch.inbox)):
            if file := lying_in(watch.inbox, folder):
                found[watch.name, folder] = file
    return found


def lying_in(inbox: Path, folder: bytes) -> bytes:
    """The PAUSE file in a folder of the inbox (b"": in the inbox itself), relative to
    the inbox; b"" for none."""
    names = [name for name in names_below(inbox, folder) if folded(name) in PAUSE_NAMES]
    return os.path.join(folder, min(names)) if names else b""
