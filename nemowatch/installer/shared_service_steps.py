"""Steps that a service of the machine and one of a person share."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

from nemowatch.installer.places import Installation, Places
from nemowatch.installer.program import changed_at
from nemowatch.installer.shipped import settings_of, shipped
from nemowatch.installer.steps import InstallStep, copy, is_there
from nemowatch.installer.systemctl import Systemd

#: Drop-ins that need at least this version of systemd.
BY_VERSION = {253: "253-notify-reload.conf", 254: "254-restart-steps.conf"}
HEAD = """\
# Written by `nemowatch service install`, each time anew: what differs here goes into another file
# beside this one, which has the last word.
[Service]
"""


def own_settings(version: int) -> list[str]:
    """The settings of our own drop-in that this version of systemd can use."""
    lines = list[str]()
    for oldest, name in BY_VERSION.items():
        if version >= oldest:
            lines += settings_of(f"systemd/drop-ins/{name}")
    return lines


def chosen_drop_ins(places: Places, wanted: Installation) -> Iterator[InstallStep]:
    """Put the wanted shipped drop-ins in place; an existing one is the administrator's."""
    for name in wanted.drop_ins:
        source = shipped(f"systemd/drop-ins/{name}.conf")
        target = places.drop_ins / source.name
        script = f"install -D -m 0644 {shlex.quote(str(source))} {shlex.quote(str(target))}"
        yield InstallStep(f"the drop-in {source.name}", script, target.exists)


def secret(what: str, source: Path, target: Path) -> InstallStep:
    """Install a token, readable only for its owner. Its text is in no step."""
    given, quoted = shlex.quote(str(source)), shlex.quote(str(target))
    script = f"""\
install -d -m 0700 {shlex.quote(str(target.parent))}
[ {given} -ef {quoted} ] || install -m 0600 {given} {quoted}
chmod 0600 {quoted}"""
    return InstallStep(what, script, lambda: _same(source, target))


def _same(source: Path, target: Path) -> bool:
    """Whether the target has that token, and nobody else can read it."""
    try:
        if target.stat().st_mode & 0o077:
            return False
        return source.samefile(target) or source.read_bytes() == target.read_bytes()
    except OSError:
        return False


def for_shells(places: Places, wanted: Installation) -> Iterator[InstallStep]:
    """Install the man page, and what shells read to complete the command."""
    yield copy("the man page", shipped("nemowatch.1"), places.man_page)
    for shell, path in places.completions.items():
        target = shlex.quote(str(path))
        script = f"""\
mkdir -p {shlex.quote(str(path.parent))}
{wanted.program} completion {shell} >{target}"""
        yield InstallStep(f"completion in {shell}", script, path.exists)


def running(systemd: Systemd, places: Places) -> Iterator[InstallStep]:
    """Have systemd load it, start it with the machine, and start it now. A running one is restarted
    if nemowatch, or anything with which it is started, has changed since."""
    command = systemd.command
    yield InstallStep("systemd knows the unit", f"{command} daemon-reload", systemd.is_loaded)
    yield InstallStep(
        "it starts with the machine", f"{command} enable {systemd.unit}", systemd.is_enabled
    )

    def is_current() -> bool:
        read = [places.token, *files_of_unit(places.unit, systemd.unit)]
        return systemd.runs_since() > changed_at(list(filter(is_there, read)))

    yield InstallStep("it runs", f"{command} restart {systemd.unit}", is_current)


def files_of_unit(file: Path, unit: str) -> list[Path]:
    """What systemd reads of a unit: its file, and the drop-ins for all that share the file and
    for itself, as far as they are there."""
    folders = [file.with_name(f"{name}.d") for name in (file.name, unit)]
    drop_ins = [path for folder in folders for path in folder.glob("*.conf")]
    return list(filter(is_there, [file, *drop_ins]))


def drop_in_names() -> list[str]:
    """The shipped drop-ins that can be asked for."""
    ours = {Path(name).stem for name in (*BY_VERSION.values(), "media.conf")}
    found = {path.stem for path in shipped("systemd/drop-ins").glob("*.conf")}
    return sorted(found - ours)
