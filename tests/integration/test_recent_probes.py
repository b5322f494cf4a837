"""In a burst a folder of the outbox is tried once a second before files are sent, and before each
paid call all the same."""

from __future__ import annotations

import shutil

import pytest

from nemowatch.model import HoldReason, State
from nemowatch.stages.recent_probes import LATELY_S, RecentProbes
from nemowatch.stages.work import Work
from tests.rigs.stages import StageRig

pytestmark = pytest.mark.anyio


async def work_of(house: StageRig, name: str) -> Work:
    """What the stage of a file's job gets."""
    (job_id,) = house.drop(name)
    work = await house.runner().store.load(house.job(job_id))
    assert work is not None
    return work


async def test_what_a_folder_took_counts_for_a_second(house: StageRig) -> None:
    """For plain names in the same folder, and until one is refused there."""
    first = await work_of(house, "dub-es/a.mp4")
    second = await work_of(house, "dub-es/b_2.mp4")
    recent = RecentProbes()
    assert not recent.cover(second, 100)
    recent.found(first, 100)
    assert recent.cover(second, 100 + LATELY_S / 2)
    assert not recent.cover(second, 100 + LATELY_S)
    for other in ("dub-fr/b.mp4", "dub-es/sub/b.mp4", "dub-es/b: c?.mp4", "dub-es/ü.mp4"):
        assert not recent.cover(await work_of(house, other), 100)
    assert not recent.cover(await work_of(house, f"dub-es/{'n' * 65}.mp4"), 100)
    recent.failed(second)
    assert not recent.cover(second, 100)


async def test_a_paid_call_does_not_count_on_it(house: StageRig) -> None:
    """The folder is tried again before the call: nothing is paid for that it refuses meanwhile."""
    first = await work_of(house, "dub-es/a.mp4")
    second = await work_of(house, "dub-es/b.mp4")
    await house.stage(first.job.id)
    assert not house.context.recent_probes.cover(second, house.clock.monotonic() + LATELY_S)
    house.context.recent_probes.found(first, house.clock.monotonic() + 3600)  # however slow this is
    shutil.rmtree(house.root / "outbox/dub-es")
    (house.root / "outbox/dub-es").write_bytes(b"in the way")
    await house.until_state(second.job.id, State.UPLOADED)
    refused = await house.stage(second.job.id)
    assert refused.values["reason"] == HoldReason.OUTBOX
    assert house.requests("chat") == 0
    third = await work_of(house, "dub-es/c.mp4")
    assert (await house.stage(third.job.id)).values["reason"] == HoldReason.OUTBOX
