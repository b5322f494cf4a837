"""What a container says about itself: its tracks, and whether everything that it promises is there.

Owns the record that every module of this package returns, and what its tracks mean together. It
must not know any container.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from operator import attrgetter

from nemowatch.content.containers.pieces import Pieces
from nemowatch.i18n.language import message

_MB = 1024 * 1024
#: Bytes by which a size may be wrong without harm, since writers forget a header, or round; beyond
#: the first of these never more than a hundredth of the file.
LITTLE, MOST = 64, 4096
#: Bytes of zeros in a row that no compressed picture or sound has.
ZEROS = 16 * 1024
#: What is said of a surplus that every player ignores.
BEHIND_THE_END = "what follows its last part does not belong to it"
NOT_ARRIVED = "part of it has not arrived"


class Holds(StrEnum):
    """What a track contains, as far as it matters here."""

    PICTURE = "picture"
    SOUND = "sound"


class Use(StrEnum):
    """How a player treats a track."""

    PLAYED = "played"
    OFF = "off"  #: switched off: left out
    EMPTY = "empty"  #: nothing is in it


#: Why there is nothing to hear, by how a player treats the sound tracks.
_SILENT = {Use.OFF: "its sound track is switched off", Use.EMPTY: "its sound track is empty"}
_NO_TRACK = "it has no sound track"


@dataclass(frozen=True, slots=True)
class Track:
    """One track of pictures or sound; others (subtitles, time codes, hints) are not recorded."""

    holds: Holds
    use: Use = Use.PLAYED
    locked: bool = False  #: encrypted
    packed: bool = False  #: compressed, so that it has no long runs of zeros


_HOLDS, _IS_LOCKED, _IS_PACKED = map(attrgetter, ("holds", "locked", "packed"))


@dataclass(frozen=True, slots=True)
class Contents:
    """What a container says. `tracks` of None: it does not say which there are."""

    missing: str = ""  #: what is missing, in plain words; "": nothing, as far as can be seen
    slight: bool = False  #: players play it despite what is missing
    ends: bool = False  #: it says where it ends, and ends there: no further piece is to come
    tracks: tuple[Track, ...] | None = None
    seconds: float = 0  #: how long it plays; 0: it does not say


@dataclass(frozen=True, slots=True)
class Heard:
    """What a player would show and play."""

    picture: bool
    sound: bool
    silent: str  #: why there is nothing to hear, in plain words; "" when there is
    locked: bool

    @property
    def anything(self) -> bool:
        """Whether there is anything to see or to hear."""
        return self.picture or self.sound


def use_of(*, empty: bool, off: bool = False) -> Use:
    """How a player treats a track that is empty or switched off."""
    if empty:
        return Use.EMPTY
    if off:
        return Use.OFF
    return Use.PLAYED


def heard(tracks: Iterable[Track]) -> Heard:
    """Judge the tracks of a file. If all are switched off, a writer has forgotten the flag, and
    players play all of them."""
    by_use: dict[Use, list[Track]] = {use: [] for use in Use}
    for track in tracks:
        by_use[track.use].append(track)

    played = by_use[Use.PLAYED] or by_use[Use.OFF]
    held = set(map(_HOLDS, played))
    silent = ""
    if Holds.SOUND not in held:
        silent = _why_silent(by_use)
    return Heard(
        picture=Holds.PICTURE in held,
        sound=not silent,
        silent=silent,
        locked=any(map(_IS_LOCKED, played)),
    )


def _why_silent(by_use: dict[Use, list[Track]]) -> str:
    for use, why in _SILENT.items():
        if Holds.SOUND in map(_HOLDS, by_use[use]):
            return why
    return _NO_TRACK


def ends_in_zeros(pieces: Pieces, tracks: Iterable[Track], end: int) -> bool:
    """True when zeros are where the end of compressed pictures or sound, at `end`, should be: a
    copy died after the file had been given its full size."""
    is_packed = all(map(_IS_PACKED, tracks))
    tail = pieces.at(max(end - ZEROS, 0), ZEROS)
    return is_packed and tail == bytes(ZEROS)


def beyond(end: int, size: int) -> Contents:
    """What is missing in a file of `size` bytes that should go on to `end`."""
    if end <= size:
        return Contents()

    count = end - size
    said = message(f"{count:,} bytes")
    if count >= _MB:
        number = count / _MB
        said = message(f"{number:.1f} MB")
    few = max(LITTLE, min(MOST, size // 100))
    return Contents(f"{said} are missing at its end", slight=count <= few)
