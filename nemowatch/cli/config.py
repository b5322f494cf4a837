"""`nemowatch config show`: the configuration as it holds, defaults and environment included;
secrets hidden."""

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
    from nemowatch.cli.context import find_setting
    from nemowatch.cli.output import say
    from nemowatch.config import show as as_toml

    setting = find_setting(config)
    print(f"# {setting.path}")
    print(f"# state: {setting.state_dir}")
    for line in as_toml(setting.config).splitlines():
        say(line)
