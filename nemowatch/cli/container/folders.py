"""The folders that an engine mounts, /config and the workspace: whether they are mounted, who owns
them, and whether they can be written.

Changes the owner of nemowatch's own files, and of a workspace that the engine has just made. No
file of people's is touched.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from nemowatch.cli.container.identity import Who
from nemowatch.errors import UsageError
from nemowatch.fs.mounts import MountTable

#: What nemowatch itself has made in the folder of the configuration.
OWN = ("config.toml", "state", ".cache")


def owner_of(folder: Path) -> Who:
    """The owner of a folder; root if it does not exist."""
    try:
        found = folder.stat()
    except OSError:
        return Who(0, 0)
    return Who(found.st_uid, found.st_gid)


def check_mounted(folder: Path, what: str) -> None:
    """Raise UsageError for a folder that would be gone with the container."""
    point = MountTable.read().at(os.fsencode(folder)).point
    if point != b"/" and folder.is_dir():
        return
    text = f"Nothing is mounted at {folder}: {what}."
    raise UsageError(text, cure=f"Mount a folder or a volume there: -v FOLDER:{folder}")


def give(config: Path, studio: Path, who: Who) -> None:
    """Give `who` the files that are nemowatch's, and an empty workspace of root's. If that is not
    allowed nothing is reported: `check_writable` reports what cannot be written."""
    _give(config, who)
    for name in OWN:
        _give(config / name, who)
        _give_all_below(config / name, who)
    with suppress(OSError):
        if owner_of(studio).uid == 0 and not any(studio.iterdir()):
            _give(studio, who)


def _give_all_below(top: Path, who: Who) -> None:
    """Give away everything below a real folder. Its owner may put links anywhere, even meanwhile,
    so each name is changed relative to its open folder, and no link is followed."""
    if top.is_symlink() or not top.is_dir():
        return
    with suppress(OSError):
        for _, folders, files, opened in os.fwalk(top, follow_symlinks=False):
            for name in (*folders, *files):
                _give(name, who, opened)


def _give(path: Path | str, who: Who, opened: int | None = None) -> None:
    """Give away one file or folder, if it still exists; `path` may be relative to `opened`."""
    with suppress(OSError):
        found = os.stat(path, dir_fd=opened, follow_symlinks=False)
        if (found.st_uid, found.st_gid) != who:
            os.chown(path, who.uid, who.gid, dir_fd=opened, follow_symlinks=False)


def check_writable(folder: Path, here: Who) -> None:
    """Raise UsageError, which names the owner, for a folder in which this process cannot create
    files."""
    if os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        return
    owner = owner_of(folder)
    mine = f"chown -R {here} FOLDER (the one that is mounted as {folder})"
    if owner == here:
        mine = f"chmod u+rwx FOLDER (the one that is mounted as {folder}), or mount it writable"
    text = f"{folder} belongs to {owner}, and {here}, as whom this container runs, cannot write it."
    cure = f'On the host: {mine}. Or run as its owner: user: "{owner}".'
    raise UsageError(text, cure=cure)
