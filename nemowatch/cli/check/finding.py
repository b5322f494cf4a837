"""One line of `nemowatch check`. A plain record."""

from __future__ import annotations

import pwd
from dataclasses import dataclass

from nemowatch.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found, and what to do about it."""

    level: str  #: ok, warn or fail
    what: str  #: config, state, daemon, folder, rights, disk, inotify, cloud, token, credits
    text: str
    cure: str = ""


def from_problems(exc: ConfigError) -> list[Finding]:
    """Every mistake of a configuration."""
    found = []
    for problem in exc.problems:
        found.append(Finding("fail", "config", f"{problem.where}: {problem.what}", problem.cure))
    return found


def user_name(uid: int) -> str:
    """A user's name; its number when it has none here."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
