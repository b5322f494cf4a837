"""Cancelling a job has the cloud stop its render, as far as the cloud will."""

from __future__ import annotations

from pathlib import Path

import pytest

from nemowatch.model import State
from tests.rigs.engine import EngineRig, engine_rig

pytestmark = pytest.mark.anyio


async def rendering(house: EngineRig) -> int:
    """A job whose render the cloud is making; its id."""
    await house.start()
    house.drop("dub-es/clip.mp4")
    (job,) = await house.until("the render", lambda f: [j.state for j in f] == [State.RENDERING])
    return job.id


def cancels(house: EngineRig) -> list[object]:
    """The answers to requests to stop a render."""
    return [r["status"] for r in house.ledger()["requests"] if r["endpoint"] == "cancel"]


async def test_a_cancelled_job_stops_its_render(tmp_path: Path) -> None:
    """The sandbox shows the render as cancelled; trying the job again makes another one, and
    nothing is paid twice."""
    async with engine_rig(tmp_path, settings={"render_seconds": 2}) as house:
        job_id = await rendering(house)
        assert house.engine is not None
        assert await house.engine.order("cancel", {"jobs": [job_id]})
        await house.until("the cloud was asked", lambda _: cancels(house) == [200])
        (render,) = house.sandbox.world.renders.values()
        assert render.cancelled
        await house.engine.order("retry", {"jobs": [job_id]})
        (job,) = await house.ended(1)
        assert job.state is State.PUBLISHED
        assert [r.cancelled for r in house.sandbox.world.renders.values()] == [True, False]
        assert house.charged() == 1


async def test_a_cloud_that_refuses_is_no_error(tmp_path: Path) -> None:
    """The order is carried out whatever the cloud says, and the daemon goes on."""
    async with engine_rig(tmp_path, settings={"render_seconds": 600}) as house:
        job_id = await rendering(house)
        assert house.engine is not None
        house.fault("cancel:500@*")
        answer = await house.engine.order("cancel", {"jobs": [job_id]})
        assert answer == {"jobs": {job_id: "cancelled"}}
        await house.until("the cloud was asked", lambda _: cancels(house) == [500])
        assert [job.state for job in await house.jobs()] == [State.CANCELLED]
        assert house.engine.runner.broken is None


async def test_a_job_without_a_render_asks_for_nothing(tmp_path: Path) -> None:
    """There is nothing to stop in the cloud before a render was asked for."""
    async with engine_rig(tmp_path) as house:
        await house.start()
        assert house.engine is not None
        (house.root / "inbox" / "PAUSE").touch()
        house.drop("dub-es/clip.mp4")
        (job,) = await house.until("held", lambda f: [j.state for j in f] == [State.HELD])
        await house.engine.order("cancel", {"jobs": [job.id]})
        assert [job.state for job in await house.jobs()] == [State.CANCELLED]
        assert cancels(house) == []
