"""A file that somebody sends into a folder of an inbox. It grows under a name that is never taken
for work, and gets its own when it is complete. Nothing is overwritten.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from nemowatch.errors import LocalFinal, show_path
from nemowatch.fs.exclusive_create import brief_name, move_exclusive, remove
from nemowatch.fs.safe_open import folder_of, open_new, stat_at, sync_folder, translated

#: Marks what is on its way here (`exclusive_create.brief_name`).
KIND = "sent"


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file that is on its way."""

    root: Path
    folder: bytes  #: relative to the root
    name: str
    brief: str  #: what it is called meanwhile
    fd: int

    @property
    def path(self) -> Path:
        """Where it is to be."""
        return self.root / os.fsdecode(self.folder) / self.name


def begin(root: Path, folder: bytes, name: str) -> Arrival:
    """Begin a file of this name in a folder that exists. Raises LocalError: LocalFinal when the
    name is taken."""
    with folder_of(root, folder) as above, translated(root):
        if stat_at(name, above) is not None:
            raise taken(root, name)
        brief = brief_name(KIND)
        return Arrival(root, folder, name, brief, open_new(brief, above))


def write(arrival: Arrival, data: bytes) -> None:
    """Add to it. Raises LocalError."""
    with translated(arrival.path):
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(arrival.fd, rest) :]


def finish(arrival: Arrival) -> None:
    """Give the complete file its name; it is on disk before this returns. Raises LocalError."""
    with translated(arrival.path):
        os.fsync(arrival.fd)
    with folder_of(arrival.root, arrival.folder) as above, translated(arrival.path):
        try:
            moved = move_exclusive(arrival.brief, above, arrival.name, above)
        except FileExistsError as exc:
            raise taken(arrival.root, arrival.name) from exc
        if not moved:
            raise LocalFinal(
                f"{show_path(arrival.path)}: this filesystem cannot give a new file its name"
                f" safely.",
                cure="Copy it there in another way.",
            )
        sync_folder(above)


def end(arrival: Arrival) -> None:
    """Close it; a file that has no name yet is removed. Raises LocalError."""
    os.close(arrival.fd)
    with folder_of(arrival.root, arrival.folder) as above, translated(arrival.path):
        remove(arrival.brief, above)


def taken(root: Path, name: str) -> LocalFinal:
    """The error for a name that another file has."""
    return LocalFinal(
        f"{show_path(name)} already exists.",
        path=root,
        cure="Give the new one another name, or wait until the other one is done.",
    )
