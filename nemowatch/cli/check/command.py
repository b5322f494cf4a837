"""`nemowatch check`: is everything in place, and what to do where it is not. The looks are
`checks` and `checkcloud`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from nemowatch.cli import options

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from nemowatch.cli.check.machine import Finding
    from nemowatch.config import Watch

#: Seconds for the looks at one workspace: a slow share takes one or two.
PATIENCE = 10.0


def check(as_json: options.Json = False, config: options.Config = None) -> None:
    """Check everything it needs, each with its cure.

    The configuration, folders, rights, disks, limits, the cloud, the token and the credits."""
    from nemowatch.cli.check.machine import from_problems
    from nemowatch.errors import ConfigError

    try:
        findings = list(_findings(config))
        code = 1 if any(found.level == "fail" for found in findings) else 0
    except ConfigError as exc:
        findings, code = from_problems(exc), 2
    if as_json:
        _print_json(findings)
    else:
        _print(findings)
    raise typer.Exit(code)


def _findings(option: Path | None) -> Iterator[Finding]:
    from nemowatch.cli.check import account, machine
    from nemowatch.cli.context import as_owner, find_setting
    from nemowatch.cli.deadline import within
    from nemowatch.config import check_layout
    from nemowatch.errors import ConfigError

    setting = find_setting(option)
    sound = machine.Finding("ok", "config", f"{setting.path} is sound.")
    try:
        within(PATIENCE, lambda: check_layout(setting.config))
        yield sound
    except ConfigError as exc:
        yield from machine.from_problems(exc)
    except TimeoutError:
        yield sound  # the folder that hangs is told below
    yield from machine.state(setting)
    yield machine.daemon(setting)
    with as_owner(setting.state_dir):  # whose rights count
        for watch in setting.watches.values():  # one that is named twice is looked at once
            yield from _workspace(watch, setting.state_dir)
    yield machine.inotify(setting.watches.values())
    yield from account.cloud(setting)


def _workspace(watch: Watch, state_dir: Path) -> list[Finding]:
    from nemowatch.cli.check import machine
    from nemowatch.cli.deadline import within
    from nemowatch.cli.formatting import name

    try:
        return within(PATIENCE, lambda: list(machine.workspace(watch, state_dir)))
    except TimeoutError:
        cure = "Its server may be down: mount it again. nemowatch goes on with it when it answers."
        root = name(bytes(watch.root or watch.inbox))
        return [
            machine.Finding(
                "fail", "folder", f"{root} does not answer within {PATIENCE:g} seconds.", cure
            )
        ]


def _print_json(findings: list[Finding]) -> None:
    from nemowatch.cli.output import print_json

    ok = not any(found.level == "fail" for found in findings)
    rows: list[dict[str, Any]] = [
        {"level": f.level, "what": f.what, "text": f.text, "cure": f.cure or None} for f in findings
    ]
    print_json({"ok": ok, "checks": rows})


def _print(findings: list[Finding]) -> None:
    from rich.text import Text

    from nemowatch.cli.formatting import clean, plural
    from nemowatch.cli.output import console, word

    target = console()
    for found in findings:
        line = Text.assemble(
            word(f"{found.level:<5}"), word(f"{found.what:<8}", "bold"), clean(found.text)
        )
        if found.cure:
            line.append(f"\n{'':13}{clean(found.cure)}")
        target.print(line, soft_wrap=True)
    bad = sum(found.level == "fail" for found in findings)
    warned = sum(found.level == "warn" for found in findings)
    if bad:
        end = word(f"{plural(bad, 'thing')} must be put right first.", "red")
    else:
        end = word(f"Ready, with {plural(warned, 'warning')}." if warned else "Ready.", "green")
    target.print()
    target.print(end)
