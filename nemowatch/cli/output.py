"""Printing: JSON, tables and the console. The one place of the commands that knows rich."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from nemowatch.cli.formatting import clean

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.text import Text

#: A pipe has no width: nothing is folded there, so that one line stays one record.
ENDLESS = 100_000
#: The colour of each state: green is done, red is lost, yellow waits.
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
    """One JSON document, pure ASCII: no name in it can reach a terminal as anything but text."""
    print(json.dumps(value, indent=2))


def say(text: str = "") -> None:
    """One line for a person, at once, in a pipe too."""
    print_lines([text])
    sys.stdout.flush()


def print_lines(lines: Iterable[str]) -> None:
    """Lines for a person: on a terminal they are broken between words, and go on below where they
    began; in a pipe each is one line."""
    width = terminal_width()
    for line in lines:
        for piece in folded(clean(line), width):
            print(piece)


def terminal_width() -> int:
    """Columns of the terminal; 0 where standard output is none."""
    if not sys.stdout.isatty():
        return 0
    import shutil

    return shutil.get_terminal_size().columns


def folded(line: str, width: int) -> list[str]:
    """A line in pieces of at most `width` columns (0: any number), broken between words."""
    if not width or len(line) <= width:
        return [line]
    import textwrap

    indent = line[: len(line) - len(line.lstrip())]
    return textwrap.wrap(
        line.lstrip(),
        width,
        initial_indent=indent,
        subsequent_indent=f"{indent}  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def console(*, stderr: bool = False) -> Console:
    """Standard output for rich: colours on a terminal only, nothing of its own made of our
    texts."""
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else ENDLESS
    return Console(
        file=stream,
        width=width,
        highlight=False,
        markup=False,
        emoji=False,
        soft_wrap=False,
    )


def is_drawn() -> bool:
    """Whether standard output shows colours and a width: a terminal, or what is to be taken for
    one. Anything else gets plain lines, for which rich need not be loaded."""
    return sys.stdout.isatty() or bool(os.environ.get("FORCE_COLOR"))


def print_plain(lines: Iterable[str]) -> None:
    """Print lines as they are, without the blanks at their ends."""
    for line in lines:
        print(line.rstrip())


def print_drawn(shown: RenderableType) -> None:
    """Print what rich has laid out, without the blanks at the ends of its lines."""
    target = console()
    with target.capture() as capture:
        target.print(shown)
    print(*(line.rstrip() for line in capture.get().splitlines()), sep="\n")


def print_beside(head: Text, text: str) -> None:
    """A heading with lines beside it, which are broken between words and stay beside it."""
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
    folding: int = -1,
) -> None:
    """Columns without lines. On a terminal the column `folding` is broken to fit; in a pipe every
    row is one line.

    Only that column may be broken: numbers and states stay whole.
    """
    from rich.table import Table

    last = len(head) - 1 if folding < 0 else folding
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
