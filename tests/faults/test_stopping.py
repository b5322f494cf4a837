"""The end always comes: whatever happens at the very moment, a stop is never swallowed."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from nemowatch.service.engine import Engine
from tests.rigs.engine import engine_rig
from tests.rigs.patience import PATIENCE

pytestmark = pytest.mark.anyio


async def news(engine: Engine) -> None:
    """Something to look at, at every turn of the loop."""
    while True:
        engine.scan_all()
        await asyncio.sleep(0)


async def test_stop_amid_news(tmp_path: Path) -> None:
    """News of files at the very moment of the stop do not keep the daemon alive: wait_for may
    swallow a cancellation."""
    for _ in range(5):
        async with engine_rig(tmp_path) as house:
            await house.start()
            engine = house.engine
            assert engine is not None

            noise = asyncio.create_task(news(engine))
            stopping = asyncio.create_task(engine.stop(1.0))
            done, _ = await asyncio.wait({stopping}, timeout=PATIENCE)
            noise.cancel()
            await asyncio.gather(noise, return_exceptions=True)
            assert done, "the engine never stopped"
