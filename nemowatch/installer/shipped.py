"""The files that travel with nemowatch: units, the example of a configuration, the man page.

In a wheel they are beside this module (pyproject.toml puts them there), in a checkout in their own
folders.
"""

from __future__ import annotations

import re
from pathlib import Path

_IN_WHEEL = Path(__file__).parent / "files"
_CHECKOUT = Path(__file__).parents[2]
#: What is elsewhere in a checkout than in a wheel.
_IN_CHECKOUT = {"nemowatch.1": "docs/nemowatch.1"}
#: What a shipped unit starts: its first word is replaced by the installed program.
STARTS = re.compile(r"^ExecStart=[^ ]*", re.MULTILINE)


def shipped(name: str) -> Path:
    """Where a shipped file is: "systemd/nemowatch.service", "config.example.toml"."""
    inside = _IN_WHEEL / name
    if inside.exists():
        return inside
    return _CHECKOUT / _IN_CHECKOUT.get(name, name)


def text_of(name: str) -> str:
    """The text of a shipped file."""
    return shipped(name).read_text("utf-8")


def rendered(name: str, program: Path) -> str:
    """A shipped unit that starts `program`."""
    return STARTS.sub(f"ExecStart={program}", text_of(name))


def settings_of(name: str) -> list[str]:
    """The lines of a shipped drop-in, without its section header and comments."""
    lines = text_of(name).splitlines()
    return [line for line in lines if line and not line.startswith(("#", "["))]
