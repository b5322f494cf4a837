"""Two machines on one share, as docs/fleet.md has it: each in a UTS and a mount namespace of its
own, with another host name, and another state folder under the same path.

Slow: five daemons, one after another."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.rigs.studio import Studio, studio, wait_for

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        os.geteuid() != 0 or not shutil.which("unshare"), reason="needs root and unshare"
    ),
]

#: Seconds for anything, on a machine that is busy.
LIMIT = 180.0
ENTER = 'hostname "$1"; mount --make-rprivate /; mount --bind "$2" "$3"; shift 3; exec "$@"'


class Machine:
    """One of them."""

    def __init__(self, name: str, house: Studio) -> None:
        self.name, self.house = name, house
        self.disk = house.root.parent / f"disk of {name}"  # its own /var/lib/nemowatch
        self.disk.mkdir(mode=0o700)
        self.daemon: subprocess.Popen[bytes] | None = None

    def _words(self, *args: str) -> list[str]:
        enter = ["unshare", "--mount", "--uts", "sh", "-ec", ENTER, "sh", self.name]
        paths = [str(self.disk), str(self.house.state)]
        command = [sys.executable, "-m", "nemowatch", *args, "--config", str(self.house.config)]
        return [*enter, *paths, *command]

    def start(self) -> None:
        with self.house.log_path.open("ab") as log:
            self.daemon = subprocess.Popen(
                self._words("run"), env=self.house.environment(), stdout=log, stderr=log
            )
        wait_for(
            f"{self.name} to run", lambda: self.status()["daemon"]["state"] == "running", LIMIT
        )

    def end(self, how: int) -> None:
        assert self.daemon is not None
        self.daemon.send_signal(how)
        self.daemon.wait(LIMIT)

    def run(self, *args: str) -> str:
        done = subprocess.run(
            self._words(*args),
            env=self.house.environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode in (0, 1), f"{args}: {done.stderr}\n{self.house.log()}"
        return done.stdout

    def status(self) -> dict[str, Any]:
        return json.loads(self.run("status", "--json"))

    def inbox(self) -> str:
        """The state of its inbox, with the reason."""
        watch = self.status()["watches"][0]
        return f"{watch['state']} {watch['reason']}"

    def states(self) -> list[str]:
        return sorted(job["state"] for job in json.loads(self.run("jobs", "--json")))


@contextmanager
def machines(house: Studio, *names: str) -> Iterator[list[Machine]]:
    made = [Machine(name, house) for name in names]
    try:
        yield made
    finally:
        for one in made:
            if one.daemon is not None and one.daemon.poll() is None:
                one.end(signal.SIGKILL)


def test_a_planned_change_and_a_take_over(tmp_path: Path) -> None:
    """Moved with its state folder in the middle of a render, a workspace goes on where it was, and
    nothing asks or is paid again. A second machine waits while the first is its owner; after the
    first is gone for good, it takes over and asks before it pays."""
    with (
        studio(tmp_path, sandbox={"render_seconds": 8.0}, confirm=20) as house,
        machines(house, "old", "new", "spare") as (old, new, spare),
    ):
        old.start()
        house.drop("dub-es/first.mp4")
        wait_for("a render", lambda: old.states() == ["rendering"], LIMIT)

        # the steps of docs/operations.md, "To another machine"
        old.end(signal.SIGTERM)
        shutil.copytree(old.disk, new.disk, dirs_exist_ok=True)
        new.start()
        house.wait_results("dub-es/first.es.mp4", limit=LIMIT)
        house.wait_results("dub-es/first.mp4", tree="done", limit=LIMIT)
        assert new.states() == ["published"]
        assert len(house.charged_turns()) == 1
        owner = json.loads((house.root / ".nemowatch-owner.json").read_text())
        assert owner["host"] == "new"

        # a second one with a state of its own, while the first is at work
        spare.start()
        assert "held by new" in spare.inbox()
        house.drop("dub-es/second.mp4")
        house.wait_results("dub-es/second.es.mp4", limit=LIMIT)
        assert spare.states() == []

        new.end(signal.SIGKILL)
        house.drop("dub-es/third.mp4")
        assert "held by new" in spare.inbox()
        spare.run("take-over")
        wait_for("the question", lambda: spare.states() == ["held"], LIMIT)
        assert len(house.charged_turns()) == 2
        spare.run("approve")
        house.wait_results("dub-es/third.es.mp4", limit=LIMIT)
        assert len(house.charged_turns()) == 3
        assert house.ledger()["violations"] == []
