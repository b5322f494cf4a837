"""The installed service in a container with systemd, with a workspace and a sandbox that can be
controlled."""

from __future__ import annotations

import json
from typing import Any

from tests.rigs.systemd_container import (
    CHECKOUT,
    Service,
    wait_for,
)

TOKEN = "nmv_usr_cGxhbnRlZC1pbi10aGUtYmVk"
PYTHON = "/opt/nemowatch/bin/python"
URL = "http://127.0.0.1:8791"
CONFIG = """
[api]
base_url = "{url}"
[[watch]]
root = "/srv/studio"
settle = 0.3
scan_interval = 1
[render]
poll_interval = 0.2
[chat]
recheck = [0.2, 0.2, 0.2]
[retry]
base = 0.1
cap = 1
[limits]
{limits}
"""
SAMPLE = CHECKOUT / "nemowatch/sandbox/media/sample.mp4"


class Studio(Service):
    """nemowatch.service with a workspace in /srv/studio and a sandbox that can be asked."""

    def sandbox(self, **settings: float) -> None:
        """A fresh sandbox with these settings, in place of any other."""
        self.end_sandbox()
        options = [
            word
            for name, value in settings.items()
            for word in (f"--{name.replace('_', '-')}", str(value))
        ]
        command = [
            "systemd-run",
            "--unit=sandbox",
            "--collect",
            PYTHON,
            "-m",
            "nemowatch.sandbox",
            "--port",
            "8791",
        ]
        self.container.run(*command, *options)
        wait_for(lambda: self.totals(check=False) is not None, "the sandbox answers")

    def end_sandbox(self) -> None:
        """Make the cloud unreachable."""
        self.container.run("systemctl", "stop", "sandbox", check=False)

    def totals(self, *, check: bool = True) -> dict[str, int] | None:
        """The totals of the ledger."""
        program = (
            "import urllib.request as u;"
            f" print(u.urlopen({URL + '/_sandbox/ledger'!r}).read().decode())"
        )
        said = self.container.run(PYTHON, "-c", program, check=check)
        found: dict[str, int] | None = json.loads(said)["totals"] if said.startswith("{") else None
        return found

    def order(self, path: str, value: dict[str, Any]) -> None:
        """Send a control call to the sandbox."""
        request = f"u.Request({URL + '/_sandbox/' + path!r}, {json.dumps(value).encode()!r})"
        program = f"import urllib.request as u; u.urlopen({request})"
        self.container.run(PYTHON, "-c", program)

    def drop(self, name: str, more: bytes = b"") -> None:
        """Put the sample video, followed by `more`, into the folder that asks for Spanish."""
        folder = self.container.path("/srv/studio/inbox/dub-es")
        folder.mkdir(exist_ok=True)
        (folder / name).write_bytes(SAMPLE.read_bytes() + more)
        self.container.run("chown", "-R", "nemowatch:", "/srv/studio/inbox")

    def result(self, name: str) -> bool:
        """Whether the result is in the outbox."""
        return self.container.path(f"/srv/studio/outbox/dub-es/{name}").exists()

    def ask(self, *words: str) -> Any:
        """What a command prints as JSON, run as root without the service's environment."""
        return json.loads(self.container.run("/opt/nemowatch/bin/nemowatch", *words, "--json"))

    def states(self) -> list[str]:
        """The state of every job."""
        return [job["state"] for job in self.ask("jobs")]
