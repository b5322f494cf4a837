"""Subtitles: the words of their cues, without numbers, times and styles.

SubRip, WebVTT, YouTube's SBV and lyrics (LRC) are recognised here line by line, so that no cue is
lost because its time is written in an odd way (`cue_times`); pysubs2 reads the others. Owns these
formats. It must not lose words outside of cues: a file with such words is refused. Call it in a
child.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from functools import partial
from itertools import filterfalse, groupby
from operator import itemgetter

from nemowatch.content.forms.cue_times import MEND, as_subrip, looks_like_times, times_of_cues
from nemowatch.content.recognise import kind_by_beginning
from nemowatch.errors import OrderError

_LYRICS = re.compile(r"^(?:[ \t]*\[\d{1,3}:\d{2}(?:\.\d{1,3})?\])+")
_LYRICS_TAG = re.compile(r"^\[[a-zA-Z#]+:[^\]]*\]$")
#: The beginnings of formats that pysubs2 reads, with its names for them.
_OTHERS = (
    ("ass", re.compile(r"\A\s*\[Script Info\]", re.IGNORECASE)),
    ("microdvd", re.compile(r"\A\s*\{\d+\}\{\d*\}")),
    ("mpl2", re.compile(r"\A\s*\[\d+\]\[\d*\]")),
    ("sami", re.compile(r"\A\s*<SAMI\b", re.IGNORECASE)),
    ("ttml", re.compile(r"\A\s*(?:<\?xml[^>]{0,200}\?>\s*)?<(?:\w+:)?tt[\s>]", re.IGNORECASE)),
)
#: Formats in which each line is a cue, and the most characters of one: for longer ones pysubs2
#: needs quadratic time.
_BY_LINES = frozenset({"ass", "microdvd", "mpl2"})
_LONGEST_LINE = 4000
#: The first cue of MicroDVD, which gives the frames per second.
_RATE = re.compile(r"\A\s*\{[01]\}\{[01]?\}\s*(?:[\d.,]{1,12}|nan)[ \t]*(?:\n|\Z)")
#: How WebVTT begins.
_WEBVTT = "WEBVTT"
#: Blocks of WebVTT that are not cues.
_ASIDE = re.compile(r"^(?:NOTE|STYLE|REGION)\b")
_TAG = re.compile(
    r"</?(?:[a-zA-Z][^<>\n]{0,200}|[\d:.]{1,20})?>|\{\\[^{}\n]{0,200}\}|\{[yYcCfF]:[^{}\n]{0,40}\}"
)
#: Times within a cue: such WebVTT repeats each line while it scrolls.
_SCROLLING = re.compile(r"<\d{1,2}:\d{2}[\d:.]*>")
_AS_SUBRIP = "Save the subtitles as SubRip (.srt) or WebVTT (.vtt): every subtitle editor can."
_CURE = "Copy the words that are to be spoken into a plain text file (.txt) and drop that."


def is_subtitles(text: str) -> bool:
    """Whether this is subtitles in any of the usual formats."""
    if text.startswith(_WEBVTT) or _other_format(text):
        return True
    lines = text.split("\n")
    return _has_times(lines) or _is_lyrics(lines)


def words(text: str) -> str:
    """The words of subtitles, one line each. Raises OrderError for subtitles that are only partly
    valid."""
    other = _other_format(text)
    if other:
        return _by_pysubs2(text, other)

    spoken: Iterator[str] = filter(None, map(_without_tags, _lines(text)))
    if _SCROLLING.search(text):
        # scrolling captions repeat each line until it is gone
        spoken = map(itemgetter(0), groupby(spoken))
    return "\n".join(spoken)


def timed(text: str) -> str:
    """Subtitles with their times, as SubRip with only words and times. Raises OrderError for what
    is not SubRip or WebVTT, or is broken."""
    lines = text.split("\n")
    if _other_format(text) or not _has_times(lines):
        raise OrderError("It is not a subtitle file: there are no times in it.", cure=_AS_SUBRIP)

    said = _spoken_at(text, lines)
    if not said:
        raise OrderError("There are no words in these subtitles.", cure=MEND)
    cues = [_cue(times, words) for times, words in said.items()]
    return "\n\n".join(f"{number}\n{cue}" for number, cue in enumerate(cues, 1))


def _spoken_at(text: str, lines: list[str]) -> dict[str, list[str]]:
    """The words by the line with their times. Raises OrderError for times that cannot be read."""
    is_scrolling = _SCROLLING.search(text) is not None
    said: dict[str, list[str]] = {}
    before = ""
    for times, line in _with_times(lines):
        spoken = _without_tags(line)
        is_said_again = is_scrolling and spoken == before
        if spoken and not is_said_again:
            said.setdefault(times, []).append(spoken)
            before = spoken
    return said


def _cue(times: str, spoken: list[str]) -> str:
    """A cue without its number. Raises OrderError for impossible times."""
    return "\n".join([as_subrip(times), *spoken])


def _lines(text: str) -> Iterator[str]:
    """The lines that are spoken, with their tags."""
    lines = text.split("\n")
    if text.startswith(_WEBVTT) or _has_times(lines):
        return _cues(lines)
    return _lyrics(lines)


def _other_format(text: str) -> str:
    """The name in pysubs2 of the format that it reads; "" for none of them."""
    return kind_by_beginning(text, _OTHERS)


def _without_tags(line: str) -> str:
    """The words of a line as they are seen."""
    bare = _TAG.sub("", line)
    return html.unescape(bare).strip()


# --- cues -----------------------------------------------------------------------------


def _has_times(lines: list[str]) -> bool:
    return any(map(looks_like_times, lines))


def _cues(lines: list[str]) -> Iterator[str]:
    """The lines below the times, without the names and numbers of cues."""
    return map(itemgetter(1), _with_times(lines))


def _with_times(lines: list[str]) -> Iterator[tuple[str, str]]:
    """Each line that is spoken, after the times above it. Raises OrderError for times that cannot
    be read."""
    numbers = times_of_cues(lines)
    first = min(numbers, default=len(lines))
    is_webvtt = lines[0].startswith(_WEBVTT)
    if not is_webvtt:
        _refuse_words_before(lines[:first])

    times = ""
    is_aside = False
    for number in range(first, len(lines)):
        line = lines[number]
        if _is_at_gap(lines, number):
            is_aside = is_webvtt and _ASIDE.match(line) is not None
        if number in numbers:
            times = line
        elif not is_aside and _is_spoken(lines, number, numbers):
            yield times, line


def _is_at_gap(lines: list[str], number: int) -> bool:
    """Whether a line is empty, or follows one that is."""
    before, line = lines[number - 1], lines[number]
    return not before.strip() or not line.strip()


def _is_spoken(lines: list[str], number: int, times: set[int]) -> bool:
    """Whether a line other than times is not the number or name of the cue below it."""
    is_above_times = number + 1 in times
    is_after_gap = not lines[number - 1].strip()
    is_number = lines[number].strip().isdecimal()
    return not is_above_times or not (is_after_gap or is_number)


def _refuse_words_before(lines: list[str]) -> None:
    """Raise OrderError if there are words above the first cue, since they would be lost."""
    own = filter(None, map(str.strip, lines))
    if all(map(str.isdecimal, own)):
        return
    said = "The file is partly subtitles and partly another text."
    raise OrderError(said, cure=_CURE)


# --- lyrics ---------------------------------------------------------------------------


def _is_lyrics(lines: list[str]) -> bool:
    """Whether the lines begin with times in brackets, as those of songs do."""
    own = list(filter(str.strip, lines))
    timed = list(filter(_LYRICS.match, own))
    tags = list(filter(_LYRICS_TAG.match, own))
    return bool(timed) and len(timed) + len(tags) == len(own)


def _lyrics(lines: list[str]) -> Iterator[str]:
    sung = filterfalse(_LYRICS_TAG.match, lines)
    return map(partial(_LYRICS.sub, ""), sung)


# --- other formats --------------------------------------------------------------------


def _by_pysubs2(text: str, name: str) -> str:
    from pysubs2 import Pysubs2Error, SSAFile

    if name in _BY_LINES and max(map(len, text.split("\n"))) > _LONGEST_LINE:
        raise OrderError("The file is subtitles with a line that is too long.", cure=_CURE)
    if name == "microdvd":
        text = _RATE.sub("", text)
    try:
        found = SSAFile.from_string(text, format_=name, fps=25)
    except (Pysubs2Error, ValueError, LookupError, SyntaxError) as exc:
        said = "The file is subtitles that cannot be read."
        raise OrderError(said, cure=_CURE) from exc

    spoken: list[str] = []
    for event in found:
        if event.is_comment or event.is_drawing:
            continue
        spoken.append(_without_tags(event.plaintext))
    return "\n".join(spoken)
