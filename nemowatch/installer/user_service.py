"""A service of one person, without root: the steps that install it and those that remove it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

from nemowatch.installer.common_steps import (
    HEAD,
    chosen_drop_ins,
    for_shells,
    own_settings,
    running,
    secret,
)
from nemowatch.installer.places import Places, Wanted
from nemowatch.installer.steps import Step, is_there, remove, unit, write_text
from nemowatch.installer.systemctl import UNIT, Systemd

NAMES_TOKEN = re.compile(r"^[ \t]*token_file[ \t]*=", re.MULTILINE)
#: The line that `nemowatch init` leaves for the token.
LINE_OF_TOKEN = "# token_file ="
LINGERING = Path("/var/lib/systemd/linger")


def install(wanted: Wanted, places: Places, systemd: Systemd, name: str) -> Iterator[Step]:
    """All steps, in order, for the person `name`."""
    if wanted.root is not None:
        yield _workspace(wanted, places)
    if wanted.token_file is not None:
        yield secret("the token", wanted.token_file, places.token)
        yield _token_is_named(places.config)
    yield unit("systemd/user/nemowatch.service", places.unit, wanted.program)
    settings = own_settings(wanted.systemd)
    if settings:
        text = HEAD + "\n".join([*settings, ""])
        yield write_text("what this systemd can do", places.own_drop_in, text)
    yield from chosen_drop_ins(places, wanted)
    yield from for_shells(places, wanted)
    yield from running(systemd, places)
    linger = f"loginctl enable-linger {shlex.quote(name)}"
    yield Step("it goes on after logging out", linger, (LINGERING / name).exists, optional=True)


def _workspace(wanted: Wanted, places: Places) -> Step:
    root, config = shlex.quote(str(wanted.root)), shlex.quote(str(places.config))
    script = f"{wanted.program} init {root} --config {config}"
    return Step("the workspace and the configuration", script, places.config.exists)


def _token_is_named(config: Path) -> Step:
    script = f"sed -i 's/^{LINE_OF_TOKEN}/token_file =/' {shlex.quote(str(config))}"
    return Step("the configuration names the token", script, lambda: _names_token(config))


def _names_token(config: Path) -> bool:
    try:
        return bool(NAMES_TOKEN.search(config.read_text("utf-8")))
    except OSError:
        return False


def uninstall(places: Places, systemd: Systemd) -> Iterator[Step]:
    """Stop it, and remove what `install` has made, but nothing that anybody may want back."""
    command = systemd.command
    yield Step("it stops", f"{command} disable --now {UNIT}", lambda: not places.unit.exists())
    ours = [places.unit, places.own_drop_in, places.man_page, *places.completions.values()]
    yield remove("the unit and what belongs to it", ours)
    yield Step("systemd forgets it", f"{command} daemon-reload", systemd.has_forgotten)


def what_stays(places: Places, program: Path) -> list[tuple[str, str]]:
    """What an uninstallation leaves, each with the line that removes it."""
    stays = [
        ("the configuration and the token", f"rm -r {places.config.parent}"),
        ("your drop-ins", f"rm -r {places.drop_ins}"),
        ("the journal, which knows what was paid for", f"rm -r {places.state}"),
    ]
    left = [(what, line) for what, line in stays if is_there(Path(line.split()[-1]))]
    return [*left, ("the program", f"as it was installed; it is {program}")]
