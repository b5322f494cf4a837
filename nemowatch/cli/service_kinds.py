"""The kinds of service that `nemowatch service` can be about: the machine's, a further one of the
machine, or one person's own. Each has a class that says what differs.

It changes nothing itself except this process's umask and environment.
"""

from __future__ import annotations

import os
import pwd
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from nemowatch.config.find import home
from nemowatch.config.load import load
from nemowatch.errors import ConfigError, UsageError, show_path
from nemowatch.installer import instances, system_service, user_service
from nemowatch.installer.folders import is_hidden, workspaces
from nemowatch.installer.places import SYSTEM, Installation, Places, of_user
from nemowatch.installer.program import check_readable
from nemowatch.installer.steps import InstallStep
from nemowatch.installer.systemctl import Systemd, user_environment

#: The workspace if none is named.
USUAL_ROOT = Path("/srv/studio")
#: A service of the machine has a user of its own, who must read what root makes, whatever root's
#: umask is. Secrets and the configuration have modes of their own.
UMASK = 0o022


class ServiceKind(Protocol):
    """What the commands need from each kind."""

    places: Places
    systemd: Systemd
    #: the token that systemd hands to it; None where its configuration names one
    credential: Path | None
    #: the command that installs it
    command: str
    #: the beginning of a script of its steps
    script_head: str

    def check_may(self) -> None:
        """Raise UsageError if this user cannot change it, or not on this machine."""

    def check_known(self) -> None:
        """Raise UsageError for a service that does not exist here."""

    def begin(self) -> None:
        """Prepare this process for the steps."""

    def usual_root(self) -> Path:
        """The workspace if none is named."""

    def check_root(self, root: Path | None, program: Path) -> None:
        """Raise UsageError for a workspace, or a program, that it cannot use."""

    def install(self, wanted: Installation) -> Iterator[InstallStep]:
        """The steps that install it."""

    def uninstall(self, program: Path) -> Iterator[InstallStep]:
        """The steps that remove it."""

    def what_stays(self, program: Path) -> list[tuple[str, str]]:
        """(what, how to remove it) of what removing it leaves."""


class OfMachine:
    """The machine's own service, which also stands for all further ones."""

    command = "nemowatch service install"
    script_head = f"#!/bin/sh -e\numask {UMASK:03o}"

    def __init__(self, places: Places = SYSTEM) -> None:
        self.places = places
        self.credential: Path | None = places.token
        self.systemd = Systemd(user=False, name=places.name)

    def check_may(self) -> None:
        """Raise UsageError for anybody but root, and if systemd does not run."""
        if os.geteuid() != 0:
            cure = "Run it with sudo, or for yourself alone: nemowatch service install --user"
            raise UsageError("Only root can change a service of the machine.", cure=cure)
        cure = "Run nemowatch run in whatever starts programs here (docs/operations.md)."
        _check_reachable(self.systemd, cure)

    def check_known(self) -> None:
        """Do nothing: the machine's own service is always known."""

    def begin(self) -> None:
        """Let its user read what root makes."""
        os.umask(UMASK)

    def usual_root(self) -> Path:
        """/srv/studio, and a folder beside it for each further one."""
        _, at, instance = self.places.name.partition("@")
        return USUAL_ROOT.with_name(USUAL_ROOT.name + at.replace("@", "-") + instance)

    def check_root(self, root: Path | None, program: Path) -> None:
        """Raise UsageError for what its user cannot read, and for another service's workspace."""
        check_readable(program)
        if root is None:
            return
        if is_hidden(root):
            text = f"A service of the machine cannot use {show_path(str(root))}: the unit hides it."
            cure = (
                f"Choose another folder, such as {USUAL_ROOT}, or have the person whose folder it"
                f" is type, not root: {OfPerson.command}"
            )
            raise UsageError(text, cure=cure)
        check_unshared(root, self.places)

    def install(self, wanted: Installation) -> Iterator[InstallStep]:
        """The steps that install it."""
        return system_service.install(wanted, self.places, self.systemd)

    def uninstall(self, program: Path) -> Iterator[InstallStep]:
        """The steps that remove it, and stop all further ones."""
        return system_service.uninstall(program, self.systemd)

    def what_stays(self, program: Path) -> list[tuple[str, str]]:
        """(what, how to remove it) of what removing it leaves."""
        return system_service.what_stays(program)


