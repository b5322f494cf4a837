"""Asks systemd for its version, whether it runs here, and what it knows about a unit. It changes
nothing."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

#: Exists where systemd is the first process.
RUNS_HERE = Path("/run/systemd/system")
#: The oldest version for which the units are written.
OLDEST = 252
#: Seconds to wait for one answer.
PATIENCE = 30.0
#: One unit for each further configuration.
INSTANCES = "nemowatch@*.service"
#: States in which a unit runs, or will again by itself.
_AT_WORK = "active,activating,reloading,deactivating"


class Systemd:
    """One manager: the machine's, or one user's own."""

    def __init__(self, *, user: bool, name: str = "nemowatch") -> None:
        """`name`: of the unit."""
        self.command = "systemctl --user" if user else "systemctl"
        self.name = name
        self.unit = f"{name}.service"
        self._user = user

    def __repr__(self) -> str:
        return f"Systemd({self.command})"

    def version(self) -> int:
        """Its version; the oldest supported one if it cannot be asked."""
        words = self._ask("systemctl", "--version").split()
        if len(words) > 1 and words[1].isdigit():
            return int(words[1])
        return OLDEST

    def why_not(self) -> str:
        """Why it cannot be used; "" when it can."""
        if not RUNS_HERE.is_dir():
            return "systemd does not run on this machine."
        if self._user and not self._ask(*self.command.split(), "show", "-pVersion"):
            return "The systemd of this user cannot be reached from here."
        return ""

    def show(self, *keys: str, unit: str = "") -> dict[str, str]:
        """Properties of our unit, and "" for those that it does not have."""
        asked = [f"-p{key}" for key in keys]
        said = self._ask(*self.command.split(), "show", unit or self.unit, *asked)
        found = dict(line.split("=", 1) for line in said.splitlines() if "=" in line)
        return {key: found.get(key, "") for key in keys}

    def is_loaded(self) -> bool:
        """Whether it knows the unit as it is on the disk now."""
        known = self.show("LoadState", "NeedDaemonReload")
        return known == {"LoadState": "loaded", "NeedDaemonReload": "no"}

    def has_forgotten(self) -> bool:
        """Whether it does not know the unit."""
        return self.show("LoadState")["LoadState"] == "not-found"

    def is_enabled(self) -> bool:
        """Whether the unit starts with the machine."""
        return self.show("UnitFileState")["UnitFileState"] == "enabled"

    def is_off(self) -> bool:
        """Whether the unit neither runs nor starts with the machine."""
        known = self.show("ActiveState")
        return known["ActiveState"] in ("inactive", "failed") and not self.is_enabled()

    def instances(self) -> list[str]:
        """The units of further configurations that are running."""
        shape = ("--plain", "--no-legend", "--full", f"--state={_AT_WORK}")
        said = self._ask(*self.command.split(), "list-units", *shape, INSTANCES)
        return [line.split()[0] for line in said.splitlines() if line.strip()]

    def runs_since(self, unit: str = "") -> float:
        """When the running service was started, as seconds of the wall clock; 0 when it does not
        run."""
        known = self.show("ActiveState", "InactiveExitTimestampMonotonic", unit=unit)
        started = known["InactiveExitTimestampMonotonic"]
        if known["ActiveState"] != "active" or not started.isdigit():
            return 0.0
        return time.time() - (time.monotonic() - int(started) / 1e6)

    def warnings(self, count: int) -> list[str]:
        """The last lines of the service's log that are warnings or worse."""
        which = "--user-unit" if self._user else "--unit"
        said = self._ask(
            *("journalctl", which, self.unit, "--priority", "warning", "--lines", str(count)),
            *("--output", "cat", "--no-pager", "--boot"),
        )
        return said.splitlines()

    def _ask(self, *command: str) -> str:
        try:
            done = subprocess.run(
                command,
                capture_output=True,
                text=True,
                errors="backslashreplace",
                timeout=PATIENCE,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return ""
        return "" if done.returncode else done.stdout


def user_environment(env: Mapping[str, str]) -> dict[str, str]:
    """The variables by which a user's own systemd is found, even if the session does not have them
    (after su)."""
    folder = Path(f"/run/user/{os.getuid()}")
    if env.get("XDG_RUNTIME_DIR") or not folder.is_dir():
        return {}
    return {"XDG_RUNTIME_DIR": str(folder)}
