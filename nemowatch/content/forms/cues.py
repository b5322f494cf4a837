"""Subtitles: the words of their cues, without numbers, times and styles.

SubRip, WebVTT, YouTube's SBV and lyrics (LRC) are lines that are told apart here, so that no cue is
lost over a time that is written in an odd way; the others are read by pysubs2. Call it in a child.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from nemowatch.errors import OrderError

_STAMP = r"(?:\d{1,3}:)?\d{1,2}:\d{1,2}(?:[.,:]\d{1,3})?"
#: The line above the words of a cue, in SubRip and WebVTT, and in SBV.
_TIMES = re.compile(rf"^[ \t]*(?:{_STAMP})[ \t]*-{{1,2}}>[ \t]*(?:{_STAMP})(?:[ \t].*)?$")
_SBV_TIMES = re.compile(r"^\d{1,2}:\d{2}:\d{2}\.\d{3},\d{1,2}:\d{2}:\d{2}\.\d{3}$")
_LYRICS = re.compile(r"^(?:[ \t]*\[\d{1,3}:\d{2}(?:[.:]\d{1,3})?\])+")
_LYRICS_TAG = re.compile(r"^\[[a-zA-Z#]+:[^\]]*\]$")
#: How formats begin that pysubs2 reads, by the name it has for them.
_OTHERS = (
    ("ass", re.compile(r"\A\s*\[Script Info\]", re.IGNORECASE)),
    ("microdvd", re.compile(r"\A\s*\{\d+\}\{\d*\}")),
    ("mpl2", re.compile(r"\A\s*\[\d+\]\[\d*\]")),
    ("sami", re.compile(r"\A\s*<SAMI\b", re.IGNORECASE)),
    ("ttml", re.compile(r"\A\s*(?:<\?xml[^>]{0,200}\?>\s*)?<(?:\w+:)?tt[\s>]", re.IGNORECASE)),
)
_NUMBER = re.compile(r"^\s*\d+\s*$")
#: Blocks of WebVTT that are no cues.
_ASIDE = re.compile(r"^(?:NOTE|STYLE|REGION)\b")
_TAG = re.compile(
    r"</?(?:[a-zA-Z][^<>\n]{0,200}|[\d:.]{1,20})?>|\{\\[^{}\n]{0,200}\}|\{[yYcCfF]:[^{}\n]{0,40}\}"
)
#: Times within a cue: those of WebVTT say each line again while it scrolls.
_SCROLLING = re.compile(r"<\d{1,2}:\d{2}[\d:.]*>")
_CURE = "Copy the words that are to be spoken into a plain text file (.txt) and drop that."


def is_subtitles(text: str) -> bool:
    """Whether this is subtitles in any of the usual formats."""
    if text.startswith("WEBVTT") or any(pattern.match(text) for _, pattern in _OTHERS):
        return True
    lines = text.split("\n")
    return any(map(_is_times, lines)) or _is_lyrics(lines)


def words(text: str) -> str:
    """The words of subtitles, one line each. Raises OrderError for what is only half of that."""
    for name, pattern in _OTHERS:
        if pattern.match(text):
            return _by_pysubs2(text, name)

    lines = text.split("\n")
    if any(map(_is_times, lines)) or text.startswith("WEBVTT"):
        said = _cues(lines)
    else:
        said = _lyrics(lines)
    if _SCROLLING.search(text):
        said = _once(said)
    spoken = (html.unescape(_TAG.sub("", line)).strip() for line in said)
    return "\n".join(filter(None, spoken))


def _is_times(line: str) -> bool:
    return _TIMES.match(line) is not None or _SBV_TIMES.match(line) is not None


def _is_lyrics(lines: list[str]) -> bool:
    """Whether the lines begin with times in brackets, as those of songs do."""
    own = [line for line in lines if line.strip()]
    timed = sum(_LYRICS.match(line) is not None for line in own)
    tags = sum(_LYRICS_TAG.match(line) is not None for line in own)
    return timed > 0 and timed + tags == len(own)


def _cues(lines: list[str]) -> Iterator[str]:
    """The lines below the times, without what names or numbers the next cue."""
    first = next((n for n, line in enumerate(lines) if _is_times(line)), len(lines))
    _refuse_words_before(lines[:first])

    is_vtt = lines[0].startswith("WEBVTT")
    is_aside = False
    for number, line in enumerate(lines[first:], first):
        begins_block = not lines[number - 1].strip()
        if begins_block or not line.strip():
            is_aside = is_vtt and _ASIDE.match(line) is not None
        if not is_aside and not _is_times(line) and not _is_name(lines, number):
            yield line


def _is_name(lines: list[str], number: int) -> bool:
    """Whether a line is the number or the name of the cue below it."""
    if number + 1 >= len(lines) or not _is_times(lines[number + 1]):
        return False
    is_after_gap = number == 0 or not lines[number - 1].strip()
    return is_after_gap or _NUMBER.match(lines[number]) is not None


def _refuse_words_before(lines: list[str]) -> None:
    """Raises OrderError when there are words above the first cue: they would be lost."""
    head = "\n".join(lines)
    if head.startswith("WEBVTT"):
        return
    own = [line for line in lines if line.strip() and not _NUMBER.match(line)]
    if own:
        said = "The file is partly subtitles and partly another text."
        raise OrderError(said, cure=_CURE)


def _lyrics(lines: list[str]) -> Iterator[str]:
    for line in lines:
        if not _LYRICS_TAG.match(line):
            yield _LYRICS.sub("", line)


def _once(lines: Iterator[str]) -> Iterator[str]:
    """Each line once, of captions that scroll."""
    before = ""
    for line in lines:
        bare = _TAG.sub("", line).strip()
        if bare and bare != before:
            yield line
            before = bare


def _by_pysubs2(text: str, name: str) -> str:
    from pysubs2 import Pysubs2Error, SSAFile

    try:
        found = SSAFile.from_string(text, format_=name, fps=25)
    except (Pysubs2Error, ValueError, LookupError, SyntaxError) as exc:
        said = "The file is subtitles that cannot be read."
        raise OrderError(said, cure=_CURE) from exc

    events = [event for event in found if not event.is_comment and not event.is_drawing]
    spoken = [html.unescape(_TAG.sub("", event.plaintext)).strip() for event in events]
    return "\n".join(spoken)
