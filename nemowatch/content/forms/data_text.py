"""Recognises texts that are data: JSON, tables, settings, YAML, and texts full of signs. Pure, and
linear in the length of a text."""

from __future__ import annotations

import json
import re
from collections import Counter
from functools import partial
from itertools import islice

from nemowatch.content.forms.lines import (
    LEAST,
    Line,
    Lines,
    are_most,
    count_ends,
    count_like,
    filled,
    is_like,
)

#: The most characters of a text that is read as JSON.
_LONGEST_JSON = 1_000_000
#: This many rows with the same number of columns are a table, and fewer if a column has values.
_ROWS, _FEWEST_ROWS = 4, 2
#: The same for two columns, by what separates them.
_ROWS_OF_TWO = {";": 3, "|": 3, ",": 6}
#: Signs of code and data, a run of which counts once; and the fewest, in all and in a hundred
#: characters.
_DENSE = re.compile(r"[=\\|;_](?=\S)|\)\{|\}[;,)}]")
_DENSE_LEAST = 12
_DENSE_SHARE = 4
_REPEATED = re.compile(r"([{}=\\|;_])\1+")

#: Settings: a section, and a key with its value.
_SECTION = re.compile(r"^\[{1,2}[\w.\s:\"-]{1,60}\]{1,2}$")
_SETTING = re.compile(r"^(?:export )?[A-Za-z_][\w.-]{0,60} ?= ?\S")
_COMMENT = re.compile(r"[#;]")
#: This many keys are enough if sections are named as well: a shortcut of Windows has one.
_LEAST_IN_SECTIONS = 1
#: YAML: a key in small letters, alone or with its value; a line with a key below another.
_KEY = re.compile(r"^(?:- )?[a-z_][\w.-]{0,40}:(?: |$)")
_NESTED = re.compile(r"^[ \t]{1,40}(?:- |[a-z_][\w.-]{0,40}:(?:[ \t]|$))")
_PARTS = (" ", "\t", "- ", "#", "---", "...")

_DELIMITERS = ("\t", ";", "|", ",")
#: What is between two columns, without a space; a comma between two digits, or between two letters
#: of a script that has no spaces, is none.
_BETWEEN_TWO = {
    ";": re.compile(r"[^;]{1,400};(?:[\w\"']|[-+]\d)"),
    "|": re.compile(r"[^|]{1,400}\|(?:[\w\"']|[-+]\d)"),
    ",": re.compile(
        r"(?:[^,\d\u0e00-\u0eff\u3040-\u9fff],(?:[\w\"']|[-+]\d)"
        r"|[^,],[^\W\d\u0e00-\u0eff\u3040-\u9fff])"
    ),
}
#: Values that only data consists of.
_VALUE = re.compile(
    r"[-+]?[$€£]? ?\d[\d.,:/ T-]{0,40}Z? ?[%€$£]?|[^\s@]{1,100}@[^\s@]{1,100}\.\w{2,20}"
    r"|https?://\S{1,300}|true|false|yes|no|null|none|n/a",
    re.IGNORECASE,
)
#: Ends of sentences: a row of a table has none.
_SENTENCE_ENDS = tuple(".!?…。！？।؟")


def is_dense(lines: Lines) -> bool:
    """Whether many of the characters are signs of code or data."""
    signs = characters = 0
    for line in lines:
        characters += len(line.bare)
        signs += len(_DENSE.findall(_REPEATED.sub(r"\1", line.bare)))
    return signs >= _DENSE_LEAST and signs * 100 >= characters * _DENSE_SHARE


def is_json(text: str) -> bool:
    """Whether the whole text is an object or a list of JSON, or a row of such lines."""
    if not text.startswith(("{", "[")) or len(text) > _LONGEST_JSON:
        return False
    if _reads_as_json(text):
        return True
    first = list(islice(filled(text), 2))
    return len(first) == 2 and all(map(_reads_as_json, first))


def _reads_as_json(text: str) -> bool:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict | list) and bool(found)


def is_settings(lines: Lines) -> bool:
    """Whether the text is keys with values, in sections or not."""
    keys = count_like(lines, _SETTING)
    sections = count_like(lines, _SECTION)
    comments = count_like(lines, _COMMENT)
    least = LEAST
    if sections:
        least = _LEAST_IN_SECTIONS
    return keys >= least and are_most(keys + sections + comments, lines)


def is_yaml(lines: Lines) -> bool:
    """Whether the text is nested keys in small letters. A dialogue has names with capitals, and no
    levels."""
    keys = count_like(lines, _KEY)
    parts = sum(map(_is_part_of_yaml, lines))
    if keys < LEAST or not are_most(parts, lines):
        return False
    is_marked = lines[0].bare == "---"
    return is_marked or _has_levels(lines)


def _has_levels(lines: Lines) -> bool:
    nested = sum(map(_is_nested, lines))
    return nested > 1 and count_ends(lines, ":", "|", ">") > 0


def _is_nested(line: Line) -> bool:
    return _NESTED.match(line.whole) is not None


def _is_part_of_yaml(line: Line) -> bool:
    return line.whole.startswith(_PARTS) or is_like(line, _KEY)


def is_table(lines: Lines) -> bool:
    """Whether the text is rows with the same number of columns, none of which is a sentence."""
    if len(lines) < _FEWEST_ROWS or count_ends(lines[:_ROWS], *_SENTENCE_ENDS):
        return False
    return any(map(partial(_has_columns, lines), _DELIMITERS))


def _has_columns(lines: Lines, delimiter: str) -> bool:
    counts = Counter(line.whole.count(delimiter) for line in lines)
    number, rows = counts.most_common(1)[0]
    if not number or rows * 10 < len(lines) * 9:
        return False
    if number == 1:
        return _are_pairs(delimiter, lines)
    if len(lines) < _ROWS and not _has_values(delimiter, lines):
        return False
    if delimiter in "\t|":
        return True
    # in a sentence a space follows a comma
    return _count(f"{delimiter} ", lines) * 5 <= _count(delimiter, lines)


def _are_pairs(delimiter: str, lines: Lines) -> bool:
    """Whether rows of two columns are data: prose has commas as well, and a price list has tabs."""
    between = _BETWEEN_TWO.get(delimiter)
    if between is None or not all(between.search(line.whole) for line in lines):
        return False
    return len(lines) >= _ROWS_OF_TWO[delimiter] or _has_values(delimiter, lines)


def _has_values(delimiter: str, lines: Lines) -> bool:
    """Whether one column has only numbers, dates, addresses and the like, below its title."""
    rows = [line.bare.split(delimiter.strip() or None) for line in lines[1:]]
    return any(all(map(_is_value, column)) for column in zip(*rows, strict=False))


def _is_value(cell: str) -> bool:
    return _VALUE.fullmatch(cell.strip(" \"'")) is not None


def _count(sign: str, lines: Lines) -> int:
    """How often a sign is in all the lines."""
    return sum(line.whole.count(sign) for line in lines)