class OneOfMachine(OfMachine):
    """A further service of the machine."""

    def __init__(self, name: str) -> None:
        """Raises UsageError for a name that no service can have."""
        super().__init__(instances.places_of(name))
        self.command = f"{OfMachine.command} --instance {name}"

    def check_known(self) -> None:
        """Raise UsageError if it has no configuration."""
        instances.check_known(self.places)

    def uninstall(self, program: Path) -> Iterator[InstallStep]:
        """The steps that remove it, and leave the others."""
        self.check_known()
        return instances.uninstall(self.places, self.systemd)

    def what_stays(self, program: Path) -> list[tuple[str, str]]:
        """(what, how to remove it) of what removing it leaves."""
        return instances.what_stays(self.places)


class OfPerson:
    """One person's own service."""

    credential: Path | None = None
    command = f"{OfMachine.command} --user"
    script_head = "#!/bin/sh -e"

    def __init__(self) -> None:
        os.environ.update(user_environment(os.environ))
        self.places = of_user(home(os.environ))
        self.systemd = Systemd(user=True, name=self.places.name)

    def check_may(self) -> None:
        """Raise UsageError for root, and if this person's systemd cannot be reached."""
        if os.geteuid() == 0:
            cure = "Without --user it is a service of the machine, as a user of its own."
            raise UsageError("root has no service of its own.", cure=cure)
        cure = "Log in as that user (ssh; machinectl shell USER@), and try again."
        _check_reachable(self.systemd, cure)

    def check_known(self) -> None:
        """Do nothing: there is only this one."""

    def begin(self) -> None:
        """Let only this person read what is made."""

    def usual_root(self) -> Path:
        """~/Studio."""
        return Path.home() / "Studio"

    def check_root(self, root: Path | None, program: Path) -> None:
        """Do nothing: it may use whatever this person may."""

    def install(self, wanted: Installation) -> Iterator[InstallStep]:
        """The steps that install it."""
        name = pwd.getpwuid(os.getuid()).pw_name
        return user_service.install(wanted, self.places, self.systemd, name)

    def uninstall(self, program: Path) -> Iterator[InstallStep]:
        """The steps that remove it."""
        return user_service.uninstall(self.places, self.systemd)

    def what_stays(self, program: Path) -> list[tuple[str, str]]:
        """(what, how to remove it) of what removing it leaves."""
        return user_service.what_stays(self.places, program)


def kind_of(user: bool, instance: str | None) -> ServiceKind:
    """The kind that is meant. Raises UsageError for an impossible combination."""
    if user and instance is not None:
        cure = "Leave one of the two out."
        raise UsageError("Only a service of the machine has instances.", cure=cure)
    if user:
        return OfPerson()
    if instance is not None:
        return OneOfMachine(instance)
    return OfMachine()


def _check_reachable(systemd: Systemd, cure: str) -> None:
    why = systemd.why_not()
    if why:
        raise UsageError(why, cure=cure)


def check_unshared(root: Path, places: Places) -> None:
    """Raise UsageError for a workspace of another configuration of this machine: of two services
    only one would work there."""
    others = set(places.config.parent.glob("*.toml")) - {places.config, places.example}
    for other in sorted(others):
        try:
            found = workspaces(load(other, {}))
        except ConfigError:
            continue  # its own service reports that
        if root in found:
            text = f"{show_path(root)} is the workspace of {show_path(other)}."
            raise UsageError(text, cure="Name another folder with --root.")
