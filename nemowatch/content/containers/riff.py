"""RIFF: WAV, AVI and WebP, with their 64-bit forms.

Owns the walk over RIFF files in a row, and over the chunks in the first of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from nemowatch.content.containers.contents import (
    NOT_ARRIVED,
    Contents,
    Holds,
    Track,
    Use,
    beyond,
    use_of,
)
from nemowatch.content.containers.pieces import Pieces, TooMany

#: How such files begin; the second and third have sizes of 64 bits.
RIFF, RF64, BW64 = b"RIFF", b"RF64", b"BW64"
BEGINNINGS = (RIFF, RF64, BW64)
#: Writers that stream put one of these where a size belongs.
OPEN = frozenset({0, 0xFFFFFFFF, 0x7FFFFFFF})
#: RIFF files in a row: a recording has one for each gigabyte.
_MOST_PARTS = 4096
#: Chunks that are looked at in one list; those that matter come first.
_MOST_CHUNKS = 10_000
#: Kinds of streams in an AVI; the third is digital video with its sound inside.
_STREAMS = {
    b"vids": (Holds.PICTURE,),
    b"auds": (Holds.SOUND,),
    b"iavs": (Holds.PICTURE, Holds.SOUND),
}
#: Where the header of a stream has its length.
_LENGTH_AT = 32


@dataclass(frozen=True, slots=True)
class _Chunk:
    """A chunk; `kind` is that of a list where it is one."""

    kind: bytes
    at: int  #: where its content begins
    length: int  #: by its own word

    @property
    def is_open(self) -> bool:
        """Whether its length was never filled in."""
        return self.length in OPEN

    @property
    def end(self) -> int:
        """Where the next chunk begins."""
        return self.at + self.length + self.length % 2


def examine(pieces: Pieces) -> Contents:
    """What a RIFF file says of itself. Raises OSError, and TooMany for one of too many parts."""
    whole = _first(pieces)
    found = _missing(pieces, whole)
    form = pieces.at(8, 4)
    if form == b"WAVE":
        return _wave(pieces, whole, found)
    if form == b"AVI ":
        return _avi(pieces, whole, found)
    return found


def _length(pieces: Pieces, offset: int) -> int:
    return int.from_bytes(pieces.at(offset, 4), "little")


def _first(pieces: Pieces) -> _Chunk:
    """The first RIFF of the file. One with 64-bit sizes has them in its first chunk."""
    kind = pieces.at(0, 4)
    length = _length(pieces, 4)
    if kind != RIFF and pieces.at(12, 4) == b"ds64":
        length = int.from_bytes(pieces.at(20, 8), "little")
    return _Chunk(kind, 8, length)


def _missing(pieces: Pieces, part: _Chunk) -> Contents:
    """Recordings above 1 GB are several RIFF files in a row."""
    for _ in range(_MOST_PARTS):
        if part.is_open:
            return Contents()
        end = part.at + part.length
        if end >= pieces.size:
            return replace(beyond(end, pieces.size), ends=end == pieces.size)
        # the last may be filled up to an even length
        if part.end >= pieces.size:
            return Contents(ends=True)
        if pieces.at(part.end, 4) != RIFF:
            return Contents()
        part = _Chunk(RIFF, part.end + 8, _length(pieces, part.end + 4))
    raise TooMany


def _chunks(pieces: Pieces, offset: int, end: int) -> Iterator[_Chunk]:
    """The chunks from `offset` on; the content of a list begins behind its kind."""
    for _ in range(_MOST_CHUNKS):
        kind = pieces.at(offset, 4)
        if offset >= min(end, pieces.size) or len(kind) < 4:
            return
        chunk = _Chunk(kind, offset + 8, _length(pieces, offset + 4))
        if kind == b"LIST":
            chunk = _Chunk(pieces.at(offset + 8, 4), offset + 12, max(chunk.length - 4, 0))
        yield chunk
        offset = chunk.end
    raise TooMany


def _end(pieces: Pieces, part: _Chunk) -> int:
    """Where the chunks of a RIFF end."""
    if part.is_open:
        return pieces.size
    return part.end


def _wave(pieces: Pieces, whole: _Chunk, found: Contents) -> Contents:
    """Its sound is one chunk, whose length is never filled in when the file's is not."""
    for chunk in _chunks(pieces, 12, _end(pieces, whole)):
        if chunk.kind != b"data":
            continue
        rest = pieces.size - chunk.at
        is_filled = not chunk.is_open or (chunk.length == 0 and not whole.is_open)
        if is_filled and whole.kind == RIFF:
            rest = min(rest, chunk.length)
        sound = Track(Holds.SOUND, use_of(empty=rest <= 0, off=False))
        if whole.is_open and is_filled:
            found = beyond(chunk.at + chunk.length, pieces.size)
        return replace(found, tracks=(sound,))
    return replace(found, tracks=(Track(Holds.SOUND, Use.EMPTY),))


def _avi(pieces: Pieces, whole: _Chunk, found: Contents) -> Contents:
    """Its header lists the streams; after the pictures comes their index, or nothing."""
    tracks: tuple[Track, ...] | None = None
    for chunk in _chunks(pieces, 12, _end(pieces, whole)):
        if chunk.kind == b"hdrl":
            tracks = tuple(_header_streams(pieces, chunk, is_open=whole.is_open))
        if not any(chunk.kind) and not found.missing:
            return Contents(NOT_ARRIVED)
    return replace(found, tracks=tracks)


def _header_streams(pieces: Pieces, header: _Chunk, *, is_open: bool) -> Iterator[Track]:
    for stream in _chunks(pieces, header.at, header.end):
        if stream.kind != b"strl":
            continue
        for chunk in _chunks(pieces, stream.at, stream.end):
            if chunk.kind != b"strh":
                continue
            count = _length(pieces, chunk.at + _LENGTH_AT)
            for holds in _STREAMS.get(pieces.at(chunk.at, 4), ()):
                yield Track(holds, use_of(empty=count == 0 and not is_open, off=False))
