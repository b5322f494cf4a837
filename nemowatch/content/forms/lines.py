"""Counts the forms of a text's lines. Owns the counting, and the shares that decide. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

#: The most lines that are checked, and characters of each: enough to be sure.
_MOST_LINES = 4000
_LONGEST = 400
#: One line in this many has to look like code, settings, a log or a query.
_SHARE = 3
#: At least this many lines make a text one of these.
LEAST = 3


@dataclass(frozen=True, slots=True)
class Line:
    """A line with its white space, and with single blanks in its place."""

    whole: str
    bare: str

    @classmethod
    def of(cls, whole: str) -> Line:
        return cls(whole, " ".join(whole.split()))


Lines = Sequence[Line]


def lines_of(text: str) -> Lines:
    """The first lines of a text that are not empty."""
    first = islice(filled(text), _MOST_LINES)
    return [Line.of(line[:_LONGEST]) for line in first]


def filled(text: str) -> Iterable[str]:
    """All lines of a text that are not empty."""
    return filter(str.strip, text.split("\n"))


def count_like(lines: Lines, *patterns: re.Pattern[str]) -> int:
    """How many lines match one of these."""
    return sum(is_like(line, *patterns) for line in lines)


def is_like(line: Line, *patterns: re.Pattern[str]) -> bool:
    """Whether a line matches one of these."""
    return any(pattern.match(line.bare) for pattern in patterns)


def count_ends(lines: Lines, *ends: str) -> int:
    """How many lines end with one of these."""
    return sum(line.bare.endswith(ends) for line in lines)


def are_many(count: int, lines: Lines) -> bool:
    """Whether this many of the lines make the text what they are."""
    return count >= LEAST and count * _SHARE >= len(lines)


def are_half(count: int, lines: Lines) -> bool:
    """Whether this is half of the lines, or more."""
    return count * 2 >= len(lines)


def are_most(count: int, lines: Lines) -> bool:
    """Whether this is three quarters of the lines, or more."""
    return count * 4 >= len(lines) * 3
