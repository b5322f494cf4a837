"""Texts and documents are read beside the clips of their inbox, and what was read must still
hold."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from nemowatch.intake.claim import group_reading
from nemowatch.intake.ready import inspect as readings
from tests.rigs.inbox import InboxRig, inbox_rig, mp4

pytestmark = pytest.mark.anyio

SLOW = "slow"


@dataclass
class SlowReading:
    """Holds the readings of files with SLOW in their names, once they have been read."""

    began: threading.Event = field(default_factory=threading.Event)
    go_on: threading.Event = field(default_factory=threading.Event)
    count: int = 0

    def inspect(self, root: Path, path: bytes, *rest: Any) -> readings.Inspected:
        """As the product's own, and then late."""
        found = readings.inspect(root, path, *rest)
        if SLOW.encode() in path:
            self.count += 1
            self.began.set()
            self.go_on.wait(30)
        return found


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[SlowReading]:
    held = SlowReading()
    monkeypatch.setattr(group_reading, "inspect", held.inspect)
    yield held
    held.go_on.set()


@asynccontextmanager
async def working(base: Path) -> AsyncIterator[InboxRig]:
    """An inbox that works two folders."""
    for name in ("dub-fr", "voiceover"):
        (base / "studio/inbox" / name).mkdir(parents=True)
    async with inbox_rig(base / "studio", base / "state") as made:
        yield made


async def test_no_clip_waits_for_a_document(tmp_path: Path, slow: SlowReading) -> None:
    """While one is being read, clips of its folder and of others become jobs; then it does."""
    async with working(tmp_path) as rig:
        rig.put("voiceover/slow.txt", b"Words that take long.")
        await rig.until(slow.began.is_set)
        rig.put("voiceover/clip.mp4", mp4("a"))
        rig.put("dub-fr/clip.mp4", mp4("b"))
        await rig.until(lambda: len(rig.claimed) == 2)
        assert await rig.paths() == [b"dub-fr/clip.mp4", b"voiceover/clip.mp4"]
        assert [one.path for one in rig.inbox.waiting()] == [b"voiceover/slow.txt"]
        assert rig.inbox.busy()

        slow.go_on.set()
        await rig.until(lambda: len(rig.claimed) == 3)
        assert slow.count == 1


async def test_a_clip_waits_for_its_own_text(tmp_path: Path, slow: SlowReading) -> None:
    """A pair is read together and becomes one source, however long its text takes."""
    async with working(tmp_path) as rig:
        rig.put("voiceover/slow.txt", b"Its narration.")
        rig.put("voiceover/slow.mp4", mp4())
        await rig.until(slow.began.is_set)
        slow.go_on.set()
        await rig.until(lambda: bool(rig.claimed) and not rig.inbox.settling)
        assert await rig.paths() == [b"voiceover/slow.mp4"]


async def test_a_text_that_changes_while_it_is_read_is_read_again(
    tmp_path: Path, slow: SlowReading
) -> None:
    """What was read before the change is never claimed."""
    async with working(tmp_path) as rig:
        path = rig.put("voiceover/slow.txt", b"Old words.")
        await rig.until(slow.began.is_set)
        path.write_bytes(b"New words.")
        slow.go_on.set()
        await rig.until(lambda: bool(rig.claimed))
        (job,) = await rig.jobs(rig.claimed[0])
        assert "New words." in job.prompt
        assert "Old words." not in job.prompt


async def test_a_text_that_goes_while_it_is_read_is_no_job(
    tmp_path: Path, slow: SlowReading
) -> None:
    """Nothing becomes of a file that was taken away in time."""
    async with working(tmp_path) as rig:
        path = rig.put("voiceover/slow.txt", b"Not these.")
        await rig.until(slow.began.is_set)
        path.unlink()
        slow.go_on.set()
        await rig.until(lambda: not rig.inbox.settling, 30)
        assert rig.claimed == []


async def test_instructions_that_come_while_a_text_is_read_count(
    tmp_path: Path, slow: SlowReading
) -> None:
    """A prompt.txt that is there before the claim is followed."""
    async with working(tmp_path) as rig:
        rig.put("voiceover/slow.txt", b"The words.")
        await rig.until(slow.began.is_set)
        rig.put("voiceover/prompt.txt", b"Speak like a pirate.")
        await rig.until(lambda: rig.inbox.settling == 2)
        slow.go_on.set()
        await rig.until(lambda: bool(rig.claimed))
        (job,) = await rig.jobs(rig.claimed[0])
        assert "pirate" in job.prompt


async def test_an_inbox_that_ends_waits_for_no_document(tmp_path: Path, slow: SlowReading) -> None:
    """A stop leaves the reading to itself; the next start reads it again."""
    async with working(tmp_path) as rig:
        rig.put("voiceover/slow.txt", b"The words.")
        await rig.until(slow.began.is_set)
        await rig.inbox.stop()
        assert rig.claimed == []
