"""Prints JSON, lines, tables, and what rich draws."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from nemowatch.cli.formatting import clean
from nemowatch.late_pattern import LatePattern
from nemowatch.reporting.wide_letters import folded_wide, wide

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.text import Text

#: The width of a pipe: nothing is folded there, so that one line stays one record.
ENDLESS = 100_000
#: The title of a field, of one word or two, up to where its text begins.
_TITLE = LatePattern(r" *\S+(?: \S+)? {2,}(?=\S)")
#: What terminals are called that only print, as those of editors and of some services do; "" when
#: nobody has said what this one can do.
WITHOUT_SCREEN = ("", "dumb", "unknown")
#: The colour of each state: green for done, red for failed, yellow for waiting.
COLOURS = {
    "published": "green",
    "failed": "red",
    "rejected": "red",
    "attention": "bold yellow",
    "held": "yellow",
    "cancelled": "dim",
    "ok": "green",
    "warn": "yellow",
    "fail": "bold red",
}


def print_json(value: Any) -> None:
    """Print one JSON document, in pure ASCII: no name in it can control a terminal."""
    print(json.dumps(value, indent=2))


def say(text: str = "") -> None:
    """Print one line for a person at once, even in a pipe."""
    print_lines([text])
    sys.stdout.flush()


def print_lines(lines: Iterable[str]) -> None:
    """Print lines for a person: on a terminal they are broken between words and keep their
    indentation; in a pipe each is one line."""
    width = terminal_width()
    for line in lines:
        for piece in folded(clean(line), width):
            print(piece)


def terminal_width() -> int:
    """Columns of the terminal; 0 if standard output is not one."""
    if not sys.stdout.isatty():
        return 0
    import shutil

    return shutil.get_terminal_size().columns


def folded(line: str, width: int) -> list[str]:
    """A line in pieces of at most `width` columns (0: any number), broken between words. The rest
    of a field goes on below its text, not below its title."""
    columns = wide(line)
    if not width or columns <= width:
        return [line]
    indent = line[: len(line) - len(line.lstrip())]
    below = " " * (_column(line, len(indent), width) + 2)
    if columns > len(line):
        return folded_wide(line.lstrip(), width, indent, below)
    import textwrap

    return textwrap.wrap(
        line.lstrip(),
        width,
        initial_indent=indent,
        subsequent_indent=below,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _column(line: str, indent: int, width: int) -> int:
    """Where the text of a field begins; any other line, and a field that leaves its text less than
    half of the width, begins with its text."""
    title = _TITLE.match(line)
    if title is None or title.end() > width // 2:
        return indent
    return wide(title[0])


def console() -> Console:
    """Standard output for rich: with colours only on a terminal, and without interpreting our
    texts."""
    from rich.console import Console

    width = None if sys.stdout.isatty() else ENDLESS
    return Console(
        file=sys.stdout,
        width=width,
        highlight=False,
        markup=False,
        emoji=False,
        soft_wrap=False,
    )


def is_drawn() -> bool:
    """Whether standard output has colours and a width: a terminal, or what is to be treated as one.
    Anything else gets plain lines, for which rich need not be loaded."""
    return sys.stdout.isatty() or bool(os.environ.get("FORCE_COLOR"))


def has_screen() -> bool:
    """Whether standard output is a terminal on which a picture can be drawn, and drawn over."""
    return sys.stdout.isatty() and os.environ.get("TERM", "") not in WITHOUT_SCREEN


def print_plain(lines: Iterable[str]) -> None:
    """Print lines as they are, without trailing blanks."""
    for line in lines:
        print(line.rstrip())


def print_drawn(shown: RenderableType) -> None:
    """Print what rich has laid out, without trailing blanks."""
    target = console()
    with target.capture() as capture:
        target.print(shown)
    print(*(line.rstrip() for line in capture.get().splitlines()), sep="\n")


def print_beside(head: Text, text: str) -> None:
    """Print a heading with text beside it, which is broken between words and stays beside it."""
    from rich.table import Table

    grid = Table.grid(padding=0)
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row(head, text)
    print_drawn(grid)


def word(text: str, style: str = "") -> Text:
    """A piece of text in the colour of the state that it begins with."""
    from rich.text import Text

    shown = clean(text)
    return Text(shown, style=style or COLOURS.get(shown.split(" ")[0], ""))


def print_table(
    head: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    right: Sequence[int] = (),
) -> None:
    """Print columns without rules. On a terminal the last one is broken to fit; in a pipe every
    row is one line.

    Only that column may be broken: numbers and states stay whole.
    """
    from rich.table import Table

    last = len(head) - 1
    table = Table(
        box=None,
        padding=(0, 2, 0, 0),
        pad_edge=False,
        show_edge=False,
    )
    for index, title in enumerate(head):
        table.add_column(
            word(title, "bold"),
            justify="right" if index in right else "left",
            no_wrap=index != last,
            overflow="fold",
        )
    for row in rows:
        table.add_row(*map(word, row))
    print_drawn(table)
