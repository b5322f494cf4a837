"""Folders below the roots of a workspace: opening, making and syncing them.

It never makes a folder below a root that is missing (a share that is away looks exactly so), and
no link below a root, nor one that takes the place of a root, leads it out. Modes and groups are
not touched: a setgid folder and the umask decide.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from nemowatch.errors import LocalFinal, LocalPassing, local_error, show_path
from nemowatch.fs import anchor

#: Bytes a read: larger ones gain nothing, smaller ones cost (docs/platform.md section httpx,
#: point 2).
BLOCK = 1024 * 1024
_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC


@contextlib.contextmanager
def translated(path: Path | bytes) -> Iterator[None]:
    """OSErrors of the block become errors of ours about `path`."""
    try:
        yield
    except OSError as exc:
        raise local_error(exc, path) from exc


def open_root(root: Path) -> int:
    """A descriptor of an existing root, or of an existing folder below one that is held to its
    place (`roots`). Raises LocalPassing when it is not there, or a link has been put in its
    place, LocalError otherwise.
    """
    tree = anchor.held_above(root)
    try:
        if tree == Path():
            return os.open(root, _DIRECTORY)
        here = _open_held(tree)
        return here if tree == root else _down(here, parts(os.fsencode(root.relative_to(tree))))
    except (FileNotFoundError, NotADirectoryError) as exc:
        raise missing(root) from exc
    except OSError as exc:
        raise local_error(exc, root) from exc


def _open_held(tree: Path) -> int:
    where = anchor.spot(tree)
    fd = os.open(where.path, _DIRECTORY | os.O_NOFOLLOW)
    anchor.opened(tree, where)
    return fd


def _down(here: int, names: list[bytes]) -> int:
    """From one folder down to another, over no link; closes `here`. Raises OSError."""
    for name in names:
        try:
            below = os.open(name, _DIRECTORY | os.O_NOFOLLOW, dir_fd=here)
        finally:
            os.close(here)
        here = below
    return here


def missing(root: Path) -> LocalPassing:
    """The error for a root that is away."""
    cure = "Mount the share, or make the folder again; nemowatch goes on by itself."
    return LocalPassing(f"{show_path(root)}: the folder is not there.", path=root, cure=cure)


@contextlib.contextmanager
def folder_of(root: Path, relative: bytes, *, make: bool = False) -> Iterator[int]:
    """A descriptor of the folder `relative` below `root`, made when `make`. No link below `root` is
    followed.

    Raises LocalPassing (root away, share in the way), SourceGone (no such folder, and not
    `make`), LocalFinal.
    """
    here = open_root(root)
    try:
        for part in parts(relative):
            below = _step(here, part, make, root / os.fsdecode(relative))
            os.close(here)
            here = below
        yield here
    finally:
        os.close(here)


def parts(relative: bytes) -> list[bytes]:
    """The names of a path below a root. Raises LocalFinal for a path that would leave it."""
    names = [name for name in relative.split(b"/") if name not in (b"", b".")]
    if b".." in names or relative.startswith(b"/"):
        raise LocalFinal(f"{show_path(relative)}: not a path below its folder.", path=relative)
    return names


def _step(here: int, part: bytes, make: bool, whole: Path) -> int:
    """One folder down. Made with the mode the umask allows, and on disk before anything is put
    into it."""
    with translated(whole):
        try:
            return os.open(part, _DIRECTORY | os.O_NOFOLLOW, dir_fd=here)
        except FileNotFoundError:
            if not make:
                raise
        except NotADirectoryError as exc:
            if not make:
                raise
            raise _in_the_way(whole) from exc
        with contextlib.suppress(FileExistsError):
            os.mkdir(part, dir_fd=here)
            sync_folder(here)
        return os.open(part, _DIRECTORY | os.O_NOFOLLOW, dir_fd=here)


def _in_the_way(whole: Path) -> LocalFinal:
    cure = "Rename or remove what stands there, then try again."
    return LocalFinal(
        f"{show_path(whole)}: a file or a link stands where a folder is needed.",
        path=whole,
        cure=cure,
    )


def ensure_folder(tree: Path, relative: bytes) -> Path:
    """Make the folder `relative` below the existing root `tree`, and return it.

    Raises LocalPassing when `tree` is missing: nothing is ever made below a share that is away.
    NoSpace, LocalFinal.
    """
    with folder_of(tree, relative, make=True):
        return tree.joinpath(*(os.fsdecode(name) for name in parts(relative)))


def ensure_tree(tree: Path, beside: Path) -> None:
    """Make the root `tree` again when a person removed it, but only when its sibling `beside`
    still stands: then the share is there. Anything else that is missing raises LocalPassing."""
    if anchor.held_above(tree) == tree:
        anchor.spot(tree)  # nothing is made in what a missing share had covered
    with translated(tree):  # a share whose server is dead answers even this with an error
        if tree.is_dir():
            return
        if tree.parent != beside.parent or not beside.is_dir():
            raise missing(tree)
        tree.mkdir(exist_ok=True)


def ensure_writable(tree: Path, beside: Path) -> None:
    """As `ensure_tree`, and something can be put there: asked before it is paid for. Raises
    LocalPassing when not now."""
    cure = "Nothing is paid for while its result could not be put there; it goes on by itself."
    try:
        ensure_tree(tree, beside)
        folder = open_root(tree)
    except LocalFinal as exc:  # rights change
        raise LocalPassing(exc.text, path=tree, cure=cure) from exc
    try:
        if os.access(".", os.W_OK | os.X_OK, dir_fd=folder):
            return
        is_readonly = os.fstatvfs(folder).f_flag & os.ST_RDONLY
    finally:
        os.close(folder)
    what = "its filesystem is mounted read-only" if is_readonly else "nemowatch may not write there"
    raise LocalPassing(f"{show_path(tree)}: {what}.", path=tree, cure=cure)


def sync_folder(folder: int) -> None:
    """Put a folder's names on disk. CIFS and some FUSE cannot, and say EINVAL: there the server
    decides."""
    try:
        os.fsync(folder)
    except OSError as exc:
        if exc.errno not in (errno.EINVAL, errno.EBADF, errno.ENOSYS, errno.EOPNOTSUPP):
            raise


def stat_at(name: str, folder: int) -> os.stat_result | None:
    """What stands under `name`, links not followed; None when nothing does. Raises OSError for
    all else."""
    try:
        return os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None


def open_file(name: str, folder: int) -> int:
    """A regular file for reading. A FIFO put there meanwhile must not block us, a link must not
    lead out."""
    fd = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    if stat.S_ISREG(os.fstat(fd).st_mode):
        return fd
    os.close(fd)
    raise OSError(errno.EINVAL, "not a regular file")


def sha256_at(name: str, folder: int) -> str:
    """SHA-256 of a regular file, hex; "" when it is none or vanished. Raises OSError for all
    else."""
    try:
        fd = open_file(name, folder)
    except OSError as exc:
        if exc.errno in (errno.ENOENT, errno.EINVAL, errno.ELOOP, errno.ENXIO):
            return ""
        raise
    with os.fdopen(fd, "rb", buffering=0) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def name_limit(folder: int) -> int:
    """Bytes a name may have here: 255, fewer on encrypted shares (eCryptfs: 143). Asked by
    fstatvfs and not by fpathconf, which keeps the interpreter's lock, and with it the whole
    process, for as long as a share hangs.
    """
    try:
        return min(255, os.fstatvfs(folder).f_namemax or 255)
    except OSError:
        return 255
