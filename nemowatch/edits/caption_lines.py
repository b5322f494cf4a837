"""The lines of subtitles: how wide one is, where it may break, how a long caption is divided. Pure.

A line has 42 columns, and a character of Chinese, Japanese or Korean takes two of them, so that 21
fit: what broadcasters allow for both (docs/decisions/0024).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import chain, islice

#: Columns of a line.
WIDEST = 42
#: Lines that are shown at once.
LINES = 2
#: Milliseconds that a part of a divided caption is shown on average. Where its time is too short
#: for that, it has more lines.
SHORTEST_PART = 500

#: Characters of a line that is a whole text: hours of speech. Nobody shows it, so it is not broken.
_WHOLE_TEXT = 200_000
#: Lines of a caption whose lengths are evened out; one with more is no caption but a whole text.
_EVENED = 12

#: Characters between which lines may break, since their scripts have no spaces: ideographs, kana,
#: their punctuation and full-width forms. Korean has spaces.
_WIDE = "\u2e80-\u312f\u3190-\ua4cf\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\U00020000-\U0003ffff"
#: What never ends a line there, and what never begins one.
_OPENING = "（【「『《〈〔“‘(\\["
_CLOSING = (
    "、。，．！？；：…—～·）】」』》〉〕”’％ー々ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ,.!?;:)%\\]"
    "\u3099\u309a\ufe00-\ufe0f"
)
#: Spaces at which a line may break; others, as before a French "!", keep words together.
_SPACE = " \t\u2000-\u2006\u2008-\u200a\u3000"
#: What a line is not broken inside, with the spaces after it: one character of those scripts, or a
#: word.
_PIECE = re.compile(
    f"(?:[{_OPENING}]*(?![{_SPACE}])[{_WIDE}][{_CLOSING}]*|[^{_SPACE}{_WIDE}]+)[{_SPACE}]*"
)
#: Categories of characters that take no column of their own, and what the Unicode standard calls
#: those that take two.
_NO_COLUMN = frozenset({"Mn", "Me", "Cf"})
_TWO_COLUMNS = frozenset({"W", "F"})
#: A time as the times of a cue are written. Readers take a line with two of them for those,
#: whatever is between the two.
_EXACT_TIME = re.compile(r"(?:\d{1,2}:)?\d{1,2}:\d{1,2}[.,]\d{1,3}")
#: Makes a picture of the sign before it, which is twice as wide then.
_PICTURE = "\ufe0f"
#: Categories of characters that belong to the one before: accents, vowel signs, joiners.
_ATTACHED = frozenset({"Mn", "Mc", "Me", "Cf", "Sk"})
_JOINER = "\u200d"
#: Categories of what can be seen: letters, numbers, punctuation, symbols.
_SEEN = frozenset("LNPS")


def is_seen(text: str) -> bool:
    """Whether anything of `text` can be seen: marks of direction and joiners alone cannot."""
    return any(unicodedata.category(sign)[0] in _SEEN for sign in text)


def columns(text: str) -> int:
    """The columns that `text` takes: at least those, where signs may be joined into one."""
    return sum(map(_columns_of, text))


def _columns_of(sign: str) -> int:
    if unicodedata.east_asian_width(sign) in _TWO_COLUMNS:
        return 2
    if sign == _PICTURE or unicodedata.category(sign) not in _NO_COLUMN:
        return 1
    return 0


def broken(text: str) -> list[str]:
    """`text` in lines of at most `WIDEST` columns, about equally long. Lines of its own stay."""
    lines: list[str] = []
    for line in text.split("\n"):
        for part in _one_time_each(line):
            lines += _balanced(part)
    return lines


def _one_time_each(line: str) -> Iterator[str]:
    """A line in parts that cannot be taken for the times of a cue."""
    begin = 0
    for time in islice(_EXACT_TIME.finditer(line), 1, None):
        yield line[begin : time.start()].strip()
        begin = time.start()
    yield line[begin:]


def divided(text: str, start_ms: int, end_ms: int) -> Iterator[tuple[int, int, str]]:
    """A caption as (start, end, text), in ms: at most `LINES` lines each where the time allows;
    each has its share of the time by the width of its text."""
    lines = broken(text)
    wanted = -(-len(lines) // LINES)
    possible = max(1, (end_ms - start_ms) // SHORTEST_PART)
    parts = list(_dealt(lines, min(wanted, possible)))
    widths = [max(1, sum(map(columns, part))) for part in parts]
    total = sum(widths)

    begins, shown = start_ms, 0
    for number, (part, width) in enumerate(zip(parts, widths, strict=True), 1):
        shown += width
        ends = start_ms + (end_ms - start_ms) * shown // total
        if number == len(parts):
            ends = end_ms
        yield begins, ends, "\n".join(_without_number(part))
        begins = ends


def _without_number(lines: list[str]) -> list[str]:
    """The lines of a cue. Readers take a last one that is only a number for the number of the next
    cue, so it gets a word from above."""
    if len(lines) < 2 or not lines[-1].strip().isdecimal():
        return lines
    above, _, word = lines[-2].rpartition(" ")
    last = f"{word} {lines[-1]}"
    if columns(last) > WIDEST:
        return lines
    return [*lines[:-2], *filter(None, [above.rstrip()]), last]


def _dealt(lines: list[str], parts: int) -> Iterator[list[str]]:
    """The lines in `parts` parts that are equally long to a line, the longer ones first."""
    least, longer = divmod(len(lines), parts)
    at = 0
    for number in range(parts):
        size = least + int(number < longer)
        yield lines[at : at + size]
        at += size


def _balanced(line: str) -> list[str]:
    """One line in as few as possible, none of them much shorter than the others."""
    if len(line) > _WHOLE_TEXT:
        return [line]
    pieces = list(chain.from_iterable(map(_chopped, _PIECE.findall(line))))
    filled = _filled(pieces, WIDEST)
    if not 1 < len(filled) <= _EVENED:
        return filled
    narrowest = -(-columns(line) // len(filled))
    for width in range(narrowest, WIDEST):
        narrower = _filled(pieces, width)
        if len(narrower) == len(filled) and max(map(columns, narrower)) <= WIDEST:
            return narrower
    return filled


def _filled(pieces: list[str], widest: int) -> list[str]:
    """Lines as full as they can be."""
    lines: list[str] = []
    line, taken = "", 0
    for piece in pieces:
        if line and taken + columns(piece.rstrip()) > widest:
            lines.append(line.rstrip())
            line, taken = "", 0
        line += piece
        taken += columns(piece)
    return [*lines, line.rstrip()]


def _chopped(word: str) -> list[str]:
    """A word; one that is longer than a line in pieces that are not."""
    if columns(word.rstrip()) <= WIDEST:
        return [word]
    return _filled(_signs(word), WIDEST)


def _signs(word: str) -> list[str]:
    """Characters as people see them: each with the accents and joiners that belong to it."""
    signs: list[str] = []
    for sign in word:
        last = signs[-1:]
        if last and (unicodedata.category(sign) in _ATTACHED or last[0].endswith(_JOINER)):
            signs[-1] += sign
        else:
            signs.append(sign)
    return signs
