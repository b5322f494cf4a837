"""The numbers that Word puts before the paragraphs of a list. Bullets do not count: a dot is not
spoken.

Owns the counting. It must not know the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from nemowatch.content.word.list_numbers import formatted
from nemowatch.content.word.styles import Styles
from nemowatch.content.word.xml import (
    MAX_KEPT,
    Attributes,
    Walk,
    check_bound,
    is_on,
    value,
)

#: A list has nine levels.
LEVELS = 9
#: The most lists of a document: old ones have some thousands that nothing uses.
MAX_LISTS = 50_000
#: A number beyond this is not a real one: nothing is counted from there.
_LARGEST = 1_000_000
#: The most characters of the text around a number ("Chapter %1."); a longer one is something else.
_LONGEST_PATTERN = 200
_PLACE = re.compile(r"%([1-9])")


@dataclass(slots=True)
class ListLevel:
    """How one level of a list is numbered."""

    start: int = 1
    kind: str = "decimal"
    pattern: str = ""
    plain: bool = False  #: every level in it in plain digits
    restart: int = LEVELS  #: the last level (from 1) after which it begins again; 0: never
    space: str = " "
    style: str = ""  #: the paragraph style that belongs to it


@dataclass(slots=True)
class _List:
    """A definition of levels."""

    levels: dict[int, ListLevel] = field(default_factory=dict)
    style: str = ""  #: the numbering style that has the levels instead


@dataclass(slots=True)
class _Use:
    """A list of the text, which uses a definition."""

    definition: str = ""
    starts: dict[int, int] = field(default_factory=dict)
    levels: dict[int, ListLevel] = field(default_factory=dict)


class Numbering:
    """The lists of one document, and the present number of each."""

    def __init__(self, styles: Styles) -> None:
        self._styles = styles
        self._definitions: dict[str, _List] = {}
        self._uses: dict[str, _Use] = {}
        self._counts: dict[str, list[int | None]] = {}
        self._begun: set[tuple[str, int]] = set()
        self._definition = _List()
        self._use = _Use()
        self._owner: _List | _Use = self._definition  # of the levels that are being read
        self._level = ListLevel()
        self._at = 0

    def __repr__(self) -> str:
        return f"Numbering({len(self._uses)} lists)"

    def read(self, pieces: Iterable[bytes]) -> None:
        """Take in the part with the lists."""
        starts = {
            "w:abstractNum": self._begin_definition,
            "w:num": self._begin_use,
            "w:abstractNumId": self._name_definition,
            "w:numStyleLink": self._link,
            "w:lvlOverride": self._override,
            "w:startOverride": self._override_start,
            "w:lvl": self._begin_level,
            "w:start": self._start,
            "w:numFmt": self._kind,
            "w:lvlText": self._pattern,
            "w:isLgl": self._plain,
            "w:lvlRestart": self._restart,
            "w:suff": self._space,
            "w:pStyle": self._style,
        }
        Walk(starts, most=MAX_KEPT).read(pieces)

    def next(self, num_id: str, level: str, style: str) -> str:
        """The number before the next paragraph of a list, with the space after it; "" for none.
        `level` may be "": then it is the one that belongs to the paragraph's `style`."""
        use = self._uses.get(num_id)
        if use is None:
            return ""
        definition, name = self._resolved(use)
        at = _number(level, -1)
        if at < 0:
            at = _level_of(definition, style)
        if at >= LEVELS:
            return ""

        counts = self._counts.setdefault(name, [None] * LEVELS)
        self._count(counts, use, num_id, definition, at)
        return _written(_levels(use, definition), counts, at)

    def _resolved(self, use: _Use) -> tuple[_List, str]:
        """The definition that a list uses, and its name."""
        name = use.definition
        definition = self._definitions.get(name, _List())
        if not definition.style:
            return definition, name
        other = self._uses.get(self._styles.list_style(definition.style))
        if other is None:
            return definition, name
        return self._definitions.get(other.definition, definition), other.definition

    def _count(
        self,
        counts: list[int | None],
        use: _Use,
        num_id: str,
        definition: _List,
        at: int,
    ) -> None:
        """Count one further at a level. A list that restarts does so once."""
        levels = _levels(use, definition)
        is_new = (num_id, at) not in self._begun
        self._begun.add((num_id, at))
        current = counts[at]
        if is_new and at in use.starts:
            counts[at] = use.starts[at]
        elif current is None:
            counts[at] = levels.get(at, ListLevel()).start
        else:
            counts[at] = min(current + 1, _LARGEST)

        for above in range(at):
            if counts[above] is not None:
                continue
            start = levels.get(above, ListLevel()).start
            counts[above] = use.starts.get(above, start)
        for below in range(at + 1, LEVELS):
            if at < levels.get(below, ListLevel()).restart:
                counts[below] = None

    def _begin_definition(self, attributes: Attributes) -> None:
        self._check_number()
        self._use = _Use()  # of no list of the text
        self._definition = _List()
        self._owner = self._definition
        self._definitions[value(attributes, "abstractNumId")] = self._definition

    def _check_number(self) -> None:
        lists = len(self._definitions) + len(self._uses)
        check_bound(lists + 1, MAX_LISTS, "it has too many lists")

    def _begin_use(self, attributes: Attributes) -> None:
        self._check_number()
        self._use = _Use()
        self._owner = self._use
        self._uses[value(attributes, "numId")] = self._use

    def _name_definition(self, attributes: Attributes) -> None:
        self._use.definition = value(attributes, "val")

    def _link(self, attributes: Attributes) -> None:
        self._definition.style = value(attributes, "val")

    def _override(self, attributes: Attributes) -> None:
        self._at = _number(value(attributes, "ilvl"), 0)

    def _override_start(self, attributes: Attributes) -> None:
        self._use.starts[self._at] = _number(value(attributes, "val"), 1)

    def _begin_level(self, attributes: Attributes) -> None:
        self._level = ListLevel()
        at = _number(value(attributes, "ilvl"), 0)
        self._owner.levels[at] = self._level

    def _start(self, attributes: Attributes) -> None:
        self._level.start = _number(value(attributes, "val"), 1)

    def _kind(self, attributes: Attributes) -> None:
        self._level.kind = value(attributes, "val")

    def _pattern(self, attributes: Attributes) -> None:
        self._level.pattern = value(attributes, "val")[:_LONGEST_PATTERN]

    def _plain(self, attributes: Attributes) -> None:
        self._level.plain = is_on(attributes)

    def _restart(self, attributes: Attributes) -> None:
        self._level.restart = _number(value(attributes, "val"), 0)

    def _space(self, attributes: Attributes) -> None:
        if value(attributes, "val") == "nothing":
            self._level.space = ""

    def _style(self, attributes: Attributes) -> None:
        self._level.style = value(attributes, "val")


def _levels(use: _Use, definition: _List) -> dict[int, ListLevel]:
    return definition.levels | use.levels


def _level_of(definition: _List, style: str) -> int:
    """The level that belongs to a paragraph style; else the first."""
    for at, level in definition.levels.items():
        if level.style == style:
            return at
    return 0


def _written(levels: dict[int, ListLevel], counts: list[int | None], at: int) -> str:
    level = levels.get(at)
    if level is None or level.kind == "bullet":
        return ""

    def number(match: re.Match[str]) -> str:
        which = int(match[1]) - 1
        other = levels.get(which, ListLevel())
        kind = other.kind
        if level.plain:
            kind = "decimal"
        return formatted(counts[which] or 0, kind)

    said = _PLACE.sub(number, level.pattern).strip()
    if not said:
        return ""
    return said + level.space


def _number(said: str, default: int) -> int:
    """The whole number in an attribute, if it is within the limits; else `default`."""
    if not said.isascii() or not said.isdecimal() or len(said) > 9:
        return default
    return min(int(said), _LARGEST)
