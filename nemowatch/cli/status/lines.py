"""The lines that make up `nemowatch status`: titles, rows, shortened lists."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nemowatch.cli.formatting import clean
from nemowatch.cli.output import COLOURS
from nemowatch.cli.pieces import Indented, Piece, StyledText, TitledText
from nemowatch.cures import NOTHING, Cure
from nemowatch.reporting.phrases import because

#: Cells of indentation of a file, and of what is said about it.
INDENT, DEEPER = 8, 10

Lines = list[Piece]


@dataclass(frozen=True, slots=True)
class Row:
    """One thing, with what is said about it and what to do."""

    head: StyledText
    cure: Cure = NOTHING
    text: str = ""


def word(text: str, style: str = "") -> StyledText:
    """A piece of text in the colour of the state that it begins with."""
    shown = clean(text)
    return StyledText(shown, style or COLOURS.get(shown.split(" ")[0], ""))


def line(*parts: StyledText | str) -> StyledText:
    """One line of these parts; plain ones are shown as they are, whatever they contain."""
    whole = StyledText()
    for part in parts:
        whole.append(part if isinstance(part, StyledText) else clean(part))
    return whole


def title_text(text: str) -> StyledText:
    """The title in front of a section's first row, as wide as every other title."""
    return StyledText(f"{text:<10}", "bold")


def below(text: str) -> Lines:
    """The lines of a text below a title; long ones are folded and keep their indentation."""
    return [Indented(line(one), DEEPER) for one in text.splitlines()]


def beside(title: str, text: StyledText) -> Piece:
    """A text beside its title; what does not fit goes on below the start of the text."""
    return TitledText(title_text(title), text)


def cure_lines(cure: Cure, option: str) -> Lines:
    """The lines of a cure; `option`: the end of a command to type."""
    return below("\n".join(cure.typed(option)))


def titled(title: str, rows: Iterable[Row], option: str) -> Lines:
    """Rows, the first of them after the title."""
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
    rest: str = "",
) -> Lines:
    """Up to `longest` lines below their title, and how many more there are; empty when there are
    none. `rest`: the command that shows the others ("": none)."""
    if not lines:
        return []
    shown = [line(title_text(title)), *lines[:longest]]
    more = len(lines) - longest
    if more > 0:
        shown.append(line(f"           … and {more:,} more{because(rest)}"))
    return shown
