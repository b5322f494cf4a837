"""RIFF: WAV, AVI and WebP, with their 64-bit forms.

Owns the walk over RIFF files in a row, and over the chunks in the first of them. It must not decide
what becomes of a file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import partial

from nemowatch.content.containers.contents import (
    NOT_ARRIVED,
    Contents,
    Holds,
    Track,
    beyond,
    use_of,
)
from nemowatch.content.containers.nesting import inside, seen_among
from nemowatch.content.containers.pieces import Pieces, TooMany

#: How such files begin; the second and third have sizes of 64 bits.
RIFF, RF64, BW64 = b"RIFF", b"RF64", b"BW64"
BEGINNINGS = (RIFF, RF64, BW64)
_LONG = frozenset({RF64, BW64})
#: What writers that stream put in place of a size.
OPEN = frozenset({0, 0xFFFFFFFF, 0x7FFFFFFF})
#: The most RIFF files in a row: a recording has one for each gigabyte.
_MOST_PARTS = 4096
#: The most chunks that are read in one list; those that matter come first.
_MOST_CHUNKS = 10_000
#: Kinds of streams in an AVI; the third is digital video with its sound inside.
_STREAMS = {
    b"vids": (Holds.PICTURE,),
    b"auds": (Holds.SOUND,),
    b"iavs": (Holds.PICTURE, Holds.SOUND),
}
#: A list of chunks that belong together.
_GROUP = b"rec "
#: The most chunks among which the first one of each stream is looked for: some minutes of video.
_MOST_SEEN = 4_000
#: Where a file has its form, and where one with 64-bit sizes has its size.
_FORM_AT, _LONG_SIZE_AT = 8, 20
#: In the header of a WAV: its bytes a second.
_WAVE_RATE_AT = 8
#: In that of a stream of an AVI: the seconds of a unit as a fraction, its beginning, its length.
_STREAM_TIMES_AT = (20, 24, 28, 32)


@dataclass(frozen=True, slots=True)
class _Chunk:
    """A chunk; for a list, `kind` is that of the list."""

    kind: bytes
    at: int  #: where its content begins
    end: int  #: where it ends, by its own word
    is_open: bool  #: its length was never filled in

    @property
    def following(self) -> int:
        """Where the next chunk begins: each is padded to an even length."""
        return self.end + (self.end - self.at) % 2


#: In place of a chunk that is not there.
_NOTHING = _Chunk(b"", 0, 0, is_open=False)


def examine(pieces: Pieces) -> Contents:
    """What a RIFF file says about itself. Raises OSError, and TooMany for too many parts."""
    whole = _chunk(pieces, 0)
    found = _missing(pieces, whole)
    read = _READERS.get(pieces.at(_FORM_AT, 4))
    if read is None:
        return found
    return read(pieces, whole, found)


def _length(pieces: Pieces, offset: int, count: int = 4) -> int:
    return int.from_bytes(pieces.at(offset, count), "little")


def _chunk(pieces: Pieces, offset: int) -> _Chunk:
    """The chunk at `offset`. A list, and a whole file, has its kind before its content; a file with
    64-bit sizes has its own in its first chunk."""
    kind = pieces.at(offset, 4)
    length = _length(pieces, offset + 4)
    at = offset + 8
    end = at + length
    is_open = length in OPEN
    if kind in _LONG:
        end = at + _length(pieces, _LONG_SIZE_AT, 8)
        is_open = False

    if kind == b"LIST":
        own_kind = pieces.at(at, 4)
        return _Chunk(own_kind, at + 4, end, is_open)
    if kind in BEGINNINGS:
        return _Chunk(kind, at + 4, end, is_open)
    return _Chunk(kind, at, end, is_open)


def _missing(pieces: Pieces, part: _Chunk) -> Contents:
    """What is missing. Recordings above 1 GB are several RIFF files in a row."""
    size = pieces.size
    for _ in range(_MOST_PARTS):
        if part.is_open:
            return Contents()
        if part.end >= size or part.following >= size:
            return replace(beyond(part.end, size), ends=part.end <= size)
        part = _chunk(pieces, part.following)
        if part.kind != RIFF:
            return Contents()
    raise TooMany


def _chunks(pieces: Pieces, parent: _Chunk) -> Iterator[_Chunk]:
    """The chunks in another one, up to zeros, which are not a chunk."""
    offset = parent.at
    end = pieces.size if parent.is_open else min(parent.end, pieces.size)
    for _ in range(_MOST_CHUNKS):
        if offset + 8 > end:
            return
        chunk = _chunk(pieces, offset)
        yield chunk
        if not any(chunk.kind):
            return
        offset = chunk.following
    raise TooMany


def _inside(pieces: Pieces, parent: _Chunk, *path: bytes) -> Iterator[_Chunk]:
    """The chunks of these kinds, each in the one before."""
    return inside(partial(_chunks, pieces), parent, path)


def _wave(pieces: Pieces, whole: _Chunk, found: Contents) -> Contents:
    """A WAV: its sound is one chunk, whose length is not filled in if the file's is not."""
    data = next(_inside(pieces, whole, b"data"), _NOTHING)
    is_empty = data.end == data.at and not whole.is_open
    if data.is_open and not is_empty:
        data = replace(data, end=pieces.size)
    if whole.is_open:
        found = beyond(data.end, pieces.size)

    arrived = min(data.end, pieces.size)
    use = use_of(empty=arrived <= data.at)
    seconds = _wave_seconds(pieces, whole, arrived - data.at)
    return replace(found, tracks=(Track(Holds.SOUND, use),), seconds=seconds)


