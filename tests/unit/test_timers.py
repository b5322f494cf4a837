"""The fixed cadences, and a wall clock that is set."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import pytest

from nemowatch.clock import ManualClock
from nemowatch.service import timers as timers_module
from nemowatch.service.poll_schedule import GAP, POLLS, PollSchedule
from nemowatch.service.timers import Timers
from tests.rigs.patience import PATIENCE

pytestmark = pytest.mark.anyio


async def reached(condition: Callable[[], bool], limit: float = PATIENCE) -> bool:
    end = asyncio.get_running_loop().time() + limit
    while not condition() and asyncio.get_running_loop().time() < end:
        await asyncio.sleep(0.01)
    return condition()


async def test_each_cadence_calls_its_own_function() -> None:
    """Several functions, several paces; one that is set again takes the other's place."""
    timers, called = Timers(ManualClock()), []
    timers.every("one", 0.02, lambda: called.append("one"))
    timers.every("two", 0.02, lambda: called.append("two"))
    timers.every("one", 0.02, lambda: called.append("new one"))
    timers.start()
    assert await reached(lambda: {"two", "new one"} <= set(called))
    timers.stop()
    assert "one" not in called


async def test_a_step_of_the_wall_clock_is_reported_once() -> None:
    """Forward or back: the seconds, then 0; passing time and small drifts are no step."""
    clock = ManualClock()
    timers = Timers(clock)
    timers.every("one", 60, lambda: None)
    timers.start()
    clock.advance(3600)
    assert timers.stepped() == 0
    clock.step_wall(1.5)
    assert timers.stepped() == 0
    for step in (3600, -7200):
        clock.step_wall(step)
        assert round(timers.stepped()) == step
        assert timers.stepped() == 0
    timers.stop()


async def test_a_clock_set_far_ahead_stops_nothing() -> None:
    """Of millions of runs that were passed over one is called, at once, and the pace goes on."""
    timers, called = Timers(ManualClock()), []
    timers.every("one", 0.1, lambda: called.append(1))
    timers.start()
    began = time.process_time()
    timers.move("one", -2 * 86400)
    assert await reached(lambda: len(called) > 2)
    assert time.process_time() - began < 1
    timers.stop()


async def test_stopping_what_never_began_is_fine() -> None:
    """The end of a daemon that did not come up; and what is stopped calls nobody."""
    timers, called = Timers(ManualClock()), []
    timers.stop()
    timers.every("one", 0.02, lambda: called.append(1))
    timers.start()
    assert await reached(lambda: bool(called))
    timers.stop()
    await asyncio.sleep(0)
    before = len(called)
    assert not await reached(lambda: len(called) > before + 1, limit=0.2)


async def test_a_stop_cuts_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """A stop in the very moment when a nudge becomes due leaves no word of a failed or cancelled
    one in the log."""
    timers = Timers(ManualClock())
    timers.every("one", 0.02, lambda: None)
    timers.start()
    await asyncio.sleep(0.005)
    asyncio.get_running_loop().call_later(0.03, timers.stop)
    time.sleep(0.06)  # both are due at once, the nudge first
    await asyncio.sleep(0.02)
    assert [record for record in caplog.records if record.levelname in ("ERROR", "WARNING")] == []


async def test_a_clock_that_was_set_back_stops_no_cadence(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set back an hour: the check on the loop's own clock notices, says so, and the cadence goes
    on at once instead of in an hour."""
    monkeypatch.setattr(timers_module, "CHECK", 0.05)
    clock, steps, called = ManualClock(), list[float](), list[int]()
    timers = Timers(clock, steps.append)
    timers.every("one", 0.1, lambda: called.append(1))
    timers.start()
    timers.move("one", 3600)  # where a clock set back an hour leaves it
    clock.step_wall(-3600)
    assert await reached(lambda: bool(called))
    timers.stop()
    assert [round(step) for step in steps] == [-3600]


async def test_polls_keep_a_gap() -> None:
    """A render that is already due is polled at once, but not right after others were: a herd
    comes a lane at a time. A later one moves the run there."""
    clock, polled = ManualClock(), list[float]()
    timers = Timers(clock)
    schedule = PollSchedule(timers, clock)
    schedule.begin(30, lambda: polled.append(clock.monotonic()))
    timers.start()
    schedule.earliest(clock.now_ms() - 5000)
    assert await reached(lambda: bool(polled))
    schedule.earliest(clock.now_ms() - 5000)
    due_in = timers.due_in(POLLS)
    assert due_in is not None
    assert 0 < due_in <= GAP
    schedule.earliest(clock.now_ms() + 45_000)
    due_in = timers.due_in(POLLS)
    assert due_in is not None
    assert 40 < due_in <= 45
    timers.stop()
    schedule.earliest(clock.now_ms())  # nothing is planned any more
    assert timers.due_in(POLLS) is None
