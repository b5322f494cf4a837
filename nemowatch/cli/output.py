"""Printing: JSON, tables and the console. The one place of the commands that knows rich."""

from __future__ import annotations

import json
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
    print(clean(text), flush=True)


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


def print_drawn(shown: RenderableType) -> None:
    """Print what rich has laid out, without the blanks at the ends of its lines."""
    target = console()
    with target.capture() as capture:
        target.print(shown)
    print(*(line.rstrip() for line in capture.get().splitlines()), sep="\n")


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
