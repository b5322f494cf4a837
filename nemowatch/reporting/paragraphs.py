"""Formats text in the language of the reader, in lines that every editor shows whole. Pure."""

from __future__ import annotations

import textwrap

from nemowatch.fs.names import plain
from nemowatch.i18n.language import said
from nemowatch.reporting.wide_letters import filled_wide, wide

#: Columns of a line: Notepad does not wrap by default, and longer lines run out of its window.
WIDTH = 78


def wrapped(text: str, indent: str = "", *, ours: bool = True) -> str:
    """The text in lines that fit; the rest of an indented line is indented like its beginning.
    `ours`: False for words of a person or of the cloud, which are not translated."""
    lines = filter(str.strip, text.splitlines())
    return "\n".join(_filled(line, indent, ours=ours) for line in lines)


def indented(text: str, *, ours: bool = True) -> str:
    """The same, indented below a title."""
    return wrapped(text, "    ", ours=ours)


def _filled(line: str, indent: str, *, ours: bool) -> str:
    words_of_line = line.lstrip()
    if ours:
        words_of_line = said(words_of_line)
    words_of_line = plain(words_of_line)
    own = indent + " " * (len(line) - len(line.lstrip()))
    if _is_command(line.strip()):
        return f"{own}{words_of_line}"
    if not words_of_line.isascii() and wide(words_of_line) != len(words_of_line):
        return filled_wide(words_of_line, WIDTH, own)
    return textwrap.fill(
        words_of_line,
        WIDTH,
        initial_indent=own,
        subsequent_indent=own,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _is_command(line: str) -> bool:
    """Whether a line is to be typed as it is, and so is not broken; a sentence of ours ends with a
    full stop."""
    return line.startswith("nemowatch ") and not line.endswith(".")


def in_language(block: str) -> str:
    """A block in the language of the reader, except for indented lines: these are names, or are
    already translated."""
    lines = block.split("\n")
    return "\n".join(map(_unless_indented, lines))


def _unless_indented(line: str) -> str:
    if line.startswith(" "):
        return line
    return said(line)


def shortened(text: str, longest: int) -> str:
    """At most `longest` characters of a text, with a mark where it goes on."""
    if len(text) <= longest:
        return text
    return text[:longest].rstrip() + "…"
