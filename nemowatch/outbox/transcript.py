"""The words of a draft as a transcript: plain text, SubRip, WebVTT. Pure, and total: no draft,
however odd, raises.

The draft's shape is documented in part only (docs/api.md section 7): every key is probed,
nothing is required, nothing is changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from nemowatch.outbox.draft import (
    TEXT,
    exportable,
    number,
    segments_of,
    timeline,
    total_ms,
    tracks_of,
)

__all__ = ["Segment", "Transcript", "as_srt", "as_text", "as_vtt", "exportable", "read", "timeline"]

#: How long a caption without an end stands: 60 ms a character is an easy reading speed, within
#: these bounds.
_MS_PER_CHARACTER, _SHORTEST_MS, _LONGEST_MS = 60, 1_000, 7_000
_TEXT_KEYS = ("text", "content", "title", "caption", "txt")
_START_KEYS = ("s", "st", "start", "start_time", "startTime", "begin")
_END_KEYS = ("e", "et", "end", "end_time", "endTime")
_LENGTH_KEYS = ("d", "du", "dur", "duration")
#: Where times may hide when they are not on the segment itself.
_TIME_BOXES = ("m", "tr", "time", "range", "timerange", "time_range")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u2028\u2029\ud800-\udfff\ufeff]")
_LINE_ENDS = re.compile(r"\r\n|[\r\u0085\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Segment:
    """One caption. Times in ms; both 0 in an untimed transcript."""

    start_ms: int
    end_ms: int
    text: str  #: one or more lines, none of them empty


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was said."""

    segments: tuple[Segment, ...]
    timed: bool  #: False: only plain text can be made of it


@dataclass(frozen=True, slots=True)
class _Found:
    """A caption as it stands in the draft; -1 where it says nothing."""

    start: int
    end: int
    text: str


def read(draft: object, answer: str = "") -> Transcript:
    """The transcript of a draft: all its text tracks, in order of time. Without any text there,
    the agent's `answer`."""
    tracks = [_captions(segments_of(track)) for track in tracks_of(draft) if track.kind == TEXT]
    if any(tracks):
        if any(found.start >= 0 for track in tracks for found in track):
            laid = sorted(
                (s for track in tracks for s in _with_ends(track, total_ms(draft))),
                key=lambda s: s.start_ms,
            )
            return Transcript(tuple(_without_overlaps(laid)), timed=True)
        return Transcript(
            tuple(Segment(0, 0, found.text) for track in tracks for found in track), timed=False
        )
    text = _clean(answer)
    return Transcript((Segment(0, 0, text),) if text else (), timed=False)


def as_text(transcript: Transcript) -> str:
    """One caption a line, UTF-8, LF; "" when there is nothing."""
    return "".join(segment.text + "\n" for segment in transcript.segments)


def as_srt(transcript: Transcript) -> str:
    """SubRip; "" without times. Lines end with CRLF: the format comes from Windows, and the
    strictest readers left, television sets and old players, take nothing else, while everything
    newer takes both."""
    if not transcript.timed:
        return ""
    cues = (
        f"{index}\n{_clock(s.start_ms, ',')} -->"
        f" {_clock(s.end_ms, ',')}\n{s.text.replace('-->', '->')}\n\n"
        for index, s in enumerate(transcript.segments, 1)
    )
    return "".join(cues).replace("\n", "\r\n")


def as_vtt(transcript: Transcript) -> str:
    """WebVTT, LF; "" without times. `&`, `<` and `>` are markup there."""
    if not transcript.timed:
        return ""
    import html

    cues = (
        f"{_clock(s.start_ms, '.')} -->"
        f" {_clock(s.end_ms, '.')}\n{html.escape(s.text, quote=False)}\n"
        for s in transcript.segments
    )
    return "WEBVTT\n\n" + "\n".join(cues)


def _clock(ms: int, mark: str) -> str:
    seconds, rest = divmod(ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{seconds:02d}{mark}{rest:03d}"


def _captions(segments: Iterable[object]) -> list[_Found]:
    """The captions of one track. Where a segment says only how long it lasts, it begins where
    the one before ended."""
    found: list[_Found] = []
    at = 0
    for segment in segments:
        start, end, length = (
            _time(segment, keys) for keys in (_START_KEYS, _END_KEYS, _LENGTH_KEYS)
        )
        begins = start if start >= 0 else at if length >= 0 or end > at else -1
        if begins >= 0:
            end = end if end > begins else begins + length if length > 0 else -1
            at = max(begins, end)
        text = _text(segment)
        if text:
            found.append(_Found(begins, end if begins >= 0 else -1, text))
    return found


def _with_ends(track: list[_Found], total: int) -> Iterable[Segment]:
    """Timed captions of one track; one without a time follows the one before, one without an end
    stands until the next, as long as it takes to read at most."""
    placed: list[_Found] = []
    for found in track:
        before = placed[-1] if placed else _Found(0, 0, "")
        placed.append(
            found if found.start >= 0 else _Found(max(before.start, before.end), -1, found.text)
        )
    placed.sort(key=lambda found: found.start)
    for index, found in enumerate(placed):
        later = next(
            (other.start for other in placed[index + 1 :] if other.start > found.start), total
        )
        yield Segment(
            found.start, found.end if found.end > found.start else _end(found, later), found.text
        )


def _end(found: _Found, later: int) -> int:
    length = min(max(len(found.text) * _MS_PER_CHARACTER, _SHORTEST_MS), _LONGEST_MS)
    return min(found.start + length, later) if later > found.start else found.start + length


def _without_overlaps(segments: Iterable[Segment]) -> list[Segment]:
    """Players stack or drop captions that overlap: one ends where the next begins; those that
    begin together become one."""
    laid: list[Segment] = []
    for segment in segments:
        if laid and laid[-1].start_ms == segment.start_ms:
            laid[-1] = _joined(laid[-1], segment)
            continue
        if laid and laid[-1].end_ms > segment.start_ms:
            laid[-1] = Segment(laid[-1].start_ms, segment.start_ms, laid[-1].text)
        laid.append(segment)
    return laid


def _joined(one: Segment, other: Segment) -> Segment:
    text = one.text if other.text in one.text.split("\n") else f"{one.text}\n{other.text}"
    return Segment(one.start_ms, max(one.end_ms, other.end_ms), text)


def _time(segment: object, keys: tuple[str, ...]) -> int:
    """Milliseconds, or -1 when the segment says nothing usable."""
    boxes = [segment] + (
        [segment.get(key) for key in _TIME_BOXES] if isinstance(segment, dict) else []
    )
    values = (
        number(box.get(key)) for box in boxes if isinstance(box, dict) for key in keys if key in box
    )
    return next((value for value in values if value >= 0), -1)


def _text(segment: object) -> str:
    """A caption's words, from its `m` or from itself; "" when there are none."""
    if not isinstance(segment, dict):
        return ""
    inner = segment.get("m")
    if isinstance(inner, str):
        return _clean(inner)
    values = (
        box.get(key) for box in (inner, segment) if isinstance(box, dict) for key in _TEXT_KEYS
    )
    return next(
        (text for value in values if isinstance(value, str) and (text := _clean(value))), ""
    )


def _clean(text: str) -> str:
    """Lines without control characters; an empty line would end a caption early, so there are
    none."""
    lines = (_UNPRINTABLE.sub("", line).strip() for line in _LINE_ENDS.sub("\n", text).split("\n"))
    return "\n".join(line for line in lines if line)
