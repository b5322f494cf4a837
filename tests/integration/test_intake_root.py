"""What stands at the root's place: the folder itself, nothing, or a link that somebody has put
there."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from nemowatch.intake.watch.health import HealthState
from tests.rigs.inbox import InboxRig, inbox_rig, mp4

pytestmark = pytest.mark.anyio


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace with a task folder."""
    top = tmp_path / "ws"
    (top / "inbox/dub-es").mkdir(parents=True)
    return top


@pytest.fixture
def private(tmp_path: Path) -> Path:
    """A workspace that is none of theirs who may write beside the inbox; the daemon may read it."""
    top = tmp_path / "private"
    (top / "inbox/dub-es").mkdir(parents=True)
    (top / "inbox/dub-es/secret.mp4").write_bytes(mp4("secret"))
    return top


async def refused(b: InboxRig) -> None:
    """The inbox is offline and says that a link is why; nothing was taken through it."""
    await b.until(lambda: b.inbox.health.state is HealthState.OFFLINE)
    assert "a link to" in str(b.inbox.health)
    assert "remove it" in str(b.inbox.health)
    b.inbox.request_scan()
    await b.inbox.guard()
    await asyncio.sleep(0.5)
    assert b.inbox.health.state is HealthState.OFFLINE
    assert b.claimed == []


@pytest.mark.parametrize("which", ["inbox", ""], ids=["the inbox", "the root"])
@pytest.mark.parametrize("by", ["guard", "scan", "event"])
async def test_a_link_put_in_the_folders_place_is_refused(
    root: Path, private: Path, tmp_path: Path, which: str, by: str
) -> None:
    """Whoever notices first: nothing is taken through the link. The folder back in its place is
    worked again."""
    place = root / which
    async with inbox_rig(root, tmp_path / "s", settle=0.2, scan_interval=60) as b:
        await b.until(lambda: b.inbox.health.state is HealthState.WATCHING)
        os.rename(place, tmp_path / "old")
        place.symlink_to(private / which)
        if by == "guard":
            await b.inbox.guard()
        elif by == "scan":
            b.inbox.request_scan()
        else:
            (tmp_path / "old" / ("dub-es" if which else "inbox/dub-es") / "secret.mp4").write_bytes(
                mp4("bait")
            )
        if by == "event":  # the kernel tells of the old folder; what is read lies in the other one
            await asyncio.sleep(1.0)
            assert b.claimed == []
            await b.inbox.guard()
        await refused(b)
        place.unlink()
        os.rename(tmp_path / "old", place)
        b.put("dub-es/ours.mp4", mp4("ours"))
        b.inbox.request_scan()
        await b.until(lambda: b.inbox.health.state is HealthState.WATCHING)
        await b.until(lambda: bool(b.claimed))
        assert b"dub-es/ours.mp4" in await b.paths()


async def test_a_link_put_there_between_two_starts_is_refused(
    root: Path, private: Path, tmp_path: Path
) -> None:
    """The journal remembers that a folder stood there."""
    async with inbox_rig(root, tmp_path / "s") as b:
        await b.until(lambda: b.inbox.health.state is HealthState.WATCHING)
    os.rename(root / "inbox", tmp_path / "old")
    (root / "inbox").symlink_to(private / "inbox")
    async with inbox_rig(root, tmp_path / "s", settle=0.2) as b:
        await refused(b)


async def test_the_administrators_own_link_is_followed_and_stays_where_it_led(
    root: Path, private: Path, tmp_path: Path
) -> None:
    """A link that stands at the first start is meant; turned to another place it is followed
    after the next start only."""
    os.rename(root / "inbox", tmp_path / "disk")
    (root / "inbox").symlink_to(tmp_path / "disk")
    async with inbox_rig(root, tmp_path / "s", settle=0.2) as b:
        b.put("dub-es/ours.mp4", mp4("ours"))
        await b.until(lambda: len(b.claimed) == 1)
        (root / "inbox").unlink()
        (root / "inbox").symlink_to(private / "inbox")
        await b.inbox.guard()
        assert "restart nemowatch" in str(b.inbox.health)
    async with inbox_rig(root, tmp_path / "s", settle=0.2) as b:
        await b.until(lambda: len(b.claimed) == 1)
        assert b"dub-es/secret.mp4" in await b.paths()


async def test_each_change_of_health_is_one_line(root: Path, tmp_path: Path) -> None:
    """However often the root is checked: one line when a trouble begins, one when it ends."""
    with capture_logs() as lines:
        async with inbox_rig(root, tmp_path / "s", scan_interval=1) as b:
            await b.until(lambda: b.inbox.health.state is HealthState.WATCHING)
            os.rename(root, tmp_path / "away")
            for _ in range(3):
                b.inbox.request_scan()
                await b.inbox.guard()
            assert b.inbox.health.state is HealthState.OFFLINE
            os.rename(tmp_path / "away", root)
            for _ in range(3):
                b.inbox.request_scan()
                await b.inbox.guard()
            await b.until(lambda: b.inbox.health.state is HealthState.WATCHING)
    said = [
        (line["log_level"], line["event"].split(" since ")[0])
        for line in lines
        if line["event"].startswith("inbox ")
    ]
    assert said == [
        ("info", "inbox watching"),
        ("warning", "inbox offline"),
        ("info", "inbox watching"),
    ]
