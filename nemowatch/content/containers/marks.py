"""Kinds that say their end with a mark: pictures, and ZIP archives, which Word documents are."""

from __future__ import annotations

from nemowatch.content.containers.contents import Contents
from nemowatch.content.containers.pieces import Pieces

JPEG, PNG, GIF, ZIP = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8", b"PK\x03\x04"
#: The mark at the end, and how many bytes before the end it begins.
_MARKS = {
    JPEG: (b"\xff\xd9", 2),
    PNG: (b"IEND\xaeB`\x82", 8),
    GIF: (b"\x3b", 1),
    ZIP: (b"PK\x05\x06", 22),
}


def examine(pieces: Pieces) -> Contents:
    """Whether the mark of its kind is at the end. Raises OSError."""
    for beginning, (mark, length) in _MARKS.items():
        if pieces.at(0, len(beginning)) == beginning:
            found = pieces.at(max(pieces.size - length, 0), len(mark))
            return Contents(ends=found == mark)
    return Contents()
