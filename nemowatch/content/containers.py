"""Does a container promise more than is there? MP4 and QuickTime boxes, RIFF, Matroska.

Owns the walking of outermost structures, by a bounded number of small reads. "" from `missing`
means "as whole as it can tell"; only `ends` says that the file itself tells where it ends, and
ends there.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

#: Boxes that a MP4 or QuickTime file may begin with; old QuickTime has no ftyp.
FIRST_BOXES = frozenset(
    {b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot", b"styp", b"uuid"}
)
#: Outermost boxes after which a walk stops: fragmented recordings have thousands, and the last
#: counts most.
MAX_BOXES = 100_000
#: RIFF writers that stream put one of these where the size belongs.
OPEN_RIFF = frozenset({0, 0xFFFFFFFF, 0x7FFFFFFF})
EBML, SEGMENT = b"\x1aE\xdf\xa3", b"\x18\x53\x80\x67"
#: A Matroska element that only fills space.
_VOID = 0xEC
#: A ZIP archive, which a Word document is, ends with this record of 22 bytes.
ZIP, ZIP_END = b"PK\x03\x04", b"PK\x05\x06"
_MB = 1024 * 1024


def is_mp4(head: bytes) -> bool:
    """True when the first box is one that MP4 and QuickTime files begin with."""
    return len(head) >= 8 and head[4:8] in FIRST_BOXES


def missing(fd: int, head: bytes, size: int) -> str:
    """What is missing of a media file of `size` bytes, in plain words; "" when nothing shows.
    Raises OSError."""
    return _container(head).missing(fd, head, size)


def ends(fd: int, head: bytes, size: int) -> bool:
    """True when the file says by itself where it ends and that is where it ends, so that no
    further piece is to come. MP3, AAC, texts and recordings of open length never say so. Raises
    OSError."""
    container = _container(head)
    if container.missing(fd, head, size):
        return False
    return container.ends(fd, head, size)


def _nothing_shows(fd: int, head: bytes, size: int) -> str:
    return ""


def _never(fd: int, head: bytes, size: int) -> bool:
    return False


def _ends_with(
    mark: bytes,
    fd: int,
    head: bytes,
    size: int,
) -> bool:
    return os.pread(fd, len(mark), max(size - len(mark), 0)) == mark


def _zip_ends(fd: int, head: bytes, size: int) -> bool:
    return os.pread(fd, len(ZIP_END), max(size - 22, 0)) == ZIP_END


def _mp4_ends(fd: int, head: bytes, size: int) -> bool:
    """With its index, its content, and no box that runs "to the end". A fragmented one looks
    whole after each fragment: it ends with the index of them (mfra) that its writer puts last,
    or does not say."""
    offset = 0
    kinds: set[bytes] = set()
    for _ in range(MAX_BOXES):
        header = os.pread(fd, 16, offset)
        kind = header[4:8]
        kinds.add(kind)
        length = _box_length(header)
        if length < 8:
            return False

        offset += length
        if offset >= size:
            is_closed = b"moof" not in kinds or kind == b"mfra"
            return offset == size and b"mdat" in kinds and is_closed
    return False


def _box_length(header: bytes) -> int:
    """Bytes of a box by its header; 0 and other impossible numbers as they are written."""
    length = int.from_bytes(header[:4], "big")
    if length == 1 and len(header) == 16:
        return int.from_bytes(header[8:16], "big")
    return length


def _mp4(fd: int, head: bytes, size: int) -> str:
    offset = 0
    has_moov = False
    for _ in range(MAX_BOXES):
        if offset >= size:
            return _beyond(offset, size) or _unless(has_moov, "its index (moov) is missing")

        header = os.pread(fd, 16, offset)
        if len(header) < 8:
            return _unless(has_moov, "it ends in the middle of a box")
        length = _box_length(header)
        if length == 0 and any(header[4:8]):
            length = size - offset  # the last box may say "to the end"
        if length < 8:  # junk, or zeros where a box should be: players stop here too
            return _unless(has_moov and any(header), "part of it has not arrived")

        has_moov = has_moov or header[4:8] == b"moov"
        offset += length
    return _beyond(offset, size)


def _unless(is_whole: bool, why: str) -> str:
    return "" if is_whole else why


def _beyond(end: int, size: int) -> str:
    """What is missing of a file that goes on to `end` by its own word."""
    if end <= size:
        return ""
    count = end - size
    said = f"{count:,} bytes" if count < _MB else f"{count / _MB:.1f} MB"
    return f"{said} are missing at its end"


def _riff_ends(fd: int, head: bytes, size: int) -> bool:
    return int.from_bytes(head[4:8], "little") not in OPEN_RIFF


def _riff(fd: int, head: bytes, size: int) -> str:
    offset = 0
    for _ in range(MAX_BOXES):  # recordings above 1 GB are several RIFF pieces in a row
        if offset >= size:
            break
        header = os.pread(fd, 12, offset)
        length = int.from_bytes(header[4:8], "little")
        if header[:4] != b"RIFF" or length in OPEN_RIFF:
            return ""

        offset += 8 + length
        if offset > size:
            return _beyond(offset, size)
        offset += length & 1
    return ""


def _number(data: bytes, at: int) -> tuple[int, int, bool]:
    """A Matroska number at `at`: (value, its length, True when it says "unknown"); length 0 when
    it is not there."""
    first = data[at : at + 1]
    if first in (b"", b"\0"):
        return 0, 0, False
    length = 9 - first[0].bit_length()
    if at + length > len(data):
        return 0, 0, False

    unknown = (1 << 7 * length) - 1
    value = int.from_bytes(data[at : at + length], "big") & unknown
    return value, length, value == unknown


def _segment(head: bytes) -> int:
    """Where the segment of a Matroska file begins; -1 when something other than a filler comes
    before it."""
    value, length, _ = _number(head, 4)
    at = 4 + length + value
    while length and at + 4 <= len(head) and head[at : at + 4] != SEGMENT:
        if head[at] != _VOID:
            return -1
        value, length, _ = _number(head, at + 1)
        at += 1 + length + value
    return at


def _matroska_ends(fd: int, head: bytes, size: int) -> bool:
    at = _segment(head)
    _, length, is_open = _number(head, at + 4)
    return at >= 0 and length > 0 and not is_open


def _matroska(fd: int, head: bytes, size: int) -> str:
    at = _segment(head)
    if at < 0:
        return ""

    value, length, unknown = _number(head, at + 4)
    if not length:
        return "" if size > len(head) else "it ends in its header"
    return "" if unknown else _beyond(at + 4 + length + value, size)


@dataclass(frozen=True, slots=True)
class _Container:
    """What is asked of a kind of file: (descriptor, its first bytes, its size)."""

    ends: Callable[[int, bytes, int], bool]
    missing: Callable[[int, bytes, int], str] = _nothing_shows


_MP4 = _Container(_mp4_ends, _mp4)
_OTHER = _Container(_never)
#: The kinds that their first bytes name. JPEG, PNG and GIF say their end with a mark.
_CONTAINERS = (
    (b"RIFF", _Container(_riff_ends, _riff)),
    (EBML, _Container(_matroska_ends, _matroska)),
    (ZIP, _Container(_zip_ends)),
    (b"\xff\xd8\xff", _Container(partial(_ends_with, b"\xff\xd9"))),
    (b"\x89PNG", _Container(partial(_ends_with, b"IEND\xaeB`\x82"))),
    (b"GIF8", _Container(partial(_ends_with, b"\x3b"))),
)


def _container(head: bytes) -> _Container:
    if is_mp4(head):
        return _MP4
    for beginning, container in _CONTAINERS:
        if head.startswith(beginning):
            return container
    return _OTHER
