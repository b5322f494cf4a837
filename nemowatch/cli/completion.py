"""What a shell proposes when Tab is pressed: numbers of jobs, folders and files of the inboxes,
states. And `nemowatch completion`, which prints what a shell needs for that.

Whatever goes wrong here is no proposal: nobody has asked for anything yet.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from nemowatch.cli import COMPLETING

if TYPE_CHECKING:
    from nemowatch.cli.context import CommandContext
    from nemowatch.journal.jobs import ListedJob

#: Jobs that are proposed: the latest.
MOST_JOBS = 100


class Shell(StrEnum):
    """The shells that there is a script for."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


def completion(
    shell: Annotated[Shell, typer.Argument(metavar="SHELL", help="bash, zsh or fish.")],
) -> None:
    """Print what a shell needs to complete commands.

    Tab then completes commands, numbers of jobs, folders and states."""
    # typer's own options take it from here
    from typer.completion import get_completion_script  # type: ignore[attr-defined]

    print(get_completion_script(prog_name="nemowatch", complete_var=COMPLETING, shell=shell.value))


def is_asked() -> bool:
    """Whether a shell asks for proposals."""
    return COMPLETING in os.environ


def job_numbers(ctx: typer.Context, incomplete: str) -> Iterator[tuple[str, str]]:
    """The latest jobs, each with its file and its state."""
    from nemowatch.cli.job_list import file_words, state_words

    with suppress(Exception):
        for row in _latest(_context(ctx)):
            number = str(row.job.id)
            if number.startswith(incomplete):
                yield number, f"{file_words(row)} > {row.job.target}: {state_words(row)}"


def paths(ctx: typer.Context, incomplete: str) -> Iterator[str]:
    """Folders of the inboxes, and what is in the one that was begun with."""
    from nemowatch.fs.listing import folders_below, names_below

    folder, slash, _ = incomplete.rpartition("/")
    with suppress(Exception):
        for watch in _context(ctx).config.watch:
            inside = os.fsencode(folder)
            below = set(folders_below(watch.inbox, inside))
            names = names_below(watch.inbox, inside) if folder else below
            for name in sorted(names):
                end = "/" if name in below else ""
                proposal = f"{folder}{slash}{os.fsdecode(name)}{end}"
                if proposal.startswith(incomplete):
                    yield proposal


def watches(ctx: typer.Context, incomplete: str) -> Iterator[str]:
    """The workspaces."""
    with suppress(Exception):
        for watch in _context(ctx).config.watch:
            if str(watch.workspace).startswith(incomplete):
                yield str(watch.workspace)


def states(incomplete: str) -> Iterator[str]:
    """The states of jobs."""
    from nemowatch.model import State

    yield from (state for state in State if state.startswith(incomplete))


def _context(ctx: typer.Context) -> CommandContext:
    from nemowatch.cli.context import find_context

    return find_context(ctx.params.get("config"))


def _latest(context: CommandContext) -> Iterable[ListedJob]:
    from nemowatch.cli.connection import read_journal
    from nemowatch.journal import jobs

    return read_journal(
        context, lambda conn: jobs.listed(conn, newest=True, limit=MOST_JOBS), list[jobs.ListedJob]
    )
