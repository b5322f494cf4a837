"""Further configurations on one machine: nemowatch@NAME runs /etc/nemowatch/NAME.toml, all of them
with the same unit.

Each has its own configuration, token, state folder and drop-ins.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from nemowatch.errors import UsageError, show_path, shown
from nemowatch.installer.places import SYSTEM, TEMPLATE, Places
from nemowatch.installer.program import changed_at
from nemowatch.installer.shared_service_steps import files_of_unit
from nemowatch.installer.steps import InstallStep, is_there, remove, still_there
from nemowatch.installer.systemctl import INSTANCES, Systemd

#: Names that need no quoting in the name of a unit or a file.
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
INSTALL = "nemowatch service install --instance"


def places_of(name: str) -> Places:
    """Where the parts of nemowatch@NAME go. Raises UsageError for an invalid name."""
    if not NAME.fullmatch(name):
        cure = "A name has letters, digits and . _ - only, and begins with a letter or a digit."
        raise UsageError(f"{shown(name)!r} cannot be the name of an instance.", cure=cure)
    config = SYSTEM.config.with_name(f"{name}.toml")
    if config in (SYSTEM.config, SYSTEM.example):
        text = f"{show_path(config)} is not a further configuration."
        raise UsageError(text, cure="Choose another name.")
    return replace(
        SYSTEM,
        config=config,
        token=SYSTEM.token.with_name(f"{SYSTEM.token.name}-{name}"),
        state=SYSTEM.state.with_name(f"{SYSTEM.state.name}-{name}"),
        name=f"{SYSTEM.name}@{name}",
    )


def check_known(places: Places) -> None:
    """Raise UsageError for one that nobody has installed."""
    if is_there(places.config) or is_there(places.drop_ins):
        return
    _, _, name = places.name.partition("@")
    text = f"There is no {show_path(places.config)}."
    raise UsageError(text, cure=f"To make one: {INSTALL} {name}")


def they_run(systemd: Systemd) -> Iterator[InstallStep]:
    """Restart running instances, so that they run the nemowatch that is installed now."""
    for unit in systemd.instances():
        if unit != systemd.unit:
            script = f"{systemd.command} try-restart '{unit}'"
            is_current = partial(_is_current, systemd, unit)
            yield InstallStep(f"{unit} runs", script, is_current)


def _is_current(systemd: Systemd, unit: str) -> bool:
    """Whether it was started with all that it is made of now; what others have does not count."""
    return systemd.runs_since(unit) > changed_at(files_of_unit(TEMPLATE, unit))


def they_stop(systemd: Systemd) -> InstallStep:
    """Stop running instances: without their unit they would go on, and pay, and could no longer be
    controlled by name."""
    command = systemd.command
    script = f"""\
{command} stop '{INSTANCES}'
[ ! -e {TEMPLATE} ] || {command} disable {TEMPLATE.name}"""
    return InstallStep(
        "the other configurations stop",
        script,
        lambda: not is_there(TEMPLATE) and not systemd.instances(),
    )


def own_drop_ins() -> list[Path]:
    """The drop-ins of ours that instances have."""
    return sorted(SYSTEM.units.glob(f"nemowatch@*.service.d/{SYSTEM.own_drop_in.name}"))


def uninstall(places: Places, systemd: Systemd) -> Iterator[InstallStep]:
    """Stop one for good. The unit stays, since all others use it."""
    command = systemd.command
    yield InstallStep("it stops", f"{command} disable --now {systemd.unit}", systemd.is_off)
    yield remove("what the service might write", [places.own_drop_in])
    reloaded = {"NeedDaemonReload": "no"}
    yield InstallStep(
        "systemd knows that",
        f"{command} daemon-reload",
        lambda: systemd.show(*reloaded) == reloaded,
    )


def what_stays(places: Places) -> list[tuple[str, str]]:
    """What an uninstallation of one leaves, each with the line that removes it."""
    stays = [
        ("the configuration", f"rm {places.config}"),
        ("your drop-ins", f"rm -r {places.drop_ins}"),
        ("the token", f"rm {places.token}"),
        ("the journal, which knows what was paid for", f"rm -r {places.state}"),
    ]
    return [*still_there(stays), ("everything else of nemowatch", "nemowatch service uninstall")]
