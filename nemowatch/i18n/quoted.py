"""Words of somebody else within a text of ours: the cloud's, a person's. They are never read as
ours, whatever they say, and never translated. Pure.

Each line of them stands between two marks of Unicode that are made for it (FIRST STRONG ISOLATE,
POP DIRECTIONAL ISOLATE); `secrecy.harmless` takes both out of what comes from outside, so nobody
else can set them. People never see them: `language.said` and `unmarked` leave them out.
"""

from __future__ import annotations

import re

_BEGIN = "\u2068"
_END = "\u2069"
_WITHOUT = str.maketrans("", "", _BEGIN + _END)
#: One line of such words; the end may have been cut off.
QUOTED = re.compile(f"({_BEGIN}[^{_END}\n]*{_END}?)")


def quoted(text: str) -> str:
    """The text with marks around each of its lines that is not empty."""
    return "\n".join(map(_between_marks, unmarked(text).split("\n")))


def _between_marks(line: str) -> str:
    if not line:
        return ""
    return f"{_BEGIN}{line}{_END}"


def unmarked(text: str) -> str:
    """A text without those marks."""
    return text.translate(_WITHOUT)


def is_quoted(text: str) -> bool:
    """Whether a piece of a text, as QUOTED divides it, holds somebody else's words."""
    return text.startswith(_BEGIN)
