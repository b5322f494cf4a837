"""The only way to a file in the inbox: walk down below the root, follow no link, take nothing but
regular files.

Owns opening and looking. Nothing outside the root can be reached through it, whatever somebody
puts in a folder's place meanwhile, and a FIFO never makes it wait.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from nemowatch.errors import LocalError, LocalFinal, local_error
from nemowatch.model import Snapshot

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
#: O_NONBLOCK: a FIFO in place of the file opens at once and is then refused. O_NOCTTY: neither do
#: terminals hurt.
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC


#: Stands where nothing was looked at.
NO_LOOK = Snapshot(0, 0, 0, 0, 0, 0)


def of_stat(found: os.stat_result) -> Snapshot:
    """What a stat says, as a record of ours."""
    return Snapshot(
        found.st_size,
        found.st_mtime_ns,
        found.st_ctime_ns,
        getattr(found, "st_blocks", 0),
        found.st_dev,
        found.st_ino,
    )


def snapshot(fd: int) -> Snapshot:
    """How an opened file looks now. Raises OSError."""
    return of_stat(os.fstat(fd))


def look_key(look: Snapshot, *, local: bool = True) -> tuple[int, ...]:
    """What of a look tells of the content. Blocks may move by themselves after the last write
    (delayed allocation); a share that was mounted again has another device; and on FUSE and
    shares inode numbers may be made up (`local` False).
    """
    told = (look.size, look.mtime_ns, look.ctime_ns)
    return (*told, look.ino) if local else told


def unchanged(before: Snapshot, now: Snapshot, *, local: bool = True) -> bool:
    """True when these show the same file with the same content."""
    return look_key(before, local=local) == look_key(now, local=local)


def not_regular(mode: int) -> str:
    """What a directory entry is when it is not a regular file, in plain words; "" for a regular
    file."""
    names = {
        stat.S_IFLNK: "a link",
        stat.S_IFIFO: "a pipe",
        stat.S_IFSOCK: "a socket",
        stat.S_IFCHR: "a device",
        stat.S_IFBLK: "a device",
        stat.S_IFDIR: "a folder",
    }
    return names.get(stat.S_IFMT(mode), "not a file") if not stat.S_ISREG(mode) else ""


def _pieces(relative: bytes) -> list[bytes]:
    pieces = relative.split(b"/")
    if not relative or any(p in (b"", b".", b"..") for p in pieces):
        raise LocalFinal("The path leads out of the inbox.", path=relative)
    return pieces


@contextmanager
def folder_below(root: Path, relative: bytes) -> Iterator[int]:
    """A descriptor of the folder `relative` (b"" for the root itself), reached without following
    a link. Raises OSError."""
    fd = os.open(root, _FOLDER)
    try:
        for piece in _pieces(relative) if relative else ():
            inner = os.open(piece, _FOLDER | os.O_NOFOLLOW, dir_fd=fd)
            os.close(fd)
            fd = inner
        yield fd
    finally:
        os.close(fd)


def open_below(root: Path, relative: bytes) -> int:
    """Open the regular file `relative` below `root` for reading; the caller closes the descriptor.

    Raises SourceGone, LocalPassing, LocalFinal (a link, not a regular file, no permission)."""
    folder, _, name = relative.rpartition(b"/")
    _pieces(relative)
    try:
        with folder_below(root, folder) as above:
            _refuse(os.stat(name, dir_fd=above, follow_symlinks=False).st_mode, relative)
            fd = os.open(name, _FILE, dir_fd=above)
    except OSError as exc:
        raise _ours(exc, root, relative) from exc
    try:
        _refuse(os.fstat(fd).st_mode, relative)
    except BaseException:
        os.close(fd)
        raise
    return fd


def _refuse(mode: int, relative: bytes) -> None:
    what = not_regular(mode)
    if what:
        raise LocalFinal(
            f"It is {what}, not a file.", path=relative, cure="Copy the file itself here."
        )


def _ours(exc: OSError, root: Path, relative: bytes) -> LocalError:
    if exc.errno == errno.ENXIO:  # a socket, or a pipe somebody put in its place meanwhile
        return LocalFinal("It is not a file.", path=relative, cure="Copy the file itself here.")
    return local_error(exc, os.fsencode(root) + b"/" + relative)


def lookup(root: Path, relative: bytes) -> Snapshot:
    """How the regular file `relative` looks now, without opening it. Raises as `open_below`
    does."""
    found = next(iter(look_many(root, [relative])))[1]
    if isinstance(found, LocalError):
        raise found
    return found


def look_many(root: Path, paths: Iterable[bytes]) -> Iterator[tuple[bytes, Snapshot | LocalError]]:
    """Look at many files, entering each folder once: (path, how it looks or why it cannot be
    looked at)."""
    by_folder: dict[bytes, list[bytes]] = {}
    for path in paths:
        by_folder.setdefault(path.rpartition(b"/")[0], []).append(path)
    for folder, inside in by_folder.items():
        try:
            with folder_below(root, folder) as above:
                for path in inside:
                    yield path, _look(above, root, path)
        except OSError as exc:
            for path in inside:
                yield path, _ours(exc, root, path)


def _look(above: int, root: Path, path: bytes) -> Snapshot | LocalError:
    try:
        found = os.stat(path.rpartition(b"/")[2], dir_fd=above, follow_symlinks=False)
        _refuse(found.st_mode, path)
    except OSError as exc:
        return _ours(exc, root, path)
    except LocalError as exc:
        return exc
    return of_stat(found)
