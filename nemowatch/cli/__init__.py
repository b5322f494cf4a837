"""The commands, one module each. They read the journal, ask the daemon, and print; they decide
nothing about jobs.

Everything heavy (typer, rich, pydantic, the client) is imported where a command needs it: the
commands in `simple_command_lines` are called without typer, so that `status` answers at once and
the daemon never loads it.
"""

from __future__ import annotations

import os
import sys

from nemowatch.cli import simple_command_lines
from nemowatch.cli.exits import guarded

#: Set while a shell asks for completions (`completion`), which typer answers.
COMPLETING = "_NEMOWATCH_COMPLETE"


def main() -> int:
    """The console script: carry out the command line and return its exit code (docs/behaviour.md
    section 4)."""
    words = sys.argv[1:]
    if words == ["--version"]:
        from nemowatch import __version__

        print(f"nemowatch {__version__}")
        return 0
    call = None if COMPLETING in os.environ else simple_command_lines.read(words)
    return guarded(call or (lambda: _through_typer(words)))


def _through_typer(words: list[str]) -> int:
    from nemowatch.cli.app import carry_out

    return carry_out(words)
