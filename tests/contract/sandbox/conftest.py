"""A plain client of docs/api.md for the sandbox's own tests: it does as told, right or wrong, and
checks nothing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import httpx
import pytest

from nemowatch.sandbox.media import sample_video
from nemowatch.sandbox.server import Sandbox, run_sandbox
from tests.rigs.patience import PATIENCE

ATTRIBUTION = {
    "Authorization": "Bearer a-token",
    "X-Skill-Source": "multilingual-video-dubbing",
    "X-Skill-Version": "1.0.0",
    "X-Skill-Platform": "unknown",
}


class Api:
    """One client of one sandbox."""

    def __init__(self, sandbox: Sandbox, http: httpx.AsyncClient) -> None:
        self.sandbox, self.http = sandbox, http

    async def session(self) -> str:
        """A new session's id."""
        body = {"task_name": "project", "language": "en"}
        answer = await self.http.post("/api/tasks/me/with-session/nemo_agent", json=body)
        return str(answer.json()["data"]["session_id"])

    async def upload(
        self, sid: str, name: str = "clip.mp4", data: bytes | None = None, field: str = "files"
    ) -> httpx.Response:
        """Send a file's bytes."""
        files = {field: (name, sample_video() if data is None else data, "video/mp4")}
        return await self.http.post(f"/api/upload-video/nemo_agent/me/{sid}", files=files)

    async def upload_url(self, sid: str, url: str) -> httpx.Response:
        """Let the session take a URL."""
        return await self.http.post(
            f"/api/upload-video/nemo_agent/me/{sid}", json={"urls": [url], "source_type": "url"}
        )

    async def turn(
        self, sid: str, message: str = "dub this video into Spanish", **options: Any
    ) -> httpx.Response:
        """One chat turn, read to its end."""
        body = {"app_name": "nemo_agent", "user_id": "me", "session_id": sid}
        body |= {"new_message": {"parts": [{"text": message}]}}  # type: ignore[dict-item]
        return await self.http.post(
            "/run_sse", json=body, headers={"Accept": "text/event-stream"}, **options
        )

    async def ready(self) -> str:
        """A session with the sample in it."""
        sid = await self.session()
        await self.upload(sid)
        return sid

    async def edited(self) -> str:
        """A session whose turn has had its effect."""
        sid = await self.ready()
        await self.turn(sid)
        return sid

    async def state(self, sid: str) -> dict[str, Any]:
        """The `state` object."""
        answer = await self.http.get(f"/api/state/nemo_agent/me/{sid}/latest")
        return dict(answer.json()["data"]["state"])

    async def segments(self, sid: str) -> int:
        """How many segments stand on all tracks: 0 for a draft without content."""
        draft = (await self.state(sid))["draft"]
        return sum(len(track["sg"]) for track in draft["t"])

    async def render(
        self, rid: str, sid: str, draft: dict[str, Any] | None = None
    ) -> httpx.Response:
        """Post a render of the session's draft."""
        body = {"id": rid, "sessionId": sid, "draft": draft or (await self.state(sid))["draft"]}
        return await self.http.post(
            "/api/render/proxy/lambda", json=body | {"output": {"format": "mp4", "quality": "high"}}
        )

    async def poll(self, rid: str) -> dict[str, Any]:
        """One poll, in one shape: status, url, size, error."""
        value = (await self.http.get(f"/api/render/proxy/lambda/{rid}")).json()
        value = value.get("data", value)
        output = value.get("output", {})
        return value | {
            "url": value.get("outputUrl") or output.get("url", ""),
            "size": output.get("size", 0),
        }

    async def result_url(self, rid: str) -> str:
        """Wait for a render and give its URL."""

        async def done() -> bool:
            return (await self.poll(rid))["status"] == "completed"

        await until(done)
        return str((await self.poll(rid))["url"])

    async def plain(self, url: str, **headers: str) -> httpx.Response:
        """A GET without any header of ours."""
        async with httpx.AsyncClient(trust_env=False) as http:
            return await http.get(url, headers=headers)

    async def ledger(self) -> dict[str, Any]:
        """The ledger."""
        return dict((await self.http.get("/_sandbox/ledger")).json())

    async def charged(self, sid: str) -> int:
        """Credits that the session has cost."""
        return int((await self.ledger())["sessions"][sid]["charged"])

    async def violations(self) -> list[str]:
        """What was done wrong so far."""
        return [entry["what"] for entry in (await self.ledger())["violations"]]

    async def control(self, path: str, value: Any = None) -> dict[str, Any]:
        """A control endpoint by POST; must succeed."""
        answer = await self.http.post(f"/_sandbox/{path}", json=value)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())


async def until(condition: Callable[[], Any]) -> None:
    """Wait for an asynchronous condition, with a limit."""
    async with asyncio.timeout(PATIENCE):
        while not await condition():
            await asyncio.sleep(0.02)


@asynccontextmanager
async def _playing(*faults: str, **settings: Any) -> AsyncIterator[Api]:
    quick = {"turn_seconds": 0.02, "render_seconds": 0.05, "style": "adk", "silent_every": 0}
    async with (
        run_sandbox(faults=faults, **quick | settings) as sandbox,
        httpx.AsyncClient(
            base_url=sandbox.url, headers=ATTRIBUTION, timeout=PATIENCE, trust_env=False
        ) as http,
    ):
        api = Api(sandbox, http)
        yield api
        assert (await api.ledger())["problems"] == []


@pytest.fixture
def playing() -> Callable[..., AbstractAsyncContextManager[Api]]:
    """`playing(*faults, **settings)`: a sandbox in this process and a client of it."""
    return _playing


@pytest.fixture
def wait_until() -> Callable[[Callable[[], Any]], Any]:
    """Wait for an asynchronous condition."""
    return until


def events(text: str) -> list[dict[str, Any]]:
    """The JSON events of a stream."""
    lines = [
        line.removeprefix("data:").strip() for line in text.splitlines() if line.startswith("data:")
    ]
    return [json.loads(line) for line in lines if line.startswith("{")]


@pytest.fixture
def parse_events() -> Callable[[str], list[dict[str, Any]]]:
    """The JSON events of a stream's text."""
    return events
