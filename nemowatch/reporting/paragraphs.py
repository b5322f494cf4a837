"""Text in lines that every editor shows whole. Pure."""

from __future__ import annotations

import textwrap

from nemowatch.fs.names import plain

#: Notepad breaks no lines by default; longer ones run out of its window.
WIDTH = 78


def wrapped(text: str, indent: str = "") -> str:
    """Lines that fit; the rest of an indented line is indented like its beginning."""
    return "\n".join(_filled(line, indent) for line in text.splitlines() if line.strip())


def indented(text: str) -> str:
    """The same, below a title."""
    return wrapped(text, "    ")


def _filled(line: str, indent: str) -> str:
    words_of_line = plain(line).lstrip()
    own = indent + " " * (len(line) - len(line.lstrip()))
    return textwrap.fill(
        words_of_line,
        WIDTH,
        initial_indent=own,
        subsequent_indent=own,
        break_long_words=False,
        break_on_hyphens=False,
    )


def shortened(text: str, longest: int) -> str:
    """At most so many characters of a text, with a mark where it goes on."""
    if len(text) <= longest:
        return text
    return text[:longest].rstrip() + "…"
