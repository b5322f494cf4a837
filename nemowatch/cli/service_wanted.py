"""Finds and checks what `nemowatch service install` is to install, before anything is done. It
changes nothing.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nemowatch.cli.service_kinds import ServiceKind
    from nemowatch.config.schema import Config
    from nemowatch.installer.places import Installation, Places


def wanted(
    kind: ServiceKind,
    root: Path | None,
    token_file: Path | None,
    drop_ins: list[str],
) -> Installation:
    """What is to be installed. Raises UsageError if that is impossible."""
    from nemowatch.fs.mounts import MountTable
    from nemowatch.installer.folders import workspaces, writable
    from nemowatch.installer.places import Installation
    from nemowatch.installer.program import this_program

    program = this_program()
    config = _existing(kind.places, root)
    if config is None and root is None:
        root = kind.usual_root()
    chosen = root.absolute() if root is not None else None
    kind.check_root(chosen, program)
    folders = [chosen] if chosen is not None else []
    if config is not None:
        folders += workspaces(config)
    return Installation(
        program=program,
        root=chosen,
        writable=tuple(writable(folders, MountTable.read())),
        token_file=_token(token_file),
        drop_ins=tuple(map(_drop_in, drop_ins)),
        systemd=kind.systemd.version(),
    )


def _existing(places: Places, root: Path | None) -> Config | None:
    """The existing configuration; None when there is none. Raises UsageError when it watches
    something other than `root`."""
    from nemowatch.cli.init import check_existing
    from nemowatch.config.load import load
    from nemowatch.installer.steps import is_there

    if not is_there(places.config):
        return None
    if root is not None:
        check_existing(places.config, root.absolute())
    return load(places.config, os.environ)


def _token(path: Path | None) -> Path | None:
    """The token's file, after checking that it holds one. Raises TokenRefused."""
    from nemowatch.remote.credential import supplied_token

    if path is None:
        return None
    supplied_token({}, path).read()
    return path.absolute()


def _drop_in(name: str) -> str:
    from nemowatch.errors import UsageError
    from nemowatch.installer.shared_service_steps import drop_in_names

    plain = name.removesuffix(".conf")
    if plain not in drop_in_names():
        cure = f"There are: {', '.join(drop_in_names())}."
        raise UsageError(f"There is no drop-in {name}.", cure=cure)
    return plain
