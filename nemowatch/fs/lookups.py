"""Which of many files are there, and which are gone: each of their folders is entered once.

Owns that distinction; how a file is looked at, `safe_open` knows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from nemowatch.errors import SourceGone
from nemowatch.fs.safe_open import lookup_many
from nemowatch.model import Snapshot


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
