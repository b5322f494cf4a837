"""`nemowatch password`: makes the file of the live page's password."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

File = Annotated[Path, typer.Argument(metavar="FILE", help="Where it is kept.")]


def password(file: File) -> None:
    """Make the password file of the live page (web.password_file).

    It is asked for twice on a terminal, else read from standard input. The file holds what scrypt
    makes of it, never the password itself."""
    from nemowatch.errors import UsageError
    from nemowatch.fs.own_files import write_line
    from nemowatch.web import passwords

    given = _asked() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    if len(given) < passwords.SHORTEST:
        raise UsageError(f"A password needs at least {passwords.SHORTEST} characters.")
    write_line(file, passwords.hashed(given))
    print(f'Written. In the configuration, below [web]: password_file = "{file.absolute()}"')


def _asked() -> str:
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
