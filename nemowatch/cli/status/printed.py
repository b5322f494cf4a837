"""What `nemowatch status` prints: the state of everything, once or refreshed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from nemowatch.cli.context import CommandContext

#: Seconds between two updates of --watch: progress bars move, and the daemon hardly notices.
REFRESH = 1.0
#: The most columns of a status that is printed once: longer lines are hard to read.
WIDEST = 120


def print_status(*, as_json: bool = False, watch: bool = False, config: Path | None = None) -> None:
    """Print the status; with `watch` again and again, until Ctrl-C. Raises UsageError."""
    from nemowatch.cli.context import find_context
    from nemowatch.cli.output import print_json
    from nemowatch.cli.status.gathering import record
    from nemowatch.errors import UsageError

    context = find_context(config)
    if as_json and watch:
        raise UsageError(
            "--json and --watch do not go together.",
            cure="Call status --json as often as you like.",
        )
    if as_json:
        print_json(record(context))
    elif watch:
        _keep_showing(context)
    else:
        _show_once(context)


def _show_once(context: CommandContext) -> None:
    from nemowatch.cli.output import console, is_drawn, print_drawn, print_plain
    from nemowatch.cli.status.gathering import overview
    from nemowatch.cli.status.view import draw

    if is_drawn():
        width = min(console().width, WIDEST)
        print_drawn(draw(overview(context), width, option=context.option))
    else:
        shown = draw(overview(context), WIDEST, option=context.option)
        print_plain(shown.plain_lines())


def _keep_showing(context: CommandContext) -> None:
    import time

    from rich.live import Live

    from nemowatch.cli.output import console, has_screen
    from nemowatch.cli.status.gathering import overview
    from nemowatch.cli.status.view import draw
    from nemowatch.errors import UsageError

    if not has_screen():
        raise UsageError(
            "--watch needs a terminal on which it can draw.",
            cure="Elsewhere, call nemowatch status again and again.",
        )
    target = console()
    with Live(
        console=target,
        screen=True,
        auto_refresh=False,
    ) as live:
        while True:
            shown = draw(overview(context), target.width, rows=target.height, option=context.option)
            live.update(shown, refresh=True)
            time.sleep(REFRESH)
