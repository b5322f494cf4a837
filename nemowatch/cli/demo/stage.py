"""Sets up the demo: a workspace, a configuration with short durations, the sandbox and the daemon
as processes of their own; and stops them, however the demo ends. The user's own configuration,
token and proxy are not used.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import starmap
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nemowatch.cli.context import CommandContext
from nemowatch.config.watch_section import FOLDERS
from nemowatch.errors import DaemonNeeded, NemowatchError, UsageError, show_path

if TYPE_CHECKING:
    from nemowatch.sandbox.process import SandboxProcess

#: Seconds until the daemon must answer; on a busy machine its imports take two.
START_LIMIT = 30.0
#: Seconds within which the daemon must end: nothing is under way any more.
STOP_LIMIT = 20.0
#: Seconds to wait for the page, which is written at intervals of its own.
PAGE_LIMIT = 5.0
LOOK = 0.1
#: Seconds that the sandbox takes: long enough to watch.
TURN, RENDER = 2.0, 4.0
#: Bytes that are copied at once, so that people can see the copy grow.
PIECE = 64 * 1024

CONFIG = """\
# The demo's configuration: the stand-in cloud, and durations of a demo.
state_dir = {state}
[api]
base_url = {url}
[[watch]]
root = {root}
settle = 1
scan_interval = 2
[render]
poll_interval = 0.5
[chat]
still_working = 1.5
recheck = [0.5, 0.5, 0.5, 0.5, 0.5]
[service]
drain = 5
[log]
format = "console"
"""
#: Variables that must not reach the demo's daemon: the user's own token and settings, and proxies.
PRIVATE = (
    "NEMO_TOKEN",
    "NEMO_TOKEN_FILE",
    "CREDENTIALS_DIRECTORY",
    "STATE_DIRECTORY",
    "NOTIFY_SOCKET",
    "WATCHDOG_USEC",
    "WATCHDOG_PID",
)


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything that runs during the demo."""

    base: Path
    context: CommandContext
    sandbox: SandboxProcess
    daemon: subprocess.Popen[bytes]

    @property
    def workspace(self) -> Path:
        """The root that the daemon watches."""
        return self.base / "workspace"

    @property
    def page(self) -> Path:
        """The status page."""
        return self.context.config.watch[0].page

    @property
    def log(self) -> Path:
        """The daemon's log."""
        return self.base / "daemon.log"

    def drop(self, folder: str, file: str, kind: str) -> None:
        """Copy a sample into a task folder, piece by piece, as when a person copies."""
        from nemowatch.sandbox.media import sample_script, sample_video

        content = sample_video() if kind == "video" else sample_script().encode("utf-8")
        target_folder = self.workspace / "inbox" / folder
        target_folder.mkdir(exist_ok=True)
        with (target_folder / file).open("xb", buffering=0) as target:
            for start in range(0, len(content), PIECE):
                target.write(content[start : start + PIECE])

    def finished(self, results: Iterable[str], sources: Iterable[tuple[str, ...]]) -> bool:
        """Whether every result is there, with content, and every source has moved to done."""
        outbox = self.workspace / "outbox"
        done = self.workspace / "done"
        files = [
            *map(outbox.joinpath, results),
            *starmap(done.joinpath, sources),
        ]
        return all(map(_has_content, files))

    def daemon_lives(self) -> bool:
        """Whether the daemon still runs."""
        return self.daemon.poll() is None

    def wait_for_page(self) -> None:
        """Wait a while for the page, since writing it is not part of any job."""
        deadline = time.monotonic() + PAGE_LIMIT
        while not self.page.exists() and time.monotonic() < deadline:
            time.sleep(LOOK)


def _has_content(file: Path) -> bool:
    return file.is_file() and file.stat().st_size > 0


@contextmanager
def set_stage(folder: Path | None) -> Iterator[Stage]:
    """Start everything and wait until it answers; stop it again at the end. Raises UsageError,
    NemowatchError."""
    try:
        from nemowatch.sandbox.process import SandboxProcess
    except ModuleNotFoundError as exc:
        raise _no_sandbox() from exc
    base = _base(folder)
    env = clean_environment(os.environ)
    with _ended_by_signals(), _sandbox(SandboxProcess) as sandbox:
        context = _write_setting(base, sandbox.url, env)
        with _daemon(context, base) as daemon:
            stage = Stage(base, context, sandbox, daemon)
            _wait_for_daemon(stage)
            yield stage


def _no_sandbox() -> UsageError:
    return UsageError(
        "The sandbox is not installed.",
        cure="Install nemowatch with its extra sandbox, as docs/operations.md says (Extras).",
    )


def _base(folder: Path | None) -> Path:
    if folder is None:
        return Path(tempfile.mkdtemp(prefix="nemowatch-demo-"))
    base = folder.absolute()
    try:
        base.mkdir(parents=True, exist_ok=True)
        if any(base.iterdir()):
            raise UsageError(
                f"{show_path(base)} is not empty.",
                cure="Name an empty or a new folder for the demo.",
            )
    except OSError as exc:
        raise UsageError(
            f"{show_path(base)}: {exc.strerror}.", cure="Name another folder for the demo."
        ) from exc
    return base


def clean_environment(env: Mapping[str, str]) -> dict[str, str]:
    """The environment without the user's own token, settings and proxies."""
    return {
        key: value
        for key, value in env.items()
        if key not in PRIVATE
        and not key.upper().startswith("NEMOWATCH_")
        and not key.lower().endswith("_proxy")
    }


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Let SIGTERM and SIGHUP end the demo as Ctrl-C does: its processes must not outlive it."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = {
        number: signal.signal(number, interrupt) for number in (signal.SIGTERM, signal.SIGHUP)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _sandbox(start: type[SandboxProcess]) -> Iterator[SandboxProcess]:
    try:
        sandbox = start(turn_seconds=TURN, render_seconds=RENDER)
    except RuntimeError as exc:
        raise _no_sandbox() from exc
    try:
        yield sandbox
    finally:
        sandbox.stop()


def _write_setting(base: Path, url: str, env: Mapping[str, str]) -> CommandContext:
    from nemowatch.config.load import load

    for folder in FOLDERS:
        (base / "workspace" / folder).mkdir(parents=True)
    (base / "state").mkdir(mode=0o700)
    values = {"state": base / "state", "url": url, "root": base / "workspace"}
    path = base / "config.toml"
    path.write_text(
        CONFIG.format(**{key: json.dumps(str(value)) for key, value in values.items()}),
        encoding="utf-8",
    )
    config = load(path, env)
    return CommandContext(lambda: config, path, base / "state", env)


@contextmanager
def _daemon(context: CommandContext, base: Path) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-P", "-m", "nemowatch", "run", "--config", str(context.path)]
    # Ctrl-C then reaches only the demo, which stops the daemon
    detached: dict[str, Any] = {"start_new_session": True}
    with (base / "daemon.log").open("wb") as log:
        daemon = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=context.env,
            **detached,
        )
    try:
        yield daemon
    finally:
        daemon.terminate()
        try:
            daemon.wait(STOP_LIMIT)
        except subprocess.TimeoutExpired:
            daemon.kill()
            daemon.wait()


def _wait_for_daemon(stage: Stage) -> None:
    from nemowatch.cli.connection import ask

    deadline = time.monotonic() + START_LIMIT
    while time.monotonic() < deadline and stage.daemon_lives():
        try:
            ask(stage.context, "status")
        except DaemonNeeded:
            time.sleep(LOOK)
        else:
            return
    raise NemowatchError(
        "The daemon of the demo did not start.", cure=f"Its log says why: {stage.log}"
    )
