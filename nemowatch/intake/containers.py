"""Does a container promise more than is there? MP4 and QuickTime boxes, RIFF, Matroska.

Owns the walking of outermost structures, by a few small reads. "" from `missing` means "as whole as it can tell".
"""

from __future__ import annotations

import os

#: Boxes that a MP4 or QuickTime file may begin with; old QuickTime has no ftyp.
FIRST_BOXES = frozenset({b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot", b"styp", b"uuid"})
#: Top-level boxes after which the walk stops: fragmented recordings have thousands, and the last counts most.
MAX_BOXES = 100_000
#: RIFF writers that stream put one of these where the size belongs.
OPEN_RIFF = frozenset({0, 0xFFFFFFFF, 0x7FFFFFFF})
EBML, SEGMENT = b"\x1aE\xdf\xa3", b"\x18\x53\x80\x67"


def is_mp4(head: bytes) -> bool:
    """True when the first box is one that MP4 and QuickTime files begin with."""
    return len(head) >= 8 and head[4:8] in FIRST_BOXES


def missing(fd: int, head: bytes, size: int) -> str:
    """What is missing of a media file of `size` bytes, in plain words; "" when nothing shows. Raises OSError."""
    if is_mp4(head):
        return _mp4(fd, size)
    if head[:4] == b"RIFF":
        return _riff(fd, size)
    if head[:4] == EBML:
        return _matroska(head, size)
    return ""


def _mp4(fd: int, size: int) -> str:
    offset, has_moov, seen = 0, False, 0
    while offset < size and seen < MAX_BOXES:
        header = os.pread(fd, 16, offset)
        length, kind = int.from_bytes(header[:4], "big"), header[4:8]
        if len(header) < 8:
            return "" if has_moov else "it ends in the middle of a box"
        if length == 1 and len(header) == 16:
            length = int.from_bytes(header[8:16], "big")
        elif length == 0 and any(kind):
            length = size - offset  # the last box may say "to the end"
        if length < 8:  # junk, or zeros where a box should be: players stop here too
            return "" if has_moov and any(header) else "part of it has not arrived"
        has_moov = has_moov or kind == b"moov"
        offset += length
        seen += 1
    if offset > size:
        return f"{_bytes(offset - size)} are missing at its end"
    return "" if has_moov or seen >= MAX_BOXES else "its index (moov) is missing"


def _riff(fd: int, size: int) -> str:
    offset = 0
    while offset < size:  # recordings above 1 GB are several RIFF pieces one after the other
        header = os.pread(fd, 12, offset)
        length = int.from_bytes(header[4:8], "little")
        if header[:4] != b"RIFF" or length in OPEN_RIFF:
            return ""
        offset += 8 + length
        if offset > size:
            return f"{_bytes(offset - size)} are missing at its end"
        offset += length & 1
    return ""


def _number(data: bytes, at: int) -> tuple[int, int, bool]:
    """A Matroska number at `at`: (value, its length, True when it says "unknown"); length 0 when it is not there."""
    first = data[at] if at < len(data) else 0
    length = 9 - first.bit_length() if first else 0
    if not length or at + length > len(data):
        return 0, 0, False
    value = int.from_bytes(data[at : at + length], "big") & ((1 << 7 * length) - 1)
    return value, length, value == (1 << 7 * length) - 1


def _matroska(head: bytes, size: int) -> str:
    value, length, _ = _number(head, 4)
    at = 4 + length + value
    while length and at + 4 <= len(head) and head[at : at + 4] != SEGMENT:
        if head[at] != 0xEC:  # only a filler (Void) may stand in between
            return ""
        value, length, _ = _number(head, at + 1)
        at += 1 + length + value
    value, length, unknown = _number(head, at + 4)
    if not length:
        return "" if size > len(head) else "it ends in its header"
    over = at + 4 + length + value - size
    return f"{_bytes(over)} are missing at its end" if over > 0 and not unknown else ""


def _bytes(count: int) -> str:
    return f"{count:,} bytes" if count < 1024 * 1024 else f"{count / 1024 / 1024:.1f} MB"
