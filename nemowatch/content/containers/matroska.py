"""Matroska and WebM: elements within elements, each with its length.

Owns the walk over them. Elements that only hold others are entered where that is useful, so that
one loop goes over all of them, whatever lengths they give. It must not decide what becomes of a
file.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from operator import attrgetter

from nemowatch.content.containers.contents import (
    NOT_ARRIVED,
    Contents,
    Holds,
    Track,
    beyond,
    ends_in_zeros,
    use_of,
)
from nemowatch.content.containers.nesting import inside, seen_among
from nemowatch.content.containers.pieces import Pieces

EBML = b"\x1aE\xdf\xa3"
_SEGMENT = 0x18538067
_SEEK_HEAD, _SEEK, _SEEK_ID, _SEEK_POSITION = 0x114D9B74, 0x4DBB, 0x53AB, 0x53AC
_TRACKS, _TRACK, _TRACK_NUMBER, _TRACK_TYPE, _ENABLED = 0x1654AE6B, 0xAE, 0xD7, 0x83, 0xB9
_CODEC = 0x86
_INFO, _SCALE, _DURATION = 0x1549A966, 0x2AD7B1, 0x4489
#: Nanoseconds of a unit of time, if a file does not say.
_USUAL_SCALE = 1_000_000
#: The formats of floating-point numbers, by their size in bytes.
_FLOATS = {4: ">f", 8: ">d"}
#: Units of time; no film has more.
_LONGEST_DURATION = 1e15
_ENCODINGS, _ENCODING, _ENCRYPTION = 0x6D80, 0x6240, 0x5035
#: Elements with blocks in them, and two kinds of blocks.
_HOLDERS = frozenset({0x1F43B675, 0xA0})
_BLOCKS = frozenset({0xA1, 0xA3})
#: Kinds of tracks; the third holds both. Others are subtitles, buttons and the like.
_TYPES = {1: (Holds.PICTURE,), 2: (Holds.SOUND,), 3: (Holds.PICTURE, Holds.SOUND)}
#: Codecs without compression.
_PLAIN = (b"A_PCM", b"V_UNCOMPRESSED", b"V_MS/VFW")
#: The most elements among which the first block of each track is looked for: some minutes of video.
_MOST_BLOCKS = 4_000
#: Elements before the segment: a header, and what fills space.
_FIRST = 16
#: Bytes of the longest header: an id has up to four, a length up to eight.
_LONGEST = 12
_LONGEST_NUMBER = 8
_LONGEST_ID = 4
#: Bytes of a value that are looked at: numbers have up to eight, names of codecs more.
_LONGEST_VALUE = 16


@dataclass(frozen=True, slots=True)
class _Element:
    """An element of the file."""

    kind: int
    start: int
    at: int  #: where its content begins
    end: int  #: where it should end, by its own length
    is_open: bool = False  #: its length is unknown: it ends where the file does, or sooner


@dataclass(frozen=True, slots=True)
class _TrackEntry:
    """A track as the list of tracks has it."""

    number: int  #: that its blocks bear
    holds: tuple[Holds, ...]
    off: bool
    locked: bool
    packed: bool

    def tracks(self, filled: AbstractSet[int]) -> Iterator[Track]:
        """The track in the common form; `filled`: numbers of the tracks of which there is a
        block."""
        use = use_of(empty=self.number not in filled, off=self.off)
        for holds in self.holds:
            yield Track(holds, use, self.locked, self.packed)


def examine(pieces: Pieces) -> Contents:
    """What a Matroska file says about itself. Raises OSError, and TooMany for too many elements."""
    segment = _segment(pieces)
    if segment is None:
        return Contents("it ends in its header")

    found = _size(segment, pieces.size)
    listed = _find_tracks(pieces, segment)
    if listed is None or listed.end > pieces.size:
        return Contents(found.missing or "its list of tracks is missing")

    tracks = _tracks(pieces, segment, listed)
    is_zeros = ends_in_zeros(pieces, tracks, segment.end)
    if is_zeros and not found.missing:
        return Contents(NOT_ARRIVED)
    return replace(found, tracks=tracks, seconds=_seconds(pieces, segment, listed.end))


def _seconds(pieces: Pieces, segment: _Element, end: int) -> float:
    """How many seconds it plays, by what is before `end`; 0 when that does not say."""
    for element in _elements(pieces, segment.at, end):
        if element.kind == _INFO:
            scale = _value(pieces, element, _SCALE) or _USUAL_SCALE
            return _float(_bytes(pieces, element, _DURATION, b"")) * scale / 1e9
    return 0


def _float(data: bytes) -> float:
    """A floating number of 4 or 8 bytes; 0 for anything else."""
    form = _FLOATS.get(len(data))
    if form is None:
        return 0
    (found,) = struct.unpack(form, data)
    if not 0 <= found < _LONGEST_DURATION:
        return 0
    return float(found)


def _size(segment: _Element, size: int) -> Contents:
    """Whether the file is as long as it says."""
    if segment.is_open:
        return Contents()
    return replace(beyond(segment.end, size), ends=segment.end == size)


@dataclass(frozen=True, slots=True)
class Number:
    """A length, or a track's number, as written before the content."""

    value: int = 0
    size: int = 0  #: how many bytes it takes; 0 when it is missing
    is_unknown: bool = False  #: it says "unknown"


