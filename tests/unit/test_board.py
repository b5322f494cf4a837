"""How far transfers are, as their threads tell it."""

from __future__ import annotations

import asyncio
import threading

import pytest

from nemowatch.fs.threads import Serial
from nemowatch.stages.live_progress import Board


@pytest.mark.anyio
async def test_a_transfer_tells_from_its_thread_how_far_it_is() -> None:
    """The row is written on the loop, where rows are read; a block that comes after the transfer is
    over, or when the next one has begun, tells nothing."""
    board = Board()
    first = board.reporter(1, "uploading")
    thread = threading.Thread(target=lambda: first(5, 10))
    thread.start()
    thread.join()
    assert board.rows == {}
    await asyncio.sleep(0)
    assert board.rows == {1: ("uploading", 5, 10)}

    first(6, 10)
    board.clear(1)
    await asyncio.sleep(0)
    assert board.rows == {}

    second = board.reporter(1, "downloading")
    second(1, 3)
    first(7, 10)
    await asyncio.sleep(0)
    assert board.rows == {1: ("downloading", 1, 3)}


@pytest.mark.anyio
async def test_a_thread_that_has_ended_takes_no_call() -> None:
    """It would wait for ever."""
    thread = Serial("some")
    assert await thread.begin(lambda: 3) == 3
    thread.close(5)
    with pytest.raises(RuntimeError, match="has ended"):
        thread.begin(lambda: 4)
