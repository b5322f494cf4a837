"""MP4 and QuickTime: boxes in a row, and the tracks in the index (moov).

Owns the walk over the outermost boxes, which show whether a file is whole. It must not read what is
in the index: `mp4_index` does.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from nemowatch.content.containers import mp4_index
from nemowatch.content.containers.contents import (
    BEHIND_THE_END,
    NOT_ARRIVED,
    Contents,
    Track,
    beyond,
    ends_in_zeros,
)
from nemowatch.content.containers.mp4_index import Box, Fragments, header_at
from nemowatch.content.containers.pieces import Pieces, TooFar

#: Boxes with which a file may begin; old QuickTime has no ftyp.
FIRST_BOXES = frozenset(
    {b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot", b"styp", b"uuid"}
)
#: Boxes of which nothing may be missing; of an mdat a little may.
_NEEDED_WHOLE = frozenset({b"ftyp", b"moov", b"moof"})
#: Boxes that contain pictures and sound.
_CONTENT = frozenset({b"mdat", b"moof"})
#: The last box of a file without boxes.
_NO_BOX = Box(b"", 0, 0)
#: The most fragments that are looked into: a track is empty if none of them has any of it, and
#: there are no others.
_FRAGMENTS = 200


def begins(head: bytes) -> bool:
    """True when the first box is one with which MP4 and QuickTime files begin."""
    return len(head) >= 8 and head[4:8] in FIRST_BOXES


@dataclass(slots=True)
class _Outline:
    """The outermost boxes."""

    first: dict[bytes, Box] = field(default_factory=dict)  #: of each kind
    fragments: list[Box] = field(default_factory=list)  #: the moofs
    last: Box = _NO_BOX
    rest: bytes = b""  #: the beginning of what follows and is not a box
    all_seen: bool = True  #: False: there are too many to see them all

    @property
    def index(self) -> Box | None:
        """The first moov."""
        return self.first.get(b"moov")

    @property
    def end(self) -> int:
        """Where the last box should end by its own length."""
        return self.last.end

    @property
    def has_content(self) -> bool:
        """Whether pictures or sound have begun."""
        return not _CONTENT.isdisjoint(self.first)

    @property
    def can_be_played(self) -> bool:
        """Whether there is an index, and something to which it refers."""
        return self.has_content and b"moov" in self.first

    @property
    def may_go_on(self) -> bool:
        """Whether more may come: a fragmented file looks whole after each fragment, until its
        writer adds the index of fragments (mfra)."""
        return b"moof" in self.first and self.last.kind != b"mfra"

    @property
    def known_fragments(self) -> Fragments:
        """The first fragments."""
        known = self.fragments[:_FRAGMENTS]
        are_all = self.all_seen and len(known) < _FRAGMENTS
        return Fragments(tuple(known), are_all)

    def add(self, box: Box) -> None:
        """Take in the next box."""
        self.last = box
        self.first.setdefault(box.kind, box)
        if box.kind == b"moof":
            self.fragments.append(box)


def examine(pieces: Pieces) -> Contents:
    """What an MP4 or QuickTime file says about itself. Raises OSError, and TooMany for an index of
    too many boxes."""
    # days of fragments exhaust the limits, but the index must be read all the same
    outline = _outline(pieces.afresh())
    missing = _missing(outline, pieces.size)
    index = outline.index
    if index is None or index.end > pieces.size:
        return missing

    tracks = mp4_index.tracks(pieces, index, outline.known_fragments)
    if not mp4_index.is_filled(pieces, index):
        return Contents(NOT_ARRIVED)
    if _content_is_zeros(pieces, outline, tracks):
        return Contents(NOT_ARRIVED)
    if tracks and not outline.has_content:
        return Contents(missing.missing or "its content (mdat) is missing")
    return replace(
        missing,
        ends=_ends(outline, pieces.size),
        tracks=tracks,
        seconds=mp4_index.seconds(pieces, index),
    )


def _outline(pieces: Pieces) -> _Outline:
    found = _Outline()
    try:
        _go_over(pieces, found)
    except TooFar:
        found.all_seen = False
    return found


def _go_over(pieces: Pieces, outline: _Outline) -> None:
    """Take in the outermost boxes. Raises TooFar."""
    while outline.end < pieces.size:
        box = header_at(pieces, outline.end)
        if box is None:
            outline.rest = pieces.at(outline.end, 16)
            return
        outline.add(box)


def _missing(outline: _Outline, size: int) -> Contents:
    """What is missing: the first of these checks that applies."""
    if outline.end > size:
        return _cut_box(outline, size)
    if outline.index is None:
        return Contents("its index (moov) is missing")
    if outline.rest:
        return _rest(outline)
    return Contents()


def _cut_box(outline: _Outline, size: int) -> Contents:
    """What is missing if the last box goes on beyond the file's end."""
    found = beyond(outline.end, size)
    is_useless = not outline.can_be_played
    if is_useless or outline.last.kind in _NEEDED_WHOLE:
        return replace(found, slight=False)
    if outline.last.kind == b"mdat":
        return found
    return Contents(BEHIND_THE_END, slight=True)


def _rest(outline: _Outline) -> Contents:
    """What is missing if something follows that is not a box. Zeros may be fragments that have not
    arrived."""
    is_zeros = not any(outline.rest)
    has_more_to_come = is_zeros and outline.may_go_on
    if has_more_to_come or not outline.can_be_played:
        return Contents(NOT_ARRIVED)
    return Contents(BEHIND_THE_END, slight=True)


def _content_is_zeros(
    pieces: Pieces,
    outline: _Outline,
    tracks: tuple[Track, ...] | None,
) -> bool:
    """Whether zeros are where the end of the content should be, at the file's end."""
    if outline.last.kind != b"mdat" or not tracks:
        return False
    return ends_in_zeros(pieces, tracks, outline.end)


def _ends(outline: _Outline, size: int) -> bool:
    """Whether the file's own structure says that it ends here."""
    if outline.end != size or outline.last.is_open:
        return False
    return b"mdat" in outline.first and not outline.may_go_on
