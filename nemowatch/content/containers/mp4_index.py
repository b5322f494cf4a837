"""The index of an MP4 or QuickTime file: which tracks there are, and whether anything is in them.

Owns the reading of boxes below the outermost. It reads only the few boxes that it needs, and must
not judge whether the file is whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from nemowatch.content.containers.contents import Holds, Track, use_of
from nemowatch.content.containers.pieces import Pieces

#: Kinds of tracks; any others are texts, time codes, chapters, hints and the like.
_HANDLERS = {b"vide": Holds.PICTURE, b"soun": Holds.SOUND}
#: Formats of encrypted samples: by the standard, of the iTunes Store, of Audible.
_LOCKED = frozenset({b"encv", b"enca", b"drms", b"drmi", b"aavd"})
#: Compressed formats, as nearly all are; others hold plain samples, which may be all zeros.
_PACKED = frozenset(
    {b"avc1", b"avc3", b"hvc1", b"hev1", b"mp4v", b"av01", b"vp09", b"vp08", b"mp4a", b"Opus"}
)
#: Bytes of a box before its content, with a length of 32 bits and with one of 64.
_SHORT_HEADER, _LONG_HEADER = 8, 16
#: Lengths with a special meaning: up to the end of the file, and "64 bits follow".
_UNTIL_THE_END, _LENGTH_FOLLOWS = 0, 1
#: The flag of a track that is switched on.
_ENABLED = 1
#: Where a track's header has its number, by the header's version, which decides how long times are.
_NUMBER_AT = {0: 12, 1: 20}


class Box(NamedTuple):
    """A box of a file. A tuple, since a file has dozens and a dataclass takes three times as long
    to make."""

    kind: bytes
    at: int  #: where its content begins
    end: int  #: where it should end, by its own length
    is_open: bool = False  #: its length says "up to the end of the file"


@dataclass(frozen=True, slots=True)
class Fragments:
    """The fragments of a file."""

    boxes: tuple[Box, ...]  #: the first of them
    are_all: bool  #: there are no others


def header_at(pieces: Pieces, offset: int) -> Box | None:
    """The box at `offset`; None where none can begin."""
    header = pieces.at(offset, 16)
    kind = header[4:8]
    length = int.from_bytes(header[:4], "big")
    at = offset + _SHORT_HEADER
    if length == _UNTIL_THE_END and any(kind):
        return Box(kind, at, pieces.size, is_open=True)
    if length == _LENGTH_FOLLOWS:
        length = int.from_bytes(header[8:], "big")
        at = offset + _LONG_HEADER

    end = offset + length
    is_cut = len(kind) < 4
    if is_cut or end < at:
        return None
    return Box(kind, at, end)


def is_filled(pieces: Pieces, index: Box) -> bool:
    """False when zeros follow in the index where a box should be."""
    end = index.at
    for box in _boxes(pieces, index):
        end = box.end
    return end + 16 > index.end or any(pieces.at(end, 16))


def tracks(pieces: Pieces, index: Box, fragments: Fragments) -> tuple[Track, ...] | None:
    """The tracks of pictures and sound; None when the index does not show them (compressed by old
    QuickTime)."""
    inside = list(_boxes(pieces, index))
    kinds = {box.kind for box in inside}
    if not kinds or b"cmov" in kinds:
        return None

    in_fragments = _Filled(pieces, fragments) if b"mvex" in kinds else None
    found = (_track(pieces, box, in_fragments) for box in inside)
    return tuple(filter(None, found))


def seconds(pieces: Pieces, index: Box) -> float:
    """How long the file plays by its index; 0 when that does not say."""
    header = _below(pieces, index, b"mvhd")
    at, size = header.at + 12, 4
    if pieces.number(header.at, 1) == 1:
        at, size = header.at + 20, 8
    scale = pieces.number(at)
    duration = pieces.number(at + 4, size)
    is_unknown = duration == (1 << 8 * size) - 1
    if not scale or is_unknown:
        return 0
    return duration / scale


def _boxes(pieces: Pieces, parent: Box) -> Iterator[Box]:
    """The boxes in a box, as far as they fit into it."""
    offset = parent.at
    while offset < parent.end:
        box = header_at(pieces, offset)
        if box is None or box.end > parent.end:
            return
        yield box
        offset = box.end


def _all(pieces: Pieces, parent: Box, kind: bytes) -> Iterator[Box]:
    """The boxes of one kind in a box."""
    return filter(lambda box: box.kind == kind, _boxes(pieces, parent))


def _below(pieces: Pieces, parent: Box, *path: bytes) -> Box:
    """The first box of these kinds, each in the one before; an empty box when there is none."""
    nothing = Box(b"", pieces.size, pieces.size)
    found = parent
    for kind in path:
        found = next(_all(pieces, found, kind), nothing)
    return found


def _track(pieces: Pieces, trak: Box, in_fragments: _Filled | None) -> Track | None:
    """A track of pictures or sound; None for other kinds of tracks, and of boxes."""
    if trak.kind != b"trak":
        return None
    media = _below(pieces, trak, b"mdia")
    handler = _below(pieces, media, b"hdlr")
    holds = _HANDLERS.get(pieces.at(handler.at + 8, 4))
    if holds is None:
        return None

    header = _below(pieces, trak, b"tkhd")
    flags = pieces.number(header.at)
    is_off = not flags & _ENABLED

    samples = _below(pieces, media, b"minf", b"stbl")
    is_empty = _is_empty(pieces, samples)
    if is_empty and in_fragments is not None:
        is_empty = in_fragments.lack(_number(pieces, header))

    form = _below(pieces, samples, b"stsd")
    codec = pieces.at(form.at + 12, 4)
    return Track(
        holds,
        use_of(empty=is_empty, off=is_off),
        locked=codec in _LOCKED,
        packed=codec in _PACKED,
    )


def _is_empty(pieces: Pieces, samples: Box) -> bool:
    """Whether the index counts no samples, in either of the two tables of their sizes."""
    counts = (_below(pieces, samples, kind) for kind in (b"stsz", b"stz2"))
    return not any(pieces.number(box.at + 8) for box in counts)


def _number(pieces: Pieces, header: Box) -> int:
    """The number of a track, by its header."""
    version = pieces.number(header.at, 1)
    return pieces.number(header.at + _NUMBER_AT.get(version, 12))


class _Filled:
    """The tracks of which there are samples in the fragments of a file."""

    def __init__(self, pieces: Pieces, fragments: Fragments) -> None:
        self._are_all = fragments.are_all
        self._numbers: set[int] = set()
        for fragment in fragments.boxes:
            for part in _all(pieces, fragment, b"traf"):
                self._add(pieces, part)

    def __repr__(self) -> str:
        return f"_Filled({self._numbers})"

    def _add(self, pieces: Pieces, part: Box) -> None:
        header = _below(pieces, part, b"tfhd")
        runs = _all(pieces, part, b"trun")
        if any(pieces.number(run.at + 4) for run in runs):
            self._numbers.add(pieces.number(header.at + 4))

    def lack(self, number: int) -> bool:
        """Whether there is certainly nothing of this track."""
        return self._are_all and number not in self._numbers
