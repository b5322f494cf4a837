"""The man page, made of the commands themselves: `scripts/man` writes it, and a test compares."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer.main

from nemowatch.cli.app import app
from nemowatch.cli.help import EXAMPLES, GROUPS

PAGE = Path(__file__).parents[2] / "docs/nemowatch.1"
HEAD = """\
.\\" Written by scripts/man.
.TH NEMOWATCH 1 "" "nemowatch" "User commands"
.SH NAME
nemowatch \\- folders as an AI video studio: the folder's name is the order
.SH SYNOPSIS
.B nemowatch
.I COMMAND
[\\fIOPTIONS\\fR] [\\fIARGUMENTS\\fR]
.SH DESCRIPTION
Files that are copied into the folders of an inbox are sent to the cloud, and the results come into
the outbox. \\fBnemowatch explain\\fR \\fINAME\\fR says what a folder's name orders.
Options listed here come after the command's name.
"""
TAIL = """\
.SH FILES
.TP
.I ~/.config/nemowatch/config.toml, /etc/nemowatch/config.toml
The configuration; \\fB\\-\\-config\\fR or $NEMOWATCH_CONFIG names another one.
.TP
.I ~/.local/state/nemowatch, /var/lib/nemowatch
The journal.
.SH EXIT STATUS
0 fine; 1 something failed; 2 usage or configuration; 3 the daemon is needed and does not run.
"""


def page() -> str:
    """The whole page."""
    return HEAD + "".join(_groups()) + TAIL


def _groups() -> Iterator[str]:
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    for title, names in GROUPS:
        yield f".SH {title.upper()}\n"
        for name in names:
            yield from _command(commands[name], name)


def _command(command: Any, name: str) -> Iterator[str]:
    with command.make_context(name, [], resilient_parsing=True) as context:
        usage = " ".join(piece for piece in command.collect_usage_pieces(context))
        yield f".SS nemowatch {_plain(name)} {_plain(usage)}\n"
        yield f"{_text(command.help)}\n"
        for param in command.get_params(context):
            record = param.get_help_record(context)
            if record is not None and "--help" not in record[0]:
                yield f".TP\n.B {_plain(record[0])}\n{_plain(record[1])}\n"
    for line, why in EXAMPLES.get(name, ()):
        yield f".TP\nExample: \\fB{_plain(line)}\\fR\n{_plain(why)}\n"
    for sub, each in getattr(command, "commands", {}).items():
        yield from _command(each, f"{name} {sub}")


def _text(help_text: str) -> str:
    """Paragraphs; a line that begins with a dot or a quote would be a request."""
    paragraphs = [" ".join(block.split()) for block in help_text.split("\n\n")]
    return "\n.PP\n".join(map(_plain, paragraphs))


def _plain(text: str) -> str:
    shown = text.replace("\\", "\\e").replace("-", "\\-")
    if shown.startswith((".", "'")):
        return f"\\&{shown}"
    return shown


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
