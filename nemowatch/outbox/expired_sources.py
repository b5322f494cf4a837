"""Sources that have lain in done/ for long enough: deleted where they are still the very files that
we moved there.

It decides nothing about dates, and never deletes by name alone: a person's file may have taken the
name. What cannot be read now stays for later.
"""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path

from nemowatch.errors import SourceGone
from nemowatch.fs.exclusive_create import remove
from nemowatch.fs.folders import remove_empty
from nemowatch.fs.hashing import has_content
from nemowatch.fs.identity import TIME_GRAIN_NS, bounded_time, is_regular
from nemowatch.fs.safe_open import folder_of, open_path, stat_at, sync_folder, translated
from nemowatch.fs.shadows import remove_shadow
from nemowatch.journal.retired_files import RetiredFile

SECOND_NS = 1_000_000_000


class Expired(StrEnum):
    """What became of a file whose time is over."""

    DELETED = "deleted"  #: it is gone by our doing
    NOT_OURS = "not ours"  #: nothing is there, or another file: left alone


def delete(root: Path, file: RetiredFile) -> Expired:
    """Delete this file below `root`, with its AppleDouble file, and the folders that are empty
    then. Raises LocalError when nobody can tell whose it is, or it cannot be deleted."""
    folder, _, raw = os.path.relpath(file.path, os.fsencode(root)).rpartition(b"/")
    name = os.fsdecode(raw)
    try:
        with folder_of(root, folder) as above, translated(file.path):
            if not _delete_ours(name, file, above):
                return Expired.NOT_OURS
            remove_shadow(name, above)
            sync_folder(above)
    except SourceGone:
        return Expired.NOT_OURS
    remove_empty(root, folder)
    return Expired.DELETED


def _delete_ours(name: str, file: RetiredFile, folder: int) -> bool:
    """Its inode is held meanwhile, so that its number goes to no other file."""
    if stat_at(name, folder) is None:
        return False
    fd = open_path(name, folder)
    try:
        found = os.fstat(fd)
        if not _may_be(found, file) or not has_content(name, folder, file.digest, file.size):
            return False
        now = stat_at(name, folder)
        if now is None or not os.path.samestat(now, found):
            return False
        return remove(name, folder)
    finally:
        os.close(fd)


def _may_be(found: os.stat_result, file: RetiredFile) -> bool:
    """The inode that we moved or, where inode numbers change (FAT, sshfs, sync clients), its time.
    Its content is compared after this."""
    is_alike = is_regular(found) and found.st_size == file.size
    if not is_alike:
        return False

    is_same_inode = file.ino != 0 and found.st_ino == file.ino
    if is_same_inode:
        return True
    return _same_time(bounded_time(found.st_mtime_ns), file.mtime_ns)


def _same_time(now_ns: int, was_ns: int) -> bool:
    """Whether this is the time that the file had, perhaps cut to what its filesystem keeps once it
    is mounted again."""
    if now_ns == was_ns:
        return True
    is_cut = now_ns % SECOND_NS == 0
    return is_cut and abs(now_ns - was_ns) < TIME_GRAIN_NS
