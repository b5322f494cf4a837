"""The fixed cadences, and a wall clock that is set."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import pytest

from nemowatch.clock import ManualClock
from nemowatch.service.timers import Cadences

pytestmark = pytest.mark.anyio


async def reached(condition: Callable[[], bool], limit: float = 5.0) -> bool:
    end = asyncio.get_running_loop().time() + limit
    while not condition() and asyncio.get_running_loop().time() < end:
        await asyncio.sleep(0.01)
    return condition()


async def test_each_cadence_calls_its_own_function() -> None:
    """Several functions, several paces; one that is set again takes the other's place."""
    cadences, called = Cadences(ManualClock()), []
    cadences.every("one", 0.02, lambda: called.append("one"))
    cadences.every("two", 0.02, lambda: called.append("two"))
    cadences.every("one", 0.02, lambda: called.append("new one"))
    cadences.start()
    assert await reached(lambda: {"two", "new one"} <= set(called))
    cadences.stop()
    assert "one" not in called


async def test_a_step_of_the_wall_clock_is_told_once() -> None:
    """Forward or back: the seconds, then 0; passing time and small drifts are no step."""
    clock = ManualClock()
    cadences = Cadences(clock)
    cadences.every("one", 60, lambda: None)
    cadences.start()
    clock.advance(3600)
    assert cadences.stepped() == 0
    clock.step_wall(1.5)
    assert cadences.stepped() == 0
    for step in (3600, -7200):
        clock.step_wall(step)
        assert round(cadences.stepped()) == step
        assert cadences.stepped() == 0
    cadences.stop()


async def test_stopping_what_never_began_is_fine() -> None:
    """The end of a daemon that did not come up; and what is stopped calls nobody."""
    cadences, called = Cadences(ManualClock()), []
    cadences.stop()
    cadences.every("one", 0.02, lambda: called.append(1))
    cadences.start()
    assert await reached(lambda: bool(called))
    cadences.stop()
    await asyncio.sleep(0)
    before = len(called)
    assert not await reached(lambda: len(called) > before + 1, limit=0.2)


async def test_a_stop_cuts_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """A stop in the very moment when a nudge becomes due leaves no word of a failed or cancelled
    one in the log."""
    cadences = Cadences(ManualClock())
    cadences.every("one", 0.02, lambda: None)
    cadences.start()
    await asyncio.sleep(0.005)
    asyncio.get_running_loop().call_later(0.03, cadences.stop)
    time.sleep(0.06)  # both are due at once, the nudge first
    await asyncio.sleep(0.02)
    assert [record for record in caplog.records if record.levelname in ("ERROR", "WARNING")] == []
