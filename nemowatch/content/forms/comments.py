"""Removes comments that Google Docs adds to a downloaded text: `[a]` where one is made, and its
words below the text, after the same mark. They are for the writer, and not to be spoken.

Pure. Numbers in brackets are footnotes, and stay.
"""

from __future__ import annotations

import re

from nemowatch.late_pattern import LatePattern

#: The beginning of a comment, below the text.
_COMMENT = LatePattern(r"^\[([a-z]{1,2})\]", re.MULTILINE)
#: The beginning of the first comment.
_FIRST = "\n[a]"


def without_comments(text: str) -> str:
    """The text without comments; unchanged if nothing refers to what looks like comments."""
    at = text.rfind(_FIRST)
    if at < 0:
        return text
    body, comments = text[:at], text[at + 1 :]
    marks = [f"[{found[1]}]" for found in _COMMENT.compiled.finditer(comments)]
    if not all(_is_inside(mark, body) for mark in marks):
        return text
    for mark in marks:
        body = body.replace(mark, "")
    return body.rstrip()


def _is_inside(mark: str, body: str) -> bool:
    """Whether a mark is inside a line, and not at its beginning, as in a list."""
    return mark in body and f"\n{mark}" not in f"\n{body}"
