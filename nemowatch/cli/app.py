"""The command line as typer reads it: which commands there are, and how each is called. Commands
import what they need themselves: this module loads nothing but typer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from nemowatch.cli import (
    COMPLETING,
    completion,
    config,
    credits,
    init,
    journal,
    options,
    orders,
    password,
    reading_commands,
    revise,
    sandbox,
    service,
    show,
)
from nemowatch.cli.check.command import check
from nemowatch.cli.demo.command import demo
from nemowatch.cli.help import Grouped, epilog

app = typer.Typer(
    name="nemowatch",
    cls=Grouped,
    context_settings={"help_option_names": ["-h", "--help"]},
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


#: Every command by its name. Their groups and examples are in `help`.
COMMANDS: dict[str, Callable[..., None]] = {
    "init": init.init,
    "run": _run,
    "status": reading_commands.status,
    "jobs": reading_commands.jobs,
    "show": show.show,
    "retry": orders.retry,
    "cancel": orders.cancel,
    "again": orders.again,
    "resolve": orders.resolve,
    "revise": revise.revise,
    "answer": revise.answer,
    "pause": orders.pause,
    "resume": orders.resume,
    "approve": orders.approve,
    "take-over": orders.take_over,
    "explain": reading_commands.explain,
    "check": check,
    "credits": credits.credits,
    "password": password.password,
    "completion": completion.completion,
    "demo": demo,
}
for _name, _function in COMMANDS.items():
    app.command(_name, epilog=epilog(_name))(_function)
app.command(
    "sandbox",
    cls=sandbox.WithSettings,
    context_settings=sandbox.PASSED_ON,
    epilog=epilog("sandbox"),
)(sandbox.sandbox)
app.add_typer(config.app, name="config", epilog=epilog("config"))
app.add_typer(journal.app, name="journal", epilog=epilog("journal"))
app.add_typer(service.app, name="service", epilog=epilog("service"))


def carry_out(words: list[str]) -> int:
    """Run one command line; returns its exit code. Raises NemowatchError; wrong options are
    reported by typer itself (2)."""
    from nemowatch.errors import UsageError

    if words and words[0].split("=")[0] == "--config":
        raise UsageError(
            "--config comes after the command's name.",
            cure="For example: nemowatch status --config FILE",
        )
    if completion.is_asked():
        # as typer's own options call it; there is no public way
        from typer.completion import completion_init  # type: ignore[attr-defined]

        completion_init()
    try:
        app(args=words, prog_name="nemowatch", complete_var=COMPLETING)
    except SystemExit as exc:
        if exc.code is None:
            return 0
        return exc.code if isinstance(exc.code, int) else 1
    return 0
