"""`nemowatch init`: makes a workspace and a configuration for it. It never overwrites anything."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from itertools import filterfalse
from pathlib import Path
from typing import Annotated

import typer

from nemowatch.cli import options

CONFIG = """\
# nemowatch's configuration. Every key, with its default and its meaning, is in config.example.toml.

[[watch]]
root = {root}

[api]
# Your token goes into a file that only you can read; without one, an anonymous account is used.
# token_file = "~/.config/nemowatch/token"

[limits]
# daily_credits = 500      # 0: no cap
# confirm_above = 20       # more new results at once wait for: nemowatch approve
"""

Folder = Annotated[
    Path | None,
    typer.Argument(
        metavar="DIR",
        help="The workspace; default: ~/Studio.",
        show_default=False,
    ),
]


def init(folder: Folder = None, config: options.Config = None) -> None:
    """Create a workspace and a configuration.

    What is already there stays as it is."""
    from nemowatch.cli.output import say
    from nemowatch.errors import show_path

    root = (folder or Path.home() / "Studio").absolute()
    path = config_path(config, os.environ)
    written = path.exists()
    if written:
        check_existing(path, root)
    text = CONFIG.format(root=_toml(root))
    made = make_folders(root)
    if not written:
        write_config(path, text)
    explained = explain(root, path)
    say(f"Workspace {show_path(root)}: {'made' if made else 'was there already'}.")
    kept = "was there already, unchanged" if written else "written"
    say(f"Configuration {show_path(path)}: {kept}.")
    if explained:
        say(f"For those who see only the folders: {explained}, in {show_path(root)}.")
    print("\nWhat to do next:")
    for line in _next_steps(root, path, config is not None):
        say(f"  {line}")


def config_path(option: Path | None, env: Mapping[str, str]) -> Path:
    """Where to write the configuration: `--config`, `$NEMOWATCH_CONFIG`, or else the user's own
    place."""
    from nemowatch.config.find import home

    named = option or env.get("NEMOWATCH_CONFIG")
    if named:
        return Path(named).absolute()
    return home(env) / ".config/nemowatch/config.toml"


def check_existing(path: Path, root: Path) -> None:
    """Raise UsageError, before anything is made, if an existing configuration does not watch this
    workspace."""
    from nemowatch.config.load import load
    from nemowatch.errors import UsageError, show_path

    found = load(path, os.environ)
    if not any(root in (watch.root, watch.inbox.parent) for watch in found.watch):
        text = (
            f"{show_path(path)} exists already and does not watch {show_path(root)}; it is left"
            " as it is."
        )
        cure = (
            f"Add to it: [[watch]] and below it root = {_toml(root)}; or name another file with"
            " --config."
        )
        raise UsageError(text, cure=cure)


def _toml(path: Path) -> str:
    """A path as a TOML string. Raises UsageError for a name that is not UTF-8, which TOML cannot
    express."""
    from nemowatch.errors import UsageError, show_path

    try:
        str(path).encode("utf-8")
    except UnicodeEncodeError as exc:
        cure = "Choose a folder whose name is plain text."
        raise UsageError(
            f"{show_path(path)}: this name is not UTF-8: no configuration can hold it.",
            cure=cure,
        ) from exc
    return json.dumps(str(path))


def make_folders(root: Path) -> bool:
    """Make the folders that are missing; returns whether any were. Raises UsageError."""
    from nemowatch.config.watch_section import FOLDERS
    from nemowatch.errors import UsageError, failing_as
    from nemowatch.fs.listing import names_below
    from nemowatch.tasks.kinds import KINDS

    folders = [root / each for each in FOLDERS]
    if not names_below(folders[0], b""):
        # in an empty inbox, one for each built-in task that needs nothing else, to be tried at once
        folders += [folders[0] / kind.starter for kind in KINDS if not kind.needs_prompt]
    missing = list(filterfalse(Path.is_dir, folders))
    cure = "Choose another folder, or remove what is in the way."
    for folder in missing:
        with failing_as(UsageError, folder, "cannot be made", cure=cure):
            folder.mkdir(parents=True, exist_ok=True)
    return bool(missing)


def explain(root: Path, path: Path) -> str:
    """Write the guides into the share, if possible; returns the names of these files."""
    from nemowatch.config.load import load
    from nemowatch.errors import ConfigError, LocalError
    from nemowatch.reporting.first_page import write_first

    try:
        config = load(path, os.environ)
        own = [watch for watch in config.watch if watch.page.parent == root]
        return " and ".join(write_first(own, config)) if own else ""
    except (ConfigError, LocalError):  # the daemon writes them at its start
        return ""


def write_config(path: Path, text: str) -> None:
    from nemowatch.errors import UsageError, failing_as

    cure = "Name a file that you may write, with --config FILE."
    with failing_as(UsageError, path, "cannot be written", cure=cure):
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)


def _next_steps(root: Path, path: Path, named: bool) -> list[str]:
    from nemowatch.errors import show_path

    option = f" --config {show_path(path)}" if named else ""
    steps = [f"nemowatch check{option}   (is everything in place?)"]
    if not _is_worked(root, path):
        steps.append(f"nemowatch run{option}     (the daemon; leave it running)")
    steps.append(
        f"Copy a video into {show_path(root)}/inbox/dub-es/ - the result appears in"
        f" {show_path(root)}/outbox/dub-es/"
    )
    return [f"{number}. {step}" for number, step in enumerate(steps, 1)]


def _is_worked(root: Path, path: Path) -> bool:
    """Whether the daemon of this configuration works the workspace already, as in a container."""
    from nemowatch.cli.connection import ask_if_running
    from nemowatch.cli.context import find_context
    from nemowatch.errors import NemowatchError

    try:
        answer = ask_if_running(find_context(path), "status")
    except NemowatchError:  # it is another user's, or says nothing
        return False
    watches = answer["status"]["watches"] if answer else ()
    return any(watch["root"] == str(root) for watch in watches)
