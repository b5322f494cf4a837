"""Many files at once: what they are now, and which are gone. Each of their folders is entered once.

Owns the way from folder to folder; how a file is looked at or opened, `safe_open` knows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from nemowatch.errors import LocalError, SourceGone
from nemowatch.fs.safe_open import folder_of, lookup_at
from nemowatch.model import Snapshot


def in_folders(root: Path, paths: Iterable[bytes]) -> Iterator[tuple[bytes, int | LocalError]]:
    """Each of these files with a descriptor of its folder, open until the next file is asked for,
    or with the error for a folder that cannot be entered. Files of one folder come together."""
    by_folder: dict[bytes, list[bytes]] = {}
    for path in paths:
        folder = path.rpartition(b"/")[0]
        by_folder.setdefault(folder, []).append(path)

    for folder, inside in by_folder.items():
        try:
            with folder_of(root, folder) as above:
                for path in inside:
                    yield path, above
        except LocalError as exc:
            for path in inside:
                yield path, exc


def lookup_many(
    root: Path, paths: Iterable[bytes]
) -> Iterator[tuple[bytes, Snapshot | LocalError]]:
    """`lookup` for many files: each path with its snapshot, or with the error that `lookup` would
    raise."""
    for path, above in in_folders(root, paths):
        yield path, found_at(above, root, path)


def found_at(above: int | LocalError, root: Path, path: bytes) -> Snapshot | LocalError:
    """What a file is in its folder, as `in_folders` gives it."""
    if isinstance(above, LocalError):
        return above
    try:
        return lookup_at(above, root, path)
    except LocalError as exc:
        return exc


def lookup_there(root: Path, paths: Iterable[bytes]) -> Iterator[tuple[bytes, Snapshot]]:
    """`lookup` for those of many files that are there."""
    for path, found in lookup_many(root, paths):
        if isinstance(found, Snapshot):
            yield path, found


def lookup_gone(root: Path, paths: Iterable[bytes]) -> list[bytes]:
    """Those of these paths at which nothing is; what cannot be asked counts as there."""
    gone: list[bytes] = []
    for path, found in lookup_many(root, paths):
        if isinstance(found, SourceGone):
            gone.append(path)
    return gone
