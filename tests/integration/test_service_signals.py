"""Signals, sent for real to this very process."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator

import pytest

from nemowatch.service.signals import install_signals
from tests.rigs.patience import PATIENCE

pytestmark = pytest.mark.anyio


@pytest.fixture
async def heard() -> AsyncIterator[asyncio.Queue[str]]:
    """What the daemon would have been asked."""
    queue: asyncio.Queue[str] = asyncio.Queue()
    undo = install_signals(
        asyncio.get_running_loop(),
        stop=lambda: queue.put_nowait("stop"),
        stop_now=lambda: queue.put_nowait("stop now"),
        reload=lambda: queue.put_nowait("reload"),
        scan=lambda: queue.put_nowait("scan"),
    )
    yield queue
    undo()


async def send(queue: asyncio.Queue[str], number: signal.Signals) -> str:
    os.kill(os.getpid(), number)
    return await asyncio.wait_for(queue.get(), PATIENCE)


@pytest.mark.parametrize("first", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("second", [signal.SIGTERM, signal.SIGINT])
async def test_the_first_stop_drains_and_the_second_stops_at_once(
    heard: asyncio.Queue[str], first: signal.Signals, second: signal.Signals
) -> None:
    """TERM and INT count together."""
    assert await send(heard, first) == "stop"
    assert await send(heard, second) == "stop now"
    assert await send(heard, first) == "stop now"


async def test_hup_reloads_and_usr1_scans_as_often_as_asked(heard: asyncio.Queue[str]) -> None:
    """Neither is a stop."""
    assert [await send(heard, s) for s in (signal.SIGHUP, signal.SIGUSR1, signal.SIGHUP)] == [
        "reload",
        "scan",
        "reload",
    ]
