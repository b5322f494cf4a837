"""The commands that only read, as typer reads them. What they print is in modules that do not load
typer: a command line without mistakes goes straight there (`simple_command_lines`)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nemowatch.cli import completion, options

Watch = Annotated[bool, typer.Option("--watch", help="Keep showing it, until Ctrl-C.")]
State = Annotated[
    str,
    typer.Option(
        "--state",
        metavar="STATE",
        help='Only jobs in this state: failed, "held (paused)".',
        show_default=False,
        autocompletion=completion.states,
    ),
]
Limit = Annotated[
    int,
    typer.Option("--limit", metavar="N", help="Show at most this many.", show_default=False),
]
Newest = Annotated[bool, typer.Option("--newest", help="Most recently changed first.")]
Explained = Annotated[
    Path,
    typer.Argument(
        metavar="PATH",
        help="A task folder or just its name, a file in one, or a result.",
        autocompletion=completion.paths,
    ),
]


def status(
    as_json: options.Json = False, watch: Watch = False, config: options.Config = None
) -> None:
    """Show the state of everything, and what needs a person."""
    from nemowatch.cli.status.printed import print_status

    print_status(as_json=as_json, watch=watch, config=config)


def jobs(
    state: State = "",
    limit: Limit = 0,
    newest: Newest = False,
    as_json: options.Json = False,
    config: options.Config = None,
) -> None:
    """List the jobs, oldest first."""
    from nemowatch.cli.job_list import print_jobs

    print_jobs(state, limit=limit, newest=newest, as_json=as_json, config=config)


def explain(path: Explained, as_json: options.Json = False, config: options.Config = None) -> None:
    """Explain a folder's order, or why a file waits.

    A folder: task, languages, prompt, results. A file: every decision about it. A result, or a
    source in done or failed: its job, what it cost, and how to have it made again. Nothing is
    sent or changed.
    """
    from nemowatch.cli.explain.printed import print_explanation

    print_explanation(path, as_json=as_json, config=config)
