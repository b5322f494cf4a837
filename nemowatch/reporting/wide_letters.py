"""Lines in languages whose letters take two columns and that have no spaces between words. Pure."""

from __future__ import annotations

import re
from unicodedata import east_asian_width

#: Characters with which no line begins.
_CLOSING = "、。，．：；？！）」』】〉》”’)]},.:;?!ー…"
#: Characters with which no line ends.
_OPENING = "（「『【〈《“‘([{"
#: A word of Latin letters with the space after it, or one wide letter.
_PIECE = re.compile(r"[!-~\u00a0-\u024f]+ *| +|.")


def wide(text: str) -> int:
    """How many columns of a terminal or an editor a text takes."""
    doubled = sum(east_asian_width(sign) in "WF" for sign in text)
    return len(text) + doubled


def padded(text: str, width: int) -> str:
    """The text padded with blanks to at least `width` columns."""
    return text + " " * (width - wide(text))


def filled_wide(text: str, width: int, indent: str) -> str:
    """The text in lines of at most `width` columns, which may end between any two wide letters."""
    lines = [indent]
    for piece in _pieces(text):
        is_full = wide(lines[-1]) + wide(piece.rstrip()) > width
        if is_full and lines[-1] != indent:
            lines[-1] = lines[-1].rstrip()
            lines.append(indent + piece.lstrip())
            continue
        lines[-1] += piece
    return "\n".join(lines).rstrip()


def _pieces(text: str) -> list[str]:
    """The pieces that must stay together: words, and letters with their punctuation."""
    pieces: list[str] = []
    for piece in _PIECE.findall(text):
        if pieces and (piece[0] in _CLOSING or pieces[-1][-1] in _OPENING):
            pieces[-1] += piece
        else:
            pieces.append(piece)
    return pieces
