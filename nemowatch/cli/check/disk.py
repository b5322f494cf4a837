"""What `nemowatch check` finds out about the disk of a folder: whether it can be written, and how
much is free. The only thing written is a hidden probe file, which is removed at once."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

from nemowatch.cli.check.finding import Finding, user_name
from nemowatch.cli.formatting import name, size
from nemowatch.fs.space import probe_write

#: What is said about a full disk.
FULL = {errno.ENOSPC: "its disk is full", errno.EDQUOT: "the quota there is used up"}

#: The cure when a file has the name of a folder.
IN_THE_WAY = "A file is where the folder should be: move that file away."
WRITE_CURES = {
    errno.EROFS: "Mount it for writing.",
    errno.EEXIST: IN_THE_WAY,
    errno.ENOTDIR: IN_THE_WAY,
}
WRITE_CURE = "Check that disk, or the server that has the share."


def writable(folder: Path) -> Finding:
    """Really write there: permissions, quotas, read-only mounts and network rules only show by
    trying."""
    shown = name(os.fsencode(folder))
    try:
        probe_write(_existing(folder))
    except OSError as exc:
        return _not_written(shown, exc)
    return Finding("ok", "rights", f"{shown} can be written.")


def free(folder: Path, *, little: int, none: int) -> Finding:
    """Whether there are more bytes free than that is `little`, or as good as `none`."""
    left = shutil.disk_usage(_existing(folder)).free
    text = f"{size(left)} free for {name(os.fsencode(folder))}."
    if left >= little:
        return Finding("ok", "disk", text)
    level = "fail" if left < none else "warn"
    return Finding(level, "disk", text, "Free some space on that disk.")


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that exists."""
    return next(each for each in (folder, *folder.parents) if each.exists())


def _not_written(shown: str, exc: OSError) -> Finding:
    if exc.errno in FULL:
        text = f"{shown} cannot be written: {FULL[exc.errno]}."
        cure = "Free some space there; nemowatch then resumes by itself."
        return Finding("fail", "disk", text, cure)
    why = exc.strerror
    if exc.errno == errno.EROFS:
        why = "it is mounted read-only"
    text = f"{shown} cannot be written: {why}."
    return Finding("fail", "rights", text, _write_cure(exc))


def _write_cure(exc: OSError) -> str:
    if isinstance(exc, PermissionError):
        return f"Give the user {user_name(os.geteuid())} permission to write there."
    number = exc.errno or 0
    return WRITE_CURES.get(number, WRITE_CURE)
