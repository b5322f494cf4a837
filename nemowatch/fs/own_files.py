"""Reads and replaces the small files that are nemowatch's own: configuration, marks, download
records, the password of the live page.

They lie outside every workspace, and links to them are the administrator's. Each is read up to a
limit, since a path may lead to anything.
"""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path

from nemowatch.errors import local_error

#: Bytes of a mark, an id or a record; ours have some hundreds.
RECORD_LIMIT = 64 * 1024


def read_own(path: Path, limit: int = RECORD_LIMIT) -> bytes:
    """The content. Raises OSError; EFBIG when there are more than `limit` bytes."""
    with path.open("rb") as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), str(path))
    return data


def write_line(path: Path, line: str) -> None:
    """Replace a small file by this line in one step, for its owner's eyes alone whatever the
    umask, and on the disk when this returns. Raises LocalError."""
    fresh = path.with_name(f".{path.name}.{os.urandom(4).hex()}")
    try:
        _write_synced(fresh, f"{line}\n".encode())
        fresh.replace(path)
        _sync_folder(path.parent)
    except OSError as exc:
        with suppress(OSError):
            fresh.unlink()
        raise local_error(exc, path) from exc


def remove_own(path: Path) -> None:
    """Remove a small file, if there is one. Raises OSError."""
    with suppress(FileNotFoundError):
        path.unlink()


def make_folder(path: Path) -> None:
    """Make a folder for its owner alone, and those above it that are missing, with their names on
    the disk: what a power cut takes a folder's name from is gone. Raises OSError."""
    if path.is_dir():
        return
    if not path.parent.exists():
        make_folder(path.parent)
    path.mkdir(mode=0o700, exist_ok=True)
    _sync_folder(path.parent)


def _write_synced(path: Path, data: bytes) -> None:
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(fd, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(path: Path) -> None:
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
