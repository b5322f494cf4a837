"""What started this daemon, as a command that starts it again: people read it on the page when it
has stopped."""

from __future__ import annotations

import os
import re
from pathlib import Path

from nemowatch.cures import RUN

#: The unit of systemd in the name of a control group. Of a person's own service it lies below that
#: of the person.
_UNIT = re.compile(r"^.*/(nemowatch(?:@[\w.:-]+)?)\.service$", re.MULTILINE)
_OF_PERSON = "/user@"
#: Files by which engines mark a container.
_MARKS = (Path("/.dockerenv"), Path("/run/.containerenv"))
#: The process that an engine starts; the daemon is its child, or itself that.
_FIRST = (0, 1)


def start_command() -> str:
    """The command that starts it again; "" when an engine starts it, with its container."""
    try:
        groups = Path("/proc/self/cgroup").read_text()
    except OSError:
        groups = ""
    unit = unit_command(groups)
    if unit:
        return unit
    in_container = any(mark.exists() for mark in _MARKS)
    if in_container and (os.getpid() in _FIRST or os.getppid() in _FIRST):
        return ""
    return RUN


def unit_command(groups: str) -> str:
    """The command that starts the unit whose control group a process is in; "" for none. `groups`:
    the content of /proc/PID/cgroup."""
    found = _UNIT.search(groups)
    if found is None:
        return ""
    systemctl = "systemctl --user" if _OF_PERSON in found[0] else "systemctl"
    return f"{systemctl} start {found[1]}"
