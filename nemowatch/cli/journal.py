"""`nemowatch journal check|backup`: checks whether the journal is sound, and copies it while the
daemon runs."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nemowatch.cli import options

if TYPE_CHECKING:
    from nemowatch.cli.context import CommandContext
    from nemowatch.journal.database import Journal

app = typer.Typer(
    help="Check or back up the journal.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

#: The most findings that are shown: the first ones say what is wrong.
MOST_FINDINGS = 10

Target = Annotated[
    Path, typer.Argument(metavar="FILE", help="Where the copy goes; must not exist.")
]


@app.command("check")
def check(config: options.Config = None) -> None:
    """Read the whole journal and say whether it is sound."""
    from nemowatch.cli.context import as_owner, find_context
    from nemowatch.cli.output import say
    from nemowatch.errors import JournalCorrupt

    context = find_context(config)
    with as_owner(context.state_dir):
        journal = _open(context)
        try:
            findings = journal.read_now(_findings)
        finally:
            journal.close()
    if findings:
        raise JournalCorrupt(f"{journal.path}: the journal is damaged: {'; '.join(findings)}.")
    say(f"{journal.path}: sound.")


@app.command("backup")
def backup(target: Target, config: options.Config = None) -> None:
    """Write a consistent copy of the journal; the daemon may run."""
    from nemowatch.cli.context import find_context
    from nemowatch.cli.output import say
    from nemowatch.errors import UsageError, show_path

    context = find_context(config)
    if target.exists() or target.is_symlink():
        raise UsageError(
            f"{show_path(target)} already exists; it is left as it is.",
            cure="Name a file that does not exist.",
        )
    journal = _open(context)
    try:
        _copy(journal, target)
    finally:
        journal.close()
    say(
        f"{show_path(target)}: a copy of the journal, {target.stat().st_size} bytes. Back up"
        f" {context.path} beside it."
    )


def _open(context: CommandContext) -> Journal:
    from nemowatch.clock import SystemClock
    from nemowatch.journal.database import Journal
    from nemowatch.journal.transaction import FILE_NAME

    return Journal.open_unchanged(context.state_dir / FILE_NAME, SystemClock())


def _findings(conn: sqlite3.Connection) -> list[str]:
    found = [str(row[0]) for row in conn.execute(f"PRAGMA integrity_check({MOST_FINDINGS})")]
    broken = [
        f"a row of {row[0]} belongs to nothing" for row in conn.execute("PRAGMA foreign_key_check")
    ]
    return [text for text in found if text != "ok"] + broken[:MOST_FINDINGS]


def _copy(journal: Journal, target: Path) -> None:
    """Write the copy to disk, readable for its owner alone, or nothing at all. Raises
    NemowatchError."""
    from nemowatch.errors import NemowatchError, show_path

    umask = os.umask(0o077)  # prompts and drafts are private
    try:
        journal.backup(target)
        with target.open("rb") as file:
            os.fsync(file.fileno())
    except (OSError, sqlite3.Error) as exc:
        target.unlink(missing_ok=True)
        cure = "Name a folder that exists, with enough space and where you may write."
        raise NemowatchError(
            f"{show_path(target)}: the copy could not be written: {exc}.", cure=cure
        ) from exc
    finally:
        os.umask(umask)
