"""What can be said about a draft (docs/api.md section 7) without knowing it: its tracks, whether it
can be exported, its summary.

Drafts stay opaque: read here, never changed, and nothing in them, however odd, raises.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from nemowatch.secrecy import SECRET_ROOM, harmless, redact

VIDEO, AUDIO, TEXT = 0, 1, 7  # the values of `tt`
#: No draft lasts longer: 1,000 hours in ms. Larger numbers are something else than a time.
_LONGEST_MS = 3_600_000_000
_NAME_KEYS = ("name", "title", "text", "content", "filename", "file_name", "label", "caption")
_VOLUME_KEYS = ("v", "vol", "volume")
_ROLE_KEYS = ("type", "role", "kind")
_START_KEYS = ("s", "st", "start")
_LENGTH_KEYS = ("d", "duration")
_END_KEYS = ("e", "et", "end")
_WORDS = {VIDEO: "Video", AUDIO: "Audio", TEXT: "Title"}
_MUSIC = frozenset({"bgm", "music"})
#: A line for people: longer names are cut.
_NAME_LENGTH = 60
#: The type of a track in quotes; what is longer than nine characters is no type.
_QUOTED_KIND = re.compile(r"(?!.{10})\s*[0-9]+\s*", re.DOTALL)
#: JSON has these types and no derived ones, and `bool` is not a number there.
_NUMBERS = (int, float)


@dataclass(frozen=True, slots=True)
class DraftTrack:
    """One track: its type (-1 when it says none) and itself."""

    kind: int
    raw: dict[str, Any]


def tracks_of(draft: object) -> list[DraftTrack]:
    """The tracks of a draft; empty for anything that is none."""
    fields = _fields(draft)
    found = fields.get("t", fields.get("tracks"))
    return [DraftTrack(_kind(raw), raw) for raw in objects_in(found)]


def segments_of(track: DraftTrack) -> list[dict[str, Any]]:
    """The segments of a track, in their order there."""
    return objects_in(track.raw.get("sg", track.raw.get("segments")))


def exportable(draft: object) -> bool:
    """True when some track has a non-empty `sg`: then a render can be asked for."""
    return any(_listed(track.raw.get("sg")) for track in tracks_of(draft))


def total_ms(draft: object) -> int:
    """`d`, the draft's length in ms; -1 when it says none."""
    return _number(_fields(draft).get("d"))


def _number(value: Any) -> int:
    """A time in ms out of a JSON value; -1 when it is no usable one. Numbers in quotes count."""
    if type(value) not in (*_NUMBERS, str):
        return -1
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return -1
    if 0 <= found <= _LONGEST_MS:
        return round(found)
    return -1


def first_time(values: Iterable[object]) -> int:
    """The first usable time in ms among JSON values; -1 when there is none."""
    return next(filter(_is_time, map(_number, values)), -1)


def _is_time(ms: int) -> bool:
    return ms >= 0


def first_text(values: Iterable[object], tidy: Callable[[str], str]) -> str:
    """The first text among JSON values of which `tidy` leaves anything, tidied; else ""."""
    texts = (value for value in values if isinstance(value, str))
    return next(filter(None, map(tidy, texts)), "")


def values_of(raws: Iterable[dict[str, Any]], keys: Iterable[str]) -> Iterator[Any]:
    """What each segment says under each of these names, first in its `m`, then in itself; None
    where it says nothing."""
    for raw in raws:
        yield from said_in(_boxes(raw), keys)


def said_in(boxes: Iterable[dict[str, Any]], keys: Iterable[str]) -> Iterator[Any]:
    """What each of these objects says under each of these names; None where it says nothing."""
    for box in boxes:
        yield from map(box.get, keys)


def timeline(draft: object, most: int | None = None) -> str:
    """`Timeline (3 tracks): 1. Video: city timelapse (0-10s) 2. BGM: Lo-fi (0-10s, 35%) 3.
    Title: "Urban Dreams" (0-3s)`; with the first `most` tracks and a count where there are more."""
    tracks = tracks_of(draft)
    count = f"{len(tracks)} tracks"
    if len(tracks) == 1:
        count = "1 track"

    lines = [f"Timeline ({count}):"]
    for index, track in enumerate(tracks[:most], 1):
        lines.append(f"{index}. {track_line(track)}")
    return " ".join([*lines, *left_out(tracks, most)]).rstrip(":")


def left_out(listed: Sequence[object], most: int | None) -> list[str]:
    """How many more there are where only the first `most` are listed; nothing for no more."""
    more = len(listed) - len(listed[:most])
    if not more:
        return []
    return [f"and {more} more"]


