"""MP3 and AAC: frames in a row, behind tags of any length.

Owns the search for the first frame, and what the header in it (Xing, Info, VBRI) says of the whole.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from nemowatch.content.containers.contents import (
    NOT_ARRIVED,
    Contents,
    Holds,
    Track,
    beyond,
    ends_in_zeros,
)
from nemowatch.content.containers.pieces import BLOCK, Pieces

TAG = b"ID3"
#: Tags in a row at a file's beginning: some programs add one without looking.
_MOST_TAGS = 8
#: Bytes in which a first frame is looked for: players give up as well.
_SEARCHED = 1024 * 1024
#: kbit/s by a frame's header: MPEG-1 layers II and III, MPEG-2 layers II and III (one table).
_RATES_1_2 = (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384)
_RATES_1_3 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_RATES_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
#: Hz by version: 3 is MPEG-1, 2 is MPEG-2, 0 is MPEG-2.5.
_FREQUENCIES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
#: Bytes before the header of a Xing frame: (MPEG-1?, one channel?).
_SIDE = {(True, False): 32, (True, True): 17, (False, False): 17, (False, True): 9}
_SOUND = (Track(Holds.SOUND, packed=True),)


@dataclass(frozen=True, slots=True)
class _Frame:
    """The header of a frame."""

    length: int  #: bytes; 0 for a free rate, which says nothing
    family: int  #: what all frames of a file have in common
    info_at: int = 0  #: bytes from its beginning to a Xing header; 0 where there can be none


def examine(pieces: Pieces) -> Contents:
    """What a MP3 or AAC file says of itself. Raises OSError."""
    start = behind_tags(pieces)
    if start > pieces.size:
        found = beyond(start, pieces.size)
        return replace(found, missing=f"{found.missing}, inside its tag (ID3)", slight=False)

    at = _first_frame(pieces, start)
    if at < 0:
        tail = pieces.at(max(pieces.size - BLOCK, start), BLOCK)
        return Contents(tracks=()) if any(tail) else Contents(NOT_ARRIVED)
    found = beyond(_promised_end(pieces, at), pieces.size)
    if not found.missing and ends_in_zeros(pieces, _SOUND, pieces.size):
        return Contents(NOT_ARRIVED)
    return replace(found, tracks=_SOUND)


def is_frame(head: bytes) -> bool:
    """Whether a file that begins so begins with a frame of MP3 or AAC."""
    return frame(head[:6]) is not None


def is_adts(head: bytes) -> bool:
    """Whether a file that begins so is AAC in ADTS."""
    return _adts(head[:6]) is not None


def behind_tags(pieces: Pieces) -> int:
    """Where the tags (ID3v2) at the beginning end."""
    offset = 0
    for _ in range(_MOST_TAGS):
        tag = pieces.at(offset, 10)
        if tag[:3] != TAG or len(tag) < 10:
            break
        length = 0
        for byte in tag[6:10]:
            length = length << 7 | byte & 0x7F
        has_footer = tag[5] & 0x10
        offset += 10 + length + (10 if has_footer else 0)
    return offset


def _first_frame(pieces: Pieces, start: int) -> int:
    """Where the first frame begins; -1 when there is none. One right behind the tags need not be
    followed by another."""
    if frame(pieces.at(start, 6)) is not None and _goes_on(pieces, start, alone=True):
        return start
    for block_at in range(start, min(start + _SEARCHED, pieces.size), BLOCK):
        block = pieces.at(block_at, BLOCK)
        at = block.find(b"\xff")
        while at >= 0:
            if _goes_on(pieces, block_at + at, alone=False):
                return block_at + at
            at = block.find(b"\xff", at + 1)
    return -1


def _goes_on(pieces: Pieces, at: int, *, alone: bool) -> bool:
    """Whether a frame is here, and another one like it where this one ends; `alone`: or the file
    ends before."""
    first = frame(pieces.at(at, 6))
    if first is None:
        return False
    behind = at + first.length
    if not first.length or behind + 4 > pieces.size:
        return alone
    second = frame(pieces.at(behind, 6))
    return second is not None and second.family == first.family


def frame(header: bytes) -> _Frame | None:
    """The frame that begins so; None when none does. Layer I, which nobody has, looks like a text
    in UTF-16."""
    bits = int.from_bytes(header[:4], "big")
    if len(header) < 4 or bits >> 21 != 0x7FF:  # eleven bits of sync
        return None
    layer = bits >> 17 & 3
    if layer == 0:
        return _adts(header)

    version = bits >> 19 & 3
    rate = bits >> 12 & 15
    frequency = bits >> 10 & 3
    if layer == 3 or version == 1 or rate == 15 or frequency == 3:
        return None
    return _mpeg(bits, version, layer)


def _mpeg(bits: int, version: int, layer: int) -> _Frame:
    is_first = version == 3
    rates = _RATES_2
    if is_first:
        rates = _RATES_1_3 if layer == 1 else _RATES_1_2
    samples = 144 if is_first or layer == 2 else 72
    frequency = _FREQUENCIES[version][bits >> 10 & 3]
    padding = bits >> 9 & 1
    rate = rates[bits >> 12 & 15]
    length = samples * rate * 1000 // frequency + padding if rate else 0
    is_mono = bits >> 6 & 3 == 3
    return _Frame(length, bits >> 17, 4 + _SIDE[is_first, is_mono])


def _adts(header: bytes) -> _Frame | None:
    """AAC in ADTS: one bit more of sync, and a sampling frequency that exists."""
    bits = int.from_bytes(header[:4], "big")
    if bits >> 20 != 0xFFF or bits >> 10 & 15 >= 13 or len(header) < 6:
        return None
    length = int.from_bytes(header[3:6], "big") >> 5 & 0x1FFF
    if length < 7:
        return None
    return _Frame(length, bits >> 10)


def _promised_end(pieces: Pieces, at: int) -> int:
    """Where the sound ends by the header in its first frame; 0 when it says nothing."""
    first = frame(pieces.at(at, 6))
    if first is None or not first.info_at:
        return 0
    xing = pieces.at(at + first.info_at, 16)
    if xing[:4] in (b"Xing", b"Info"):
        flags = xing[7]
        if not flags & 2:
            return 0
        bytes_at = 12 if flags & 1 else 8
        return at + int.from_bytes(xing[bytes_at : bytes_at + 4], "big")

    vbri = pieces.at(at + 36, 14)
    if vbri[:4] == b"VBRI":
        return at + int.from_bytes(vbri[10:14], "big")
    return 0
