"""What `nemowatch service install` is asked to put in place: found and checked before anything is
done. It changes nothing.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nemowatch.config.schema import Config
    from nemowatch.installer.places import Installation, Places
    from nemowatch.installer.systemctl import Systemd

#: The workspace where none is named.
USUAL_ROOT = Path("/srv/studio")


def wanted(
    places: Places,
    root: Path | None,
    token_file: Path | None,
    drop_ins: list[str],
    systemd: Systemd,
    *,
    user: bool,
) -> Installation:
    """What is to be installed. Raises UsageError for what cannot be."""
    from nemowatch.fs.mounts import MountTable
    from nemowatch.installer.folders import workspaces, writable
    from nemowatch.installer.places import Installation
    from nemowatch.installer.program import check_readable, this_program

    program = this_program()
    if not user:
        check_readable(program)
    config = _existing(places, root)
    if config is None and root is None:
        root = _usual_root(places, user=user)
    chosen = root.absolute() if root is not None else None
    folders = [chosen] if chosen is not None else []
    if config is not None:
        folders += workspaces(config)
    if not user:
        _check_root(chosen)
        _check_unshared(chosen, places)
    return Installation(
        program=program,
        root=chosen,
        writable=tuple(writable(folders, MountTable.read())),
        token_file=_token(token_file),
        drop_ins=tuple(map(_drop_in, drop_ins)),
        systemd=systemd.version(),
    )


def _usual_root(places: Places, *, user: bool) -> Path:
    if user:
        return Path.home() / "Studio"
    _, at, instance = places.name.partition("@")
    return USUAL_ROOT.with_name(USUAL_ROOT.name + at.replace("@", "-") + instance)


def _existing(places: Places, root: Path | None) -> Config | None:
    """The configuration that is there; None for none. Raises UsageError when it watches
    something else than `root`."""
    from nemowatch.cli.init import check_existing
    from nemowatch.config.load import load
    from nemowatch.installer.steps import is_there

    if not is_there(places.config):
        return None
    if root is not None:
        check_existing(places.config, root.absolute())
    return load(places.config, os.environ)


def _check_root(root: Path | None) -> None:
    from nemowatch.errors import UsageError, show_path
    from nemowatch.installer.folders import is_hidden

    if root is not None and is_hidden(root):
        text = f"A service of the machine cannot use {show_path(str(root))}: the unit hides it."
        cure = f"Choose another folder, such as {USUAL_ROOT}, or: nemowatch service install --user"
        raise UsageError(text, cure=cure)


def _check_unshared(root: Path | None, places: Places) -> None:
    """Raises UsageError for a workspace of another configuration of this machine: of two services
    only one would work it."""
    from nemowatch.config.load import load
    from nemowatch.errors import ConfigError, UsageError, show_path
    from nemowatch.installer.folders import workspaces

    others = set(places.config.parent.glob("*.toml")) - {places.config, places.example}
    for other in sorted(others):
        try:
            found = workspaces(load(other, {}))
        except ConfigError:
            continue  # its own service says so
        if root in found:
            text = f"{show_path(root)} is the workspace of {show_path(other)}."
            raise UsageError(text, cure="Name another folder with --root.")


def _token(path: Path | None) -> Path | None:
    """The token's file, if it holds one. Raises TokenRefused."""
    from nemowatch.remote.credential import supplied_token

    if path is None:
        return None
    supplied_token({}, path).read()
    return path.absolute()


def _drop_in(name: str) -> str:
    from nemowatch.errors import UsageError
    from nemowatch.installer.common_steps import drop_in_names

    plain = name.removesuffix(".conf")
    if plain not in drop_in_names():
        cure = f"There are: {', '.join(drop_in_names())}."
        raise UsageError(f"There is no drop-in {name}.", cure=cure)
    return plain
