"""Commands as they are to be typed for one installation.

The one that starts its daemon is that of its service where one is installed: `nemowatch run` as
root would make files on the share that the service may not change.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from nemowatch.config.find import home
from nemowatch.cures import RUN, Choice
from nemowatch.installer.places import SYSTEM, Places, of_user
from nemowatch.late_pattern import LatePattern

#: Commands of ours about an installation, inside a sentence; not one that names it already.
_OURS = LatePattern(
    r"\bnemowatch (?:answer|again|approve|cancel|check|credits|explain|journal check|jobs|resolve"
    r"|resume|retry|revise|run|show|status|take-over)\b(?!.* --config)(?: \d+)*(?: --[a-z-]+)*"
)


def in_full(text: str) -> str:
    """A sentence with every command as it is to be typed."""
    parts, end = [], 0
    for found in _OURS.finditer(text):
        parts += [text[end : found.start()], Choice(found[0]).typed]
        end = found.end()
    return "".join([*parts, text[end:]])


def start_command(path: Path, env: Mapping[str, str], machine: Places = SYSTEM) -> str:
    """What starts the daemon of the configuration at `path`; without its option."""
    for systemctl, places in _services(path, env, machine):
        if os.path.exists(places.unit):  # noqa: PTH110 - Path.exists raises without rights
            return f"{systemctl} start {places.name}"
    return RUN


def _services(path: Path, env: Mapping[str, str], machine: Places) -> Iterator[tuple[str, Places]]:
    """The services that a configuration may be of."""
    own = of_user(home(env))
    if path == own.config:
        yield "systemctl --user", own
    elif path == machine.config:
        yield "systemctl", machine
    elif path.parent == machine.config.parent:
        yield "systemctl", replace(machine, name=f"{machine.name}@{path.stem}")
