"""What a killed process left in people's folders: part files that no job owns any more, notes that
never got their name.

Finding and removing are apart, so that whoever knows the jobs can be asked in between. Nothing
is ever touched but regular files whose names begin like ours, and nothing of this very process.
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from nemowatch.fs.names import OURS, PROCESS

#: A result's part file, and the claim that goes with it where a filesystem can only copy.
_PART = re.compile(rf"{re.escape(OURS)}(?P<job>\d+)(-\d+)?\.part(\.to)?")
#: A note, or the owner file, before it got its name; they carry the process that wrote them.
_BRIEF = re.compile(rf"{re.escape(OURS)}(note|owner)-(?P<process>[0-9a-f]+)(-[0-9a-f]+)?")


@dataclass(frozen=True, slots=True)
class Leftover:
    """A file of ours that may be in nobody's use."""

    path: Path
    job: int  #: the job whose part it is; 0 for a note


def find(folders: Iterable[Path]) -> list[Leftover]:
    """Every candidate in these folders (not below them); folders that cannot be read have none."""
    found = []
    for folder in folders:
        with contextlib.suppress(OSError), os.scandir(folder) as entries:
            found += [leftover for entry in entries if (leftover := _leftover(entry)) is not None]
    return found


def _leftover(entry: os.DirEntry[str]) -> Leftover | None:
    if not entry.name.startswith(OURS) or not entry.is_file(follow_symlinks=False):
        return None
    if part := _PART.fullmatch(entry.name):
        return Leftover(Path(entry.path), int(part["job"]))
    brief = _BRIEF.fullmatch(entry.name)
    if brief is None or brief["process"] in (PROCESS, str(os.getpid())):
        return None
    return Leftover(Path(entry.path), 0)


def remove(leftovers: Iterable[Leftover]) -> list[Path]:
    """Remove them; returns those that are gone now by our doing."""
    removed = []
    for leftover in leftovers:
        with contextlib.suppress(OSError):
            if stat.S_ISREG(leftover.path.lstat().st_mode):
                leftover.path.unlink()
                removed.append(leftover.path)
    return removed
