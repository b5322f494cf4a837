"""A client with a sandbox of its own, and what tests do to both."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nemowatch.model import RenderStatus
from nemowatch.remote.client import Client
from nemowatch.remote.interface import Payload
from nemowatch.sandbox.media import sample_video
from nemowatch.sandbox.server import Sandbox
from tests.rigs.raw_server import nothing

DUB = "multilingual-video-dubbing"


class Bench:
    """A sandbox, a client, and a folder."""

    def __init__(self, sandbox: Sandbox, client: Client, folder: Path) -> None:
        self.sandbox, self.client, self.folder = sandbox, client, folder

    @property
    def world(self) -> Any:
        """What the sandbox knows."""
        return self.sandbox.world

    def fault(self, *lines: str) -> None:
        """Add faults."""
        from nemowatch.sandbox.faults import parse

        self.sandbox.faults.rules += [parse(line) for line in lines]

    async def session(self) -> str:
        """A new session's id."""
        return (await self.client.open_session(DUB, "clip")).session_id

    async def upload(self, sid: str, name: str = "clip.mp4", data: bytes | None = None) -> Any:
        """Send a file."""
        path = self.folder / "source.bin"
        path.write_bytes(sample_video() if data is None else data)
        fd = os.open(path, os.O_RDONLY)
        try:
            facts = os.fstat(fd)
            payload = Payload(name, fd, facts.st_size, facts.st_mtime_ns)
            return await self.client.upload_file(DUB, sid, payload, nothing)
        finally:
            os.close(fd)

    async def edited(self) -> tuple[str, dict[str, Any]]:
        """A session with a draft that can be exported."""
        sid = await self.session()
        await self.upload(sid)
        await self.client.run_turn(DUB, sid, "dub this video into Spanish", nothing)
        draft = (await self.client.read_state(DUB, sid)).draft
        assert draft is not None
        return sid, draft

    async def rendered(self, render_id: str = "render_1") -> Any:
        """A finished render."""
        sid, draft = await self.edited()
        await self.client.submit_render(DUB, render_id, sid, draft, "high")
        while (
            found := await self.client.poll_render(DUB, render_id)
        ).status is not RenderStatus.COMPLETED:
            assert found.status is not RenderStatus.FAILED
        return found

    def clean(self) -> bool:
        """Whether nothing that the client did broke the contract."""
        return not self.world.violations and not self.world.problems


Make = Callable[..., Any]
