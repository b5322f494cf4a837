"""Moving a file to another filesystem: copy, fsync, read back and compare, name without
overwriting. It unlinks no original."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Iterable

from nemowatch.errors import LocalFinal, LocalPassing, SourceChanged, show_path
from nemowatch.fs import part_files
from nemowatch.fs.exclusive_create import remove, removed_on_failure
from nemowatch.fs.hashing import has_content, sha256_at
from nemowatch.fs.identity import TIME_GRAIN_NS, of_stat, same_size_and_time
from nemowatch.fs.listing import names_in
from nemowatch.fs.names import LAST_NUMBER, OURS
from nemowatch.fs.safe_open import BLOCK, open_file, open_new, stat_at


def copy(
    name: str,
    new_names: Iterable[str],
    source: int,
    target: int,
    unchanged: Callable[[], None],
) -> str:
    """Copy `name` from the folder `source` to the first free of `new_names` in `target`, keeping
    its mtime; on disk and compared before it returns that name. `unchanged` is asked before the
    copy gets its name, and raises when the original has changed.

    Raises LocalPassing when the copy does not read back, LocalFinal when no name is free,
    OSError.
    """
    part = _part(name)
    with removed_on_failure(part, target):
        _copy_bytes(name, part, source, target)
        unchanged()
        for new_name in new_names:
            with contextlib.suppress(FileExistsError):
                part_files.put(part, new_name, target)
                return new_name
        raise too_many(name)


def _part(name: str) -> str:
    """Deterministic, so that a repeated call finds its own leftover; hashed, so that it fits."""
    return f"{OURS}source-{hashlib.sha256(os.fsencode(name)).hexdigest()[:16]}.part"


def _copy_bytes(
    name: str,
    part: str,
    source: int,
    target: int,
) -> None:
    """The bytes and the time into the part, synced, and read back: what is unlinked afterwards
    must stand there."""
    remove(part, target)
    digest = hashlib.sha256()
    count = 0
    with (
        os.fdopen(open_file(name, source), "rb", buffering=0) as original,
        os.fdopen(open_new(part, target), "wb") as out,
    ):
        size = os.fstat(original.fileno()).st_size
        while block := original.read(BLOCK):
            digest.update(block)
            count += len(block)
            if count > size:  # it would be followed until the disk is full
                raise SourceChanged(f"{show_path(name)}: it grows while it is moved.", path=name)
            out.write(block)
        out.flush()
        was = os.fstat(original.fileno())
        part_files.keep_time(out.fileno(), was)
        os.fsync(out.fileno())
    if not has_content(part, target, digest.hexdigest(), count):
        text = f"{show_path(name)}: the copy does not read back as it was written."
        raise LocalPassing(text, path=name)


def copied_before(
    name: str,
    new_names: Iterable[str],
    source: int,
    target: int,
) -> str:
    """The name of a whole copy whose original an earlier call could not unlink any more; "" when
    there is none. What an interrupted copy left is removed."""
    part = _part(name)
    part_files.clear_copy(part, target)
    there = names_in(target)
    was = of_stat(os.stat(name, dir_fd=source, follow_symlinks=False))
    for new_name in new_names:
        if os.fsencode(new_name) not in there:
            continue
        found = stat_at(new_name, target)
        if found is None or not same_size_and_time(of_stat(found), was, grain_ns=TIME_GRAIN_NS):
            continue
        if has_content(new_name, target, sha256_at(name, source, was.size), was.size):
            part_files.finish(part, target)
            return new_name
    return ""


def too_many(name: str) -> LocalFinal:
    """The error for a name that is taken under every number."""
    cure = "Move some of them away, then try again."
    return LocalFinal(
        f"{show_path(name)}: {LAST_NUMBER} files of this name already exist.",
        path=name,
        cure=cure,
    )
