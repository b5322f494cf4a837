"""Matroska and WebM: elements within elements, each with its length.

Owns the walk over them. Elements that only hold others are entered where that is of use, so that
one loop goes over all of them, however long they say they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from nemowatch.content.containers.contents import (
    NOT_ARRIVED,
    Contents,
    Holds,
    Track,
    beyond,
    ends_in_zeros,
    use_of,
)
from nemowatch.content.containers.pieces import Pieces

EBML = b"\x1aE\xdf\xa3"
_EBML_ID = 0x1A45DFA3
_SEGMENT = 0x18538067
_SEEK_HEAD, _SEEK, _SEEK_ID, _SEEK_POSITION = 0x114D9B74, 0x4DBB, 0x53AB, 0x53AC
_TRACKS, _TRACK, _TRACK_NUMBER, _TRACK_TYPE, _ENABLED = 0x1654AE6B, 0xAE, 0xD7, 0x83, 0xB9
_CODEC = 0x86
_ENCODINGS, _ENCODING, _ENCRYPTION = 0x6D80, 0x6240, 0x5035
_CLUSTER, _GROUP, _BLOCK, _SIMPLE_BLOCK = 0x1F43B675, 0xA0, 0xA1, 0xA3
#: Kinds of tracks; the third holds both. Others are subtitles, buttons and the like.
_TYPES = {1: (Holds.PICTURE,), 2: (Holds.SOUND,), 3: (Holds.PICTURE, Holds.SOUND)}
#: Codecs that compress nothing.
_PLAIN = (b"A_PCM", b"V_UNCOMPRESSED", b"V_MS/VFW")
#: Elements in which a first block of each track is looked for: some minutes of video.
_MOST_BLOCKS = 4_000
#: Elements before the segment: a header, and what fills space.
_FIRST = 16
#: Bytes of the longest number: an id has up to four, a length up to eight.
_LONGEST = 12


@dataclass(frozen=True, slots=True)
class _Element:
    """An element of the file."""

    id: int
    start: int
    at: int  #: where its content begins
    end: int  #: where it ends, by its own word
    is_open: bool = False  #: its length is unknown: it ends where the file does, or sooner


@dataclass(frozen=True, slots=True)
class _Numbered:
    """A track, by the number that its blocks bear."""

    number: int
    holds: tuple[Holds, ...]
    off: bool
    locked: bool
    packed: bool


def examine(pieces: Pieces) -> Contents:
    """What a Matroska file says of itself. Raises OSError, and TooMany for one of too many
    elements."""
    segment = _segment(pieces)
    if segment is None:
        return Contents("it ends in its header")

    found = Contents()
    if not segment.is_open:
        found = beyond(segment.end, pieces.size)
        found = replace(found, ends=segment.end == pieces.size)
    listed = _find_tracks(pieces, segment)
    if listed is None or listed.end > pieces.size:
        return Contents(found.missing or "its list of tracks is missing")

    entries = [_track(pieces, entry) for entry in _inside(pieces, listed, _TRACK)]
    numbers = {entry.number for entry in entries if entry.holds}
    tracks = _tracks(entries, _filled(pieces, segment, numbers))
    if not found.missing and ends_in_zeros(pieces, tracks, segment.end):
        return Contents(NOT_ARRIVED)
    return replace(found, tracks=tracks)


def number(data: bytes) -> tuple[int, int, bool]:
    """A length at the beginning of `data`: (value, bytes that it takes, True when it says
    "unknown"); no bytes when it is not there."""
    first = data[:1]
    if first in (b"", b"\0"):
        return 0, 0, False
    length = 9 - first[0].bit_length()
    if length > len(data):
        return 0, 0, False

    unknown = (1 << 7 * length) - 1
    value = int.from_bytes(data[:length], "big") & unknown
    return value, length, value == unknown


def _element(pieces: Pieces, offset: int) -> _Element | None:
    """The element at `offset`; None where none can begin."""
    header = pieces.at(offset, _LONGEST)
    _, id_length, _ = number(header)
    value, length, is_open = number(header[id_length:])
    if not 1 <= id_length <= 4 or not length:
        return None

    at = offset + id_length + length
    end = pieces.size if is_open else at + value
    return _Element(int.from_bytes(header[:id_length], "big"), offset, at, end, is_open)


def _elements(pieces: Pieces, offset: int, end: int) -> Iterator[_Element]:
    """The elements from `offset` on, as far as there are any. One of unknown length is entered, and
    its own follow."""
    while offset < min(end, pieces.size):
        element = _element(pieces, offset)
        if element is None:
            return
        yield element
        offset = element.at if element.is_open else element.end


def _inside(pieces: Pieces, parent: _Element, wanted: int) -> Iterator[_Element]:
    """The elements of one kind in another."""
    for element in _elements(pieces, parent.at, parent.end):
        if element.id == wanted:
            yield element


def _segment(pieces: Pieces) -> _Element | None:
    """The element that holds all others, a few elements from the beginning."""
    offset = 0
    for _ in range(_FIRST):
        element = _element(pieces, offset)
        if element is None or element.id == _SEGMENT:
            return element
        offset = element.end
    return None


def _find_tracks(pieces: Pieces, segment: _Element) -> _Element | None:
    """The list of tracks: before the pictures, or where the list of places says."""
    for element in _elements(pieces, segment.at, segment.end):
        if element.id == _TRACKS:
            return element
        if element.id == _SEEK_HEAD:
            found = _by_place(pieces, segment, element)
            if found is not None:
                return found
    return None


def _by_place(pieces: Pieces, segment: _Element, places: _Element) -> _Element | None:
    for seek in _inside(pieces, places, _SEEK):
        of = sum(_value(pieces, one) for one in _inside(pieces, seek, _SEEK_ID))
        if of != _TRACKS:
            continue
        for position in _inside(pieces, seek, _SEEK_POSITION):
            found = _element(pieces, segment.at + _value(pieces, position))
            if found is not None and found.id == _TRACKS:
                return found
    return None


def _value(pieces: Pieces, element: _Element) -> int:
    """An unsigned number."""
    return pieces.number(element.at, min(element.end - element.at, 8))


def _tracks(entries: Iterable[_Numbered], filled: set[int]) -> tuple[Track, ...]:
    found: list[Track] = []
    for entry in entries:
        use = use_of(empty=entry.number not in filled, off=entry.off)
        for holds in entry.holds:
            found.append(Track(holds, use, entry.locked, entry.packed))
    return tuple(found)


def _track(pieces: Pieces, entry: _Element) -> _Numbered:
    values: dict[int, int] = {}
    locked = packed = False
    for element in _elements(pieces, entry.at, entry.end):
        if element.id in (_TRACK_NUMBER, _TRACK_TYPE, _ENABLED):
            values[element.id] = _value(pieces, element)
        elif element.id == _ENCODINGS:
            locked = locked or _is_locked(pieces, element)
        elif element.id == _CODEC:
            packed = not pieces.at(element.at, 32).startswith(_PLAIN)
    holds = _TYPES.get(values.get(_TRACK_TYPE, 0), ())
    off = values.get(_ENABLED, 1) == 0
    return _Numbered(values.get(_TRACK_NUMBER, 0), holds, off, locked, packed)


def _is_locked(pieces: Pieces, encodings: _Element) -> bool:
    for encoding in _inside(pieces, encodings, _ENCODING):
        for _ in _inside(pieces, encoding, _ENCRYPTION):
            return True
    return False


def _filled(pieces: Pieces, segment: _Element, numbers: set[int]) -> set[int]:
    """Those of the tracks of which there is a block, and those of which nobody can tell: the first
    part of the file has none."""
    missing = set(numbers)
    offset = segment.at
    for _ in range(_MOST_BLOCKS):
        element = _element(pieces, offset)
        if not missing or element is None or offset >= segment.end:
            return numbers - missing
        if element.id in (_SIMPLE_BLOCK, _BLOCK):
            missing.discard(number(pieces.at(element.at, 8))[0])
        is_entered = element.is_open or element.id in (_CLUSTER, _GROUP)
        offset = element.at if is_entered else element.end
    return numbers
