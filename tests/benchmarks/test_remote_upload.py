"""What a large upload costs the loop and the memory."""

from __future__ import annotations

import asyncio
import os
import resource
import time
from pathlib import Path

import pytest

from nemowatch.clock import SystemClock
from nemowatch.model import MB
from nemowatch.remote.client import Client
from nemowatch.remote.credential import supplied_token
from nemowatch.remote.interface import Payload
from nemowatch.sandbox.process import SandboxProcess

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

SIZE = 200 * MB


async def test_a_large_upload_leaves_the_loop_free_and_the_memory_flat(
    tmp_path: Path, record_property: pytest.RecordProperty
) -> None:
    """200 MB to a server in another process: the loop is never held for long, and nothing piles
    up."""
    path = tmp_path / "large.mp4"
    with path.open("wb") as file:
        file.write(b"\0\0\0\x18ftypisom")
        file.truncate(SIZE)
    fd = os.open(path, os.O_RDONLY)
    facts = os.fstat(fd)
    worst, ended = 0.0, False

    async def watch() -> None:
        nonlocal worst
        while not ended:
            begun = time.perf_counter()
            await asyncio.sleep(0.001)
            worst = max(worst, time.perf_counter() - begun - 0.001)

    with SandboxProcess() as sandbox:
        client = Client(
            base_url=sandbox.url,
            platform="unknown",
            language="en",
            timeout=60,
            turn_timeout=900,
            quiet_timeout=600,
            credential=supplied_token({}, None),
            state_dir=tmp_path / "state",
            clock=SystemClock(),
        )
        session = await client.open_session("multilingual-video-dubbing", "large")
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        watcher, begun = asyncio.create_task(watch()), time.perf_counter()
        payload = Payload("large.mp4", fd, facts.st_size, facts.st_mtime_ns)
        await client.upload_file(
            "multilingual-video-dubbing", session.session_id, payload, lambda *_: None
        )
        took, ended = time.perf_counter() - begun, True
        await watcher
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        await client.aclose()
        os.close(fd)
        received = sandbox.ledger()
    print(
        f"\n{SIZE / MB / took:.0f} MB/s, worst lag {worst * 1000:.1f} ms, grown by {grown:.1f} MiB"
    )
    assert not received["violations"]
    assert worst < 0.1
    assert grown < 16
