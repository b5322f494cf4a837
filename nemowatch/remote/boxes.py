"""Whether a downloaded result is whole, by its own bytes: an MP4 may end before its headers say,
and a page or an envelope may come in place of a video. This is the last check when only the server
has said how large a result is.

Pure except for reads of a descriptor. It judges only what it certainly understands; anything else
counts as whole.
"""

from __future__ import annotations

import os
from enum import Enum, auto


class FileEnd(Enum):
    """What a file's boxes say about its end."""

    WHOLE = auto()  #: nothing contradicts it
    CUT = auto()  #: a box goes on past the end of the file
    #: its boxes fill it, but the index of pictures and sound is not among them
    NO_INDEX = auto()


#: The boxes at the top level of a file; a walk that meets another one ends without a verdict.
_TOP = frozenset(
    b"ftyp styp moov moof mdat free skip wide uuid sidx mfra pdin meta emsg ssix prft".split()
)
#: Real files have a handful, fragmented ones some thousands.
_MOST_BOXES = 100_000
#: How web text begins, after blanks and a byte order mark; no video or audio container begins so.
_TEXT = (b"{", b"[{", b"<")


def looks_like_text(fd: int) -> bool:
    """True when the file begins like JSON, HTML or XML: a server's error, whatever its content
    type. Raises OSError."""
    return os.pread(fd, 64, 0).removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n").startswith(_TEXT)


def end_of(fd: int, size: int) -> FileEnd:
    """Whether the end of an MP4 of `size` bytes is missing. Raises OSError."""
    at, seen = 0, set[bytes]()
    if _kind(os.pread(fd, 16, 0)) != b"ftyp":
        return FileEnd.WHOLE

    for _ in range(_MOST_BOXES):
        head = os.pread(fd, 16, at)
        if at == size:
            return _by_boxes(seen)
        if len(head) >= 8 and _kind(head) not in _TOP:
            return FileEnd.WHOLE

        length = _length(head)
        if length == 0:  # "to the end of the file"
            return FileEnd.WHOLE
        if length < 8 or at + length > size:
            return FileEnd.CUT

        seen.add(_kind(head))
        at += length
    return FileEnd.WHOLE


def _kind(head: bytes) -> bytes:
    return head[4:8]


def _by_boxes(seen: set[bytes]) -> FileEnd:
    """What a file is whose last box ends where the file does."""
    if b"mdat" in seen and seen.isdisjoint((b"moov", b"moof")):
        return FileEnd.NO_INDEX
    return FileEnd.WHOLE


def _length(head: bytes) -> int:
    """A box's length in bytes, from its first 16; 1 when the header itself is cut."""
    short = int.from_bytes(head[:4], "big")
    if len(head) < 8:
        return 1
    if short != 1:
        return short
    if len(head) < 16:
        return 1
    return int.from_bytes(head[8:16], "big")
