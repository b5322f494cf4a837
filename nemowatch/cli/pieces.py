"""What a command shows, as plain data: on a terminal rich lays it out, in a pipe its lines are
printed as they are, without waiting for rich to be loaded.

Owns no words and prints nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text


class Piece(Protocol):
    """Something to show."""

    def plain_lines(self) -> list[str]:
        """Its lines in a pipe."""

    def __rich__(self) -> RenderableType:
        """What rich draws on a terminal."""


class StyledText:
    """One line of text, made of pieces, each with a style ("": none)."""

    __slots__ = ("_parts",)

    def __init__(self, text: str = "", style: str = "") -> None:
        self._parts = [(text, style)]

    def __repr__(self) -> str:
        return f"StyledText({self.plain!r})"

    @property
    def plain(self) -> str:
        """The text without styles."""
        return "".join(text for text, _ in self._parts)

    def append(self, more: StyledText | str) -> None:
        """Add this at the end."""
        if isinstance(more, str):
            more = StyledText(more)
        self._parts += more._parts

    def join(self, others: Iterable[StyledText]) -> StyledText:
        """The others as one text, with this between them."""
        whole = StyledText()
        for number, other in enumerate(others):
            if number:
                whole.append(self)
            whole.append(other)
        return whole

    def plain_lines(self) -> list[str]:
        """Its lines in a pipe."""
        return [self.plain]

    def __rich__(self) -> Text:
        from rich.text import Text

        return Text.assemble(*self._parts)


@dataclass(frozen=True, slots=True)
class Indented:
    """An indented line, which is folded if it is too long and keeps its indentation."""

    words: StyledText
    by: int  #: cells

    def plain_lines(self) -> list[str]:
        """Its lines in a pipe."""
        return [" " * self.by + self.words.plain]

    def __rich__(self) -> RenderableType:
        from rich.padding import Padding

        return Padding(self.words, (0, 0, 0, self.by))


@dataclass(frozen=True, slots=True)
class TitledText:
    """A text beside its title; what does not fit goes on below the start of the text."""

    title: StyledText
    words: StyledText

    def plain_lines(self) -> list[str]:
        """Its lines in a pipe."""
        return [self.title.plain + self.words.plain]

    def __rich__(self) -> RenderableType:
        from rich.table import Table

        grid = Table.grid(padding=0)
        grid.add_column(no_wrap=True)
        grid.add_column()
        grid.add_row(self.title, self.words)
        return grid


class Several:
    """Pieces below each other."""

    __slots__ = ("_pieces",)

    def __init__(self, *pieces: Piece) -> None:
        self._pieces = pieces

    def __repr__(self) -> str:
        return f"Several({len(self._pieces)})"

    def plain_lines(self) -> list[str]:
        """Its lines in a pipe."""
        lines: list[str] = []
        for piece in self._pieces:
            lines += piece.plain_lines()
        return lines

    def __rich__(self) -> RenderableType:
        from rich.console import Group

        return Group(*self._pieces)
