"""The command line as typer reads it: which words are commands, and how each is called. Commands
import what they need themselves: this module loads nothing but typer."""

from __future__ import annotations

from typing import Annotated

import typer

from nemowatch.cli import (
    config,
    credits,
    init,
    journal,
    options,
    orders,
    password,
    reading,
    revise,
    sandbox,
    show,
)
from nemowatch.cli.check.command import check
from nemowatch.cli.demo.command import demo

app = typer.Typer(
    name="nemowatch",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    help="Folders as an AI video studio: the folder's name is the order.",
)


@app.callback()
def _all(
    version: Annotated[bool, typer.Option("--version", help="Show the version and exit.")] = False,
) -> None:
    """Folders as an AI video studio: the folder's name is the order."""
    if version:
        from nemowatch import __version__

        print(f"nemowatch {__version__}")
        raise typer.Exit


def _run(
    once: Annotated[bool, typer.Option("--once", help="Finish what is there, then exit.")] = False,
    plain: Annotated[
        bool, typer.Option("--plain", help="Print the log, on a terminal too.")
    ] = False,
    config: options.Config = None,
) -> None:
    """Run the daemon in the foreground.

    On a terminal it is shown live: how far everything is, and the last lines of the log."""
    from nemowatch.cli import run

    raise typer.Exit(run.start(once=once, plain=plain, config=config))


app.command("init")(init.init)
app.command("run")(_run)
app.command("status")(reading.status)
app.command("jobs")(reading.jobs)
app.command("show")(show.show)
app.command("retry")(orders.retry)
app.command("cancel")(orders.cancel)
app.command("again")(orders.again)
app.command("resolve")(orders.resolve)
app.command("revise")(revise.revise)
app.command("answer")(revise.answer)
app.command("pause")(orders.pause)
app.command("resume")(orders.resume)
app.command("approve")(orders.approve)
app.command("take-over")(orders.take_over)
app.command("explain")(reading.explain)
app.command("check")(check)
app.command("credits")(credits.credits)
app.command("password")(password.password)
app.command("sandbox", cls=sandbox.WithSettings, context_settings=sandbox.PASSED_ON)(
    sandbox.sandbox
)
app.command("demo")(demo)
app.add_typer(config.app, name="config")
app.add_typer(journal.app, name="journal")


def carry_out(words: list[str]) -> int:
    """Run one command line; its exit code. Errors of ours go through; wrong options are reported by
    typer itself (2)."""
    from nemowatch.errors import UsageError

    if words and words[0].split("=")[0] == "--config":
        raise UsageError(
            "--config comes after the command's name.",
            cure="For example: nemowatch status --config FILE",
        )
    try:
        app(args=words, prog_name="nemowatch")
    except SystemExit as exc:
        if exc.code is None:
            return 0
        return exc.code if isinstance(exc.code, int) else 1
    return 0
