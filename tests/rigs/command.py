"""The real command as a subprocess, over a real configuration, workspace and journal."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from nemowatch.cli import main
from nemowatch.clock import SystemClock
from nemowatch.journal import jobs, sources
from nemowatch.journal.database import Journal
from nemowatch.journal.jobs import Job
from nemowatch.journal.sources import NewJob, NewSource
from nemowatch.model import (
    MediaKind,
    Member,
    MemberRole,
    Output,
    OutputKind,
    Snapshot,
    State,
    Target,
)
from nemowatch.sandbox.process import SandboxProcess

#: The states that a job passes through legally, in order.
WAY = (
    State.UPLOADING,
    State.UPLOADED,
    State.INSTRUCTING,
    State.INSTRUCTED,
    State.SUBMITTING,
    State.RENDERING,
    State.RENDERED,
    State.DOWNLOADING,
    State.DOWNLOADED,
    State.PUBLISHED,
)


@dataclass(frozen=True)
class Done:
    """The outcome of a command."""

    returncode: int
    stdout: str
    stderr: str


def _written(stream: io.TextIOWrapper) -> str:
    stream.flush()
    raw = stream.buffer
    assert isinstance(raw, io.BytesIO)
    return raw.getvalue().decode("utf-8")


class Cli:
    """One installation in a folder, and the command over it."""

    def __init__(self, folder: Path, *, extra: str = "") -> None:
        self.folder = folder
        self.root = folder / "studio"
        self.state_dir = folder / "state"
        self.config = folder / "config.toml"
        for tree in ("inbox", "outbox", "done", "failed"):
            (self.root / tree).mkdir(parents=True, exist_ok=True)
        self.state_dir.mkdir(mode=0o700, exist_ok=True)
        text = (
            f"state_dir = {json.dumps(str(self.state_dir))}\n[[watch]]\nroot ="
            f" {json.dumps(str(self.root))}\n{extra}"
        )
        self.config.write_text(text, encoding="utf-8")

    @property
    def watch(self) -> str:
        """The watch's name in the journal."""
        return str(self.root / "inbox")

    def spawn(self, *words: str | bytes | Path, **env: str) -> Done:
        """`nemowatch WORDS` as a process, with a home of its own and nothing of this process's
        settings."""
        command = [sys.executable, "-m", "nemowatch", *words]
        done = subprocess.run(
            command, capture_output=True, env=self.env(**env), timeout=60, check=False
        )
        return Done(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))

    def run(self, *words: str | bytes | Path, **env: str) -> Done:
        """`nemowatch WORDS --config …` by the same entry point inside this process: starting
        Python is most of a command."""
        argv = ["nemowatch", *(os.fsdecode(word) for word in words), "--config", str(self.config)]
        out, err = (
            io.TextIOWrapper(io.BytesIO(), encoding="utf-8"),
            io.TextIOWrapper(io.BytesIO(), encoding="utf-8"),
        )
        with (
            patch.object(sys, "argv", argv),
            patch.dict(os.environ, self.env(**env), clear=True),
            redirect_stdout(out),
            redirect_stderr(err),
        ):
            code = main()
        return Done(code, _written(out), _written(err))

    def env(self, **more: str) -> dict[str, str]:
        """The environment of the command."""
        ours = {
            k: v
            for k, v in os.environ.items()
            if not k.startswith(("NEMO", "STATE_DIR", "CREDENTIALS"))
        }
        return {**ours, "HOME": str(self.folder), "COLUMNS": "80", **more}

    def json(self, *words: str | Path) -> Any:
        """The JSON that a command prints; it must succeed."""
        done = self.run(*words, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def json_here(self, sandbox: SandboxProcess, *words: str | Path) -> Any:
        """The same, with the cloud played by this sandbox."""
        done = self.run(*words, "--json", NEMOWATCH_API__BASE_URL=sandbox.url)
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)

    @contextmanager
    def journal(self) -> Iterator[Journal]:
        """The journal, for writing, as the daemon has it."""
        journal = Journal.open(self.state_dir / "journal.db", SystemClock())
        try:
            yield journal
        finally:
            journal.close()

    def add_job(
        self,
        path: bytes = b"dub-es/promo.mp4",
        state: State = State.CLAIMED,
        *,
        to: str = "es",
        **values: Any,
    ) -> int:
        """Add a job that has reached `state` legally; returns its id."""
        with self.journal() as journal:
            return journal.write_now(lambda conn: _add(conn, self.watch, path, state, to, values))


def _add(conn: Any, watch: str, path: bytes, state: State, to: str, values: dict[str, Any]) -> int:
    now = SystemClock().now_ms()
    folder = path.partition(b"/")[0]
    member = Member(
        MemberRole.CLIP,
        "clip.mp4",
        path,
        kind=MediaKind.VIDEO,
        snapshot=Snapshot(9, 1, 1, 8, 1, 1),
        digest="d",
    )
    target = Target(to, f"Dub this video into {to}.", (Output(f".{to}.mp4", OutputKind.VIDEO),))
    held = values.pop("reason", "") if state is State.HELD else ""
    new = NewSource(
        watch,
        folder,
        path,
        "digest",
        "dub",
        (member,),
        (NewJob("", "promo", target, "skill"),),
        None,
        held,
    )
    source = sources.claim(conn, new, now)
    job = jobs.of_source(conn, source.id)[0]
    if state not in (State.CLAIMED, State.HELD):
        job = _walk(conn, job, state, now, values)
    elif values:
        jobs.apply(conn, job, job.state, now, values)
    return job.id


def _walk(conn: Any, job: Job, state: State, now: int, values: dict[str, Any]) -> Job:
    last = State.INSTRUCTING if state is State.ATTENTION else state
    for step in WAY[: WAY.index(last) + 1] if last in WAY else ():
        assert jobs.apply(conn, job, step, now, values if step is state else {})
        job = jobs.by_id(conn, job.id)
    if job.state is not state:
        assert jobs.apply(conn, job, state, now, values)
    return jobs.by_id(conn, job.id)
