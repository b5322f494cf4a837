"""Recognises invisible words of a Word document: in the colour of what is behind them, or too small
to be read.

Owns when that is certain. It must not know the text.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter

from nemowatch.content.word.xml import Attributes, value

#: What is behind a text when nothing says so.
PAPER = "FFFFFF"
#: An unknown background: a picture, a pattern, the colours of a table's style.
UNKNOWN = "unknown"
#: Letters without a colour.
_NONE = "none"
#: Half points below which nobody reads: the smallest print has eight.
_SMALLEST = 4
#: How far the parts of two colours (0 to 255) may differ without anybody seeing it.
_NEAR = 8
#: The colours of Word's highlighter.
_HIGHLIGHTS = {
    "black": "000000",
    "blue": "0000FF",
    "cyan": "00FFFF",
    "darkBlue": "00008B",
    "darkCyan": "008B8B",
    "darkGray": "A9A9A9",
    "darkGreen": "006400",
    "darkMagenta": "800080",
    "darkRed": "8B0000",
    "darkYellow": "808000",
    "green": "00FF00",
    "lightGray": "D3D3D3",
    "magenta": "FF00FF",
    "red": "FF0000",
    "white": "FFFFFF",
    "yellow": "FFFF00",
}


@dataclass(slots=True)
class Look:
    """What one place says about the look of text; "" where it says nothing."""

    color: str = ""
    size: str = ""  #: half points
    behind: str = ""  #: the colour behind it

    def take(self, element: str, attributes: Attributes) -> None:
        """Take in one of `LOOKS`."""
        _TAKERS[element](self, attributes)

    def _take_color(self, attributes: Attributes) -> None:
        self.color = value(attributes, "val")

    def _take_no_fill(self, attributes: Attributes) -> None:
        self.color = _NONE

    def _take_size(self, attributes: Attributes) -> None:
        self.size = value(attributes, "val")

    def _take_highlight(self, attributes: Attributes) -> None:
        self.behind = _HIGHLIGHTS.get(value(attributes, "val"), "")

    def _take_shade(self, attributes: Attributes) -> None:
        # a highlighter is above the shade
        self.behind = self.behind or _shade(value(attributes, "val"), attributes)


#: What takes in each element that says how text looks.
_TAKERS = {
    "w:color": Look._take_color,
    "w14:noFill": Look._take_no_fill,
    "w:sz": Look._take_size,
    "w:highlight": Look._take_highlight,
    "w:shd": Look._take_shade,
}
LOOKS = tuple(_TAKERS)


def _shade(pattern: str, attributes: Attributes) -> str:
    fill, ink = value(attributes, "fill"), value(attributes, "color")
    if not fill and value(attributes, "themeFill"):
        return UNKNOWN
    if pattern in ("clear", "nil", ""):
        return fill.replace("auto", "")
    if pattern == "solid":
        return ink
    return UNKNOWN


def is_unseen(looks: Iterable[Look]) -> bool:
    """Whether a text with these looks, the nearest first, is invisible."""
    found = list(looks)
    color = _nearest(map(attrgetter("color"), found))
    size = _nearest(map(attrgetter("size"), found))
    behind = _nearest(map(attrgetter("behind"), found)) or PAPER
    return color == _NONE or _is_tiny(size) or _are_alike(color, behind)


def _nearest(said: Iterable[str]) -> str:
    """The first that says anything."""
    return next(filter(None, said), "")


def _is_tiny(size: str) -> bool:
    return size.isdecimal() and len(size) == 1 and int(size) < _SMALLEST


def _are_alike(one: str, other: str) -> bool:
    try:
        pairs = zip(bytes.fromhex(one), bytes.fromhex(other), strict=True)
        return bool(one) and all(abs(a - b) <= _NEAR for a, b in pairs)
    except ValueError:  # not a colour: `auto`, which Word chooses so that it is visible
        return False
