"""`nemowatch config show`: the effective configuration, with defaults and the environment; secrets
are hidden."""

from __future__ import annotations

import typer

from nemowatch.cli import options

app = typer.Typer(
    help="Show the configuration in effect.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.callback()
def _only() -> None:
    """The configuration."""


@app.command("show")
def show(config: options.Config = None) -> None:
    """Print the whole configuration as it holds; secrets are hidden."""
    from nemowatch.cli.context import find_context
    from nemowatch.cli.output import say
    from nemowatch.config.show import show as as_toml

    context = find_context(config)
    print(f"# {context.path}")
    print(f"# state: {context.state_dir}")
    for line in as_toml(context.config).splitlines():
        say(line)
