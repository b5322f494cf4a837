"""The only way to what lies below a root: from a descriptor of the root downwards, one name at a
time, over no link, and to nothing but folders and regular files.

Owns every opening. Nothing outside a root can be reached through it, whatever somebody puts in a
folder's place meanwhile; a pipe never makes it wait; and no folder is made below a root that is
missing, for a share that is unavailable looks exactly so. Modes and groups are not touched: a
setgid folder and the umask decide. It gives nothing a name (`exclusive_create` does)."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from nemowatch.errors import (
    LocalError,
    LocalFinal,
    LocalPassing,
    local_error,
    show_path,
)
from nemowatch.fs import anchor
from nemowatch.fs.identity import not_regular, of_stat
from nemowatch.model import Snapshot

#: Bytes a read: larger ones gain nothing, smaller ones cost (docs/platform.md section httpx,
#: point 2).
BLOCK = 1024 * 1024
FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
#: O_NONBLOCK: a pipe in the place of a file opens at once, and is then refused. O_NOCTTY: terminals
#: do no harm either.
_SAFE = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
#: What filesystems answer that cannot put a folder's names on disk (CIFS, some FUSE): there the
#: server decides.
_NO_FOLDER_SYNC = frozenset({errno.EINVAL, errno.EBADF, errno.ENOSYS, errno.EOPNOTSUPP})


@contextlib.contextmanager
def translated(path: Path | bytes | str) -> Iterator[None]:
    """OSErrors of the block become errors of ours about `path`."""
    try:
        yield
    except OSError as exc:
        raise _ours(exc, path) from exc


def _ours(exc: OSError, path: Path | bytes | str) -> LocalError:
    if exc.errno == errno.ENXIO:  # a socket, or a pipe somebody put in its place meanwhile
        return LocalFinal("It is not a file.", path=path, cure="Remove it, or put a file there.")
    return local_error(exc, path)


# -- folders


def open_root(root: Path) -> int:
    """A descriptor of an existing root, or of an existing folder below one that is held to where
    it led (`anchor`); the caller closes it.

    Raises LocalPassing when it is not there, or a link has been put in its place; LocalError.
    """
    held = anchor.held_above(root)
    try:
        if held is None:
            return os.open(root, FOLDER)
        here = _open_held(held)
        if held.path == root:
            return here
        below = os.fsencode(root.relative_to(held.path))
        return _down(here, parts(below))
    except (FileNotFoundError, NotADirectoryError) as exc:
        raise missing(root) from exc
    except OSError as exc:
        raise local_error(exc, root) from exc


def _open_held(held: anchor.Anchor) -> int:
    """The folder that was checked before is opened at once; any other one is checked first."""
    flags = FOLDER
    if held.plain:
        flags |= os.O_NOFOLLOW
    with contextlib.suppress(OSError):
        fd = os.open(held.path, flags)
        if held.is_checked(os.fstat(fd)):
            return fd
        os.close(fd)
    spot = held.check()
    fd = os.open(spot.path, FOLDER | os.O_NOFOLLOW)
    held.opened(spot, os.fstat(fd))
    return fd


def _down(here: int, names: list[bytes]) -> int:
    """From one folder down to another, over no link; closes `here`. Raises OSError."""
    for name in names:
        try:
            below = os.open(name, FOLDER | os.O_NOFOLLOW, dir_fd=here)
        finally:
            os.close(here)
        here = below
    return here


def missing(root: Path) -> LocalPassing:
    """The error for a root that is unavailable."""
    cure = "Mount the share, or make the folder again; nemowatch then resumes by itself."
    return LocalPassing(f"{show_path(root)}: the folder is not there.", path=root, cure=cure)


@contextlib.contextmanager
def root_folder(root: Path) -> Iterator[int]:
    """A descriptor of an existing root. Raises as `open_root` does."""
    fd = open_root(root)
    try:
        yield fd
    finally:
        os.close(fd)


@contextlib.contextmanager
def folder_of(root: Path, relative: bytes, *, make: bool = False) -> Iterator[int]:
    """A descriptor of the folder `relative` below `root`, made when `make`. No link below `root` is
    followed.

    Raises LocalPassing (root away, share in the way), SourceGone (no such folder, and not
    `make`), LocalFinal.
    """
    step = _make_step if make else _step
    here = open_root(root)
    try:
        try:
            for name in parts(relative):
                below = step(name, here)
                os.close(here)
                here = below
        except NotADirectoryError as exc:
            whole = root / os.fsdecode(relative)
            if make:
                raise in_the_way(whole) from exc
            raise local_error(exc, whole) from exc
        except OSError as exc:
            raise _ours(exc, root / os.fsdecode(relative)) from exc
        yield here
    finally:
        os.close(here)


def parts(relative: bytes) -> list[bytes]:
    """The names of a path below a root. Raises LocalFinal for a path that would leave it."""
    names = [name for name in relative.split(b"/") if name not in (b"", b".")]
    if b".." in names or relative.startswith(b"/"):
        raise LocalFinal(f"{show_path(relative)}: not a path below its folder.", path=relative)
    return names


def _step(name: bytes, here: int) -> int:
    return os.open(name, FOLDER | os.O_NOFOLLOW, dir_fd=here)


def _make_step(name: bytes, here: int) -> int:
    """One folder down, made with the mode the umask allows, and on disk before anything is put
    into it."""
    try:
        return _step(name, here)
    except FileNotFoundError:
        with contextlib.suppress(FileExistsError):
            os.mkdir(name, dir_fd=here)
            sync_folder(here)
    return _step(name, here)


def in_the_way(whole: Path) -> LocalFinal:
    """The error for what has a folder's name and is none."""
    cure = "Rename or remove it, then try again."
    text = f"{show_path(whole)}: a file or a link is where a folder is needed."
    return LocalFinal(text, path=whole, cure=cure)


