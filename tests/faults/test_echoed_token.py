"""A cloud that repeats the token in everything it says: nothing that nemowatch keeps or shows
repeats it."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from nemowatch.config.load import load
from nemowatch.model import State
from nemowatch.sandbox import agent, reply
from tests.rigs.engine import EngineRig, engine_rig

pytestmark = pytest.mark.anyio

TOKEN = "REFLECTED.token/123456789+XYZ"
SAYS = ("message", "error", "detail", "text", "content", "errorMessage", "error_message", "title")
#: What meets which file, one after the other; the last one holds the account.
TROUBLES = {
    "rejected": "upload:4001",
    "reported": "chat:error",
    "question": "chat:question",
    "slow": "upload:429@1-2",
    "refused": "session:400",
    "failed": "render:failed@*",
    "lost": "chat:1002",
    "plan": "render:402@*",
}
RESTING = {State.PUBLISHED, State.FAILED, State.REJECTED, State.ATTENTION, State.HELD}


def reflected(value: Any, key: str = "") -> Any:
    """The same with the token in every word that is said."""
    if isinstance(value, dict):
        return {name: reflected(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [reflected(inner, key) for inner in value]
    said = isinstance(value, str) and value and key in SAYS
    return f"{value} Bearer {TOKEN}, \x1b[31m{TOKEN[:9]}\x00{TOKEN[9:]}?" if said else value


@pytest.fixture
def reflecting(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sandbox says it wherever it says anything; drafts, which belong to the edit, are as
    they were."""
    as_json, line = reply.as_json, agent.line

    def answer(value: Any, status: int = 200, **headers: str) -> reply.Response:
        return as_json(
            reflected(value) if "state" not in str(value)[:200] else value, status, **headers
        )

    monkeypatch.setattr(reply, "as_json", answer)
    monkeypatch.setattr(agent, "line", lambda event: line(reflected(event)))


async def stands(b: EngineRig, tree: str, name: str) -> None:
    """Until this file stands."""
    for _ in range(600):
        if name in b.files(tree):
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"no {name}: {b.files(tree)}")


async def test_no_file_and_no_command_tells_it(tmp_path: Path, reflecting: None) -> None:
    """After rejected, failed, held jobs and questions: journal, its log, notes, page and
    commands are all without it."""
    async with engine_rig(tmp_path, token=TOKEN) as b:
        path = b.base / "config.toml"
        path.write_text(path.read_text().replace("enabled = false", "enabled = true"))
        b.config = load(path, {})
        await b.start()
        for name, rule in TROUBLES.items():
            b.fault(rule)
            b.drop(f"dub-es/{name}.mp4")
            await b.until(
                name, lambda found, n=name: any(j.stem == n and j.state in RESTING for j in found)
            )  # type: ignore[misc]
            b.clear_faults()
        await stands(b, "failed", "dub-es/rejected.mp4.error.txt")
        await stands(b, "inbox", "dub-es/question.mp4.question.txt")
        await b.page_with("[hidden]")  # else the cloud never said it: this proves nothing
        told = [
            command(path, *args)
            for args in (["status"], ["status", "--json"], ["jobs", "--json"], ["show", "1"])
        ]
        assert all("REFLECTED" not in text for text in told), told
        states = {job.state for job in await b.jobs()}
        assert {State.REJECTED, State.ATTENTION} <= states, states
        files = [Path(folder, name) for folder, _, names in os.walk(b.base) for name in names]
        assert {"status.html", "journal.db-wal", "rejected.mp4.error.txt"} <= {
            file.name for file in files
        }
        assert [str(file) for file in files if b"REFLECTED" in file.read_bytes()] == []


def command(config: Path, *args: str) -> str:
    run = [sys.executable, "-m", "nemowatch", *args, "--config", str(config)]
    done = subprocess.run(run, capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr
    return done.stdout + done.stderr
