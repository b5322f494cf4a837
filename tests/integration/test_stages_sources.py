"""Files that are replaced, taken away, settle again or lie on a share that has gone, at any stage
of their job."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from nemowatch.config.watch_section import Watch
from nemowatch.journal import holds, job_steps, jobs, queue, sources
from nemowatch.model import HoldReason, State
from nemowatch.stages.decision import hold
from tests.rigs.failing_stages import in_state, keeper, order, put_state
from tests.rigs.patience import PATIENCE
from tests.rigs.stages import StageRig

pytestmark = pytest.mark.anyio


async def test_paid_work_with_its_file_replaced_is_delivered_from_the_draft(
    house: StageRig,
) -> None:
    """Session lost, address refused, and another file under the name: the draft is enough, the
    old source is not reopened."""
    (job_id,) = house.drop()
    await house.until_state(job_id, State.SUBMITTING)
    house.cloud.expire(house.job(job_id).session_id)
    house.cloud.set(url_uploads=False)
    (house.root / "inbox/dub-es/clip.mp4").write_bytes(b"a newer film")
    await house.run()
    assert (house.job(job_id).state, house.charged()) == (State.PUBLISHED, 1)
    row = house.journal.read_now(lambda conn: sources.by_id(conn, house_job_source(conn, job_id)))
    assert row is not None
    assert row.settled


def house_job_source(conn: Any, job_id: int) -> int:
    return jobs.by_id(conn, job_id).source_id


async def test_a_share_that_is_away_takes_no_file_back(house: StageRig) -> None:
    """The inbox itself is gone: the job waits, it is not cancelled."""
    (job_id,) = house.drop()
    await house.until_state(job_id, State.UPLOADED)
    (house.root / "inbox").rename(house.root / "away")
    await house.run(until=lambda: said(house, job_id, "away"))
    assert house.job(job_id).state is State.UPLOADED
    (house.root / "away").rename(house.root / "inbox")
    await house.run()
    assert (house.job(job_id).state, house.charged()) == (State.PUBLISHED, 1)


async def said(house: StageRig, job_id: int, words: str) -> bool:
    job = await house.journal.read(lambda conn: jobs.by_id(conn, job_id))
    return words in job.error_text or job.state in (State.CANCELLED, State.PUBLISHED)


async def test_a_file_that_was_taken_away_costs_nothing(house: StageRig) -> None:
    """Deleted before the paid call: cancelled."""
    (job_id,) = house.drop()
    await house.until_state(job_id, State.UPLOADED)
    (house.root / "inbox/dub-es/clip.mp4").unlink()
    await house.run()
    assert (house.job(job_id).state, house.requests("chat")) == (State.CANCELLED, 0)


async def test_paid_work_goes_on_while_its_source_settles_again(house: StageRig) -> None:
    """One language is paid for when the file changes under the other: the paid one is not held
    up, for ever or at all."""
    first, second = house.drop("dub-es-fr/clip.mp4", "es", "fr")
    await house.until_state(first, State.INSTRUCTED)
    source_id = house.job(first).source_id
    house.journal.write_now(lambda conn: sources.unsettle(conn, source_id, 1))
    row = house.journal.read_now(lambda conn: sources.by_id(conn, source_id))
    assert row is not None
    assert row.settled  # too late for that: something is paid
    house.journal.write_now(lambda conn: conn.execute("UPDATE source SET settled = 0"))
    await house.run(until=lambda: in_state(house, first, State.PUBLISHED))
    assert house.job(second).state is State.CLAIMED


async def test_a_source_that_settled_no_more_can_be_tried_again(house: StageRig) -> None:
    """Changed, taken away while settling, and restored: its jobs run again."""
    (job_id,) = house.drop()
    source_id = house.job(job_id).source_id
    house.journal.write_now(lambda conn: sources.unsettle(conn, source_id, 1))
    house.journal.write_now(lambda conn: job_steps.cancel(conn, job_id, "taken away", 1))
    assert [
        row.id for row in house.journal.read_now(lambda conn: sources.to_retire(conn, 0, 9))
    ] == [source_id]
    order(house, "retry", jobs=[job_id])
    await house.run()
    assert house.job(job_id).state is State.PUBLISHED


async def test_an_interrupted_upload_is_checked_before_it_is_repeated(house: StageRig) -> None:
    """Its folder left the configuration in the middle of an upload and came back: no second clip
    in the session."""
    (job_id,) = house.drop()
    await house.until_state(job_id, State.UPLOADING)
    await house.stage(job_id)  # the upload arrived; its commit did not
    put_state(house, job_id, State.HELD, reason="paused", back="uploading")
    house.journal.write_now(lambda conn: queue.wake_paused(conn, house.watch.name, b"dub-es", 1))
    assert house.job(job_id).checking
    await house.run()
    assert (house.job(job_id).state, house.uploads()) == (State.PUBLISHED, ["bytes"])
    house.clean()


async def test_a_full_disk_holds_up_no_other(
    house: StageRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What waits for room goes on when its own outbox has it, whatever others have."""
    from nemowatch.holds import disk_space

    monkeypatch.setattr(disk_space, "has_room", lambda watch, _: watch.root is not None)
    (job_id,) = house.drop()
    full = hold(HoldReason.SPACE, State.CLAIMED, "full", account=True)
    put_state(house, job_id, State.HELD, **full.values)
    await house.journal.write(lambda conn: holds.put(conn, HoldReason.SPACE, "full", 1))
    boxes = {"full": replace(house.watch, root=None), house.watch.name: house.watch}
    inboxes = {
        name: type("Box", (), {"watch": watch, "pauses": {}})() for name, watch in boxes.items()
    }
    await asyncio.wait_for(keeper(house, inboxes).check(), PATIENCE)
    assert house.job(job_id).state is State.CLAIMED
    assert HoldReason.SPACE not in await house.journal.read(holds.active)


async def test_a_disk_that_hangs_holds_up_nothing_else(
    house: StageRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A share that does not answer how full it is: the journal goes on, its own job waits, and one
    whose outbox has room does not."""
    from nemowatch.holds import disk_space

    release = asyncio.Event()
    loop = asyncio.get_running_loop()

    def has_room(watch: Watch, _: object) -> bool:
        if watch.root is None:
            return True
        return asyncio.run_coroutine_threadsafe(release.wait(), loop).result()

    monkeypatch.setattr(disk_space, "DISK_SECONDS", 0.05)
    monkeypatch.setattr(disk_space, "has_room", has_room)
    (job_id,) = house.drop()
    full = hold(HoldReason.SPACE, State.CLAIMED, "full", account=True)
    put_state(house, job_id, State.HELD, **full.values)
    await house.journal.write(lambda conn: holds.put(conn, HoldReason.SPACE, "full", 1))
    others = {"elsewhere": type("Box", (), {"watch": house.watch, "pauses": {}})()}
    others[house.watch.name] = type("Box", (), {"watch": house.watch, "pauses": {}})()
    keeps = keeper(house, others)
    await asyncio.wait_for(asyncio.gather(keeps.check(), keeps.check()), PATIENCE)
    assert house.job(job_id).state is State.HELD
    assert HoldReason.SPACE in await house.journal.read(holds.active)
    roomy = replace(house.watch, root=None)
    others[house.watch.name] = type("Box", (), {"watch": roomy, "pauses": {}})()
    keeps = keeper(house, others)
    await asyncio.wait_for(keeps.check(), PATIENCE)
    assert house.job(job_id).state is State.CLAIMED
    assert HoldReason.SPACE not in await house.journal.read(holds.active)
    release.set()
