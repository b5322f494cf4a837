"""One line of `nemowatch check`. A plain record."""

from __future__ import annotations

import pwd
from dataclasses import dataclass

from nemowatch.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check has found, and what to do about it."""

    level: str  #: ok, warn or fail
    what: str  #: config, state, daemon, folder, rights, disk, inotify, cloud, token, credits
    text: str
    cure: str = ""


def from_problems(exc: ConfigError) -> list[Finding]:
    """A finding for every mistake in a configuration."""
    found = []
    for problem in exc.problems:
        found.append(Finding("fail", "config", f"{problem.where}: {problem.what}", problem.cure))
    return found


def user_name(uid: int) -> str:
    """The name of a user; the number if there is no name on this machine."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
