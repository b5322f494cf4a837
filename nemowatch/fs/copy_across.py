"""Moving a file to another filesystem: copy, fsync, read back and compare, name without
overwriting. It unlinks no original."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Iterable

from nemowatch.errors import LocalError, LocalFinal, LocalPassing, show_path
from nemowatch.fs import exclusive_create
from nemowatch.fs.names import LAST_NUMBER, OURS
from nemowatch.fs.tree import BLOCK, open_file, sha256_at

#: FAT keeps times to two seconds: a copy may be that much off.
_TIME_GRAIN_NS = 2_000_000_000


def copy(
    name: str, new_names: Iterable[str], source: int, target: int, unchanged: Callable[[], None]
) -> str:
    """Copy `name` from the folder `source` to the first free of `new_names` in `target`, keeping
    its mtime; on disk and compared before it returns that name. `unchanged` is asked before the
    copy gets its name, and raises when the original has changed.

    Raises LocalPassing when the copy does not read back, LocalFinal when no name is free,
    OSError.
    """
    part = _part(name)
    try:
        _copy_bytes(name, part, source, target)
        unchanged()
        for new_name in new_names:
            with contextlib.suppress(FileExistsError):
                exclusive_create.put(part, new_name, target)
                return new_name
        raise too_many(name)
    except (OSError, LocalError):
        with contextlib.suppress(OSError):
            os.unlink(part, dir_fd=target)
        raise


def _part(name: str) -> str:
    """Deterministic, so that a repeated call finds its own leftover; hashed, so that it fits."""
    return f"{OURS}source-{hashlib.sha256(os.fsencode(name)).hexdigest()[:16]}.part"


def _copy_bytes(name: str, part: str, source: int, target: int) -> None:
    """The bytes and the time into the part, synced, and read back: what is unlinked afterwards
    must stand there."""
    exclusive_create.write_new(part, b"", target)
    digest = hashlib.sha256()
    with (
        os.fdopen(open_file(name, source), "rb", buffering=0) as original,
        os.fdopen(
            os.open(part, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=target), "wb"
        ) as out,
    ):
        while block := original.read(BLOCK):
            digest.update(block)
            out.write(block)
        out.flush()
        was = os.fstat(original.fileno())
        os.utime(out.fileno(), ns=(was.st_atime_ns, was.st_mtime_ns))
        os.fsync(out.fileno())
    if sha256_at(part, target) != digest.hexdigest():
        raise LocalPassing(
            f"{show_path(name)}: the copy does not read back as it was written.", path=name
        )


def copied_before(name: str, new_names: Iterable[str], source: int, target: int) -> str:
    """The name of a whole copy whose original an earlier call did not come to unlink; "" when
    there is none. What an interrupted copy left is taken away."""
    exclusive_create.clear_claim(_part(name), target)
    there = set(os.listdir(target))
    was = os.stat(name, dir_fd=source, follow_symlinks=False)
    for new_name in (new_name for new_name in new_names if new_name in there):
        now = os.stat(new_name, dir_fd=target, follow_symlinks=False)
        alike = (
            now.st_size == was.st_size and abs(now.st_mtime_ns - was.st_mtime_ns) < _TIME_GRAIN_NS
        )
        if alike and sha256_at(new_name, target) == sha256_at(name, source) != "":
            exclusive_create.finish(_part(name), target)
            return new_name
    return ""


def too_many(name: str) -> LocalFinal:
    """The error for a name that is taken under every number."""
    cure = "Move some of them away, then try again."
    return LocalFinal(
        f"{show_path(name)}: {LAST_NUMBER} files of this name stand there already.",
        path=name,
        cure=cure,
    )
