"""The words of a draft as a transcript: plain text, SubRip, WebVTT. Pure, and total: no draft,
however odd, raises.

The draft's shape is documented in part only (docs/api.md section 7): every key is probed,
nothing is required, nothing is changed.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain, groupby, pairwise
from operator import attrgetter
from typing import Any

from nemowatch.content.subtitle_times import subtitle_time
from nemowatch.edits.caption_lines import divided, is_seen
from nemowatch.edits.draft import (
    TEXT,
    first_text,
    first_time,
    objects_in,
    said_in,
    segments_of,
    total_ms,
    tracks_of,
    values_of,
)
from nemowatch.secrecy import harmless, redact_work

__all__ = [
    "Segment",
    "Transcript",
    "as_srt",
    "as_text",
    "as_vtt",
    "has_captions",
    "read",
]

#: How long a caption without an end stays: 60 ms a character is an easy reading speed, within
#: these bounds.
_MS_PER_CHARACTER, _SHORTEST_MS, _LONGEST_MS = 60, 1_000, 7_000
_TEXT_KEYS = ("text", "content", "title", "caption", "txt")
_START_KEYS = ("s", "st", "start", "start_time", "startTime", "begin")
_END_KEYS = ("e", "et", "end", "end_time", "endTime")
_LENGTH_KEYS = ("d", "du", "dur", "duration")
#: Where times may hide when they are not on the segment itself.
_TIME_BOXES = ("m", "tr", "time", "range", "timerange", "time_range")


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
class _Caption:
    """A caption as it is in the draft; -1 where it says nothing."""

    start: int
    end: int
    text: str

    @property
    def is_timed(self) -> bool:
        """Whether the draft says when it begins."""
        return self.start >= 0


def read(draft: object, answer: str = "") -> Transcript:
    """The transcript of a draft: all its text tracks, in order of time. Without any text there,
    the agent's `answer`."""
    tracks: list[list[_Caption]] = []
    for track in tracks_of(draft):
        if track.kind == TEXT:
            tracks.append(_captions(segments_of(track)))

    found = list(chain.from_iterable(tracks))
    if not found:
        return _untimed(filter(None, [_clean(answer)]))
    if not any(map(attrgetter("is_timed"), found)):
        return _untimed(map(attrgetter("text"), found))

    total = total_ms(draft)
    segments = chain.from_iterable(_with_ends(track, total) for track in tracks)
    in_order = sorted(segments, key=attrgetter("start_ms"))
    return Transcript(tuple(_without_overlaps(in_order)), timed=True)


def has_captions(draft: object) -> bool:
    """Whether there is any text in a draft's text tracks."""
    return bool(read(draft).segments)


def _untimed(texts: Iterable[str]) -> Transcript:
    return Transcript(tuple(Segment(0, 0, text) for text in texts), timed=False)


def as_text(transcript: Transcript) -> str:
    """One caption a line, UTF-8, LF; "" when there is nothing."""
    return "".join(segment.text + "\n" for segment in transcript.segments)


def as_srt(transcript: Transcript) -> str:
    """SubRip; "" without times. Lines end with CRLF: the format comes from Windows, and the
    strictest readers left, television sets and old players, take nothing else, while everything
    newer takes both."""
    if not transcript.timed:
        return ""
    cues = []
    for index, segment in enumerate(_cues(transcript), 1):
        text = segment.text.replace("-->", "->")
        cues.append(f"{index}\n{_span(segment, ',')}\n{text}\n\n")
    return "".join(cues).replace("\n", "\r\n")


def as_vtt(transcript: Transcript) -> str:
    """WebVTT, LF; "" without times. `&`, `<` and `>` are markup there."""
    if not transcript.timed:
        return ""
    import html

    cues = []
    for segment in _cues(transcript):
        text = html.escape(segment.text, quote=False)
        cues.append(f"{_span(segment, '.')}\n{text}\n")
    return "WEBVTT\n\n" + "\n".join(cues)


def _cues(transcript: Transcript) -> Iterator[Segment]:
    """The captions as subtitles show them: in short lines, few at a time."""
    for segment in transcript.segments:
        for start, end, text in divided(segment.text, segment.start_ms, segment.end_ms):
            yield Segment(start, end, text)


