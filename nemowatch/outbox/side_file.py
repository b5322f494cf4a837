"""The file beside a result that says what was asked and said: `promo.es.nemowatch.txt` beside
`promo.es.mp4`. It gets its name as results do, overwriting nothing, and is replaced only while it
is exactly what was written.

It does not know what the file says, which is never taken for work (`intake/scan/ignore.py`).
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from nemowatch.errors import SourceGone
from nemowatch.fs.exclusive_create import replace_file
from nemowatch.fs.folders import name_limit
from nemowatch.fs.names import NAME_LIMIT, NUMBER_ROOM, SIDE_ENDING, cut, split_ending
from nemowatch.fs.safe_open import (
    folder_of,
    lookup,
    parts,
    read_file,
    root_folder,
    stat_at,
    translated,
)
from nemowatch.outbox.note_file import encoded
from nemowatch.outbox.publish import part_path, publish_bytes

#: Which of a job's part files it is: results have the numbers before.
_ORDINAL = 99
#: Bytes; ours are a few pages, so anything larger is somebody's.
_LARGEST = 256 * 1024


def side_name(result: str, limit: int = NAME_LIMIT) -> str:
    """The name of the side file of a result: `promo.es (2).nemowatch.txt` for
    `promo.es (2).mp4`. `limit`: bytes that a name may have there."""
    stem, _ = split_ending(result)
    room = limit - NUMBER_ROOM - len(SIDE_ENDING)
    return cut(stem, room) + SIDE_ENDING


def digest(text: str) -> str:
    """The SHA-256 of the file that holds this text, hex."""
    return hashlib.sha256(encoded(text)).hexdigest()


def is_beside_result(outbox: Path, result: Path) -> bool:
    """Whether a result is where it was published: people move and delete them. Raises
    LocalPassing when the share is unavailable, LocalFinal."""
    try:
        lookup(outbox, _below(outbox, result))
    except SourceGone:
        with folder_of(outbox, b""):  # away is not gone
            return False
    return True


def is_unchanged(outbox: Path, path: Path, last: str) -> bool:
    """Whether exactly what has the digest `last` is at `path`. Raises LocalPassing, LocalFinal."""
    try:
        with folder_of(outbox, os.path.dirname(_below(outbox, path))) as folder, translated(path):
            return hashlib.sha256(_content(path.name, folder)).hexdigest() == last
    except SourceGone:
        return False


def put(result: Path, job_id: int, text: str, *, again: bool) -> Path:
    """Write the side file of `result` under a free name; returns where it is. `again`: it may have
    been written before, with the same text, and is then found. Errors as `publish`."""
    with root_folder(result.parent) as folder:
        name = side_name(result.name, name_limit(folder))
        is_free = stat_at(name, folder) is None
    part = part_path(result.parent, job_id, _ORDINAL)
    is_new = is_free and not again
    _, found = publish_bytes(part, name, encoded(text), is_new=is_new)
    return found.path


def replace(outbox: Path, path: Path, text: str, last: str) -> bool:
    """Put a new text in the place of the one with the digest `last`. False when that is not
    there: a person has deleted it, or written into it. Raises LocalPassing, NoSpace,
    LocalFinal."""
    below = os.path.dirname(_below(outbox, path))
    with folder_of(outbox, below) as folder, translated(path):
        there = _content(path.name, folder)
        if there == encoded(text):
            return True
        if hashlib.sha256(there).hexdigest() != last:
            return False
        replace_file(path.name, encoded(text), folder)
        return True


def _below(outbox: Path, path: Path) -> bytes:
    relative = os.fsencode(path.relative_to(outbox))
    parts(relative)
    return relative


def _content(name: str, folder: int) -> bytes:
    """What is there; b"" for nothing, and for what cannot be ours."""
    found = stat_at(name, folder)
    if found is None or found.st_size > _LARGEST:
        return b""
    try:
        return read_file(name, folder, _LARGEST)
    except OSError:
        return b""