def number(data: bytes) -> Number:
    """The number at the beginning of `data`."""
    if not data or data[0] == 0:
        return Number()
    size = 9 - data[0].bit_length()
    if size > len(data):
        return Number()

    unknown = (1 << 7 * size) - 1
    value = int.from_bytes(data[:size], "big") & unknown
    return Number(value, size, is_unknown=value == unknown)


def _element(pieces: Pieces, offset: int) -> _Element | None:
    """The element at `offset`; None where none can begin."""
    header = pieces.at(offset, _LONGEST)
    id_size = number(header).size
    length = number(header[id_size:])
    if not 1 <= id_size <= _LONGEST_ID or not length.size:
        return None

    kind = int.from_bytes(header[:id_size], "big")
    at = offset + id_size + length.size
    if length.is_unknown:
        return _Element(kind, offset, at, pieces.size, is_open=True)
    return _Element(kind, offset, at, at + length.value)


def _elements(
    pieces: Pieces,
    offset: int,
    end: int,
    entered: frozenset[int] = frozenset(),
) -> Iterator[_Element]:
    """The elements from `offset` on, as far as there are any. One of unknown length, or of these
    kinds, is entered: the elements in it come next."""
    while offset < min(end, pieces.size):
        element = _element(pieces, offset)
        if element is None:
            return
        yield element
        offset = element.end
        if element.is_open or element.kind in entered:
            offset = element.at


def _inside(pieces: Pieces, parent: _Element, *path: int) -> Iterator[_Element]:
    """The elements of these kinds, each in the one before."""

    def children(element: _Element) -> Iterator[_Element]:
        return _elements(pieces, element.at, element.end)

    return inside(children, parent, path)


def _bytes(pieces: Pieces, parent: _Element, wanted: int, default: bytes) -> bytes:
    """The first bytes of the first such element in another."""
    for element in _inside(pieces, parent, wanted):
        return pieces.at(element.at, min(element.end - element.at, _LONGEST_VALUE))
    return default


def _value(pieces: Pieces, parent: _Element, wanted: int, default: int = 0) -> int:
    """The unsigned number in the first such element in another."""
    found = _bytes(pieces, parent, wanted, bytes([default]))
    return int.from_bytes(found, "big")


def _segment(pieces: Pieces) -> _Element | None:
    """The element that holds all others, which is among the first few."""
    offset = 0
    for _ in range(_FIRST):
        element = _element(pieces, offset)
        if element is None or element.kind == _SEGMENT:
            return element
        offset = element.end
    return None


def _find_tracks(pieces: Pieces, segment: _Element) -> _Element | None:
    """The list of tracks: before the pictures, or where a list of positions points."""
    elements = _elements(pieces, segment.at, segment.end)
    found = map(partial(_listed_at, pieces, segment), elements)
    return next(filter(None, found), None)


def _listed_at(pieces: Pieces, segment: _Element, element: _Element) -> _Element | None:
    """The list of tracks that this element is, or leads to; None for other elements."""
    if element.kind == _TRACKS:
        return element
    if element.kind != _SEEK_HEAD:
        return None

    for seek in _inside(pieces, element, _SEEK):
        if _value(pieces, seek, _SEEK_ID) != _TRACKS:
            continue
        position = _value(pieces, seek, _SEEK_POSITION)
        found = _element(pieces, segment.at + position)
        if found is not None and found.kind == _TRACKS:
            return found
    return None


def _tracks(pieces: Pieces, segment: _Element, listed: _Element) -> tuple[Track, ...]:
    elements = _inside(pieces, listed, _TRACK)
    entries = map(partial(_entry, pieces), elements)
    known = list(filter(attrgetter("holds"), entries))
    numbers = set(map(attrgetter("number"), known))
    filled = seen_among(numbers, _tracks_of_blocks(pieces, segment), _MOST_BLOCKS)

    return tuple(chain.from_iterable(entry.tracks(filled) for entry in known))


def _entry(pieces: Pieces, element: _Element) -> _TrackEntry:
    codec = _bytes(pieces, element, _CODEC, _PLAIN[0])
    encryption = _inside(pieces, element, _ENCODINGS, _ENCODING, _ENCRYPTION)
    return _TrackEntry(
        number=_value(pieces, element, _TRACK_NUMBER),
        holds=_TYPES.get(_value(pieces, element, _TRACK_TYPE), ()),
        off=_value(pieces, element, _ENABLED, default=1) == 0,
        locked=next(encryption, None) is not None,
        packed=not codec.startswith(_PLAIN),
    )


def _tracks_of_blocks(pieces: Pieces, segment: _Element) -> Iterator[int | None]:
    """The number of each block's track; None for elements that are not blocks."""
    for element in _elements(pieces, segment.at, segment.end, _HOLDERS):
        if element.kind in _BLOCKS:
            beginning = pieces.at(element.at, _LONGEST_NUMBER)
            yield number(beginning).value
        else:
            yield None
