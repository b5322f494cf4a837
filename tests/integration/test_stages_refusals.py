"""What the account or the cloud refuses, and for how long: plans, caps, rates, outages, one
endpoint that fails."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from nemowatch.errors import NotSent
from nemowatch.holds.admission import Admission
from nemowatch.journal import holds
from nemowatch.model import HoldReason, State
from nemowatch.sandbox.process import SandboxProcess
from tests.rigs.failing_stages import Failing, in_state, keeper, put_state, with_api
from tests.rigs.stages import StageRig, stage_rig

pytestmark = pytest.mark.anyio


async def test_a_plan_that_allows_exports_again_is_found_out(house: StageRig) -> None:
    """Jobs that wait at the gate for the plan stand before the one that can try: that one is let
    go, and then all."""
    early, late = house.drop("dub-es/a.mp4")[0], house.drop("dub-es/b.mp4")[0]
    put_state(house, early, State.HELD, reason="plan", back="claimed")
    house.cloud.set(plan="free")
    await house.run()
    assert house.job(late).reason == "plan"
    house.cloud.set(plan="paid")
    house.context = replace(
        house.context, gate=Admission(house.journal, lambda: house.config, {}, house.clock)
    )
    for _ in range(3):
        await keeper(house).check()
        await house.run()
    assert house.job(late).state is State.PUBLISHED
    assert house.job(early).state is State.PUBLISHED
    assert house.charged() == 2


async def test_a_plan_hold_that_nobody_can_end_ends(house: StageRig) -> None:
    """The job that met the 402 was cancelled: those at the gate go on."""
    (job_id,) = house.drop()
    put_state(house, job_id, State.HELD, reason="plan", back="claimed")
    house.journal.write_now(lambda conn: holds.put(conn, HoldReason.PLAN, "upgrade", 1))
    await keeper(house).check()
    await house.run()
    assert house.job(job_id).state is State.PUBLISHED


async def test_who_waits_for_what_is_over_goes_on_after_quiet_checks(house: StageRig) -> None:
    """Checks at which nothing has changed do not look for such jobs; the one after the change
    does, for holds and for approvals."""
    early, late = house.drop("dub-es/a.mp4")[0], house.drop("dub-es/b.mp4")[0]
    keeps = keeper(house)
    for job_id, reason in ((early, "plan"), (late, "approval")):
        for _ in range(3):
            await keeps.check()
        put_state(house, job_id, State.HELD, reason=reason, back="claimed")
        await keeps.check()
        assert house.job(job_id).state is State.CLAIMED


async def test_a_cap_is_left_by_the_measure_it_was_met_by(
    tmp_path: Path, cloud: SandboxProcess
) -> None:
    """A cap below 100 with turns that cost 10 here: what the gate would let through, the keeper
    wakes."""
    async with stage_rig(tmp_path, cloud, limits={"daily_credits": 50}) as house:
        (job_id,) = house.drop()
        put_state(house, job_id, State.HELD, reason="cap", back="claimed")
        await keeper(house).check()
        assert house.job(job_id).state is State.HELD  # about 100, as far as this journal knows
        (known,) = house.drop("dub-es/b.mp4")
        house.journal.write_now(
            lambda conn: conn.execute("UPDATE job SET credits = 10 WHERE id = ?", (known,))
        )
        await keeper(house).check()
        assert house.job(job_id).state is State.CLAIMED


async def test_one_endpoint_that_always_fails_ends_the_job(house: StageRig) -> None:
    """The cloud answers, only this call does not: the outage ends each time, and the attempts
    come to their end."""
    (job_id,) = house.drop()
    house.cloud.fault("session:500@*")
    runner, keeps = house.runner(), keeper(house)
    task = asyncio.create_task(runner.run())
    for _ in range(400):
        if await in_state(house, job_id, State.FAILED):
            break
        await keeps.check()
        runner.nudge()
        await asyncio.sleep(0.03)
    await runner.stop(1)
    await task
    assert house.job(job_id).state is State.FAILED
    assert house.requests("session") <= 14


async def test_attempts_are_spaced_after_the_first(house: StageRig) -> None:
    """A render that the cloud forgets every time: asked again at once, then with growing pauses,
    then failed."""
    (job_id,) = house.drop()
    house.cloud.fault("render:forget@*")
    await house.run()
    assert house.job(job_id).state is State.FAILED
    assert house.requests("render") <= 9


async def test_a_rate_limit_is_an_answer(house: StageRig) -> None:
    """429 again and again is no outage: the other jobs go on."""
    ids = [house.drop(f"dub-es/{n}.mp4")[0] for n in range(3)]
    house.cloud.fault("session:429@1-6")
    await house.run()
    assert {house.job(i).state for i in ids} == {State.PUBLISHED}


async def test_an_outage_is_no_attempt_and_goes_by(house: StageRig) -> None:
    """Nobody listens for a while, at any step: held, asked, and on from where it stood, charged
    once."""
    (job_id,) = house.drop()
    with_api(house, Failing(house.client, "upload_file", NotSent("refused")))
    await house.run()
    job = house.job(job_id)
    assert (job.state, job.reason, job.back, job.attempt) == (State.HELD, "outage", "uploading", 0)
    await keeper(house).check()
    await house.run()
    assert (house.job(job_id).state, house.charged()) == (State.PUBLISHED, 1)
