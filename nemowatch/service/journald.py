"""What systemd's journal reads from a line on standard error: its priority. It imports nothing
heavy, since every command may end in an error."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TextIO

#: journald's priorities (syslog's) for our levels.
PRIORITY = {"debug": 7, "info": 6, "warning": 4, "error": 3, "critical": 2}


def goes_to_journal(stream: TextIO, env: Mapping[str, str]) -> bool:
    """Whether `stream` is the very socket that systemd connected to the journal (JOURNAL_STREAM
    is "dev:inode")."""
    try:
        found = os.fstat(stream.fileno())
    except (OSError, ValueError):
        return False
    return env.get("JOURNAL_STREAM", "") == f"{found.st_dev}:{found.st_ino}"


def with_priority(level: str, line: str) -> str:
    """`line` as the journal takes it at `level`; an unknown level is information."""
    return f"<{PRIORITY.get(level, PRIORITY['info'])}>{line}"
