"""What containers say about themselves: MP4 and QuickTime, Matroska, RIFF, MP3 and AAC, pictures.

Each module walks the structures of one family with a limited number of small reads, and returns
`Contents`. None of them may decide what becomes of a file.
"""

from __future__ import annotations

from collections.abc import Callable

from nemowatch.content.containers import marks, matroska, mp4, mpeg_audio, riff
from nemowatch.content.containers.contents import Contents, Heard, Holds, Track, heard
from nemowatch.content.containers.mpeg_audio import behind_tags
from nemowatch.content.containers.pieces import Pieces, TooMany
from nemowatch.content.recognise import by_beginning

__all__ = [
    "Contents",
    "Heard",
    "Holds",
    "Pieces",
    "TooMany",
    "Track",
    "behind_tags",
    "examine",
    "heard",
]

#: The reader of files that begin with these bytes.
_READERS: tuple[tuple[tuple[bytes, ...], Callable[[Pieces], Contents]], ...] = (
    ((matroska.EBML,), matroska.examine),
    (riff.BEGINNINGS, riff.examine),
    ((marks.JPEG, marks.PNG, marks.GIF, marks.ZIP), marks.examine),
)


def examine(pieces: Pieces) -> Contents:
    """What the container says. A file that begins like none of them is searched for frames of MP3
    and AAC, which may begin anywhere. Raises OSError, and TooMany for a file of more pieces than
    are read."""
    head = pieces.at(0, 16)
    if mp4.begins(head):
        return mp4.examine(pieces)
    read = by_beginning(head, _READERS) or mpeg_audio.examine
    return read(pieces)
