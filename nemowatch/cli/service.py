"""`nemowatch service install|uninstall|status`: nemowatch as a service of systemd, on this machine
or for one person."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nemowatch.cli.exits import FAILED, NEEDS_DAEMON, OK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nemowatch.cli.service_kinds import ServiceKind
    from nemowatch.installer.steps import InstallStep
    from nemowatch.installer.systemctl import Systemd
    from nemowatch.installer.unit_state import Unit
    from nemowatch.installer.verdicts import ServiceVerdict

app = typer.Typer(
    help="Run nemowatch as a systemd service.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
#: How many lines of the log are shown of a service that has failed.
LINES = 5

Instance = Annotated[
    str | None,
    typer.Option(
        "--instance",
        metavar="NAME",
        help="One more on this machine: nemowatch@NAME, with /etc/nemowatch/NAME.toml.",
        show_default=False,
    ),
]
User = Annotated[
    bool, typer.Option("--user", help="For yourself, without root; else for the machine.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Print the steps, and do nothing.")]


@app.command("install")
def install(
    user: User = False,
    root: Annotated[
        Path | None,
        typer.Option(
            "--root",
            metavar="DIR",
            help="The workspace; default: /srv/studio, /srv/studio-NAME, or ~/Studio.",
            show_default=False,
        ),
    ] = None,
    token_file: Annotated[
        Path | None,
        typer.Option(
            "--token-file",
            metavar="FILE",
            help="A file with your token; it is copied to where only the service reads it.",
            show_default=False,
        ),
    ] = None,
    drop_in: Annotated[
        list[str] | None,
        typer.Option(
            "--drop-in",
            metavar="NAME",
            help="A shipped drop-in to put in place, such as cap-lease.",
            show_default=False,
        ),
    ] = None,
    instance: Instance = None,
    dry_run: DryRun = False,
) -> None:
    """Install it, start it and check it.

    What is already there stays: your configuration, your drop-ins, the token. After an upgrade
    run it again: units are renewed, and the service is restarted."""
    from nemowatch.cli import service_wanted
    from nemowatch.cli.service_kinds import kind_of

    kind = kind_of(user, instance)
    wanted = service_wanted.wanted(kind, root, token_file, drop_in or [])
    _do(kind.install(wanted), kind, dry_run)
    raise typer.Exit(_check(wanted.program, kind.places.config))


@app.command("uninstall")
def uninstall(user: User = False, instance: Instance = None, dry_run: DryRun = False) -> None:
    """Stop the service and remove it.

    Workspaces, journal, configuration, token and your own drop-ins stay, and are named. Without
    --instance all instances are stopped, too."""
    from nemowatch.cli.output import say
    from nemowatch.cli.service_kinds import kind_of
    from nemowatch.installer.program import this_program

    kind, program = kind_of(user, instance), this_program()
    _do(kind.uninstall(program), kind, dry_run)
    say()
    say("What stays, and how to remove it; nothing in the workspaces was touched:")
    for what, line in kind.what_stays(program):
        say(f"  {what}: {line}")


@app.command("status")
def status(user: User = False, instance: Instance = None) -> None:
    """Say how the service is, in plain words, and what to do.

    Exit codes: 0 it runs; 1 it has failed; 3 it is stopped, or not installed."""
    from nemowatch.cli.output import say
    from nemowatch.cli.service_kinds import kind_of
    from nemowatch.installer.program import this_program
    from nemowatch.installer.verdicts import Severity, judge, remarks

    kind = kind_of(user, instance)
    kind.check_known()
    why = kind.systemd.why_not()
    if why:
        say(f"fail  {why}")
        raise typer.Exit(FAILED)
    unit = _unit(kind)
    verdict = judge(unit)
    for each in (verdict, *remarks(unit, str(this_program()))):
        _print_verdict(each)
    if verdict.level is Severity.FAILED:
        _print_log(kind.systemd)
    codes = {Severity.RUNS: OK, Severity.FAILED: FAILED, Severity.STOPPED: NEEDS_DAEMON}
    raise typer.Exit(codes[verdict.level])


def _do(steps: Iterator[InstallStep], kind: ServiceKind, dry_run: bool) -> None:
    """Carry out the steps, or print them and end the command. Raises StepFailed, and UsageError
    for who may not."""
    if dry_run:
        _print_script(steps, kind)
        raise typer.Exit

    kind.check_may()
    _carry_out(steps, kind)


def _print_script(steps: Iterator[InstallStep], kind: ServiceKind) -> None:
    print(kind.script_head)
    for step in steps:
        if step.is_done():
            print(f"\n# {step.what}: done already")
            continue
        print(f"\n# {step.what}\n{step.script}")


def _carry_out(steps: Iterator[InstallStep], kind: ServiceKind) -> None:
    """Carry out the steps. Raises StepFailed; if starting the service fails, systemd's reason is
    printed first."""
    from nemowatch.cli.output import say
    from nemowatch.installer.steps import StepFailed, carry_out
    from nemowatch.installer.verdicts import Severity, judge

    kind.begin()
    try:
        for outcome in carry_out(steps):
            if outcome.problem:
                say(f"NOT DONE  {outcome.step.what}")
                say(f"          {outcome.problem}")
                say(f"          {outcome.step.script}")
                continue
            word = "was so" if outcome.done_before else "done"
            say(f"{word:<8}  {outcome.step.what}")
    except StepFailed:
        verdict = judge(_unit(kind))
        if verdict.level is Severity.FAILED:
            _print_verdict(verdict)
            _print_log(kind.systemd)
        raise


def _unit(kind: ServiceKind) -> Unit:
    from nemowatch.installer.unit_state import KEYS, Unit

    systemd = kind.systemd
    known = systemd.show(*KEYS)
    return Unit(known, systemd.command, kind.command, systemd.name, kind.credential)


def _print_verdict(verdict: ServiceVerdict) -> None:
    from nemowatch.cli.output import say

    say(f"{verdict.level:<5} {verdict.text}")
    if verdict.cure:
        say(f"      {verdict.cure}")


def _print_log(systemd: Systemd) -> None:
    from nemowatch.cli.output import say

    lines = systemd.warnings(LINES)
    if lines:
        say()
        say("Its log says:")
    for line in lines:
        say(f"  {line}")


def _check(program: Path, config: Path) -> int:
    """Run `nemowatch check` of the program that the service runs; returns its exit code."""
    import subprocess

    from nemowatch.cli.output import say

    say()
    return subprocess.run(
        [program, "check", "--config", config], check=False, stdin=subprocess.DEVNULL
    ).returncode
