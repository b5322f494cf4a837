"""What the elements inside `w:rPr` and `w:pPr` say about a run or a paragraph.

Owns whose properties they are. It must not decide what follows: `body` does.
"""

from __future__ import annotations

from collections.abc import Callable

from nemowatch.content.word.look import LOOKS, Look
from nemowatch.content.word.story import Run, Story
from nemowatch.content.word.styles import TOGGLES
from nemowatch.content.word.tables import Tables
from nemowatch.content.word.xml import Attributes, Start, Walk, is_on, value

_RUNS = ("w:r", "m:r")


class Properties:
    """Writes them into the open story, and into the open table."""

    def __init__(self, story: Callable[[], Story], tables: Tables) -> None:
        self.walk = Walk({})  #: the pass in which they are met
        self._story = story
        self._tables = tables

    def __repr__(self) -> str:
        return f"Properties({self._story()!r})"

    def starts(self) -> dict[str, Start]:
        """What is called when an element begins."""
        return {
            **dict.fromkeys(TOGGLES, self._toggle),
            **dict.fromkeys(LOOKS, self._look),
            "w:pStyle": self._paragraph_style,
            "w:numId": self._number,
            "w:ilvl": self._level,
            "w:framePr": self._frame,
            "w:rStyle": self._run_style,
            "w:rFonts": self._font,
            "w:specVanish": self._special_vanish,
            "w:vertAlign": self._height,
        }

    @property
    def run(self) -> Run:
        """The run whose properties are being read, or that of a paragraph's mark; properties of
        anything else are lost."""
        around = self.walk.path[-3]
        if around in _RUNS:
            return self._story().run
        if around == "w:pPr":
            return self._story().paragraph.mark
        return Run()

    def _run_style(self, attributes: Attributes) -> None:
        self.run.style = value(attributes, "val")

    def _font(self, attributes: Attributes) -> None:
        font = value(attributes, "ascii") or value(attributes, "hAnsi")
        self.run.font = font

    def _toggle(self, attributes: Attributes) -> None:
        self.run.toggles[self.walk.path[-1]] = is_on(attributes)

    def _look(self, attributes: Attributes) -> None:
        self._place().take(self.walk.path[-1], attributes)

    def _place(self) -> Look:
        """The look that is being read."""
        story = self._story()
        places = {
            "w:pPr": story.paragraph.look,
            "w:tcPr": self._tables.look,
            "w:tblPr": self._tables.look,
            "w:rPr": self.run.look,
            "w14:textFill": story.run.look,
        }
        return places.get(self.walk.parent) or Look()

    def _special_vanish(self, attributes: Attributes) -> None:
        self.run.toggles["w:vanish"] = is_on(attributes)

    def _height(self, attributes: Attributes) -> None:
        height = value(attributes, "val")
        self.run.is_raised = height == "superscript"

    def _paragraph_style(self, attributes: Attributes) -> None:
        self._story().paragraph.style = value(attributes, "val")

    def _number(self, attributes: Attributes) -> None:
        self._story().paragraph.num_id = value(attributes, "val")

    def _level(self, attributes: Attributes) -> None:
        self._story().paragraph.level = value(attributes, "val")

    def _frame(self, attributes: Attributes) -> None:
        """Handle a large first letter: a paragraph of its own that begins the next one's first
        word."""
        self._story().paragraph.is_drop_cap = value(attributes, "dropCap") in ("drop", "margin")
