"""A fault of ours in one inbox is that inbox's state, never the daemon's end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from nemowatch.errors import JournalError
from nemowatch.intake.inbox import Inbox
from nemowatch.intake.watch import liveness
from nemowatch.intake.watch.health import HealthState
from nemowatch.model import State
from nemowatch.service.once import Once
from tests.rigs.engine import EngineRig, engine_rig

pytestmark = pytest.mark.anyio


def failing(times: int, error: Exception) -> Callable[[Inbox], Awaitable[Any]]:
    """A pass over an inbox that fails so many times, and then works."""
    works, left = Inbox.tick, [times]

    async def tick(self: Inbox) -> Any:
        if left[0] > 0:
            left[0] -= 1
            raise error
        return await works(self)

    return tick


async def offline(house: EngineRig) -> str:
    """What the inbox says of itself while it fails."""
    assert house.engine is not None
    (inbox,) = house.engine.inboxes.values()
    await house.until("offline", lambda _: inbox.health.state is HealthState.OFFLINE)
    return str(inbox.health)


async def test_an_unforeseen_error_is_the_inbox_s_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says so, tries again by itself, and in the end takes what was dropped."""
    monkeypatch.setattr(liveness, "REPAIR_FIRST", 0.1)
    monkeypatch.setattr(Inbox, "tick", failing(3, KeyError("unforeseen")))
    async with engine_rig(tmp_path) as house:
        house.drop("dub-es/clip.mp4")
        await house.start()
        assert "nemowatch itself failed here (KeyError)" in await offline(house)
        (job,) = await house.ended(1)
        assert job.state is State.PUBLISHED
        assert house.engine is not None
        (inbox,) = house.engine.inboxes.values()
        await house.until("well again", lambda _: not inbox.health.troubled)


async def test_a_run_that_ends_does_not_wait_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`run --once` ends, with 1: what lies there was not done."""
    monkeypatch.setattr(Inbox, "tick", failing(10**6, KeyError("unforeseen")))
    async with engine_rig(tmp_path) as house:
        await house.start()
        assert house.engine is not None
        once = Once(house.engine)
        await asyncio.wait_for(once.finished(), 30)
        assert await once.verdict() == 1


async def test_a_journal_that_fails_ends_the_daemon(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing may go on without it."""
    monkeypatch.setattr(Inbox, "tick", failing(1, JournalError("the disk is gone")))
    async with engine_rig(tmp_path) as house:
        await house.start()
        assert house.engine is not None
        with pytest.raises(JournalError, match="the disk is gone"):
            await asyncio.wait_for(house.engine.wait(), 30)
