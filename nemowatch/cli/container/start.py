"""Prepares the daemon's start in a container: makes what `nemowatch init` makes, sets where the
live page listens, and says in the log what to do next."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from operator import attrgetter
from pathlib import Path

from nemowatch import __version__
from nemowatch.cli.container.folders import check_mounted, check_writable
from nemowatch.cli.container.identity import ChosenIdentity, current
from nemowatch.cli.init import explain, make_folders, write_config
from nemowatch.config.find import state_dir
from nemowatch.config.kept import load_kept
from nemowatch.config.load import load
from nemowatch.config.schema import Config
from nemowatch.config.variable_names import ROOT
from nemowatch.config.variable_names import WATCH as ALL_WATCHES
from nemowatch.errors import ConfigError
from nemowatch.journal.transaction import FILE_NAME

#: Where the page listens in the container: the port that is published.
LISTEN = "0.0.0.0:8477"
_LISTEN_NAME = "NEMOWATCH_WEB__LISTEN"
_LOST = "people's files would be lost with this container"

TEXT = """\
# nemowatch's configuration. Every key, with its default and its meaning, is in config.example.toml.
# Variables of the container count more than what is written here: NEMOWATCH_LIMITS__DAILY_CREDITS.
{watch}
[service]
# Seconds; engines end a container 10 seconds after they have asked it to stop. Nothing is lost by
# that. With a longer stop_grace_period: NEMOWATCH_SERVICE__DRAIN.
drain = 7
"""
WATCH = """
[[watch]]
root = {root}
"""


def prepare(
    env: Mapping[str, str], path: Path, studio: Path, choice: ChosenIdentity
) -> dict[str, str]:
    """Make what is missing, report the state, and return the daemon's environment. Raises
    UsageError, ConfigError."""
    _say(f"nemowatch {__version__} runs as {choice.who}, {choice.why}.")
    is_first = _write(env, path, studio)
    config = load(path, env)
    if not (state_dir(config, path, env) / FILE_NAME).exists():
        for root in _roots(config):
            _furnish(root, path)
    if is_first:
        _say("\n".join(_next_steps(config, env)))
    return _listening(env, config)


def with_page(env: Mapping[str, str], path: Path) -> dict[str, str]:
    """The environment of any other command, in which the page listens where it does for the daemon.
    The command itself reports what is wrong with the configuration."""
    with suppress(ConfigError):
        return _listening(env, load_kept(path, env).read())
    return dict(env)


def _listening(env: Mapping[str, str], config: Config) -> dict[str, str]:
    """The environment with the page served, if it has a password and nothing else is configured."""
    found = dict(env)
    if config.web.has_password and not config.web.listen:
        found[_LISTEN_NAME] = LISTEN
    return found


def _say(text: str) -> None:
    """Print this at once: what follows may be an error, on another stream of the same log."""
    print(text, flush=True)


def _write(env: Mapping[str, str], path: Path, studio: Path) -> bool:
    """Write the configuration at a first start; returns whether there was none."""
    if path.exists():
        return False
    watch = WATCH.format(root=json.dumps(str(studio)))
    if _needs_no_root(env):
        watch = ""
    write_config(path, TEXT.format(watch=watch))
    return True


def _needs_no_root(env: Mapping[str, str]) -> bool:
    """Whether the file needs no root: the environment names all watches, or a first one without a
    root, with which one in the file would be merged. In all other cases the file still works when
    those variables are gone."""
    given = {name.upper() for name, value in env.items() if value.strip()}
    first = f"{ALL_WATCHES}__1__"
    has_root = ROOT in given or f"{first}ROOT" in given
    return ALL_WATCHES in given or (f"{first}INBOX" in given and not has_root)


def _roots(config: Config) -> Iterator[Path]:
    return filter(None, map(attrgetter("root"), config.watch))


def _furnish(root: Path, path: Path) -> None:
    """Make the folders of a workspace that is new to this /config."""
    check_mounted(root, _LOST)
    check_writable(root, current())
    if make_folders(root):
        _say(f"The folders in {root} have been made.")
    explain(root, path)


def _next_steps(config: Config, env: Mapping[str, str]) -> Iterator[str]:
    """What to do next, for whoever reads the first log."""
    yield "What to do next:"
    for root in _roots(config):
        yield f"  Copy a video into inbox/dub-es of the folder that is mounted as {root}:"
        yield "  the result appears in outbox/dub-es there."
    has_token = env.get("NEMO_TOKEN") or env.get("NEMO_TOKEN_FILE") or config.api.token_file
    if not has_token:
        yield "  Your own account: NEMO_TOKEN or NEMO_TOKEN_FILE. Without it, an anonymous one is"
        yield "  used, with 100 credits, for 7 days."
    if config.web.has_password:
        yield "  The live page: http://THIS-MACHINE:8477/, where that port is published."
    else:
        yield "  The live page is off: NEMOWATCH_WEB__PASSWORD (8 characters or more) opens it."
