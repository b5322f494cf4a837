"""How far transfers are, as their threads tell it."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from nemowatch.fs.threads import Serial
from nemowatch.stages.live_progress import SHOWN_EVERY_S, Board


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

    first(10, 10)
    board.clear(1)
    await asyncio.sleep(0)
    assert board.rows == {}

    second = board.reporter(1, "downloading")
    second(1, 3)
    first(10, 10)
    await asyncio.sleep(0)
    assert board.rows == {1: ("downloading", 1, 3)}


class Counted(dict[int, tuple[str, int, int]]):
    """Rows that count how often they are written."""

    written = 0

    def __setitem__(self, job_id: int, row: tuple[str, int, int]) -> None:
        self.written += 1
        super().__setitem__(job_id, row)


@pytest.mark.anyio
async def test_a_quick_transfer_wakes_the_loop_a_few_times_a_second() -> None:
    """Not for each of its blocks; its end is told at once."""
    rows = Counted()
    board = Board(rows)
    began = time.monotonic()
    report = board.reporter(1, "uploading")
    for done in range(1, 20_001):
        report(done, 20_000)
    seconds = time.monotonic() - began
    await asyncio.sleep(0)
    assert rows == {1: ("uploading", 20_000, 20_000)}
    assert rows.written <= seconds / SHOWN_EVERY_S + 2


@pytest.mark.anyio
async def test_a_thread_that_has_ended_takes_no_call() -> None:
    """It would wait for ever."""
    thread = Serial("some")
    assert await thread.begin(lambda: 3) == 3
    thread.close(5)
    with pytest.raises(RuntimeError, match="has ended"):
        thread.begin(lambda: 4)
