"""Finds what a command works on: the configuration and the state folder.

It creates the state folder when that is to be written, and nothing else.
"""

from __future__ import annotations

import os
import pwd
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from nemowatch.config.find import option_of
from nemowatch.cures import name_installation
from nemowatch.errors import ConfigError, ConfigMistake, NemowatchError, failing_as

if TYPE_CHECKING:
    from nemowatch.config.schema import Config
    from nemowatch.config.watch_section import Watch

#: The journal and the anonymous token are the user's own.
PRIVATE = 0o700
#: The cure when the state folder is another user's.
RUN_AS_OWNER = "Run the command as the user that runs nemowatch, or as root."


@dataclass(frozen=True)
class CommandContext:
    """One installation: its configuration and its state folder."""

    read: Callable[[], Config]  #: reads the configuration
    path: Path  #: of the configuration file
    state_dir: Path  #: need not exist
    env: Mapping[str, str]
    named: bool = False  #: named by --config: commands for people to type must name it as well

    @cached_property
    def config(self) -> Config:
        """The configuration, read when it is first needed, which not every command does."""
        return self.read()

    @property
    def option(self) -> str:
        """The end of a command for people to type, so that it concerns this installation."""
        return option_of(self.path) if self.named else ""

    @property
    def watches(self) -> dict[str, Watch]:
        """The watches, by their names in the journal."""
        return {watch.name: watch for watch in self.config.watch}


def find_context(option: Path | None) -> CommandContext:
    """The installation that `--config`, the environment or the usual places name. Raises
    ConfigError."""
    from nemowatch.cli.typed_commands import start_command
    from nemowatch.config.find import find, state_folder
    from nemowatch.config.kept import load_kept

    env = dict(os.environ)
    path = find(option, env)
    name_installation("" if option is None else option_of(path), start_command(path, env))
    kept = load_kept(path, env)
    folder = state_folder(kept.state_dir, path, env)
    return CommandContext(kept.read, path, folder, env, option is not None)


def prepare_state_dir(folder: Path) -> None:
    """Create the state folder for its user alone; one that others can read is closed to them.
    Raises ConfigError."""
    from nemowatch.fs.own_files import make_folder

    try:
        make_folder(folder)
        found = folder.stat()
        if found.st_uid == os.geteuid() and stat.S_IMODE(found.st_mode) & 0o077:
            folder.chmod(PRIVATE)
    except OSError as exc:
        what = f"the state folder cannot be made or used: {exc.strerror}."
        cure = (
            "Set state_dir to a folder that the user of nemowatch may write, or give that user the"
            " right."
        )
        raise ConfigError([ConfigMistake(str(folder), what, cure)]) from exc


def owner_of(folder: Path) -> int:
    """The id of the user who owns the state folder; our own when there is none yet. Raises
    NemowatchError when it cannot be checked."""
    what = "the state folder cannot be read"
    with failing_as(NemowatchError, folder, what, cure=RUN_AS_OWNER), suppress(FileNotFoundError):
        return folder.stat().st_uid
    return os.geteuid()


@contextmanager
def as_owner(folder: Path) -> Iterator[None]:
    """Act as the owner of the state folder when root controls another user's service: files that
    root made there would lock the daemon out, and what root may do says nothing about what the
    daemon may do."""
    uid = owner_of(folder)
    if os.geteuid() != 0 or uid == 0:
        yield
        return
    groups, gid = os.getgroups(), os.getegid()
    try:
        account = pwd.getpwuid(uid)
        theirs, group = os.getgrouplist(account.pw_name, account.pw_gid), account.pw_gid
    except KeyError:  # a dynamic user of systemd is only known while its service runs
        theirs, group = [folder.stat().st_gid], folder.stat().st_gid
    os.setgroups(theirs)
    os.setegid(group)
    os.seteuid(uid)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(gid)
        os.setgroups(groups)
