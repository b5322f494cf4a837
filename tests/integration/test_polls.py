"""Renders are polled when the scheduler's one job says so, and only then."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from nemowatch.clock import SystemClock
from nemowatch.jobs.lanes import Busy, choose
from nemowatch.model import State
from nemowatch.service import timers
from nemowatch.service.poll_schedule import POLLS
from nemowatch.stages.table import Lane
from tests.rigs.engine import EngineRig, engine_rig

pytestmark = pytest.mark.anyio

SLOW = {"render_seconds": 600}


def polls(house: EngineRig) -> list[dict[str, Any]]:
    """Every poll that the cloud was asked, in order."""
    return [r for r in house.ledger()["requests"] if r["endpoint"] == "poll"]


async def rendering(house: EngineRig, count: int) -> None:
    await house.until(
        f"{count} renders", lambda f: [j.state for j in f] == [State.RENDERING] * count
    )


async def test_without_the_scheduled_job_no_render_is_polled(tmp_path: Path) -> None:
    """The runner goes on with everything else, and polls nothing of its own accord; with the job
    back in its place, what is due is polled and done."""
    async with engine_rig(tmp_path) as house:
        await house.start()
        assert house.engine is not None
        house.engine.timers.drop(POLLS)
        house.drop("dub-es/clip.mp4")
        await rendering(house, 1)
        for _ in range(20):
            house.engine.runner.nudge()
            await asyncio.sleep(0.02)
        assert polls(house) == []
        house.engine.reconfigure(house.config)
        await house.ended(1)
        assert len(polls(house)) >= 1


async def test_the_next_run_is_that_of_the_earliest_render(tmp_path: Path) -> None:
    """At the default interval: 30 s after the render was asked for, and in between no poll."""
    async with engine_rig(tmp_path, settings=SLOW, poll_interval=30) as house:
        await house.start()
        assert house.engine is not None
        house.drop("dub-es/clip.mp4")
        await rendering(house, 1)
        (job,) = await house.jobs()
        due_in = (job.due_at - house.engine.clock.now_ms()) / 1000
        assert 20 < due_in <= 30

        def near() -> bool:
            planned = house.engine.timers.due_in(POLLS) if house.engine else None
            return planned is not None and abs(planned - due_in) < 5

        await house.until("the plan", lambda _: near())
        assert polls(house) == []


async def test_a_restart_goes_on_polling(tmp_path: Path) -> None:
    """What was rendering before is polled by the next process."""
    async with engine_rig(tmp_path, settings={"render_seconds": 1.5}) as house:
        await house.start()
        house.drop("dub-es/clip.mp4")
        await rendering(house, 1)
        await house.stop()
        before = len(polls(house))
        await house.start()
        await house.ended(1)
        assert len(polls(house)) > before


async def test_a_clock_that_is_set_back_stops_no_poll(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Set back an hour while the cloud renders: what was due in an hour by the new clock is due
    within seconds, and the job is done."""
    monkeypatch.setattr(timers, "CHECK", 0.2)
    right, back = SystemClock.now_ms, [0]
    monkeypatch.setattr(SystemClock, "now_ms", lambda clock: right(clock) - back[0])
    async with engine_rig(tmp_path, settings={"render_seconds": 2}) as house:
        await house.start()
        assert house.engine is not None
        house.drop("dub-es/clip.mp4")
        await rendering(house, 1)
        back[0] = 3600 * 1000
        house.engine.timers.move(POLLS, 3600)  # as the scheduler sees it
        (job,) = await house.ended(1, limit=30)
        assert job.state is State.PUBLISHED


async def test_many_renders_are_no_herd(tmp_path: Path) -> None:
    """Twelve renders, due at once as after an outage: polled a lane at a time, each again and
    again, and none sooner than the interval after its last poll."""
    interval, targets = (
        0.5,
        ["es", "fr", "de", "it", "pt", "nl", "pl", "sv", "da", "fi", "cs", "hu"],
    )
    async with engine_rig(tmp_path, settings=SLOW, poll_interval=interval) as house:
        await house.start()
        assert house.engine is not None
        house.drop(f"dub-{'-'.join(targets)}/clip.mp4")
        await rendering(house, len(targets))
        await house.engine.journal.write(
            lambda conn: conn.execute("UPDATE job SET due_at = 1 WHERE state = 'rendering'")
        )
        house.engine.runner.nudge()
        await polled_again(house, len(targets))
        house.sandbox.world.settings.min_poll_seconds = 0.8 * interval
        await polled_again(house, 3 * len(targets))
        assert house.ledger()["violations"] == []


async def polled_again(house: EngineRig, times: int) -> None:
    before = len(polls(house))
    await house.until("more polls", lambda _: len(polls(house)) >= before + times)


async def test_a_pass_starts_no_more_polls_than_the_lane_holds(tmp_path: Path) -> None:
    """One place of eight is free: one of two due renders starts, and nothing is planned until a
    place is free again. Without the schedule's word none starts, and the first one is planned."""
    async with engine_rig(tmp_path, settings=SLOW, poll_interval=30) as house:
        await house.start()
        assert house.engine is not None
        house.drop("dub-es-fr/clip.mp4")
        await rendering(house, 2)
        journal, limits = house.engine.journal, house.config.limits
        (first, second) = sorted(job.due_at for job in await house.jobs())

        quiet = await journal.read(
            lambda conn: choose(conn, second, limits, Busy({}, frozenset()), polling=False)
        )
        assert (quiet.start, quiet.next_poll) == ((), first)

        full = Busy(dict.fromkeys(range(1000, 1007), Lane.POLLS), frozenset())
        asked = await journal.read(lambda conn: choose(conn, second, limits, full, polling=True))
        assert (len(asked.start), asked.next_poll) == (1, None)
