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
from nemowatch.fs import exclusive_create
from nemowatch.fs.copy_across import too_many
from nemowatch.fs.names import OURS, candidates, safe_name
from nemowatch.fs.tree import ensure_folder, name_limit, open_root, sha256_at, stat_at, translated
from nemowatch.model import Downloaded

__all__ = [
    "Published",
    "ensure_folder",
    "part_path",
    "publish",
    "publish_bytes",
    "safe_name",
    "write_part",
]


@dataclass(frozen=True, slots=True)
class Published:
    """A result under its final name."""

    path: Path
    already: bool  #: it stood there before this call: an earlier one was cut off after its effect


def part_path(target_folder: Path, job_id: int, ordinal: int = 0) -> Path:
    """Where a job's result grows: beside its final name, so that naming it is one step on every
    filesystem."""
    number = f"-{ordinal}" if ordinal else ""
    return target_folder / f"{OURS}{job_id}{number}.part"


def write_part(path: Path, data: bytes) -> Downloaded:
    """Write a result that we made ourselves (a transcript) into its part file, synced.

    Raises LocalPassing when the folder is away, NoSpace, LocalFinal."""
    folder = open_root(path.parent)
    try:
        with translated(path):
            exclusive_create.write_new(path.name, data, folder)
    finally:
        os.close(folder)
    return Downloaded(path=path, size=len(data), sha256=hashlib.sha256(data).hexdigest())


def publish(part: Path, wanted: str, sha256: str) -> Published:
    """Give the whole, checked file `part` the name `wanted` in its own folder, or ` (2)`, ` (3)` …
    when that is taken.

    `sha256` is the hex digest of the part. On disk before it returns. Repeated after a kill it
    finds what it did before: the part under a second name or, with the part gone, a candidate of
    exactly this content. Raises SourceGone when neither part nor result is there, LocalPassing
    (folder away), NoSpace, LocalFinal.
    """
    folder = open_root(part.parent)
    try:
        with translated(part):
            if stat_at(part.name, folder) is None:
                return Published(
                    part.parent / _published_before(part, wanted, sha256, folder), already=True
                )
            name, already = _put(part.name, wanted, sha256, folder)
    finally:
        os.close(folder)
    return Published(part.parent / name, already)


def _put(part: str, wanted: str, sha256: str, folder: int) -> tuple[str, bool]:
    """The first free candidate, or the one that an earlier call took."""
    if copied := exclusive_create.claimed(part, folder):
        if exclusive_create.is_same(copied, part, folder, sha256):
            exclusive_create.finish(part, folder)
            return copied, True
        exclusive_create.clear_claim(part, folder)
    _sync_file(part, folder)
    for name in candidates(wanted, name_limit(folder)):
        if exclusive_create.is_same(name, part, folder, sha256):
            exclusive_create.finish(part, folder)
            return name, True
        try:
            exclusive_create.put(part, name, folder)
        except FileExistsError:
            if not exclusive_create.is_same(name, part, folder, sha256):
                continue
            # NFS sent the same link twice and answers for the second
            exclusive_create.finish(part, folder)
        return name, False
    raise too_many(wanted)


def _sync_file(name: str, folder: int) -> None:
    fd = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def publish_bytes(part: Path, wanted: str, data: bytes) -> tuple[Downloaded, Published]:
    """Publish a result that we made ourselves (a transcript). Where a candidate holds exactly
    these bytes already it is ours, from a call that was cut off or from a sibling, and nothing
    is written: a part made anew could not be known for the one that stands there. Errors as
    `publish`."""
    sha256 = hashlib.sha256(data).hexdigest()
    folder = open_root(part.parent)
    try:
        with translated(part):
            name = _find(wanted, sha256, folder)
            if name:
                exclusive_create.finish(part.name, folder)
    finally:
        os.close(folder)
    found = (
        Published(part.parent / name, True)
        if name
        else publish(write_part(part, data).path, wanted, sha256)
    )
    return Downloaded(found.path, len(data), sha256), found


def _published_before(part: Path, wanted: str, sha256: str, folder: int) -> str:
    """The part is gone: the name under which exactly its content stands."""
    name = _find(wanted, sha256, folder)
    if not name:
        raise SourceGone(f"{show_path(part)}: no longer there.", path=part)
    exclusive_create.finish(part.name, folder)
    return name


def _find(wanted: str, sha256: str, folder: int) -> str:
    """The candidate of this content, or "". Gaps are passed over: people delete files."""
    there = set(os.listdir(folder))
    names = (name for name in candidates(wanted, name_limit(folder)) if name in there)
    return next((name for name in names if sha256_at(name, folder) == sha256), "")
