"""What the styles of a Word document say about its words: which are hidden, which are numbered.

Owns the way from a style to those that it is based on. It must not know of the text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from nemowatch.content.word.xml import (
    MAX_KEPT,
    Attributes,
    Start,
    Walk,
    check_bound,
    is_on,
    value,
)

#: How many styles are based on each other at most; Word itself stops far earlier.
_LONGEST_CHAIN = 50


Key = TypeVar("Key")
Value = TypeVar("Value")

#: Word itself takes some thousands of styles.
MAX_STYLES = 20_000


@dataclass(slots=True)
class Style:
    """What one style says itself."""

    kind: str = ""  #: "paragraph", "character", "table" or "numbering"
    based_on: str = ""
    hidden: bool | None = None
    num_id: str = ""
    level: str = ""


def _remember(known: dict[Key, Value], key: Key, found: Value) -> None:
    """Keep what was found, as far as it may take memory."""
    if len(known) < MAX_STYLES:
        known[key] = found


class Styles:
    """The styles of one document."""

    def __init__(self) -> None:
        self.hidden_by_default = False
        self._styles: dict[str, Style] = {}
        self._defaults: dict[str, str] = {}
        self._current = Style()
        self._walk = Walk({})
        # what was found before: documents have a million paragraphs of a few styles
        self._hidden: dict[tuple[str, str, str | None], bool] = {}
        self._numbered: dict[str, tuple[str, str, str]] = {}

    def __repr__(self) -> str:
        return f"Styles({len(self._styles)})"

    def read(self, pieces: Iterable[bytes]) -> None:
        """Take in the part with the styles."""
        starts: dict[str, Start] = {
            "w:style": self._begin,
            "w:basedOn": self._base,
            "w:vanish": self._vanish,
            "w:numId": self._number,
            "w:ilvl": self._level,
            # formats for single rows and columns, and what was before a tracked change
            "w:tblStylePr": self._leave_out,
            "w:rPrChange": self._leave_out,
            "w:pPrChange": self._leave_out,
        }
        self._walk = Walk(starts, most=MAX_KEPT)
        self._walk.read(pieces)

    def hides(self, paragraph: str, character: str, table: str | None) -> bool:
        """Whether text in these styles ("" for the usual one, None for no table) is hidden, where
        it does not say so itself. Each kind of style turns over what the others say, as Word has
        it."""
        key = paragraph, character, table
        if key in self._hidden:
            return self._hidden[key]
        found = self._hides(*key)
        _remember(self._hidden, key, found)
        return found

    def _hides(self, paragraph: str, character: str, table: str | None) -> bool:
        if self.hidden_by_default:
            return True
        is_hidden = self._is_hidden("paragraph", paragraph)
        is_hidden ^= self._is_hidden("character", character)
        if table is not None:
            is_hidden ^= self._is_hidden("table", table)
        return is_hidden

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
        """The number of the list that a numbering style means."""
        return self._styles.get(name, Style()).num_id

    def _is_hidden(self, kind: str, name: str) -> bool:
        for _, style in self._chain(kind, name):
            if style.hidden is not None:
                return style.hidden
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

    def _vanish(self, attributes: Attributes) -> None:
        if "w:rPrDefault" in self._walk.path:
            self.hidden_by_default = is_on(attributes)
        elif self._walk.path[-3:-1] == ["w:style", "w:rPr"]:
            self._current.hidden = is_on(attributes)

    def _number(self, attributes: Attributes) -> None:
        self._current.num_id = value(attributes, "val")

    def _level(self, attributes: Attributes) -> None:
        self._current.level = value(attributes, "val")
