"""`nemowatch sandbox`: the stand-in API on loopback, in the foreground."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from nemowatch.cli import options


class WithSettings(TyperCommand):
    """A command whose help also lists what only the sandbox knows: settings and kinds of faults."""

    def format_epilog(
        self, ctx: Any, formatter: Any
    ) -> None:  # typer carries its own copy of click's types
        """Write what comes after the options, read from the sandbox itself so that it is written
        only once."""
        from dataclasses import fields

        from nemowatch.sandbox import faults
        from nemowatch.sandbox.settings import Settings

        rows = [
            (f"--{s.name.replace('_', '-')}={s.default}", s.metadata["help"])
            for s in fields(Settings)
        ]
        with formatter.section("Settings, with their defaults (durations in seconds)"):
            formatter.write_dl(rows)
        with formatter.section("Faults"):
            lines = (faults.__doc__ or "").splitlines()
            formatter.write("".join(f"  {line}".rstrip() + "\n" for line in lines[2:]))
        super().format_epilog(ctx, formatter)


#: Every other option is a setting of the sandbox itself (`--turn-seconds=2`): it checks them.
PASSED_ON = {"allow_extra_args": True, "ignore_unknown_options": True}

Port = Annotated[int, typer.Option("--port", help="0 takes a free one.")]
Fault = Annotated[
    list[str],
    typer.Option(
        "--fault", metavar="ENDPOINT:KIND[:ARG][@WHEN]", help="What goes wrong; may be given again."
    ),
]


def sandbox(
    context: typer.Context,
    port: Port = 0,
    fault: Fault = [],  # noqa: B006
    config: options.Config = None,
) -> None:
    """Serve a stand-in of the cloud on loopback.

    It runs until Ctrl-C. Its settings, listed below, are options too: --turn-seconds=2."""
    faults = [f"--fault={rule}" for rule in fault]
    raise typer.Exit(serve(["--port", str(port), *faults, *context.args]))


def serve(words: list[str]) -> int:
    """Run the sandbox with these words; returns its exit code. Raises UsageError when its extra is
    not installed."""
    from nemowatch.errors import UsageError

    try:
        from nemowatch.sandbox.server import main
    except ModuleNotFoundError as exc:
        if not (exc.name or "").startswith("aiohttp"):
            raise
        raise UsageError(
            "The sandbox is not installed.",
            cure="Install nemowatch with its extra sandbox, as docs/operations.md says (Extras).",
        ) from exc
    return main(words)
