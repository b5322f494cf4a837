"""Reads parts of one of people's files, opened once as everything below a root is."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from nemowatch.fs.safe_open import open_below


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A regular file that is open for reading."""

    fd: int
    size: int  #: bytes, when it was opened


def open_for_reading(root: Path, relative: bytes) -> OpenFile:
    """The regular file `relative` below `root`; to be closed. Raises as `open_below`."""
    fd = open_below(root, relative)
    return OpenFile(fd, os.fstat(fd).st_size)


def read_at(file: OpenFile, offset: int, size: int) -> bytes:
    """Up to `size` bytes from there; b"" at its end. Raises OSError."""
    return os.pread(file.fd, size, offset)


def close(file: OpenFile) -> None:
    """Close it."""
    os.close(file.fd)
