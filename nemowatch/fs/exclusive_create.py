"""New files of our own, and names given without ever overwriting another file.

Owns the creating, renaming, linking and removing of whatever is below a root; every call takes
descriptors of folders (`safe_open`). A name is given by a hard link, else by a rename that refuses
to replace. It knows no jobs, and replaces nothing but what its caller knows to be ours.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
from collections.abc import Iterator

from nemowatch.errors import LocalError
from nemowatch.fs.identity import of_stat, same_file
from nemowatch.fs.names import OURS, PROCESS
from nemowatch.fs.safe_open import open_new, stat_at, sync_folder

_RENAME_NOREPLACE = 1  # linux/fs.h
#: What filesystems without hard links answer (FAT: EPERM, CIFS: EOPNOTSUPP, FUSE: ENOSYS or, where
#: nobody wrote the call, EROFS; rclone: EIO). A plain lack of rights, and a disk that truly is
#: read-only or broken, are answered by the rename that follows, too.
_NO_LINK = frozenset(
    {
        errno.EPERM,
        errno.EOPNOTSUPP,
        errno.ENOSYS,
        errno.EMLINK,
        errno.EINVAL,
        errno.ENOTTY,
        errno.EACCES,
        errno.EROFS,
        errno.EIO,
    }
)
#: What filesystems without renameat2's flags answer (NFS, vboxsf, older FUSE; some FUSE: EIO, and
#: then a truly broken disk is answered by the copy that follows).
_NO_RENAME = frozenset({errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTTY, errno.EIO})


def rename_exclusive(
    name: str,
    folder: int,
    new_name: str,
    new_folder: int,
) -> None:
    """Rename without replacing. Raises OSError: EEXIST when taken, EXDEV, one of `_NO_RENAME`
    where it is not offered."""
    try:
        call = ctypes.CDLL(None, use_errno=True).renameat2
    except AttributeError:  # an old libc
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS)) from None
    failed = call(
        folder,
        os.fsencode(name),
        new_folder,
        os.fsencode(new_name),
        _RENAME_NOREPLACE,
    )
    if not failed:
        return
    code = ctypes.get_errno()
    raise OSError(code, os.strerror(code))


def try_rename(
    name: str,
    folder: int,
    new_name: str,
    new_folder: int,
) -> bool:
    """`rename_exclusive`; False where the filesystem does not offer it. Raises OSError for
    everything else."""
    try:
        rename_exclusive(name, folder, new_name, new_folder)
    except OSError as exc:
        if exc.errno not in _NO_RENAME:
            raise
        return False
    return True


def link_exclusive(
    name: str,
    folder: int,
    new_name: str,
    new_folder: int,
) -> bool:
    """A second name for the same file. False where there are no hard links; raises
    FileExistsError when taken."""
    try:
        os.link(
            name,
            new_name,
            src_dir_fd=folder,
            dst_dir_fd=new_folder,
            follow_symlinks=False,
        )
    except OSError as exc:
        if exc.errno in _NO_LINK:
            return False
        raise
    return True


def move_exclusive(
    name: str,
    folder: int,
    new_name: str,
    new_folder: int,
) -> bool:
    """Rename without replacing, or link and unlink. False where the filesystem offers neither.

    Raises FileExistsError when taken, OSError (EXDEV across filesystems) otherwise."""
    if try_rename(name, folder, new_name, new_folder):
        return True
    if not link_exclusive(name, folder, new_name, new_folder):
        return False
    sync_folder(new_folder)
    _unlink_linked(name, folder, new_name, new_folder)
    return True


def move_folder(
    name: str,
    folder: int,
    new_name: str,
    new_folder: int,
) -> None:
    """Rename a folder; over nothing but an empty folder. Raises OSError: EEXIST or ENOTEMPTY when
    the name is taken, EXDEV across filesystems."""
    if not try_rename(name, folder, new_name, new_folder):
        # a plain rename of a folder replaces no file, and no folder with something in it
        os.rename(name, new_name, src_dir_fd=folder, dst_dir_fd=new_folder)


def _unlink_linked(
    name: str,
    folder: int,
    new_name: str,
    new_folder: int,
) -> None:
    """The old name away, unless another file has taken it since the link."""
    now = stat_at(name, folder)
    linked = stat_at(new_name, new_folder)
    if now and linked and same_file(of_stat(now), of_stat(linked)):
        remove(name, folder)


def write_new(name: str, data: bytes, folder: int) -> None:
    """Write a whole file of our own, synced. An older one is unlinked first: it may be a second
    name of a published file, which must not be written into, or a link that leads elsewhere.
    Raises OSError, and leaves no half file then."""
    remove(name, folder)
    fd = open_new(name, folder)
    with removed_on_failure(name, folder), os.fdopen(fd, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


@contextlib.contextmanager
def removed_on_failure(name: str, folder: int) -> Iterator[None]:
    """Remove a file of our own when the block fails with an error of ours or of the system's, and
    raise that error."""
    try:
        yield
    except (OSError, LocalError):
        with contextlib.suppress(OSError):
            remove(name, folder)
        raise


def replace_file(
    name: str,
    data: bytes,
    folder: int,
    kind: str = "note",
) -> None:
    """Put `data` under `name` in one step, over whatever file of ours is there; file and
    folder are synced. `kind` marks the brief file that is renamed, for `outbox.leftovers`. Raises
    OSError."""
    fresh = brief_name(kind)
    write_new(fresh, data, folder)
    with removed_on_failure(fresh, folder):
        rename_over(fresh, name, folder)
    sync_folder(folder)


def rename_over(name: str, new_name: str, folder: int) -> None:
    """Rename within a folder, over whatever file has the new name: only for names that are ours.
    A link of that name is replaced, not followed. Raises OSError."""
    os.rename(name, new_name, src_dir_fd=folder, dst_dir_fd=folder)


def brief_name(kind: str) -> str:
    """A name for a file that gets its real one in a moment: nobody can guess it, and a later
    process knows whose it was."""
    return f"{OURS}{kind}-{PROCESS}-{os.urandom(4).hex()}"


def remove(name: str | bytes, folder: int) -> bool:
    """Remove a name, never following it; False when there was none. Raises OSError (a folder is not
    removed)."""
    try:
        os.unlink(name, dir_fd=folder)
    except FileNotFoundError:
        return False
    return True


def remove_folder(name: str | bytes, folder: int) -> None:
    """Remove an empty folder. Raises OSError."""
    os.rmdir(name, dir_fd=folder)
