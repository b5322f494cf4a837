"""Results into people's folders: a hidden part file in the target folder itself, whole and on disk,
then its final name in one step.

Nothing is ever overwritten, and every call can be repeated after a kill at any point. It never
writes to the journal, never makes a folder below a missing root, and leaves modes and groups to
the umask and the folder.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from nemowatch.errors import SourceGone, show_path
from nemowatch.fs import part_files
from nemowatch.fs.copy_across import too_many
from nemowatch.fs.exclusive_create import write_new
from nemowatch.fs.folders import ensure_folder, name_limit
from nemowatch.fs.hashing import has_content
from nemowatch.fs.listing import names_like
from nemowatch.fs.names import OURS, around_number, candidates, safe_name
from nemowatch.fs.safe_open import open_file, root_folder, stat_at, translated
from nemowatch.model import Downloaded

__all__ = [
    "PlacedResult",
    "ensure_folder",
    "part_path",
    "publish",
    "publish_bytes",
    "safe_name",
    "write_part",
]


@dataclass(frozen=True, slots=True)
class PlacedResult:
    """A result under its final name."""

    path: Path
    already: bool  #: it was there before this call: an earlier one was cut off after its effect


def part_path(target_folder: Path, job_id: int, ordinal: int = 0) -> Path:
    """Where a job's result grows: beside its final name, so that naming it is one step on every
    filesystem."""
    name = f"{OURS}{job_id}"
    if ordinal:
        name = f"{name}-{ordinal}"
    return target_folder / f"{name}.part"


def write_part(path: Path, data: bytes) -> Downloaded:
    """Write a result that we made ourselves (a transcript) into its part file, synced.

    Raises LocalPassing when the folder is unavailable, NoSpace, LocalFinal."""
    with root_folder(path.parent) as folder, translated(path):
        write_new(path.name, data, folder)
    return Downloaded(
        path=path,
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
    )


def publish(
    part: Path,
    wanted: str,
    sha256: str,
    size: int,
    first: int = 1,
) -> PlacedResult:
    """Give the whole, checked file `part` the name `wanted` in its own folder, or ` (2)`, ` (3)`
    and so on when that is taken; `first`: the number to begin with.

    `sha256` is the hex digest of the part, `size` its bytes. On disk before it returns. Repeated
    after a kill it finds what it did before: the part under a second name or, with the part gone, a
    candidate of exactly this content. Raises SourceGone when neither part nor result is there,
    LocalPassing (folder away), NoSpace, LocalFinal.
    """
    with root_folder(part.parent) as folder, translated(part):
        if stat_at(part.name, folder) is None:
            name, already = _published_before(part, wanted, sha256, size, folder, first), True
        else:
            name, already = _put(part.name, wanted, sha256, folder, first)
    return PlacedResult(part.parent / name, already)


def _put(
    part: str,
    wanted: str,
    sha256: str,
    folder: int,
    first: int,
) -> tuple[str, bool]:
    """The first free candidate, or the one that an earlier call took."""
    copied = part_files.copy_target(part, folder)
    if copied:
        if part_files.is_same(copied, part, folder, sha256):
            part_files.finish(part, folder)
            return copied, True
        part_files.clear_copy(part, folder)
    _sync_file(part, folder)
    for name in candidates(wanted, name_limit(folder), first):
        if part_files.is_same(name, part, folder, sha256):
            part_files.finish(part, folder)
            return name, True
        try:
            part_files.put(part, name, folder)
        except FileExistsError:
            if not part_files.is_same(name, part, folder, sha256):
                continue
            # NFS sent the same link twice and answers for the second
            part_files.finish(part, folder)
        return name, False
    raise too_many(wanted)


def _sync_file(name: str, folder: int) -> None:
    fd = open_file(name, folder)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def publish_bytes(
    part: Path,
    wanted: str,
    data: bytes,
    first: int = 1,
    *,
    is_new: bool = False,
) -> tuple[Downloaded, PlacedResult]:
    """Publish a result that we made ourselves (a transcript). Where a candidate holds exactly
    these bytes already it is ours, from a call that was cut off or from a sibling, and nothing
    is written: a second part could not be distinguished from it. `is_new`: no call before this one
    can have written it, and the names of the whole folder need not be read. Errors as `publish`."""
    sha256 = hashlib.sha256(data).hexdigest()
    name = ""
    if not is_new:
        name = _written_before(part, wanted, sha256, len(data), first)
    if name:
        found = PlacedResult(part.parent / name, True)
    else:
        found = publish(write_part(part, data).path, wanted, sha256, len(data), first)
    return Downloaded(found.path, len(data), sha256), found


def _written_before(
    part: Path,
    wanted: str,
    sha256: str,
    size: int,
    first: int,
) -> str:
    """The name under which exactly this content is, or ""; its part is cleared away."""
    with root_folder(part.parent) as folder, translated(part):
        name = _find(wanted, sha256, size, folder, first)
        if name:
            part_files.finish(part.name, folder)
    return name


def _published_before(
    part: Path,
    wanted: str,
    sha256: str,
    size: int,
    folder: int,
    first: int,
) -> str:
    """The part is gone: the name under which exactly its content is."""
    name = _find(wanted, sha256, size, folder, first)
    if not name:
        raise SourceGone(f"{show_path(part)}: no longer there.", path=part)
    part_files.finish(part.name, folder)
    return name


def _find(
    wanted: str,
    sha256: str,
    size: int,
    folder: int,
    first: int,
) -> str:
    """The candidate of this content, or "". Gaps are passed over: people delete files."""
    limit = name_limit(folder)
    there = names_like(folder, *around_number(wanted, limit))
    if not there:
        return ""
    for name in candidates(wanted, limit, first):
        if name in there and has_content(name, folder, sha256, size):
            return name
    return ""
