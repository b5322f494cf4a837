"""`nemowatch sandbox`: the stand-in API on loopback, in the foreground."""

from __future__ import annotations

from typing import Annotated

import typer

from nemowatch.cli import options

#: Every other option is a setting of the sandbox itself (`--turn-seconds=2`): it checks them.
PASSED_ON = {"allow_extra_args": True, "ignore_unknown_options": True}

Port = Annotated[int, typer.Option("--port", help="0 takes a free one.")]
Fault = Annotated[
    list[str],
    typer.Option("--fault", metavar="ENDPOINT:KIND[:ARG][@WHEN]", help="What goes wrong; may be given again."),
]


def sandbox(context: typer.Context, port: Port = 0, fault: Fault = [], config: options.Config = None) -> None:  # noqa: B006
    """Serve a stand-in of the cloud on loopback.

    It runs until Ctrl-C. Its settings are options too: --turn-seconds=2."""
    faults = [f"--fault={rule}" for rule in fault]
    raise typer.Exit(serve(["--port", str(port), *faults, *context.args]))


def serve(words: list[str]) -> int:
    """Run the sandbox with these words; its exit code. Raises UsageError when its extra is not installed."""
    from nemowatch.errors import UsageError

    try:
        from nemowatch.sandbox.server import main
    except ModuleNotFoundError as exc:
        if not (exc.name or "").startswith("aiohttp"):
            raise
        raise UsageError(
            "The sandbox is not installed.", cure="Install it with: pip install 'nemowatch[sandbox]'"
        ) from exc
    return main(words)
