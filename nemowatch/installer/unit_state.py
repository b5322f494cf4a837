"""What systemd knows of a unit, as it says it. Explains nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

#: What is asked of systemd.
KEYS = (
    *("LoadState", "ActiveState", "SubState", "Result", "ExecMainCode", "ExecMainStatus"),
    *("NRestarts", "StatusText", "UnitFileState", "NeedDaemonReload", "ExecStart", "User"),
    *("SupplementaryGroups", "ReadWritePaths", "WorkingDirectory", "MainPID"),
)


@dataclass(frozen=True, slots=True)
class Unit:
    """What systemd knows of the unit."""

    known: Mapping[str, str]
    command: str = "systemctl"  #: with --user for a person's own
    install: str = "nemowatch service install"
    name: str = "nemowatch"  #: as systemctl is asked for it
    token: Path | None = None  #: the file that systemd hands to it; None: it is handed none

    def __getitem__(self, key: str) -> str:
        return self.known.get(key, "")

    @property
    def program(self) -> str:
        """What it starts."""
        after = self["ExecStart"].partition("path=")[2]
        return after.partition(" ;")[0]
