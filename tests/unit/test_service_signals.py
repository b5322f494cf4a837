"""Signals, sent for real to this very process."""

from __future__ import annotations

import asyncio
import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from nemowatch.service.signals import install_signals

pytestmark = pytest.mark.anyio


@pytest.fixture
async def heard() -> AsyncIterator[asyncio.Queue[str]]:
    """What the daemon would have been asked."""
    queue: asyncio.Queue[str] = asyncio.Queue()
    before = signal.getsignal(signal.SIGIO)
    undo = install_signals(
        asyncio.get_running_loop(),
        stop=lambda: queue.put_nowait("stop"),
        stop_now=lambda: queue.put_nowait("stop now"),
        reload=lambda: queue.put_nowait("reload"),
        scan=lambda: queue.put_nowait("scan"),
    )
    yield queue
    undo()
    signal.signal(signal.SIGIO, before)


async def send(queue: asyncio.Queue[str], number: signal.Signals) -> str:
    os.kill(os.getpid(), number)
    return await asyncio.wait_for(queue.get(), 5)


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


async def test_a_broken_lease_does_not_end_the_process(
    heard: asyncio.Queue[str], tmp_path: Path
) -> None:
    """A writer that opens a leased file sends SIGIO; we are still there, and the writer goes on."""
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"x")
    with path.open("rb") as leased:
        fcntl.fcntl(leased, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        writer = await asyncio.to_thread(
            subprocess.Popen, [sys.executable, "-c", f"open({str(path)!r}, 'ab').write(b'y')"]
        )
        while fcntl.fcntl(leased, fcntl.F_GETLEASE) == fcntl.F_RDLCK and writer.poll() is None:
            await asyncio.sleep(0.01)
        fcntl.fcntl(leased, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    assert await asyncio.to_thread(writer.wait, 10) == 0
    assert path.read_bytes() == b"xy"
