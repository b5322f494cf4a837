"""`nemowatch service install|uninstall|status`: nemowatch as a service of systemd, on this machine
or for one person."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nemowatch.cli.exits import FAILED, NEEDS_DAEMON, OK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nemowatch.installer.places import Places
    from nemowatch.installer.steps import InstallStep
    from nemowatch.installer.systemctl import Systemd
    from nemowatch.installer.verdicts import ServiceVerdict, Unit

app = typer.Typer(
    help="Run nemowatch as a systemd service.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
#: A service of the machine has a user of its own, who must read what root makes, whatever root's
#: umask is. Secrets and the configuration have modes of their own.
UMASK = 0o022
#: Lines of the log that are shown of a service that has failed.
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
    from nemowatch.installer import system_service, user_service
    from nemowatch.installer.systemctl import Systemd

    places = _places(user, instance)
    systemd = Systemd(user=user, name=places.name)
    wanted = service_wanted.wanted(places, root, token_file, drop_in or [], systemd, user=user)
    if user:
        steps = user_service.install(wanted, places, systemd, _own_name())
    else:
        steps = system_service.install(wanted, places, systemd)
    if dry_run:
        _print_script(steps, user=user)
        return

    _check_may(systemd, user=user)
    _carry_out(steps, systemd, user=user)
    raise typer.Exit(_check(wanted.program, places))


@app.command("uninstall")
def uninstall(user: User = False, instance: Instance = None, dry_run: DryRun = False) -> None:
    """Stop the service and remove it.

    Workspaces, journal, configuration, token and your own drop-ins stay, and are named. Without
    --instance all instances are stopped, too."""
    from nemowatch.cli.output import say
    from nemowatch.installer import instances, system_service, user_service
    from nemowatch.installer.program import this_program
    from nemowatch.installer.systemctl import Systemd

    places, program = _places(user, instance), this_program()
    systemd = Systemd(user=user, name=places.name)
    if user:
        steps = user_service.uninstall(places, systemd)
    elif instance is not None:
        instances.check_known(places)
        steps = instances.uninstall(places, systemd)
    else:
        steps = system_service.uninstall(program, systemd)
    if dry_run:
        _print_script(steps, user=user)
        return

    _check_may(systemd, user=user)
    _carry_out(steps, systemd, user=user)
    say()
    say("What stays, and how to remove it; nothing in the workspaces was touched:")
    if user:
        stays = user_service.what_stays(places, program)
    elif instance is not None:
        stays = instances.what_stays(places)
    else:
        stays = system_service.what_stays(program)
    for what, line in stays:
        say(f"  {what}: {line}")


@app.command("status")
def status(user: User = False, instance: Instance = None) -> None:
    """Say how the service is, in plain words, and what to do.

    Exit codes: 0 it runs; 1 it has failed; 3 it is stopped, or not installed."""
    from nemowatch.cli.output import say
    from nemowatch.installer.instances import check_known
    from nemowatch.installer.program import this_program
    from nemowatch.installer.systemctl import Systemd
    from nemowatch.installer.verdicts import Severity, judge, remarks

    places = _places(user, instance)
    if instance is not None:
        check_known(places)
    systemd = Systemd(user=user, name=places.name)
    why = systemd.why_not()
    if why:
        say(f"fail  {why}")
        raise typer.Exit(FAILED)
    unit = _unit(systemd, user=user)
    verdict = judge(unit)
    for each in (verdict, *remarks(unit, str(this_program()))):
        _print_verdict(each)
    if verdict.level is Severity.FAILED:
        _print_log(systemd)
    codes = {Severity.RUNS: OK, Severity.FAILED: FAILED, Severity.STOPPED: NEEDS_DAEMON}
    raise typer.Exit(codes[verdict.level])


def _places(user: bool, instance: str | None) -> Places:
    """Where its parts are. Raises UsageError for what cannot be."""
    from nemowatch.config.find import home
    from nemowatch.errors import UsageError
    from nemowatch.installer.instances import places_of
    from nemowatch.installer.places import SYSTEM, of_user

    if user and instance is not None:
        cure = "Leave one of the two out."
        raise UsageError("Only a service of the machine has instances.", cure=cure)
    _find_own_systemd(user)
    if user:
        return of_user(home(os.environ))
    return SYSTEM if instance is None else places_of(instance)


def _find_own_systemd(user: bool) -> None:
    from nemowatch.installer.systemctl import user_environment

    if user:
        os.environ.update(user_environment(os.environ))


def _own_name() -> str:
    import pwd

    return pwd.getpwuid(os.getuid()).pw_name


def _check_may(systemd: Systemd, *, user: bool) -> None:
    """Raises UsageError where it cannot be done."""
    from nemowatch.errors import UsageError

    if user and os.geteuid() == 0:
        cure = "Without --user it is a service of the machine, as a user of its own."
        raise UsageError("root has no service of its own.", cure=cure)
    if not user and os.geteuid() != 0:
        cure = "Run it with sudo, or for yourself alone: nemowatch service install --user"
        raise UsageError("Only root can change a service of the machine.", cure=cure)
    why = systemd.why_not()
    if why:
        cure = "Run nemowatch run in whatever starts programs here (docs/operations.md)."
        if user:
            cure = "Log in as that user (ssh; machinectl shell USER@), and try again."
        raise UsageError(why, cure=cure)


def _print_script(steps: Iterator[InstallStep], *, user: bool) -> None:
    print("#!/bin/sh -e")
    if not user:
        print(f"umask {UMASK:03o}")
    for step in steps:
        if step.is_done():
            print(f"\n# {step.what}: done already")
            continue
        print(f"\n# {step.what}\n{step.script}")


def _carry_out(steps: Iterator[InstallStep], systemd: Systemd, *, user: bool) -> None:
    """Raises StepFailed; when it is the start that fails, systemd's reason comes first."""
    from nemowatch.cli.output import say
    from nemowatch.installer.steps import StepFailed, carry_out
    from nemowatch.installer.verdicts import Severity, judge

    if not user:
        os.umask(UMASK)
    try:
        for outcome in carry_out(steps):
            word = "was so" if outcome.done_before else "done"
            if outcome.problem:
                word = "NOT DONE"
            say(f"{word:<8}  {outcome.step.what}")
            if outcome.problem:
                say(f"          {outcome.problem}")
                say(f"          {outcome.step.script}")
    except StepFailed:
        verdict = judge(_unit(systemd, user=user))
        if verdict.level is Severity.FAILED:
            _print_verdict(verdict)
            _print_log(systemd)
        raise


def _unit(systemd: Systemd, *, user: bool) -> Unit:
    from nemowatch.installer.verdicts import KEYS, Unit

    _, _, instance = systemd.name.partition("@")
    install = "nemowatch service install"
    if user:
        install += " --user"
    if instance:
        install += f" --instance {instance}"
    return Unit(systemd.show(*KEYS), systemd.command, install, systemd.name)


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


def _check(program: Path, places: Places) -> int:
    """`nemowatch check` by the program that the service runs."""
    import subprocess

    from nemowatch.cli.output import say

    say()
    return subprocess.run(
        [program, "check", "--config", places.config], check=False, stdin=subprocess.DEVNULL
    ).returncode
