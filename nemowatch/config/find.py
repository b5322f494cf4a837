"""Finds the configuration and its state folder. It checks whether files exist, and reads none."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from nemowatch.config.variable_files import names_a_watch
from nemowatch.errors import ConfigError, ConfigMistake

if TYPE_CHECKING:
    from nemowatch.config.schema import Config

#: The configuration of a service, for everybody on this machine.
SYSTEM_CONFIG = Path("/etc/nemowatch/config.toml")
#: Stands for the file if there is none because the environment says everything.
NO_FILE = Path("/dev/null")


def home(env: Mapping[str, str]) -> Path:
    """The home folder: `HOME` of `env`, else the account's, else `/` (a service may have
    neither)."""
    named = env.get("HOME")
    if named:
        return Path(named)
    try:
        return Path.home()
    except RuntimeError:
        return Path("/")


def find(option: Path | None, env: Mapping[str, str]) -> Path:
    """Where the configuration is: `option`, `$NEMOWATCH_CONFIG`, in the home folder, the system's;
    NO_FILE if the environment says enough. Raises ConfigError when there is none."""
    if option is not None:
        return _named(option.absolute(), "--config")
    named = env.get("NEMOWATCH_CONFIG")
    if named:
        return _named(Path(named).absolute(), "NEMOWATCH_CONFIG")

    usual = (home(env) / ".config/nemowatch/config.toml", SYSTEM_CONFIG)
    for path in usual:
        if _exists(path):
            return path

    if names_a_watch(env):
        return NO_FILE
    looked = " or ".join(map(str, usual))
    cure = "Make one with: nemowatch init, or name it with --config FILE."
    raise ConfigError([ConfigMistake("config", f"there is no configuration at {looked}.", cure)])


def option_of(path: Path) -> str:
    """The option that names the configuration at `path`, with a space before it."""
    return f" --config {shlex.quote(str(path))}"


def needed_option(path: Path, env: Mapping[str, str]) -> str:
    """The same; "" when every command finds that configuration by itself. `env`: that of the
    process which uses it."""
    found = [home(env) / ".config/nemowatch/config.toml", SYSTEM_CONFIG, NO_FILE]
    if path in found or str(path) == env.get("NEMOWATCH_CONFIG"):
        return ""
    return option_of(path)


def base_of(path: Path) -> Path:
    """The folder to which relative paths are relative: the configuration's, or this process's
    current folder if there is no file."""
    return Path.cwd() if path == NO_FILE else path.absolute().parent


def _named(path: Path, by: str) -> Path:
    if os.path.isdir(path):  # noqa: PTH112 - Path.is_dir raises where it has no right to look
        what = f"names {path}, which is a folder, not a file."
        raise ConfigError([ConfigMistake(by, what, _cure_of_folder(path))])
    if not _exists(path) and path != NO_FILE:
        cure = f"Check the path, or make it with: nemowatch init{option_of(path)}"
        raise ConfigError([ConfigMistake(by, f"names {path}, and there is no such file.", cure)])
    return path


def _cure_of_folder(folder: Path) -> str:
    inside = folder / SYSTEM_CONFIG.name
    if _exists(inside):
        return f"Name the file in it: {inside}"
    return "Name the file itself, or make one with: nemowatch init."


def _exists(path: Path) -> bool:
    """Whether a file exists. One that cannot be checked counts, so that reading it shows why."""
    try:
        return path.is_file()
    except PermissionError:
        return True
    except (OSError, ValueError):
        return False


def state_dir(config: Config, config_path: Path, env: Mapping[str, str]) -> Path:
    """The folder of the journal and all state; absolute, need not exist."""
    return state_folder(config.state_dir, config_path, env)


def state_folder(key: Path | None, config_path: Path, env: Mapping[str, str]) -> Path:
    """Like `state_dir`, from that key of the configuration (in the order of docs/behaviour.md
    section 4)."""
    named = env.get("NEMOWATCH_STATE_DIR")
    if named:
        return Path(named).absolute()
    if key is not None:
        return key.absolute()

    first, *_ = env.get("STATE_DIRECTORY", "").split(":")  # systemd lists several
    if first:
        return Path(first).absolute()
    if _below_etc(config_path):
        return _of_instance(config_path) or Path("/var/lib/nemowatch")
    return home(env) / ".local/state/nemowatch"


def _of_instance(path: Path) -> Path | None:
    """The state folder that systemd has made for nemowatch@NAME, which runs
    /etc/nemowatch/NAME.toml; None without one."""
    if path.parent != Path("/etc/nemowatch"):
        return None
    folder = Path(f"/var/lib/nemowatch-{path.stem}")
    if not folder.is_dir():
        return None
    return folder


def _below_etc(path: Path) -> bool:
    """Whether the configuration is the system's, by its path or by where a link leads: all commands
    must agree on that."""
    named = Path(os.path.normpath(path.absolute()))
    real = Path(os.path.realpath(path))
    return Path("/etc") in (*named.parents, *real.parents)
