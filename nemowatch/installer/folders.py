"""Which folders the service must be allowed to write, so that it can reach its workspaces.

Pure, except for the mount table: it makes nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from nemowatch.errors import UsageError, shown
from nemowatch.fs.mounts import Mode, MountTable, mode_of
from nemowatch.installer.program import HIDDEN

if TYPE_CHECKING:
    from nemowatch.config.schema import Config


def workspaces(config: Config) -> list[Path]:
    """The folders that a configuration names, of all its workspaces."""
    found = list[Path]()
    for watch in config.watch:
        folders = [watch.inbox, watch.outbox, watch.done, watch.failed]
        if watch.root is not None:
            folders = [each for each in folders if watch.root not in each.parents]
            found.append(watch.root)
        found += folders
    return found


def is_hidden(folder: Path) -> bool:
    """Whether the unit hides a folder from the service."""
    return any(hidden == folder or hidden in folder.parents for hidden in HIDDEN)


def writable(folders: Iterable[Path], mounts: MountTable) -> list[Path]:
    """The folders for ReadWritePaths: for each folder one above it that exists whenever the service
    starts (a missing one would stop it), and that is above its share, so that the share can come
    and go. None is inside another."""
    found = {_above(folder, mounts) for folder in folders if not is_hidden(folder)}
    found.discard(Path("/"))
    return sorted(path for path in found if not found.intersection(path.parents))


def _above(folder: Path, mounts: MountTable) -> Path:
    real = folder.resolve()
    mount = mounts.at(os.fsencode(real))
    if mode_of(mount.fstype) is Mode.SCAN:
        real = Path(os.fsdecode(mount.point))
    # never the whole machine: a workspace in / is named itself
    if real.parent == Path("/"):
        return real
    return next(path for path in real.parents if path.exists())


def as_setting(path: Path) -> str:
    """A path as a unit writes it. Raises UsageError for one that is not a line of plain text: a
    link may lead anywhere, and root writes the lines of a unit."""
    if not str(path).isprintable():
        cure = "Rename that folder, or lead the link elsewhere; then run the same command again."
        raise UsageError(f"{shown(str(path))} cannot be named in a unit.", cure=cure)
    text = str(path).replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'ReadWritePaths="{text}"'
