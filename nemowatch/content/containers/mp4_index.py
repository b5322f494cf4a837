"""The index of a MP4 or QuickTime file: which tracks there are, and whether anything is in them.

Owns the reading of boxes below the outermost. It reads the few boxes that it needs, wherever the
others end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from nemowatch.content.containers.contents import Holds, Track
from nemowatch.content.containers.pieces import Pieces

#: Kinds of tracks; others are texts, time codes, chapters, hints and the like.
_HANDLERS = {b"vide": Holds.PICTURE, b"soun": Holds.SOUND}
#: Forms of samples that are encrypted: by the standard, and of the iTunes shop.
_LOCKED = frozenset({b"encv", b"enca", b"drms", b"drmi"})
#: The flag of a track that is switched on.
_ENABLED = 1


@dataclass(frozen=True, slots=True)
class Box:
    """A box of a file."""

    kind: bytes
    at: int  #: where its content begins
    end: int  #: where it ends, by its own word
    is_open: bool = False  #: that is "at the end of the file"


def header_at(pieces: Pieces, offset: int) -> Box | None:
    """The box at `offset`; None where none can begin."""
    header = pieces.at(offset, 16)
    kind = header[4:8]
    length = int.from_bytes(header[:4], "big")
    if length == 0 and any(kind):
        return Box(kind, offset + 8, pieces.size, is_open=True)
    if length == 1 and len(header) == 16:
        length = int.from_bytes(header[8:], "big")
        if length < 16:
            return None
        return Box(kind, offset + 16, offset + length)
    if length < 8 or len(header) < 8:
        return None
    return Box(kind, offset + 8, offset + length)


def tracks(
    pieces: Pieces,
    index: Box,
    fragments: Iterable[Box],
    *,
    are_all: bool,
) -> tuple[Track, ...] | None:
    """The tracks of pictures and sound; None when the index does not show them (compressed by old
    QuickTime). `fragments`: the first of them, or all there are."""
    inside = list(_boxes(pieces, index))
    kinds = {box.kind for box in inside}
    if b"trak" not in kinds and b"mvhd" not in kinds:
        return None

    filled: set[int] | None = set()
    if b"mvex" in kinds:
        filled = _filled(pieces, fragments)
        if not are_all:
            filled = None
    found = [_track(pieces, box, filled) for box in inside if box.kind == b"trak"]
    return tuple(track for track in found if track is not None)


def _boxes(pieces: Pieces, parent: Box) -> Iterator[Box]:
    """The boxes in a box, as far as they fit into it."""
    offset = parent.at
    while offset < parent.end:
        box = header_at(pieces, offset)
        if box is None or box.end > parent.end:
            return
        yield box
        offset = box.end


def _below(pieces: Pieces, parent: Box, *path: bytes) -> Box | None:
    """The first box of these kinds, each in the one before."""
    found: Box | None = parent
    for kind in path:
        if found is None:
            return None
        found = next((box for box in _boxes(pieces, found) if box.kind == kind), None)
    return found


def _track(pieces: Pieces, trak: Box, filled: set[int] | None) -> Track | None:
    """A track of pictures or sound. `filled`: the numbers of those that the fragments fill; None
    when not all fragments are known."""
    handler = _below(pieces, trak, b"mdia", b"hdlr")
    holds = _HANDLERS.get(pieces.at(handler.at + 8, 4)) if handler else None
    header = _below(pieces, trak, b"tkhd")
    samples = _below(pieces, trak, b"mdia", b"minf", b"stbl")
    if holds is None or header is None or samples is None:
        return None

    empty = _is_empty(pieces, samples)
    if empty:
        empty = filled is not None and _number(pieces, header) not in filled
    form = _below(pieces, samples, b"stsd")
    locked = form is not None and pieces.at(form.at + 12, 4) in _LOCKED
    off = not pieces.number(header.at) & _ENABLED
    return Track(holds, empty, off, locked)


def _is_empty(pieces: Pieces, samples: Box) -> bool:
    """Whether the index counts no sample."""
    for box in _boxes(pieces, samples):
        if box.kind in (b"stsz", b"stz2"):
            return pieces.number(box.at + 8) == 0
    return True


def _number(pieces: Pieces, header: Box) -> int:
    """The number of a track, by its header (tkhd), whose version says how long its times are."""
    version = pieces.number(header.at, 1)
    return pieces.number(header.at + (20 if version == 1 else 12))


def _filled(pieces: Pieces, fragments: Iterable[Box]) -> set[int]:
    """The numbers of the tracks of which there are samples in these fragments."""
    found: set[int] = set()
    for fragment in fragments:
        for part in _boxes(pieces, fragment):
            header = _below(pieces, part, b"tfhd") if part.kind == b"traf" else None
            if header is not None and _has_samples(pieces, part):
                found.add(pieces.number(header.at + 4))
    return found


def _has_samples(pieces: Pieces, part: Box) -> bool:
    runs = (box for box in _boxes(pieces, part) if box.kind == b"trun")
    return any(pieces.number(run.at + 4) for run in runs)
