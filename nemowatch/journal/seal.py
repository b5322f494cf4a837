"""Whether the journal's file is as the last process left it that closed it whole: then the check of
every page can wait until the daemon is at work (docs/decisions/0044).

Owns a small file beside the journal, which says how that looked when it was closed. Anything that
has written to it since, a copy in its place, and an end without closing break it.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from nemowatch.errors import LocalError
from nemowatch.fs.own_files import read_own, remove_own, write_line

SUFFIX = "-whole"
#: What SQLite leaves when it was not closed, or while others have the journal open.
_LOG = "-wal"


def is_whole(path: Path) -> bool:
    """Whether nothing has touched the journal at `path` since it was closed."""
    if _log_of(path).exists():
        return False
    with suppress(OSError):
        said = read_own(_seal_of(path)).decode("utf-8", "replace").strip()
        return said == _look(path)
    return False


def make(path: Path) -> None:
    """It has just been closed. Where this cannot be written, the next start checks every page."""
    if _log_of(path).exists():
        return
    with suppress(OSError, LocalError):
        write_line(_seal_of(path), _look(path))


def destroy(path: Path) -> None:
    """It is about to be written to. One that cannot be removed says nothing wrong: as long as the
    file looks as it did, it is the file that was closed."""
    with suppress(OSError):
        remove_own(_seal_of(path))


def _look(path: Path) -> str:
    found = path.stat()
    return f"{found.st_size} {found.st_mtime_ns} {found.st_ctime_ns} {found.st_ino}"


def _seal_of(path: Path) -> Path:
    return path.with_name(path.name + SUFFIX)


def _log_of(path: Path) -> Path:
    return path.with_name(path.name + _LOG)
