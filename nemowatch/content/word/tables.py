"""The tables that are open at a point of a Word document, and the backgrounds that their cells, the
page and text boxes give to the words.

Owns which rows and cells are not shown. It must not decide about words: `body` does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from nemowatch.content.word.look import UNKNOWN, Look
from nemowatch.content.word.styles import Styles
from nemowatch.content.word.xml import Attributes, End, Start, Walk, is_on, value


class Tables:
    """The open tables, nested in each other. `flush` ends a paragraph that has no end."""

    def __init__(self, styles: Styles, flush: Callable[[], None]) -> None:
        self.walk = Walk({})  #: the pass in which they are met
        self._styles = styles
        self._flush = flush
        self._names: list[str] = []  # the styles of the open tables
        self._behind = [Look()]  # of the page, and of each table, cell and box that is open

    def __repr__(self) -> str:
        return f"Tables({len(self._names)} open)"

    def starts(self) -> dict[str, Start]:
        """What is called when an element begins."""
        return {
            "w:background": self._page,
            "w:tbl": self._begin,
            "w:tblStyle": self._style,
            "w:tc": self._begin_cell,
            "w:hidden": self._hidden_row,
            "w:vMerge": self._merged,
            "w:cellDel": self._deleted_cell,
        }

    def ends(self) -> dict[str, End]:
        """What is called when an element ends."""
        return {"w:tbl": self._end, "w:tc": self._end_cell}

    @property
    def style(self) -> str | None:
        """The style of the innermost table ("" for the usual one); None outside of all."""
        if not self._names:
            return None
        return self._names[-1]

    @property
    def look(self) -> Look:
        """The look of the innermost table or cell."""
        return self._behind[-1]

    def looks(self) -> Iterable[Look]:
        """What is behind a text here, the nearest first."""
        return reversed(self._behind)

    def begin_box(self) -> None:
        """Begin a text box, whose background is part of a drawing and not known."""
        self._behind.append(Look(behind=UNKNOWN))

    def end_box(self) -> None:
        """End a text box."""
        self._behind.pop()

    def _page(self, attributes: Attributes) -> None:
        self._behind[0].behind = value(attributes, "color")

    def _begin(self, attributes: Attributes) -> None:
        self._flush()
        self._names.append("")
        self._behind.append(Look())

    def _style(self, attributes: Attributes) -> None:
        if not self._names:
            return
        name = value(attributes, "val")
        self._names[-1] = name
        if self._styles.has_shades(name):
            self.look.behind = self.look.behind or UNKNOWN

    def _end(self) -> None:
        self._names.pop()
        self._behind.pop()

    def _begin_cell(self, attributes: Attributes) -> None:
        self._behind.append(Look())

    def _end_cell(self) -> None:
        self._flush()
        self._behind.pop()

    def _hidden_row(self, attributes: Attributes) -> None:
        if self.walk.parent == "w:trPr" and is_on(attributes):
            self.walk.leave_out_rest("w:tr")

    def _merged(self, attributes: Attributes) -> None:
        """Handle a cell that is merged into the one above it."""
        if value(attributes, "val") != "restart":
            self.walk.leave_out_rest("w:tc")

    def _deleted_cell(self, attributes: Attributes) -> None:
        self.walk.leave_out_rest("w:tc")
