"""The nemowatch that the service starts: the one that runs this command, and whether the service's
user can read all of it."""

from __future__ import annotations

import os
import re
import stat
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

from nemowatch.errors import UsageError, show_path

#: Names that need no quoting in a unit or a shell.
PLAIN = re.compile(r"[A-Za-z0-9/._+@-]+")
#: What the unit hides from the service (ProtectHome, PrivateTmp), whatever its permissions are.
HIDDEN = tuple(map(Path, ("/root", "/home", "/run/user", "/tmp", "/var/tmp")))
ELSEWHERE = """\
Install it where every user can read it, and use that one:
  PIPX_HOME=/opt/pipx PIPX_BIN_DIR=/usr/local/bin pipx install FILE.whl
or, with uv:
  export UV_TOOL_DIR=/opt/uv UV_TOOL_BIN_DIR=/usr/local/bin
  uv tool install --python /usr/bin/python3 FILE.whl
and then:
  /usr/local/bin/nemowatch service install
Or install it for one person alone, typed by that person and not by root:
  nemowatch service install --user"""


def this_program() -> Path:
    """The command of the nemowatch that is running. Raises UsageError when it has none that a unit
    can name."""
    beside = Path(sys.executable).parent / "nemowatch"
    found = beside if beside.exists() else Path(sys.argv[0]).absolute()
    if not PLAIN.fullmatch(str(found)):
        cure = "Install nemowatch in a folder whose name has letters, digits and . _ + @ - only."
        raise UsageError(f"{show_path(str(found))} cannot be named in a unit.", cure=cure)
    if not os.access(found, os.X_OK):
        cure = "Install the wheel with pipx or uv (docs/operations.md)."
        raise UsageError("There is no command nemowatch beside this Python.", cure=cure)
    return found


def check_readable(program: Path) -> None:
    """Raise UsageError if the service, which has its own user, could not start it."""
    for path in _needed(program):
        real = path.resolve()
        hidden = next((folder for folder in HIDDEN if folder in real.parents), None)
        if hidden is not None:
            text = f"The service cannot use {show_path(str(real))}: {hidden} is closed to services."
            raise UsageError(text, cure=ELSEWHERE)
        closed = next(_closed(real), None)
        if closed is not None:
            cure = f"chmod -R go+rX {closed}, or install it elsewhere:\n{ELSEWHERE}"
            raise UsageError(f"Other users cannot read {closed}.", cure=cure)


def _needed(program: Path) -> Iterator[Path]:
    """What is needed to run it: itself, its Python with the library, and the package."""
    yield program
    yield Path(sys.executable)
    yield Path(sysconfig.get_path("stdlib")) / "os.py"
    yield Path(__file__)


def _closed(path: Path) -> Iterator[Path]:
    """The folders above a path that others may not enter, and the path itself if others may not
    read it."""
    for folder in reversed(path.parents):
        if not folder.stat().st_mode & stat.S_IXOTH:
            yield folder
    if not path.stat().st_mode & stat.S_IROTH:
        yield path


def changed_at(paths: list[Path]) -> float:
    """When the installed nemowatch, or one of `paths`, was last changed: seconds of the wall
    clock."""
    here = Path(__file__)
    described = [here.parents[2] / f"nemowatch-{_version()}.dist-info", here]
    times = [path.stat().st_ctime for path in (*described, *paths) if path.exists()]
    return max(times)


def _version() -> str:
    from nemowatch import __version__

    return __version__
