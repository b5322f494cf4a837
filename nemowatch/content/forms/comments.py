"""Comments that Google Docs puts below a text that is downloaded: `[a]` where one is made, and what
it says behind the text, after the same mark. They are for the writer, not to be spoken.

Pure. Numbers in brackets are footnotes, and stay.
"""

from __future__ import annotations

import re

from nemowatch.late_pattern import LatePattern

#: Where a comment begins, behind the text.
_COMMENT = LatePattern(r"^\[([a-z]{1,2})\]", re.MULTILINE)
#: Where the first of them does.
_FIRST = "\n[a]"


def without_comments(text: str) -> str:
    """The text without them; as it is where what looks like them is not referred to."""
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
    """Whether a mark is in a line, and not what a line of a list begins with."""
    return mark in body and f"\n{mark}" not in f"\n{body}"