def track_name(track: DraftTrack) -> str:
    """A track's kind and its names: `BGM: Lo-fi`."""
    segments = segments_of(track)
    word = _word(track, segments)
    shown = _names(track, segments)
    if shown:
        return f"{word}: {shown}"
    return word


def track_line(track: DraftTrack) -> str:
    """A track as people know it: `BGM: Lo-fi (0-10s, 35%)`."""
    segments = segments_of(track)
    line = track_name(track)
    details = (_span(segments), _volume([*segments, track.raw]))
    known = ", ".join(filter(None, details))
    if known:
        line = f"{line} ({known})"
    return line


def _names(track: DraftTrack, segments: list[dict[str, Any]]) -> str:
    """The first name of a segment and how many more there are, or the track's own; else ""."""
    named = list(filter(None, map(_name, segments)))
    first, *others = named or [_name(track.raw)]
    is_title = track.kind == TEXT and first != ""
    if is_title:
        first = f'"{first}"'
    if others:
        return f"{first} and {len(others)} more"
    return first


def _word(track: DraftTrack, segments: list[dict[str, Any]]) -> str:
    """BGM where a draft calls its music so, else the type of the track."""
    if track.kind == AUDIO and _is_music([track.raw, *segments]):
        return "BGM"
    return _WORDS.get(track.kind, "Track")


def _is_music(raws: list[dict[str, Any]]) -> bool:
    roles = map(str, values_of(raws, _ROLE_KEYS))
    return not _MUSIC.isdisjoint(map(str.casefold, roles))


def _span(segments: list[dict[str, Any]]) -> str:
    """From the first start to the last end, in seconds; "" when nothing tells."""
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    for segment in segments:
        begins, at = _extent(segment, at)
        if at > begins:
            starts.append(begins)
            ends.append(at)

    if not starts:
        return ""
    return f"{_seconds(min(starts))}-{_seconds(max(ends))}s"


def _extent(segment: dict[str, Any], at: int) -> tuple[int, int]:
    """Where a segment begins and ends, in ms. One without a start begins `at` the end of the one
    before; one without an end or a length lasts no time."""
    begins = first_time(values_of([segment], _START_KEYS))
    if begins < 0:
        begins = at
    end = first_time(values_of([segment], _END_KEYS))
    if end > begins:
        return begins, end
    length = first_time(values_of([segment], _LENGTH_KEYS))
    return begins, begins + max(length, 0)


def _seconds(ms: int) -> str:
    return f"{ms / 1000:.1f}".removesuffix(".0")


def _volume(raws: Iterable[dict[str, Any]]) -> str:
    """A volume other than full: 0.35 and 35 both mean 35%."""
    volumes = filter(_is_volume, values_of(raws, _VOLUME_KEYS))
    volume = float(next(volumes, 1.0))
    if volume <= 1:
        volume *= 100
    percent = round(volume)
    if percent == 100:
        return ""
    return f"{percent}%"


def _is_volume(value: Any) -> bool:
    return type(value) in _NUMBERS and 0 <= value <= 100


def _name(raw: dict[str, Any]) -> str:
    """The first name that a segment or a track says, on one line; else ""."""
    values = [raw.get("m"), *values_of([raw], _NAME_KEYS)]
    name = first_text(values, _on_one_line)
    if len(name) <= _NAME_LENGTH:
        return name
    return name[: _NAME_LENGTH - 1].rstrip() + "…"


def _on_one_line(text: str) -> str:
    kept = text[: _NAME_LENGTH + SECRET_ROOM]
    return " ".join(redact(harmless(kept)).split())


def _boxes(raw: dict[str, Any]) -> list[dict[str, Any]]:
    """Where a segment keeps what it says: its `m`, and itself."""
    return objects_in([raw.get("m"), raw])


def _kind(track: dict[str, Any]) -> int:
    value = track.get("tt")
    if type(value) is int:
        return value
    if isinstance(value, str) and _QUOTED_KIND.fullmatch(value):
        return int(value)
    return -1


def _fields(draft: object) -> dict[str, Any]:
    """A draft, or an empty one."""
    if isinstance(draft, dict):
        return draft
    return {}


def objects_in(value: object) -> list[dict[str, Any]]:
    """The objects in a list, in their order."""
    found: list[dict[str, Any]] = []
    for item in _listed(value):
        if isinstance(item, dict):
            found.append(item)
    return found


def _listed(value: object) -> list[Any]:
    """A list as it is; the values of an object (some writers key tracks by id); else nothing."""
    if isinstance(value, dict):
        return list(value.values())
    if isinstance(value, list):
        return value
    return []
