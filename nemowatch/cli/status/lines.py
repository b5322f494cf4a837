"""The lines that `nemowatch status` is made of: titles, rows below each other, cut lists."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from nemowatch.cli.formatting import clean
from nemowatch.cures import NOTHING, Cure

#: Cells before a file, and before what is said about it.
INDENT, DEEPER = 8, 10

Lines = list[RenderableType]


@dataclass(frozen=True, slots=True)
class Row:
    """Something with what is said about it, and what to do."""

    head: Text
    cure: Cure = NOTHING
    text: str = ""


def line(*parts: Text | str) -> Text:
    """One line of these parts; plain ones are shown as they are, whatever they contain."""
    whole = Text()
    for part in parts:
        whole.append(part if isinstance(part, Text) else clean(part))
    return whole


def title_text(text: str) -> Text:
    """What stands in front of a section's first row, as wide as in all others."""
    return Text(f"{text:<10}", style="bold")


def below(text: str) -> Lines:
    """Lines below a title; long ones are folded and stay below it."""
    return [Padding(line(one), (0, 0, 0, DEEPER)) for one in text.splitlines()]


def beside(title: str, text: Text) -> RenderableType:
    """A text beside its title; what does not fit goes on below its beginning."""
    grid = Table.grid(padding=0)
    grid.add_column(no_wrap=True)
    grid.add_column()
    grid.add_row(title_text(title), text)
    return grid


def cure_lines(cure: Cure, option: str) -> Lines:
    """What can be done about it; `option`: what a command to type ends with."""
    return below("\n".join(cure.typed(option)))


def titled(title: str, rows: Iterable[Row], option: str) -> Lines:
    """Rows below each other; the title is in front of the first."""
    lines: Lines = []
    for row in rows:
        lines += [
            line(title_text(title), row.head),
            *below(row.text),
            *cure_lines(row.cure, option),
        ]
        title = ""
    return lines


def listed(
    title: str,
    lines: Lines,
    longest: int,
    rest: str,
) -> Lines:
    """Lines below a title of their own, cut with a count; nothing when there are none."""
    if not lines:
        return []
    shown = [line(title_text(title)), *lines[:longest]]
    more = len(lines) - longest
    if more > 0:
        shown.append(line(f"           … and {more} more: {rest}"))
    return shown
