"""Notes as files: written in one step, only when they say something new, replacing only our own;
removed only while they are ours.

Nothing is written below a missing root. It does not know what they say.
"""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path

from nemowatch.errors import SourceGone
from nemowatch.fs.exclusive_create import remove, replace_file
from nemowatch.fs.last_lines import NOTE
from nemowatch.fs.names import note_name
from nemowatch.fs.safe_open import folder_of, parts, read_file, stat_at, sync_folder, translated

ERROR_ENDING = ".error.txt"
QUESTION_ENDING = ".question.txt"
#: Of the note beside a second copy in done/, which says where the first one's results are.
DONE_ENDING = ".note.txt"
#: Notes are a page; anything larger under their name is not ours.
_LARGEST = 256 * 1024
#: Stands for a content that is surely not ours.
_NOT_OURS = b"\0"


class Wrote(StrEnum):
    """What became of a note."""

    WRITTEN = "written"  #: it is new, or says something new
    SAME = "same"  #: it says this already: the file was not touched
    FOREIGN = "foreign"  #: something that is not ours has its name: left alone


def error_path(folder: Path, file: bytes) -> Path:
    """Where the error note of `file` is, in `folder`."""
    return folder / note_name(file, ERROR_ENDING)


def question_path(folder: Path, file: bytes) -> Path:
    """Where the question about `file` is, in `folder`."""
    return folder / note_name(file, QUESTION_ENDING)


def write_note(
    root: Path,
    path: Path,
    text: str,
    last: str = "",
) -> Wrote:
    """Write a note in one step, when it says something new. `last` is what we wrote there before,
    "" when not known.

    The folder is made below an existing `root`. Raises LocalPassing (root away), NoSpace,
    LocalFinal.
    """
    with folder_of(root, _below(root, path.parent), make=True) as folder, translated(path):
        there = _content(path.name, folder)
        if there == encoded(text):
            return Wrote.SAME
        if not _is_ours(there, last):
            return Wrote.FOREIGN
        replace_file(path.name, encoded(text), folder)
        return Wrote.WRITTEN


def remove_note(root: Path, path: Path, last: str = "") -> bool:
    """Remove a note. True when it is gone now (also when it was before); False when it is no longer
    ours: a person wrote into it, so it is theirs. Raises LocalPassing (root away), LocalFinal."""
    try:
        with folder_of(root, _below(root, path.parent)) as folder, translated(path):
            there = _content(path.name, folder)
            if there == b"":
                return stat_at(path.name, folder) is None
            if not _is_ours(there, last):
                return False
            remove(path.name, folder)
            sync_folder(folder)  # one that a power cut brings back is known to nobody
            return True
    except SourceGone:
        return True


def _below(root: Path, folder: Path) -> bytes:
    relative = os.fsencode(folder.relative_to(root))
    parts(relative)
    return relative


def encoded(text: str) -> bytes:
    """As Windows Notepad reads it on every version: UTF-8 with BOM, CRLF."""
    return b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode("utf-8", "replace")


def _content(name: str, folder: int) -> bytes:
    """What has this name: b"" for nothing, and for what cannot be a note one that is
    surely not ours."""
    there = stat_at(name, folder)
    if there is None:
        return b""
    if there.st_size > _LARGEST or there.st_size == 0:
        return _NOT_OURS
    try:
        return read_file(name, folder, _LARGEST)
    except OSError:
        return _NOT_OURS


def _is_ours(there: bytes, last: str) -> bool:
    """Nothing, what we wrote last or, when that is not known, a note that bears our last line."""
    if there == b"":
        return True
    if last:
        return there == encoded(last)
    return there.endswith(_LAST_LINES)


#: Ends of a note, in every language: as it is written.
_LAST_LINES = tuple(encoded(f"{line}\n")[3:] for line in NOTE.values())
