"""Which lines of SubRip, WebVTT and SBV are the times of a cue, and which are words that only look
like times: people say "12:00 -> 13:30", too.

Owns how such times are written. It must not change a line. Pure, and linear in the number of lines.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import islice

from nemowatch.content.subtitle_times import subtitle_time
from nemowatch.content.text import end_is_missing
from nemowatch.errors import OrderError, shown

_STAMP = r"(?:\d{1,4}:)?\d{1,2}:\d{1,2}(?:[.,:]\d{1,3})?"
#: The line above the words of a cue, in SubRip and WebVTT, and in SBV.
_TIMES = re.compile(
    rf"^[ \t]*(?:{_STAMP})[ \t]*-{{1,2}}>[ \t]*(?:{_STAMP})(?:[ \t].*)?$"
    r"|^\d{1,2}:\d{2}:\d{2}\.\d{3},\d{1,2}:\d{2}:\d{2}\.\d{3}$"
)
#: One of the two times of a cue: (hours, minutes, seconds, fraction).
_TIME = re.compile(r"(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2})(?:[.,:](\d{1,3}))?")
#: What is between the times of a cue, also of one whose times cannot be read.
_ARROW = re.compile(r"-{1,2}>")
#: A time before an arrow, where the times of a cue would be.
_HALF = re.compile(r"\d[ \t]{0,9}-->")
#: Times on both sides of one: no words, wherever they are.
_AS_TIMES = re.compile(r"\d:\d[\d:., \t]{0,20}-->[ \t]{0,9}[\d:., \t]{0,20}\d:\d")
#: What is left of a cue's head where a copy broke off.
_CUT = re.compile(r"\d{1,6}(?:[:.,][\d:.,]{0,15})?[ \t]{0,9}-{0,2}")
#: What to do about a cue that cannot be read.
MEND = "Open it in a subtitle editor, mend that, and save it as SubRip (.srt) or WebVTT (.vtt)."


def looks_like_times(line: str) -> bool:
    """Whether this would be the times of a cue where those are."""
    return _TIMES.match(line) is not None


def times_of_cues(lines: list[str]) -> set[int]:
    """The numbers of the lines that are the times of a cue. One right below other words is one
    only if it is written like the first one and comes in order. Raises OrderError for times that
    cannot be read."""
    found = [number for number, line in enumerate(lines) if looks_like_times(line)]
    heads = [number for number in found if _is_at_head(lines, number)]
    times = set(found[:1])
    last = found[0] if found else 0
    for number in found[1:]:
        following = bisect_right(heads, number)
        limit = lines[heads[following]] if following < len(heads) else ""
        is_head = heads[following - 1 : following] == [number]
        if is_head or _is_next(lines, found[0], last, number, limit):
            times.add(number)
            last = number
    _refuse_unreadable(lines, times)
    _refuse_cut(lines, times)
    return times


def _is_at_head(lines: list[str], number: int) -> bool:
    """Whether a line is where a cue begins: below an empty line, or below the cue's number or name,
    which is below one."""
    above = lines[max(0, number - 2) : number]
    if len(above) < 2:
        return True
    before, name = above
    if looks_like_times(name):
        return False
    return not name.strip() or not before.strip()


def _is_next(lines: list[str], first: int, last: int, number: int, limit: str) -> bool:
    """Whether times right below other words are those of the next cue, although no empty line
    divides the two. `last`: the times before them, `limit`: those of a cue further below."""
    line = lines[number]
    is_alike = _form(line) == _form(lines[first])
    is_below_times = number == last + 1
    if is_below_times or not is_alike or _begin(line) < _begin(lines[last]):
        return False
    return not limit or _begin(line) <= _begin(limit)


def _form(line: str) -> tuple[str, list[bool]]:
    """How times are written: what is between them, and whether there are parts of a second."""
    one, other = islice(_TIME.finditer(line), 2)
    between = line[one.end() : other.start()].strip()
    return between, [one[4] is not None, other[4] is not None]


def _begin(line: str) -> int:
    """When a cue with these times begins, in ms."""
    return _both(line)[0]


def _refuse_unreadable(lines: list[str], times: set[int]) -> None:
    """Raise OrderError for times that cannot be read: they would be taken for words."""
    first = min(times, default=0)
    for number in range(first, len(lines)):
        line = lines[number]
        if _ARROW.search(line) and not looks_like_times(line):
            is_number_above = lines[number - 1].strip().isdecimal()
            is_broken = _is_at_head(lines, number) and (is_number_above or _HALF.search(line))
            if is_broken or _AS_TIMES.search(line):
                raise _unreadable(line)


def _refuse_cut(lines: list[str], times: set[int]) -> None:
    """Raise OrderError if the last line is a part of a cue's head: it would be taken for words."""
    if not times:
        return
    last = max(number for number, line in enumerate(lines) if line.strip())
    is_head = last > max(times) and _is_at_head(lines, last)
    if is_head and _CUT.fullmatch(lines[last].strip()):
        raise end_is_missing()


def _unreadable(line: str) -> OrderError:
    return OrderError(f'These times cannot be read: "{shown(line.strip()[:80])}".', cure=MEND)


def as_subrip(times: str) -> str:
    """The times of a cue as SubRip writes them. Raises OrderError for impossible ones."""
    begin, end = _both(times)
    if end <= begin:
        said = f'Something in these subtitles ends before it begins: "{shown(times.strip())}".'
        raise OrderError(said, cure=MEND)
    return f"{subtitle_time(begin, ',')} --> {subtitle_time(end, ',')}"


def _both(times: str) -> tuple[int, int]:
    """When a cue begins and ends, in ms."""
    one, other = map(_milliseconds, islice(_TIME.finditer(times), 2))
    return one, other


def _milliseconds(found: re.Match[str]) -> int:
    hours, minutes, seconds, fraction = found.groups("0")
    whole = (int(hours) * 60 + int(minutes)) * 60 + int(seconds)
    return whole * 1000 + int(fraction.ljust(3, "0"))
