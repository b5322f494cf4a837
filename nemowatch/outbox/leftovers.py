"""What a killed process left in people's folders: part files that no job owns any more, notes that
never got their name.

Finding and removing are separate, so that the module that knows the jobs can be asked in between.
Only regular files whose names begin like ours are ever touched, and none of this process itself."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path

from nemowatch.errors import LocalError
from nemowatch.fs import exclusive_create
from nemowatch.fs.identity import is_regular
from nemowatch.fs.listing import entries, walk_folders
from nemowatch.fs.names import OURS, PROCESS
from nemowatch.fs.safe_open import root_folder, stat_at

#: A result's part file, and the marker that goes with it where a filesystem can only copy.
_PART = re.compile(rf"{re.escape(OURS)}(?P<job>\d+)(-\d+)?\.part(\.to)?")
#: A note, the owner file, or what somebody sent, before it got its name, or what was written to
#: check a folder; they carry the process that wrote them.
_BRIEF = re.compile(
    rf"{re.escape(OURS)}(note|owner|check|probe|sent)-(?P<process>[0-9a-f]+)(-[0-9a-f]+)?(-.*)?",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Leftover:
    """A file of ours that may be unused."""

    path: Path
    job: int  #: the job whose part it is; 0 for a note


def find(folders: Iterable[Path]) -> list[Leftover]:
    """Every candidate in these folders (not below them); folders that cannot be read have none."""
    found: list[Leftover] = []
    for folder in folders:
        with contextlib.suppress(LocalError, OSError), root_folder(folder) as opened:
            found += _in_folder(folder, opened)
    return found


def find_below(roots: Iterable[Path]) -> list[Leftover]:
    """Every candidate in these roots and all folders below them."""
    found: list[Leftover] = []
    for root in roots:
        for relative, opened in walk_folders(root):
            with contextlib.suppress(OSError):
                found += _in_folder(root / os.fsdecode(relative), opened)
    return found


def _in_folder(folder: Path, opened: int) -> Iterator[Leftover]:
    for raw, found in entries(opened):
        name = os.fsdecode(raw)
        job = _job_of(name)
        if job is None:
            continue
        if is_regular(found):
            yield Leftover(folder / name, job)


def _job_of(name: str) -> int | None:
    """The job whose part has this name; 0 for a note; None for what is in use, or nothing of
    these."""
    part = _PART.fullmatch(name)
    if part is not None:
        return int(part["job"])

    brief = _BRIEF.fullmatch(name)
    if brief is None or brief["process"] in {PROCESS, str(os.getpid())}:
        return None
    return 0


def remove(leftovers: Iterable[Leftover]) -> list[Path]:
    """Remove them; returns those that this call removed."""
    paths = map(attrgetter("path"), leftovers)
    return list(filter(_remove, paths))


def _remove(path: Path) -> bool:
    with contextlib.suppress(LocalError, OSError), root_folder(path.parent) as folder:
        if is_regular(stat_at(path.name, folder)):
            return exclusive_create.remove(path.name, folder)
    return False
