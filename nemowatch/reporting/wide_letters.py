"""Lines in languages whose letters take two columns and that have no spaces between words. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from unicodedata import east_asian_width

#: Characters with which no line begins.
_CLOSING = "、。，．：；？！）」』】〉》”’)]},.:;?!ー…"
#: Characters with which no line ends.
_OPENING = "（「『【〈《“‘([{"
#: Letters that take two columns: kana, ideographs, hangul, and their punctuation.
_WIDE = (
    r"\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6"
    r"\U00020000-\U0003fffd"
)
#: A word of other letters with the space after it, or one wide letter.
_PIECE = re.compile(rf"[^ {_WIDE}]+ *| +|.")
#: A word of any letters with the space after it.
_WORD = re.compile(r"\S+\s*")


def wide(text: str) -> int:
    """How many columns of a terminal or an editor a text takes."""
    doubled = sum(east_asian_width(sign) in "WF" for sign in text)
    return len(text) + doubled


def padded(text: str, width: int) -> str:
    """The text padded with blanks to at least `width` columns."""
    return text + " " * (width - wide(text))


def filled_wide(text: str, width: int, indent: str) -> str:
    """The text in lines of at most `width` columns, which may end between any two wide letters."""
    return "\n".join(_lines(_pieces(text), width, indent, indent))


def folded_wide(text: str, width: int, indent: str, below: str) -> list[str]:
    """The same with another indentation below the first line, and with paths whole, so that they
    can be copied."""
    kept: list[str] = []
    for word in _WORD.findall(text):
        kept += [word] if "/" in word else _pieces(word)
    return _lines(kept, width, indent, below)


def _lines(pieces: Iterable[str], width: int, indent: str, below: str) -> list[str]:
    lines = [indent]
    for piece in pieces:
        is_full = wide(lines[-1]) + wide(piece.rstrip()) > width
        if is_full and lines[-1].strip():
            lines.append(below + piece.lstrip())
        else:
            lines[-1] += piece
    return [line.rstrip() for line in lines]


def _pieces(text: str) -> list[str]:
    """The pieces that must stay together: words, and letters with their punctuation."""
    pieces: list[str] = []
    for piece in _PIECE.findall(text):
        if pieces and (piece[0] in _CLOSING or pieces[-1][-1] in _OPENING):
            pieces[-1] += piece
        else:
            pieces.append(piece)
    return pieces
