"""A service of one person, without root: the steps that install it and those that remove it."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

from nemowatch.errors import ConfigError, UsageError, show_path
from nemowatch.installer.places import Installation, Places
from nemowatch.installer.shared_service_steps import (
    HEAD,
    chosen_drop_ins,
    for_shells,
    own_settings,
    running,
    secret,
)
from nemowatch.installer.steps import InstallStep, is_there, remove, still_there, unit, write_text
from nemowatch.installer.systemctl import Systemd

#: The token's file as the configuration names it.
TOKEN = '"~/.config/nemowatch/token"'
#: The line that `nemowatch init` leaves for it in its section; and the same for sed.
LINE_OF_TOKEN = re.compile(r"^\[api\](?:\n(?!\[).*)*?\n# token_file =", re.MULTILINE)
NAME_IT = f"/^\\[api\\]/,/^\\[/s|^# token_file =.*|token_file = {TOKEN}|"
LINGERING = Path("/var/lib/systemd/linger")


def install(
    wanted: Installation, places: Places, systemd: Systemd, name: str
) -> Iterator[InstallStep]:
    """All steps, in order, for the person `name`. Raises UsageError before the first."""
    if wanted.token_file is not None and is_there(places.config):
        _check_token(places)
    if wanted.root is not None:
        yield _workspace(wanted, places)
    if wanted.token_file is not None:
        yield secret("the token", wanted.token_file, places.token)
        yield _token_is_named(places)
    yield unit("systemd/user/nemowatch.service", places.unit, wanted.program)
    settings = own_settings(wanted.systemd)
    if settings:
        text = HEAD + "\n".join([*settings, ""])
        yield write_text("what this systemd can do", places.own_drop_in, text)
    yield from chosen_drop_ins(places, wanted)
    yield from for_shells(places, wanted)
    yield from running(systemd, places)
    linger = f"loginctl enable-linger {shlex.quote(name)}"
    yield InstallStep(
        "it goes on after logging out", linger, (LINGERING / name).exists, optional=True
    )


def _workspace(wanted: Installation, places: Places) -> InstallStep:
    root, config = shlex.quote(str(wanted.root)), shlex.quote(str(places.config))
    script = f"{wanted.program} init {root} --config {config}"
    return InstallStep("the workspace and the configuration", script, places.config.exists)


def _check_token(places: Places) -> None:
    """Raise UsageError if the configuration would not use the installed token: it names another
    one, or has no line to be completed."""
    config = show_path(places.config)
    named = _named_token(places.config)
    if named is not None and named != places.token:
        cure = "Put the token into that file, or remove token_file there, and try again."
        raise UsageError(f"{config} names {show_path(named)} as token_file.", cure=cure)
    if named is None and not LINE_OF_TOKEN.search(places.config.read_text("utf-8")):
        cure = f"Below [api] there: token_file = {TOKEN}; then run the same command again."
        raise UsageError(f"{config} does not say where the token is.", cure=cure)


def _token_is_named(places: Places) -> InstallStep:
    script = f"sed -i --follow-symlinks {shlex.quote(NAME_IT)} {shlex.quote(str(places.config))}"
    return InstallStep(
        "the configuration names the token",
        script,
        lambda: _named_token(places.config) == places.token,
    )


def _named_token(config: Path) -> Path | None:
    """The token's file according to the configuration; None if it names none, or cannot be read."""
    from nemowatch.config.load import load

    try:
        return load(config, os.environ).api.token_file
    except ConfigError:
        return None


def uninstall(places: Places, systemd: Systemd) -> Iterator[InstallStep]:
    """Stop it, and remove what `install` has made, except what anybody may want back."""
    command = systemd.command
    yield InstallStep(
        "it stops", f"{command} disable --now {systemd.unit}", lambda: not places.unit.exists()
    )
    ours = [places.unit, places.own_drop_in, places.man_page, *places.completions.values()]
    yield remove("the unit and what belongs to it", ours)
    yield InstallStep("systemd forgets it", f"{command} daemon-reload", systemd.has_forgotten)


def what_stays(places: Places, program: Path) -> list[tuple[str, str]]:
    """What an uninstallation leaves, each with the line that removes it."""
    stays = [
        ("the configuration and the token", f"rm -r {places.config.parent}"),
        ("your drop-ins", f"rm -r {places.drop_ins}"),
        ("the journal, which knows what was paid for", f"rm -r {places.state}"),
    ]
    return [*still_there(stays), ("the program", f"as it was installed; it is {program}")]
