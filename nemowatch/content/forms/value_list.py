"""Recognises a list of prices or other values, as a menu or a timetable has them: "Coffee    3.50".
Pure, and linear in the length of a text."""

from __future__ import annotations

import re

from nemowatch.content.forms.lines import LEAST, Line, Lines

#: What is between two columns that a person has typed: blanks, a tab, dots.
_GAP = re.compile(r" {2,}|\t|\.{3,}|\u2026|\u3000")
#: A value in a column: a number, a price, a time, also from one to another.
_VALUE = re.compile(
    r"[-+~]?(?:[A-Z]{3} ?)?[$€£¥]? ?\d[\d.,:/ \u2013-]{0,30}"
    r"(?: ?[%€$£¥元円]|[ap]m| ?[A-Za-z]{1,4})?"
)
#: A price, which is one behind a single blank as well.
_PRICE = re.compile(r"[$€£¥]\d[\d.,]{0,12}|\d{1,9}[.,]\d{2}[$€£¥]?|\d[\d.,]{0,12}[$€£¥元円]")
_CURRENCIES = frozenset({"$", "€", "£", "¥", "eur", "usd", "gbp", "chf", "euro", "元", "円"})
#: Lines with a gap that show columns, and columns that make a row.
_COLUMNS = 2
#: The most words of what a price behind a single blank is for: more make a sentence.
_FEW = 4


def is_value_list(lines: Lines) -> bool:
    """Whether two thirds of the lines, and three at least, end with a price, or with any value if
    gaps between them show columns."""
    in_columns = sum(map(_is_row, lines))
    ends = _PRICE
    if in_columns >= _COLUMNS:
        ends = _VALUE
    rows = in_columns + sum(_ends_with(ends, line) for line in lines)
    return rows >= LEAST and rows * 3 >= len(lines) * 2


def _is_row(line: Line) -> bool:
    """Whether there is a gap in a line, and a value behind it."""
    columns = list(filter(None, map(str.strip, _GAP.split(line.whole))))
    if len(columns) < _COLUMNS or _VALUE.fullmatch(columns[0]):
        return False
    return _VALUE.fullmatch(columns[-1]) is not None


def _ends_with(value: re.Pattern[str], line: Line) -> bool:
    """Whether a short line without a gap ends with a value."""
    said = line.bare.split(" ")
    if said[-1].lower() in _CURRENCIES:
        value = _VALUE
        said.pop()
    if not 1 < len(said) <= _FEW or said[-2].endswith(":") or _is_row(line):
        return False
    return value.fullmatch(said[-1]) is not None