def _span(segment: Segment, mark: str) -> str:
    """From when to when; `mark` is before the milliseconds."""
    begin = subtitle_time(segment.start_ms, mark)
    end = subtitle_time(segment.end_ms, mark)
    return f"{begin} --> {end}"


def _captions(segments: Iterable[dict[str, Any]]) -> list[_Caption]:
    """The captions of one track."""
    found: list[_Caption] = []
    at = 0
    for segment in segments:
        caption = _caption(segment, at)
        if caption.is_timed:
            at = max(caption.start, caption.end)
        if caption.text:
            found.append(caption)
    return found


def _caption(segment: dict[str, Any], at: int) -> _Caption:
    """A segment as a caption, perhaps without words. One that says only how long it lasts, or
    when it ends, begins `at` the end of the one before."""
    text = _text(segment)
    start = _time(segment, _START_KEYS)
    end = _time(segment, _END_KEYS)
    length = _time(segment, _LENGTH_KEYS)
    if start < 0:
        says_nothing = length < 0 and end <= at
        if says_nothing:
            return _Caption(-1, -1, text)
        start = at

    if end > start:
        return _Caption(start, end, text)
    if length > 0:
        return _Caption(start, start + length, text)
    return _Caption(start, -1, text)


def _with_ends(track: Iterable[_Caption], total: int) -> Iterator[Segment]:
    """Timed captions of one track; one without an end stays until the next, as long as it takes
    to read at most."""
    captions = sorted(_with_starts(track), key=attrgetter("start"))
    starts = [caption.start for caption in captions]
    limits = [*starts, total]
    for caption in captions:
        later = limits[bisect_right(starts, caption.start)]
        yield Segment(caption.start, _end(caption, later), caption.text)


def _with_starts(track: Iterable[_Caption]) -> Iterator[_Caption]:
    """The captions of one track; one without a time follows the one before."""
    at = 0
    for caption in track:
        placed = caption
        if not caption.is_timed:
            placed = _Caption(at, -1, caption.text)
        at = max(placed.start, placed.end)
        yield placed


def _end(found: _Caption, later: int) -> int:
    """When a caption ends: `later` begins the next one, or the draft ends."""
    if found.end > found.start:
        return found.end

    reading = len(found.text) * _MS_PER_CHARACTER
    end = found.start + min(max(reading, _SHORTEST_MS), _LONGEST_MS)
    if later > found.start:
        return min(end, later)
    return end


def _without_overlaps(segments: Iterable[Segment]) -> list[Segment]:
    """Players stack or drop captions that overlap: one ends where the next begins; those that
    begin together become one. The segments come in order of time."""
    together = groupby(segments, key=attrgetter("start_ms"))
    joined = [_joined(group) for _, group in together]
    cut = []
    for segment, following in pairwise(joined):
        cut.append(replace(segment, end_ms=min(segment.end_ms, following.start_ms)))
    return [*cut, *joined[-1:]]


def _joined(together: Iterable[Segment]) -> Segment:
    """Captions that begin together as one, without those whose words are a line of it already."""
    first, *others = together
    texts, end = [first.text], first.end_ms
    lines = set(first.text.split("\n"))
    for other in others:
        end = max(end, other.end_ms)
        if other.text not in lines:
            texts.append(other.text)
            lines.update(other.text.split("\n"))
    return Segment(first.start_ms, end, "\n".join(texts))


def _time(segment: dict[str, Any], keys: tuple[str, ...]) -> int:
    """Milliseconds, or -1 when the segment says nothing usable."""
    boxes = objects_in([segment, *map(segment.get, _TIME_BOXES)])
    return first_time(said_in(boxes, keys))


def _text(segment: dict[str, Any]) -> str:
    """A caption's words, from its `m` or from itself; "" when there are none."""
    inner = segment.get("m")
    if isinstance(inner, str):
        return _clean(inner)
    return first_text(values_of([segment], _TEXT_KEYS), _clean)


def _clean(text: str) -> str:
    """Lines without secrets, and without what a reader acts on; an empty line would end a caption
    early, so there are none."""
    shown = redact_work(harmless(text).replace("\ufeff", ""))
    lines = map(str.strip, shown.split("\n"))
    return "\n".join(filter(is_seen, lines))
