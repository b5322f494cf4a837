"""Formats with a mark at their end: pictures, and ZIP archives, which Word documents are.

Owns the search for that mark. A picture without it is cut short, if it has a picture's structure at
all. It must not say that of an archive, which may be of another kind.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from nemowatch.content.containers.contents import Contents
from nemowatch.content.containers.pieces import Pieces
from nemowatch.content.recognise import by_beginning

JPEG, PNG, GIF, ZIP = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8", b"PK\x03\x04"


#: Bytes at the end of a picture in which its mark is looked for: phones add data after it.
_SEARCHED = 1024 * 1024
#: The segment of a JPEG after which the picture itself begins, and how many may come before it.
_SCAN = 0xDA
_MOST_SEGMENTS = 1000
#: Bytes of a PNG up to the end of its first chunk: a shorter file is not a picture yet.
_PNG_HEADER = 33
_NO_END = Contents("its end is missing")


def examine(pieces: Pieces) -> Contents:
    """Whether the mark of its format is at the end, or at least near it. Raises OSError."""
    head = pieces.at(0, len(PNG))
    ending = by_beginning(head, _MARKS)
    if ending is None:
        return Contents()

    start = max(pieces.size - ending.length, 0)
    if pieces.at(start, len(ending.mark)) == ending.mark:
        return Contents(ends=True)
    if _lacks(pieces, ending.mark, ending.begin(pieces)):
        return _NO_END
    return Contents()


def _lacks(pieces: Pieces, mark: bytes, begin: int) -> bool:
    """Whether the mark is missing in a picture that begins there; 0 where none does."""
    if begin == 0:
        return False
    start = max(begin, pieces.size - _SEARCHED)
    return mark not in pieces.at(start, pieces.size - start)


def _jpeg_begin(pieces: Pieces) -> int:
    """Where the picture itself begins, after an embedded preview with an end mark of its own."""
    offset = 2
    for _ in range(_MOST_SEGMENTS):
        segment = pieces.at(offset, 4)
        if len(segment) < 4:
            return pieces.size  # cut before it: nothing of the picture is there
        if segment[0] != 0xFF:
            return 0
        if segment[1] == _SCAN:
            return offset
        offset += 2 + int.from_bytes(segment[2:], "big")
    return 0


def _png_begin(pieces: Pieces) -> int:
    """Where its chunks begin; 0 when there are none."""
    if pieces.size >= _PNG_HEADER and pieces.at(12, 4) != b"IHDR":
        return 0
    return len(PNG)


def _nowhere(pieces: Pieces) -> int:
    """0: without its mark this may be another format."""
    return 0


@dataclass(frozen=True, slots=True)
class _Mark:
    """The mark at the end of a format."""

    mark: bytes
    length: int  #: how many bytes before the end it begins
    begin: Callable[[Pieces], int] = _nowhere  #: says where the picture itself begins; 0 for none


_MARKS = (
    (JPEG, _Mark(b"\xff\xd9", 2, _jpeg_begin)),
    (PNG, _Mark(b"IEND\xaeB`\x82", 8, _png_begin)),
    (GIF, _Mark(b"\x3b", 1)),
    (ZIP, _Mark(b"PK\x05\x06", 22)),
)
