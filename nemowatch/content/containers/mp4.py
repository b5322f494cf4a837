"""MP4 and QuickTime: boxes in a row, and the tracks in the index (moov).

Owns the walk over the outermost boxes, by which a file is whole or not. What is in the index is
read in `mp4_index`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from nemowatch.content.containers import mp4_index
from nemowatch.content.containers.contents import BEHIND_THE_END, Contents, beyond
from nemowatch.content.containers.mp4_index import Box, header_at
from nemowatch.content.containers.pieces import Pieces, TooMany

#: Boxes that a file may begin with; old QuickTime has no ftyp.
FIRST_BOXES = frozenset(
    {b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot", b"styp", b"uuid"}
)
#: Boxes without which pictures or sound are missing.
_NEEDED = frozenset({b"ftyp", b"moov", b"mdat", b"moof"})
#: Where pictures and sound are.
_CONTENT = frozenset({b"mdat", b"moof"})
#: Fragments that are looked into: a track of which none of these has anything is empty, when there
#: are no others.
_FRAGMENTS = 200


def begins(head: bytes) -> bool:
    """True when the first box is one that MP4 and QuickTime files begin with."""
    return len(head) >= 8 and head[4:8] in FIRST_BOXES


@dataclass(slots=True)
class _Outline:
    """The outermost boxes."""

    kinds: set[bytes] = field(default_factory=set)
    index: Box | None = None  #: the moov
    fragments: list[Box] = field(default_factory=list)  #: the first moofs
    last: bytes = b""  #: the kind of the last box
    end: int = 0  #: where that ends by its own word
    is_open: bool = False  #: the last says that it goes on to the end, wherever that is
    rest: bytes = b""  #: the beginning of what follows and is no box
    all_seen: bool = True  #: False: there are too many to see them all

    @property
    def has_content(self) -> bool:
        """Whether pictures or sound have begun."""
        return not _CONTENT.isdisjoint(self.kinds)


def examine(pieces: Pieces) -> Contents:
    """What a MP4 or QuickTime file says of itself. Raises OSError, and TooMany for an index of too
    many boxes."""
    # hours of fragments use the bounds up, and their index counts all the same
    outline = _outline(pieces.afresh())
    missing = _missing(outline, pieces.size)
    if outline.index is None or outline.index.end > pieces.size:
        return missing
    fragments = outline.fragments
    is_complete = outline.all_seen and len(fragments) < _FRAGMENTS
    tracks = mp4_index.tracks(pieces, outline.index, fragments, are_all=is_complete)
    return replace(missing, ends=_ends(outline, pieces.size), tracks=tracks)


def _outline(pieces: Pieces) -> _Outline:
    found = _Outline()
    try:
        while found.end < pieces.size and not found.rest:
            _add_box(found, pieces)
    except TooMany:
        found.all_seen = False
    return found


def _add_box(found: _Outline, pieces: Pieces) -> None:
    """Take in the box where the last one ended, or what is there instead."""
    box = header_at(pieces, found.end)
    if box is None:
        found.rest = pieces.at(found.end, 16)
        return

    found.kinds.add(box.kind)
    found.last = box.kind
    found.is_open = box.is_open
    found.end = box.end
    if box.kind == b"moov" and found.index is None:
        found.index = box
    if box.kind == b"moof" and len(found.fragments) < _FRAGMENTS:
        found.fragments.append(box)


def _missing(outline: _Outline, size: int) -> Contents:
    if outline.end > size:
        return _cut_box(outline, size)
    if outline.index is None:
        return Contents("its index (moov) is missing")
    if not outline.all_seen:
        return Contents()
    if outline.rest:
        return _rest(outline)
    if not outline.has_content:
        return Contents("its content (mdat) is missing")
    return Contents()


def _cut_box(outline: _Outline, size: int) -> Contents:
    """The last box goes on beyond the file's end."""
    found = beyond(outline.end, size)
    is_whole_without = outline.index is not None and outline.has_content
    if outline.last not in _NEEDED and is_whole_without:
        return Contents(BEHIND_THE_END, slight=True)
    if outline.last != b"mdat" or outline.index is None:
        return replace(found, slight=False)
    return found


def _rest(outline: _Outline) -> Contents:
    """Something that is no box follows. Zeros may be content that has not arrived."""
    is_zeros = not any(outline.rest)
    may_go_on = b"moof" in outline.kinds and outline.last != b"mfra"
    if not outline.has_content or (is_zeros and may_go_on):
        return Contents("part of it has not arrived")
    return Contents(BEHIND_THE_END, slight=True)


def _ends(outline: _Outline, size: int) -> bool:
    """A fragmented file looks whole after each fragment: it ends with the index of them (mfra) that
    its writer puts last, or does not say."""
    if outline.end != size or outline.is_open or outline.rest:
        return False
    is_closed = b"moof" not in outline.kinds or outline.last == b"mfra"
    return b"mdat" in outline.kinds and is_closed
