"""`nemowatch check`: whether everything is in place, and what to do if not. It gathers and prints;
the modules beside it do the checks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from nemowatch.cli import options

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from nemowatch.cli.check.finding import Finding
    from nemowatch.cli.context import CommandContext
    from nemowatch.config.watch_section import Watch

#: Seconds for checking one workspace: a slow share takes one or two.
PATIENCE = 10.0


def check(
    as_json: options.Json = False,
    notify: Annotated[
        bool, typer.Option("--notify", help="Send a test to every channel of [notify].")
    ] = False,
    config: options.Config = None,
) -> None:
    """Check everything nemowatch needs, and say how to fix it.

    The configuration, folders, permissions, disks, limits, the cloud, the token, the credits, and
    who is told."""
    from nemowatch.cli.check.finding import from_problems
    from nemowatch.errors import ConfigError

    code = 2
    try:
        findings = list(_findings(config, send=notify))
        code = 1 if _failed(findings) else 0
    except ConfigError as exc:
        findings = from_problems(exc)
    if as_json:
        _print_json(findings)
    else:
        _print(findings)
    raise typer.Exit(code)


def _failed(findings: list[Finding]) -> list[Finding]:
    return [found for found in findings if found.level == "fail"]


def _findings(option: Path | None, *, send: bool) -> Iterator[Finding]:
    from nemowatch.cli.check import account, channels, machine, recipes_and_folders, web
    from nemowatch.cli.check.finding import Finding, from_problems
    from nemowatch.cli.context import as_owner, find_context
    from nemowatch.cli.deadline import within
    from nemowatch.config.layout import check_layout
    from nemowatch.errors import ConfigError

    context = find_context(option)
    sound = Finding("ok", "config", f"{context.path} is sound.")
    try:
        within(PATIENCE, lambda: check_layout(context.config))
        yield sound
    except ConfigError as exc:
        yield from from_problems(exc)
    except TimeoutError:
        yield sound  # a folder that hangs is reported below
    yield from recipes_and_folders.recipes(context)
    yield from machine.state(context)
    yield machine.daemon(context)
    with as_owner(context.state_dir):  # whose permissions count
        for watch in context.watches.values():  # one that is named twice is checked once
            yield from _workspace(context, watch)
    yield machine.inotify(context.watches.values())
    yield from account.cloud(context)
    yield from channels.notifications(context.config, send=send)
    yield from web.live_page(context.config)


def _workspace(context: CommandContext, watch: Watch) -> list[Finding]:
    from nemowatch.cli.check import recipes_and_folders
    from nemowatch.cli.check.finding import Finding
    from nemowatch.cli.check.workspace import workspace
    from nemowatch.cli.deadline import within
    from nemowatch.cli.formatting import name

    def examine() -> list[Finding]:
        return [*workspace(watch, context.state_dir), *recipes_and_folders.folders(context, watch)]

    try:
        return within(PATIENCE, examine)
    except TimeoutError:
        root = name(bytes(watch.workspace))
        text = f"{root} does not answer within {PATIENCE:g} seconds."
        cure = "Its server may be down: mount it again. nemowatch resumes there when it answers."
        return [Finding("fail", "folder", text, cure)]


def _print_json(findings: list[Finding]) -> None:
    from nemowatch.cli.output import print_json

    rows = []
    for found in findings:
        cure = found.cure or None
        rows.append({"level": found.level, "what": found.what, "text": found.text, "cure": cure})
    print_json({"ok": not _failed(findings), "checks": rows})


def _print(findings: list[Finding]) -> None:
    from rich.text import Text

    from nemowatch.cli.formatting import clean, plural
    from nemowatch.cli.output import console, print_beside, word
    from nemowatch.cli.typed_commands import in_full

    target = console()
    for found in findings:
        head = Text.assemble(word(f"{found.level:<5}"), word(f"{found.what:<8}", "bold"))
        lines = [found.text, *in_full(found.cure).splitlines()]
        print_beside(head, "\n".join(map(clean, lines)))

    bad = len(_failed(findings))
    warned = sum(found.level == "warn" for found in findings)
    end = word("Ready.", "green")
    if bad:
        end = word(f"{plural(bad, 'thing')} must be fixed first.", "red")
    elif warned:
        end = word(f"Ready, with {plural(warned, 'warning')}.", "green")
    target.print()
    target.print(end)
