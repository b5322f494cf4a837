"""Whether the journal's file is unchanged since a process closed it whole: then the check of every
page can wait until the daemon is at work (docs/decisions/0044).

Owns a small file beside the journal, the seal, which records what the journal's file looked like
when it was closed. A later write, a copy in its place, and an end without closing break the seal.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from nemowatch.errors import LocalError
from nemowatch.fs.own_files import read_own, remove_own, write_line

SUFFIX = "-whole"
#: The ending of the file that SQLite leaves if the journal was not closed, or while others have it
#: open.
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
    """Seal a journal that has just been closed. If this fails, the next start checks every page."""
    if _log_of(path).exists():
        return
    with suppress(OSError, LocalError):
        write_line(_seal_of(path), _look(path))


def destroy(path: Path) -> None:
    """Remove the seal, because the journal is about to be written to. One that cannot be removed
    does no harm: it only counts while the file is as it was when it was closed."""
    with suppress(OSError):
        remove_own(_seal_of(path))


def _look(path: Path) -> str:
    found = path.stat()
    return f"{found.st_size} {found.st_mtime_ns} {found.st_ctime_ns} {found.st_ino}"


def _seal_of(path: Path) -> Path:
    return path.with_name(path.name + SUFFIX)


def _log_of(path: Path) -> Path:
    return path.with_name(path.name + _LOG)
