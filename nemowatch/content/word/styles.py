"""What the styles of a Word document say about its words: which are hidden or struck through, how
they look, which are numbered.

Owns the way from a style to those on which it is based. It must not know the text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from nemowatch.content.word.look import LOOKS, Look
from nemowatch.content.word.xml import (
    MAX_KEPT,
    Attributes,
    Start,
    Walk,
    check_bound,
    is_on,
    value,
)

#: The longest chain of styles based on each other; Word itself stops far earlier.
_LONGEST_CHAIN = 50


Key = TypeVar("Key")
Value = TypeVar("Value")

#: The most styles; Word itself accepts some thousands.
MAX_STYLES = 20_000
#: Properties that are on or off, and that each kind of style toggles.
TOGGLES = ("w:vanish", "w:strike", "w:dstrike")


@dataclass(slots=True)
class Style:
    """What one style says itself."""

    kind: str = ""  #: "paragraph", "character", "table" or "numbering"
    based_on: str = ""
    toggles: dict[str, bool] = field(default_factory=dict)  #: "w:vanish" and the like
    look: Look = field(default_factory=Look)
    has_shades: bool = False  #: some colour is behind the words, or behind some of them
    num_id: str = ""
    level: str = ""


def _remember(known: dict[Key, Value], key: Key, found: Value) -> None:
    """Cache what was found, as far as the memory limit allows."""
    if len(known) < MAX_STYLES:
        known[key] = found


class Styles:
    """The styles of one document."""

    def __init__(self) -> None:
        self.default = Style()  #: what applies if no style says anything
        self._styles: dict[str, Style] = {}
        self._defaults: dict[str, str] = {}
        self._current = Style()
        self._walk = Walk({})
        # results so far: documents have a million paragraphs in a few styles
        self._on: dict[tuple[str, str, str, str | None], bool] = {}
        self._looks: dict[tuple[str, str], tuple[Look, ...]] = {}
        self._numbered: dict[str, tuple[str, str, str]] = {}

    def __repr__(self) -> str:
        return f"Styles({len(self._styles)})"

    def read(self, pieces: Iterable[bytes]) -> None:
        """Take in the part with the styles."""
        starts: dict[str, Start] = {
            "w:style": self._begin,
            "w:basedOn": self._base,
            **dict.fromkeys(TOGGLES, self._toggle),
            **dict.fromkeys(LOOKS, self._look),
            "w:tblStylePr": self._part_of_table,
            "w:numId": self._number,
            "w:ilvl": self._level,
            # what was before a tracked change
            "w:rPrChange": self._leave_out,
            "w:pPrChange": self._leave_out,
        }
        self._walk = Walk(starts, most=MAX_KEPT)
        self._walk.read(pieces)

    def is_on(self, name: str, paragraph: str, character: str, table: str | None) -> bool:
        """Whether one of `TOGGLES` is on for text in these styles ("": the usual one, None: no
        table) that does not set it itself. As in Word, each kind of style toggles what the others
        say."""
        key = name, paragraph, character, table
        if key in self._on:
            return self._on[key]
        found = self._is_on(*key)
        _remember(self._on, key, found)
        return found

    def _is_on(self, name: str, paragraph: str, character: str, table: str | None) -> bool:
        if self.default.toggles.get(name):
            return True
        is_on = self._toggled(name, "paragraph", paragraph)
        is_on ^= self._toggled(name, "character", character)
        if table is not None:
            is_on ^= self._toggled(name, "table", table)
        return is_on

    def looks(self, kind: str, name: str) -> tuple[Look, ...]:
        """The looks that a style of this kind and those on which it is based give to text, the
        nearest first."""
        key = kind, name
        if key in self._looks:
            return self._looks[key]
        found = tuple(style.look for _, style in self._chain(kind, name))
        _remember(self._looks, key, found)
        return found

    def has_shades(self, table: str) -> bool:
        """Whether a table's style gives some of its cells a background colour."""
        return any(style.has_shades for _, style in self._chain("table", table))

    def numbering(self, paragraph: str) -> tuple[str, str, str]:
        """The list that a paragraph style belongs to: its number, its level ("" where the list
        says which), and the style that names it."""
        if paragraph in self._numbered:
            return self._numbered[paragraph]
        found = self._numbering(paragraph)
        _remember(self._numbered, paragraph, found)
        return found

    def _numbering(self, paragraph: str) -> tuple[str, str, str]:
        for name, style in self._chain("paragraph", paragraph):
            if style.num_id:
                return style.num_id, style.level, name
        return "", "", ""

    def list_style(self, name: str) -> str:
        """The number of the list for which a numbering style stands."""
        return self._styles.get(name, Style()).num_id

    def _toggled(self, toggle: str, kind: str, name: str) -> bool:
        for _, style in self._chain(kind, name):
            if toggle in style.toggles:
                return style.toggles[toggle]
        return False

    def _chain(self, kind: str, name: str) -> Iterator[tuple[str, Style]]:
        """A style and those that it is based on; the usual one for a name that is not there."""
        if name not in self._styles:
            name = self._defaults.get(kind, "")
        for _ in range(_LONGEST_CHAIN):
            style = self._styles.get(name)
            if style is None or style.kind != kind:
                return
            yield name, style
            name = style.based_on

    def _leave_out(self, attributes: Attributes) -> None:
        self._walk.leave_out()

    def _begin(self, attributes: Attributes) -> None:
        name = value(attributes, "styleId")
        check_bound(len(self._styles) + 1, MAX_STYLES, "it has too many styles")
        self._current = Style(value(attributes, "type"))
        self._styles[name] = self._current
        if value(attributes, "default").lower() in ("1", "true", "on"):
            self._defaults[self._current.kind] = name

    def _base(self, attributes: Attributes) -> None:
        self._current.based_on = value(attributes, "val")

    def _toggle(self, attributes: Attributes) -> None:
        self._described().toggles[self._walk.path[-1]] = is_on(attributes)

    def _part_of_table(self, attributes: Attributes) -> None:
        """Take in formats for single rows and columns, whose look is not known."""
        self._current.has_shades = True
        self._walk.leave_out()

    def _look(self, attributes: Attributes) -> None:
        if self._walk.parent == "w:tcPr":
            self._current.has_shades = True
        self._described().look.take(self._walk.path[-1], attributes)

    def _described(self) -> Style:
        """The style whose text properties are being read; those of anything else are lost."""
        path = self._walk.path
        if "w:rPrDefault" in path:
            return self.default
        if path[-3] == "w:style" and path[-2] != "w:tcPr":
            return self._current
        return Style()

    def _number(self, attributes: Attributes) -> None:
        self._current.num_id = value(attributes, "val")

    def _level(self, attributes: Attributes) -> None:
        self._current.level = value(attributes, "val")
