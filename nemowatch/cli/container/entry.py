"""What happens before a command in a container: the umask, the time zone, the user it runs as, the
folders, and at a first start what `nemowatch init` makes."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn
from zoneinfo import ZoneInfo

from nemowatch.cli.container.folders import check_mounted, check_writable, give, owner_of
from nemowatch.cli.container.health import health
from nemowatch.cli.container.identity import ChosenIdentity, become, chosen, current, is_rootless
from nemowatch.cli.container.start import prepare, with_page
from nemowatch.config.variable_names import ROOT
from nemowatch.errors import UsageError

#: The variables with the image's paths, which tests and other images may set.
CONFIG, STUDIO = "NEMOWATCH_CONFIG", "/studio"
_LOST = "what was paid for would be forgotten with this container"
#: The group may write results too, as with the systemd units.
UMASK = "002"


def enter(words: list[str]) -> int:
    """Carry out `nemowatch WORDS` in place of this process, as the chosen user. Raises UsageError,
    ConfigError."""
    env = dict(os.environ)
    os.umask(umask(env))
    check_zone(env)
    config = Path(env.get(CONFIG, "/config/config.toml"))
    studio = Path(env.get(ROOT, "").strip() or STUDIO)
    choice = chosen(env, current(), owner_of(studio), rootless=is_rootless())
    is_daemon = words[:1] == ["run"]
    if is_daemon and current().uid == 0:
        give(config.parent, studio, choice.who)
    choice = _become(choice)
    if words == ["health"]:
        return health()
    env["HOME"] = str(config.parent)
    if is_daemon:
        check_mounted(config.parent, _LOST)
        check_writable(config.parent, current())
        env = prepare(env, config, studio, choice)
    else:
        env = with_page(env, config)
    return _replaced(words, env)


def _replaced(words: list[str], env: Mapping[str, str]) -> NoReturn:
    """Replace this process by that command."""
    sys.stdout.flush()
    os.execve(sys.executable, [sys.executable, "-m", "nemowatch", *words], env)


def _become(choice: ChosenIdentity) -> ChosenIdentity:
    """Become the chosen user; returns which user the process is now."""
    if become(choice):
        return choice
    return ChosenIdentity(current(), "as the engine lets it be nobody else", False)


def umask(env: Mapping[str, str]) -> int:
    """The umask that UMASK sets. Raises UsageError."""
    text = env.get("UMASK", "").strip() or UMASK
    try:
        value = int(text, 8)
    except ValueError:
        value = -1
    if not 0 <= value <= 0o777:
        raise UsageError("UMASK must be an octal number.", cure="Such as 002 or 022.")
    return value


def check_zone(env: Mapping[str, str]) -> None:
    """Raise UsageError for a TZ that does not exist: the system would use UTC, and `hours` would
    mean other hours."""
    zone = env.get("TZ", "").strip().removeprefix(":")
    if not zone or Path(zone).is_absolute():
        return
    try:
        ZoneInfo(zone)
    except (ValueError, OSError, LookupError) as exc:
        cure = "Such as Europe/Berlin, or UTC."
        raise UsageError("TZ names no time zone.", cure=cure) from exc
