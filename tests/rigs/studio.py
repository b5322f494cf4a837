"""A whole nemowatch for tests: a real sandbox process, a real daemon process, real folders, and
ways to wait for what people would wait for. Nothing here touches the product's internals: it drops
files, runs commands and reads what they print."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from nemowatch.sandbox.media import sample_script, sample_video
from tests.rigs import ready
from tests.rigs.patience import PATIENCE
from tests.rigs.ready import Ready, ReadySandbox

#: Seconds until a wait gives up: generous, since the machine may be busy with other tests.
LIMIT = PATIENCE

CONFIG = """
state_dir = "{state}"
[api]
base_url = "{url}"
timeout = 10
[[watch]]
root = "{root}"
settle = {settle}
scan_interval = {scan}
[render]
poll_interval = 0.1
[chat]
recheck = [0.3, 0.3, 0.3, 0.3, 0.3]
timeout = 20
[retry]
base = 0.1
cap = 1
[limits]
confirm_above = {confirm}
[service]
drain = 5
"""


class Cloud(Protocol):
    """A sandbox, or a proxy in front of it."""

    url: str

    def ledger(self) -> dict[str, Any]:
        """Everything that has happened so far."""


def wait_for(
    what: str | Callable[[], str], condition: Callable[[], Any], limit: float = LIMIT
) -> Any:
    """The first true value of the condition. After `limit` seconds the test fails, and the message
    names `what`, which may be a call that says it as it is then."""
    end = time.monotonic() + limit
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            told = what if isinstance(what, str) else what()
            raise AssertionError(f"waited {limit:g} s in vain for: {told}")
        time.sleep(0.05)


class Studio:
    """A workspace with its cloud and its daemon."""

    is_fresh = False  #: its daemon is a Python of its own, where memory or starting is measured

    def __init__(
        self,
        base: Path,
        sandbox: Cloud,
        *,
        settle: float = 0.4,
        scan: float = 2,
        confirm: int = 0,
        extra: str = "",
    ) -> None:
        self.sandbox = sandbox
        base.mkdir(exist_ok=True)
        self.root = base / "studio"
        self.state = base / "state"
        self.log_path = base / "daemon.log"
        self.config = base / "config.toml"
        for tree in ("inbox", "outbox"):
            (self.root / tree).mkdir(parents=True)
        self.state.mkdir(mode=0o700)
        text = CONFIG.format(
            state=self.state,
            url=sandbox.url,
            root=self.root,
            settle=settle,
            scan=scan,
            confirm=confirm,
        )
        self.config.write_text(text + extra)
        self.daemon: Ready | subprocess.Popen[bytes] | None = None
        self.started_by: list[str] = []  #: the beginning of the daemon's command line

    # -- folders

    @property
    def inbox(self) -> Path:
        return self.root / "inbox"

    @property
    def outbox(self) -> Path:
        return self.root / "outbox"

    def drop(self, where: str, data: bytes | None = None) -> Path:
        """Copy a file into the inbox as a person does: first the folder, then the bytes under the
        final name."""
        path = self.inbox / where
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(video(where) if data is None else data)
        return path

    def results(self, tree: str = "outbox") -> set[str]:
        """Every visible file of a tree, relative to it, without the files that nemowatch writes
        beside results."""
        top = self.root / tree
        found = (Path(folder, name) for folder, _, names in os.walk(top) for name in names)
        shown = (path for path in found if not path.name.startswith("."))
        return {str(p.relative_to(top)) for p in shown if not p.name.endswith(".nemowatch.txt")}

    def beside_results(self) -> set[str]:
        """Every file that nemowatch wrote beside a result in the outbox."""
        found = self.outbox.rglob("*.nemowatch*.txt")
        return {str(path.relative_to(self.outbox)) for path in found}

    def wait_results(self, *wanted: str, tree: str = "outbox", limit: float = LIMIT) -> None:
        """Wait until all these files exist."""
        wait_for(
            lambda: f"{wanted} in {tree}; log:\n{self.log()}",
            lambda: set(wanted) <= self.results(tree),
            limit,
        )

    # -- the daemon

    def environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("NEMO", "XDG"))}
        return {**kept, "HOME": str(self.root.parent), "NEMO_TOKEN": "nmv_usr_of_the_test"}

    def start(self, *args: str) -> None:
        """Start the daemon and wait until it answers."""
        self.daemon = self.process("-m", "nemowatch", "run", "--config", str(self.config), *args)
        wait_for(
            "the daemon's control socket", lambda: self.daemon_state() == "running" or self._died()
        )

    def process(self, *words: str, **env: str) -> Ready | subprocess.Popen[bytes]:
        """Start `python WORDS`; what it prints goes to the daemon's log."""
        environment = self.environment() | env
        with self.log_path.open("ab") as log:
            if not (self.started_by or self.is_fresh):
                return Ready(words, environment, stdout=log, stderr=log)

            command = [*self.started_by, sys.executable, *words]
            nothing = subprocess.DEVNULL
            return subprocess.Popen(command, env=environment, stdout=log, stderr=log, stdin=nothing)

    def _died(self) -> bool:
        assert self.daemon is not None
        if self.daemon.poll() is not None:
            raise AssertionError(f"the daemon ended with {self.daemon.returncode}:\n{self.log()}")
        return False

    def daemon_state(self) -> str:
        answer = self.run("status", "--json", check=False)
        return (
            json.loads(answer.stdout)["daemon"]["state"]
            if answer.returncode == 0 and answer.stdout
            else ""
        )

    def kill(self) -> None:
        """Send SIGKILL, which is a power cut as far as the process is concerned."""
        assert self.daemon is not None
        self.daemon.kill()
        self.daemon.wait()

    def stop(self, limit: float = 30) -> int:
        """Send SIGTERM; returns the exit code."""
        assert self.daemon is not None
        self.daemon.send_signal(signal.SIGTERM)
        return self.daemon.wait(limit)

    def log(self) -> str:
        return self.log_path.read_text(errors="replace")[-6000:] if self.log_path.exists() else ""

    # -- commands

    def run(self, *args: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a command of nemowatch to its end."""
        words = ["-m", "nemowatch", *args, "--config", str(self.config)]
        done = ready.run(words, self.environment(), timeout=LIMIT)
        if check and done.returncode != 0:
            raise AssertionError(
                f"{args} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}\n{self.log()}"
            )
        return done

    def jobs(self) -> list[dict[str, Any]]:
        return json.loads(self.run("jobs", "--json").stdout)

    def wait_states(
        self, *states: str, count: int | None = None, limit: float = LIMIT
    ) -> list[dict[str, Any]]:
        """Wait until all jobs (at least one, or exactly `count`) are in one of these states."""

        def reached() -> list[dict[str, Any]]:
            found = self.jobs()
            enough = len(found) == count if count is not None else bool(found)
            return found if enough and all(job["state"] in states for job in found) else []

        try:
            return wait_for(f"jobs in {states}", reached, limit)
        except AssertionError as exc:
            raise AssertionError(f"{exc}\n{self.jobs()}\n{self.log()}") from None

    # -- the cloud's view

    def charged_turns(self) -> list[dict[str, Any]]:
        """Every turn that was charged for, in all sessions."""
        return [
            turn
            for session in self.ledger()["sessions"].values()
            for turn in session["turns"]
            if turn["charged"]
        ]

    def ledger(self) -> dict[str, Any]:
        return self.sandbox.ledger()


@contextmanager
def studio(
    base: Path, *, sandbox: dict[str, Any] | None = None, **settings: Any
) -> Iterator[Studio]:
    """A studio whose processes end with the block."""
    with ReadySandbox(**(sandbox or {})) as cloud:
        made = Studio(base, cloud, **settings)
        try:
            yield made
        finally:
            if made.daemon is not None and made.daemon.poll() is None:
                made.kill()


def video(seed: str = "") -> bytes:
    """The sample MP4, which differs for each seed by a `free` box at its end, and by nothing
    else."""
    mark = seed.encode()
    return sample_video() + (8 + len(mark)).to_bytes(4, "big") + b"free" + mark


def script() -> bytes:
    return sample_script().encode()
