"""What can be told of a draft (docs/api.md section 7) without knowing it: its tracks, whether it
can be exported, its summary.

Drafts stay opaque: read here, never changed, and nothing in them, however odd, raises.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

VIDEO, AUDIO, TEXT = 0, 1, 7  # the values of `tt`
#: No draft lasts longer: 1,000 hours in ms. Larger numbers are something else than a time.
_LONGEST_MS = 3_600_000_000
_NAME_KEYS = ("name", "title", "text", "content", "filename", "file_name", "label", "caption")
_VOLUME_KEYS = ("v", "vol", "volume")
_WORDS = {VIDEO: "Video", AUDIO: "Audio", TEXT: "Title"}
#: A line for people: longer names are cut.
_NAME_LENGTH = 60


@dataclass(frozen=True, slots=True)
class Track:
    """One track: its type (-1 when it says none) and itself."""

    kind: int
    raw: dict[str, Any]


def tracks_of(draft: object) -> list[Track]:
    """The tracks of a draft; empty for anything that is none."""
    raw = _listed(draft.get("t", draft.get("tracks"))) if isinstance(draft, dict) else []
    return [Track(_kind(track), track) for track in raw if isinstance(track, dict)]


def segments_of(track: Track) -> list[dict[str, Any]]:
    """The segments of a track, in their order there."""
    found = _listed(track.raw.get("sg", track.raw.get("segments")))
    return [segment for segment in found if isinstance(segment, dict)]


def exportable(draft: object) -> bool:
    """True when some track has a non-empty `sg`: then a render can be asked for."""
    return any(_listed(track.raw.get("sg")) for track in tracks_of(draft))


def total_ms(draft: object) -> int:
    """`d`, the draft's length in ms; -1 when it says none."""
    return number(draft.get("d")) if isinstance(draft, dict) else -1


def number(value: object) -> int:
    """A time in ms out of a JSON value; -1 when it is no usable one. Numbers in quotes count."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return -1
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return -1
    return round(found) if math.isfinite(found) and 0 <= found <= _LONGEST_MS else -1


def timeline(draft: object) -> str:
    """`Timeline (3 tracks): 1. Video: city timelapse (0-10s) 2. BGM: Lo-fi (0-10s, 35%) 3.
    Title: "Urban Dreams" (0-3s)`."""
    tracks = tracks_of(draft)
    lines = [f"{index}. {_line(track)}" for index, track in enumerate(tracks, 1)]
    return " ".join(
        [f"Timeline ({len(tracks)} track{'' if len(tracks) == 1 else 's'}):", *lines]
    ).rstrip(":")


def _line(track: Track) -> str:
    segments = segments_of(track)
    names = [name for segment in segments if (name := _name(segment))]
    shown = _name(track.raw) if not names else names[0]
    shown = f'"{shown}"' if shown and track.kind == TEXT else shown
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    details = ", ".join(
        detail for detail in (_span(segments), _volume([*segments, track.raw])) if detail
    )
    return f"{_word(track, segments)}{': ' if shown else ''}{shown}{more}" + (
        f" ({details})" if details else ""
    )


def _word(track: Track, segments: list[dict[str, Any]]) -> str:
    """BGM where a draft calls its music so, else the type of the track."""
    hints = (
        str(box.get(key, ""))
        for raw in (track.raw, *segments)
        for box in _boxes(raw)
        for key in ("type", "role", "kind")
    )
    if track.kind == AUDIO and any(hint.casefold() in {"bgm", "music"} for hint in hints):
        return "BGM"
    return _WORDS.get(track.kind, "Track")


def _span(segments: list[dict[str, Any]]) -> str:
    """From the first start to the last end, in seconds; "" when nothing tells."""
    at, starts, ends = 0, [], []
    for segment in segments:
        start, length, end = (
            _first(segment, keys)
            for keys in (("s", "st", "start"), ("d", "duration"), ("e", "et", "end"))
        )
        begins = start if start >= 0 else at
        at = end if end > begins else begins + max(length, 0)
        if at > begins:
            starts.append(begins)
            ends.append(at)
    return f"{_seconds(min(starts))}-{_seconds(max(ends))}s" if starts else ""


def _seconds(ms: int) -> str:
    return f"{ms / 1000:.1f}".removesuffix(".0")


def _first(segment: dict[str, Any], keys: Iterable[str]) -> int:
    return next(
        (value for box in _boxes(segment) for key in keys if (value := number(box.get(key))) >= 0),
        -1,
    )


def _volume(raws: Iterable[dict[str, Any]]) -> str:
    """A volume other than full: 0.35 and 35 both mean 35%."""
    values = (box.get(key) for raw in raws for box in _boxes(raw) for key in _VOLUME_KEYS)
    plain = (
        float(value)
        for value in values
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 100
    )
    share = next(plain, 1.0)
    percent = round(share * 100 if share <= 1 else share)
    return "" if percent == 100 else f"{percent}%"


def _name(raw: dict[str, Any]) -> str:
    inner = raw.get("m")
    values = [inner, *(box.get(key) for box in _boxes(raw) for key in _NAME_KEYS)]
    names = (" ".join(value.split()) for value in values if isinstance(value, str))
    name = next((name for name in names if name), "")
    return name if len(name) <= _NAME_LENGTH else name[: _NAME_LENGTH - 1].rstrip() + "…"


def _boxes(raw: dict[str, Any]) -> list[dict[str, Any]]:
    """Where a segment keeps what it says: its `m`, and itself."""
    inner = raw.get("m")
    return [inner, raw] if isinstance(inner, dict) else [raw]


def _kind(track: dict[str, Any]) -> int:
    value = track.get("tt")
    if (
        isinstance(value, str)
        and value.strip().isascii()
        and value.strip().isdigit()
        and len(value) < 10
    ):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else -1


def _listed(value: object) -> list[Any]:
    """A list as it is; the values of an object (some writers key tracks by id); else nothing."""
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []
