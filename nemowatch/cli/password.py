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
    from nemowatch.web import passwords

    given = _asked() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    if len(given) < passwords.SHORTEST:
        raise UsageError(f"A password needs at least {passwords.SHORTEST} characters.")
    _write(file, passwords.hashed(given))
    print(f'Written. In the configuration, below [web]: password_file = "{file.absolute()}"')


def _asked() -> str:
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))


def _write(file: Path, line: str) -> None:
    """Readable by its owner only, from the first moment; one that is there is replaced."""
    import os

    from nemowatch.fs.safe_open import translated

    fresh = file.with_name(f"{file.name}.new")
    with translated(file):
        fresh.unlink(missing_ok=True)
        fd = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(fd, "w") as out:
            out.write(f"{line}\n")
        fresh.replace(file)
