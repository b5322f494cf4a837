"""What a container says of itself: its tracks, and whether all that it promises is there.

Owns the record that every module of this package answers with, and what its tracks mean together.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

_MB = 1024 * 1024
#: Bytes by which a size may be wrong without harm: writers forget a header, or round. Never more
#: than a hundredth of the file beyond the first of these.
LITTLE, MOST = 64, 4096
#: What every player leaves alone.
BEHIND_THE_END = "what follows its last part does not belong to it"


class Holds(StrEnum):
    """What a track holds, as far as it matters here."""

    PICTURE = "picture"
    SOUND = "sound"


@dataclass(frozen=True, slots=True)
class Track:
    """One track of pictures or sound; others (subtitles, time codes, hints) are not told."""

    holds: Holds
    empty: bool = False  #: nothing is in it
    off: bool = False  #: switched off: players leave it out
    locked: bool = False  #: encrypted


@dataclass(frozen=True, slots=True)
class Contents:
    """What a container says. Without `tracks` it does not say which there are."""

    missing: str = ""  #: what is not there, in plain words; "": nothing shows
    slight: bool = False  #: players play it in spite of what is missing
    ends: bool = False  #: it says where it ends, and ends there: no further piece is to come
    tracks: tuple[Track, ...] | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """What there is to see and to hear, as a player would have it."""

    picture: bool
    sound: bool
    silent: str  #: why there is nothing to hear, in plain words; "" when there is
    locked: bool


def heard(tracks: Iterable[Track]) -> Heard:
    """Judge the tracks of a file. Where all are switched off, a writer has forgotten the mark, and
    players play them all."""
    full = [track for track in tracks if not track.empty]
    on = [track for track in full if not track.off] or full
    sounds = [track for track in on if track.holds is Holds.SOUND]
    pictures = [track for track in on if track.holds is Holds.PICTURE]
    silent = ""
    if not sounds:
        silent = _why_silent([track for track in tracks if track.holds is Holds.SOUND])
    locked = any(track.locked for track in on)
    return Heard(bool(pictures), bool(sounds), silent, locked)


def _why_silent(sounds: list[Track]) -> str:
    if not sounds:
        return "it has no sound track"
    if all(track.empty for track in sounds):
        return "its sound track is empty"
    return "its sound track is switched off"


def beyond(end: int, size: int) -> Contents:
    """For a file of `size` bytes that goes on to `end` by its own word."""
    if end <= size:
        return Contents()
    count = end - size
    said = f"{count / _MB:.1f} MB"
    if count < _MB:
        said = f"{count:,} bytes"
    few = max(LITTLE, min(MOST, size // 100))
    return Contents(f"{said} are missing at its end", slight=count <= few)