def sync_folder(folder: int) -> None:
    """Put a folder's names on disk, where the filesystem can. Raises OSError."""
    try:
        os.fsync(folder)
    except OSError as exc:
        if exc.errno not in _NO_FOLDER_SYNC:
            raise


# -- files


def open_file(name: str | bytes, folder: int, mode: int = os.O_RDONLY) -> int:
    """A regular file of this folder; the caller closes the descriptor. Raises OSError: EINVAL for
    what is neither file nor link, ELOOP for a link."""
    fd = os.open(name, mode | _SAFE, dir_fd=folder)
    if stat.S_ISREG(os.fstat(fd).st_mode):
        return fd
    os.close(fd)
    raise OSError(errno.EINVAL, "not a regular file")


def read_file(name: str | bytes, folder: int, limit: int) -> bytes:
    """The first `limit` bytes of a regular file of this folder. Raises OSError as `open_file`."""
    with os.fdopen(open_file(name, folder), "rb") as file:
        return file.read(limit)


def open_new(name: str, folder: int, mode: int = os.O_WRONLY) -> int:
    """A new, empty file; the caller closes the descriptor. Raises FileExistsError for anything
    that is there, links too; OSError."""
    return os.open(name, mode | os.O_CREAT | os.O_EXCL | _SAFE, 0o666, dir_fd=folder)


def open_path(name: str, folder: int) -> int:
    """A descriptor that only identifies what has this name, link or not (O_PATH): nothing can be
    read or written through it. Raises OSError."""
    return os.open(name, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)


def stat_at(name: str | bytes, folder: int) -> os.stat_result | None:
    """What has this name, links not followed; None when nothing has. Raises OSError."""
    try:
        return os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None


def open_below(root: Path, relative: bytes) -> int:
    """Open the regular file `relative` below `root` for reading; the caller closes the descriptor.

    Raises SourceGone, LocalPassing, LocalFinal (a link, not a regular file, no permission)."""
    with folder_of(root, relative.rpartition(b"/")[0]) as above:
        return open_at(above, root, relative)


def open_at(above: int, root: Path, relative: bytes) -> int:
    """`open_below`, where the folder of the file is open already."""
    name = relative.rpartition(b"/")[2]
    with translated(os.fsencode(root) + b"/" + relative):
        _refuse(os.stat(name, dir_fd=above, follow_symlinks=False).st_mode, relative)
        fd = os.open(name, os.O_RDONLY | _SAFE, dir_fd=above)
    try:
        _refuse(os.fstat(fd).st_mode, relative)
    except BaseException:
        os.close(fd)
        raise
    return fd


def _refuse(mode: int, relative: bytes) -> None:
    what = not_regular(mode)
    if what:
        cure = "Copy the file itself here."
        raise LocalFinal(f"It is {what}, not a file.", path=relative, cure=cure)


def lookup(root: Path, relative: bytes) -> Snapshot:
    """What the regular file `relative` is now, without opening it. Raises as `open_below`."""
    with folder_of(root, relative.rpartition(b"/")[0]) as above:
        return lookup_at(above, root, relative)


def lookup_at(above: int, root: Path, relative: bytes) -> Snapshot:
    """`lookup`, where the folder of the file is open already."""
    name = relative.rpartition(b"/")[2]
    with translated(os.fsencode(root) + b"/" + relative):
        found = os.stat(name, dir_fd=above, follow_symlinks=False)
    _refuse(found.st_mode, relative)
    return of_stat(found)