def _wave_seconds(pieces: Pieces, whole: _Chunk, length: int) -> float:
    """How long a WAV of so many bytes of sound plays, by the rate in its header; 0 without one."""
    form = next(_inside(pieces, whole, b"fmt "), _NOTHING)
    rate = _length(pieces, form.at + _WAVE_RATE_AT)
    if form is _NOTHING or not rate:
        return 0
    return max(length, 0) / rate


def _avi(pieces: Pieces, whole: _Chunk, found: Contents) -> Contents:
    """An AVI: its header lists the streams; after the pictures comes their index, or nothing."""
    kinds = {chunk.kind for chunk in _chunks(pieces, whole)}
    if bytes(4) in kinds and not found.missing:
        return Contents(NOT_ARRIVED)

    headers = list(_inside(pieces, whole, b"hdrl", b"strl", b"strh"))
    tracks = tuple(_streams(pieces, whole, headers))
    if not tracks:
        return Contents(found.missing or "its list of streams is missing")
    seconds = max(map(partial(_stream_seconds, pieces), headers))
    return replace(found, tracks=tracks, seconds=seconds)


def _stream_seconds(pieces: Pieces, header: _Chunk) -> float:
    """How long a stream plays: its length in units of its own; 0 where it does not say."""
    scale, rate, _, length = (_length(pieces, header.at + at) for at in _STREAM_TIMES_AT)
    if not rate or length in OPEN:
        return 0
    return length * scale / rate


def _streams(pieces: Pieces, whole: _Chunk, headers: Sequence[_Chunk]) -> Iterator[Track]:
    """The tracks of an AVI: chunks of a stream bear its number in two digits."""
    numbers = [b"%02d" % number for number in range(len(headers))]
    filled = _filled(pieces, whole, frozenset(numbers))
    for number, header in zip(numbers, headers, strict=True):
        use = use_of(empty=number not in filled)
        kind = pieces.at(header.at, 4)
        for holds in _STREAMS.get(kind, ()):
            yield Track(holds, use)


def _filled(
    pieces: Pieces,
    whole: _Chunk,
    numbers: frozenset[bytes],
) -> AbstractSet[bytes]:
    """Those of the streams, by the numbers that their chunks bear, of which there is something."""
    movie = next(_inside(pieces, whole, b"movi"), _NOTHING)
    return seen_among(numbers, _streams_of_chunks(pieces, movie, numbers), _MOST_SEEN)


def _streams_of_chunks(
    pieces: Pieces,
    movie: _Chunk,
    numbers: frozenset[bytes],
) -> Iterator[bytes]:
    """The stream of each chunk. Chunks in groups may be of all of them."""
    for chunk in _chunks(pieces, movie):
        if chunk.kind == _GROUP:
            yield from numbers
            return
        yield chunk.kind[:2]


#: What reads the contents of a file, by its form; of others only the length is known.
_READERS = {b"WAVE": _wave, b"AVI ": _avi}
