"""MP3 and AAC: frames in a row, after tags of any length.

Owns the search for the first frame, and what the header in it (Xing, Info, VBRI) says about the
whole. It must not decide what becomes of a file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice

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
#: The most tags in a row at a file's beginning: some programs add one without checking.
_MOST_TAGS = 8
#: Bytes in which a first frame is looked for: players give up after that, too.
_SEARCHED = 1024 * 1024
#: kbit/s by a frame's header, by (MPEG-1?, layer); 0 is a free rate.
_LAYER_2, _LAYER_3 = 2, 1
_RATES = {
    (True, _LAYER_2): (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (True, _LAYER_3): (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (False, _LAYER_2): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (False, _LAYER_3): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
#: Bytes of a frame for each bit/s and Hz: an eighth of its samples.
_EIGHTHS = {(True, _LAYER_2): 144, (True, _LAYER_3): 144, (False, _LAYER_2): 144}
_EIGHTH = 72
#: Hz by version: 3 is MPEG-1, 2 is MPEG-2, 0 is MPEG-2.5.
_FREQUENCIES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_MPEG_1 = 3
#: Bytes before the header of a Xing frame: (MPEG-1?, one channel?).
_SIDE = {(True, False): 32, (True, True): 17, (False, False): 17, (False, True): 9}
#: Where a Xing header has its number of bytes, by its flags, of which the second says that it has;
#: and the flags with which it has a number of frames.
_XING_BYTES_AT = {2: 8, 3: 12}
_XING_FRAMES = (1, 3)
#: Sampling frequencies that ADTS numbers, and bytes of its header, without which no frame is.
_ADTS_HZ = (
    *(96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350),
)
_ADTS_FREQUENCIES = len(_ADTS_HZ)
_ADTS_SAMPLES = 1024
_ADTS_HEADER = 7
#: How many frames must follow each other to count as sound.
_IN_A_ROW = 3
#: Frames from which the length of the whole is estimated.
_MEASURED = 64
#: Bytes of a frame's header that are read.
_HEADER = 6
_SYNC = re.compile(rb"\xff[\xe0-\xff]")
_SOUND = (Track(Holds.SOUND, packed=True),)


@dataclass(frozen=True, slots=True)
class _Frame:
    """The header of a frame."""

    length: int  #: bytes; 0 for a free bit rate, which does not show it
    family: int  #: what all frames of a file have in common
    seconds: float = 0  #: how long it plays
    info_at: int = 0  #: bytes from its beginning to a Xing header; 0 where there can be none


def examine(pieces: Pieces) -> Contents:
    """What an MP3 or AAC file says about itself. Raises OSError."""
    start = behind_tags(pieces)
    if start > pieces.size:
        found = beyond(start, pieces.size)
        return replace(found, missing=f"{found.missing}, inside its tag (ID3)", slight=False)

    at = _first_frame(pieces, start)
    first = frame(pieces.at(at, _HEADER))
    if first is None:
        return _without_frames(pieces, start)
    count, end = _promised(pieces, at, first)
    found = beyond(end, pieces.size)
    if not found.missing and ends_in_zeros(pieces, _SOUND, pieces.size):
        return Contents(NOT_ARRIVED)
    seconds = count * first.seconds or _measured(pieces, at)
    return replace(found, tracks=_SOUND, seconds=seconds)


def _without_frames(pieces: Pieces, start: int) -> Contents:
    """The result for a file without frames: if it ends in zeros, they may still come."""
    tail = pieces.at(max(pieces.size - BLOCK, start), BLOCK)
    if not any(tail):
        return Contents(NOT_ARRIVED)
    return Contents(tracks=())


def is_frame(head: bytes) -> bool:
    """Whether these first bytes are a frame of MP3 or AAC."""
    return frame(head[:_HEADER]) is not None


def is_adts(head: bytes) -> bool:
    """Whether these first bytes are AAC in ADTS."""
    return _adts(head[:_HEADER]) is not None


def behind_tags(pieces: Pieces) -> int:
    """Where the tags (ID3v2) at the beginning end."""
    offset = 0
    for _ in range(_MOST_TAGS):
        tag = pieces.at(offset, 10)
        if tag[:3] != TAG or len(tag) < 10:
            break
        one, two, three, four = tag[6:10]  # seven bits each
        length = (one << 21) + (two << 14) + (three << 7) + four
        has_footer = tag[5] >> 4 & 1
        offset += 10 + length + 10 * has_footer
    return offset


def _first_frame(pieces: Pieces, start: int) -> int:
    """Where the first frame begins; the end of the file when there is none. Only a frame at the
    very beginning may be followed by the end of the file."""
    if _is_followed(pieces, start, may_end=True):
        return start
    later = filter(partial(_is_followed, pieces, may_end=False), _syncs(pieces, start))
    return next(later, pieces.size)


def _syncs(pieces: Pieces, start: int) -> Iterator[int]:
    """Where a frame may begin."""
    for block_at in range(start, min(start + _SEARCHED, pieces.size), BLOCK):
        block = pieces.at(block_at, BLOCK)
        for found in _SYNC.finditer(block):
            yield block_at + found.start()


def _is_followed(pieces: Pieces, at: int, *, may_end: bool) -> bool:
    """Whether a frame is here, and others like it follow, more than by chance. `may_end`: or the
    file ends before that."""
    family = 0  # that of no frame
    for _ in range(_IN_A_ROW):
        if at + _HEADER > pieces.size:
            return may_end and family != 0
        found = frame(pieces.at(at, _HEADER))
        if found is None or family not in (0, found.family):
            return False
        if not found.length:  # a free rate does not say where the next one is
            return may_end
        family = found.family
        at += found.length
    return True


def frame(header: bytes) -> _Frame | None:
    """The frame with this header; None when it is none. Layer I, which nobody uses, looks like a
    text in UTF-16."""
    bits = int.from_bytes(header[:4], "big")
    if len(header) < 4 or bits >> 21 != 0x7FF:  # eleven bits of sync
        return None
    layer = bits >> 17 & 3
    if layer == 0:
        return _adts(header)
    return _mpeg(bits, layer)


def _mpeg(bits: int, layer: int) -> _Frame | None:
    """The frame of layer II or III by the first 32 bits of its header."""
    version = bits >> 19 & 3
    is_mpeg_1 = version == _MPEG_1
    form = (is_mpeg_1, layer)
    try:
        rate = _RATES[form][bits >> 12 & 15] * 1000
        frequency = _FREQUENCIES[version][bits >> 10 & 3]
    except LookupError:  # a value that does not exist
        return None

    family = bits >> 17
    is_mono = bits >> 6 & 3 == 3
    info_at = 4 + _SIDE[is_mpeg_1, is_mono]
    if rate == 0:
        return _Frame(0, family, info_at=info_at)

    padding = bits >> 9 & 1
    eighth = _EIGHTHS.get(form, _EIGHTH)
    length = eighth * rate // frequency + padding
    return _Frame(length, family, eighth * 8 / frequency, info_at)


def _adts(header: bytes) -> _Frame | None:
    """AAC in ADTS: one bit more of sync, and a sampling frequency that exists."""
    bits = int.from_bytes(header[:_HEADER].ljust(_HEADER, b"\0"), "big")
    has_sync = bits >> 36 == 0xFFF
    frequency = bits >> 26 & 15
    length = bits >> 5 & 0x1FFF
    if has_sync and frequency < _ADTS_FREQUENCIES and length >= _ADTS_HEADER:
        return _Frame(length, bits >> 26, _ADTS_SAMPLES / _ADTS_HZ[frequency])
    return None


def _promised(pieces: Pieces, at: int, first: _Frame) -> tuple[int, int]:
    """The number of frames, and where the sound ends, by the header in the first frame; 0 for what
    it does not say."""
    xing = pieces.at(at + first.info_at, 16)
    if xing.startswith((b"Xing", b"Info")):
        return _by_xing(xing, at)
    vbri = pieces.at(at + 36, 18)
    if vbri.startswith(b"VBRI"):
        return _number(vbri, 14), at + _number(vbri, 10)
    return 0, 0


def _by_xing(xing: bytes, at: int) -> tuple[int, int]:
    flags = xing[7] & 3
    count = end = 0
    if flags in _XING_FRAMES:
        count = _number(xing, 8)
    if flags in _XING_BYTES_AT:
        end = at + _number(xing, _XING_BYTES_AT[flags])
    return count, end


def _measured(pieces: Pieces, at: int) -> float:
    """How many seconds it plays from the frame at `at` on, estimated from the first frames; 0: not
    known."""
    end, played = at, 0.0
    for each in islice(_following(pieces, at), _MEASURED):
        end += each.length
        played += each.seconds
    if end == at:
        return 0
    return played * (pieces.size - at) / (end - at)


def _following(pieces: Pieces, at: int) -> Iterator[_Frame]:
    """The frames from `at` on, as long as each says where the next one is."""
    found = frame(pieces.at(at, _HEADER))
    while found is not None and found.length:
        yield found
        at += found.length
        found = frame(pieces.at(at, _HEADER))


def _number(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 4], "big")
