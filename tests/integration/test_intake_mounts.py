"""Intake where folders are mounts that come, go, hide or die, or may not be entered. It needs
root."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from nemowatch.config.watch_section import Watch
from nemowatch.fs.mount_events import MountEvents
from nemowatch.intake.scan.diff import ScanDiffer
from nemowatch.intake.scan.ignore import Ignore
from nemowatch.intake.scan.scanner import EntryKind, walk
from nemowatch.intake.state import InboxState
from nemowatch.intake.watch.health import HealthState
from tests.rigs.inbox import inbox_rig, mp4
from tests.rigs.patience import PATIENCE

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="mounting and changing owners needs root")


@pytest.fixture
def mounts(tmp_path: Path) -> Iterator[list[Path]]:
    """Mount points to be unmounted after the test."""
    made: list[Path] = []
    yield made
    for point in reversed(made):
        subprocess.run(["umount", "-l", str(point)], check=False, capture_output=True)


def mount_tmpfs(point: Path, mounts: list[Path]) -> None:
    """Mount a small tmpfs, or skip where that is not allowed."""
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(point)],
        check=False,
        capture_output=True,
    )
    if done.returncode:
        pytest.skip(f"cannot mount here: {done.stderr.decode()}")
    mounts.append(point)


@pytest.mark.anyio
@needs_root
async def test_a_share_that_is_unmounted_and_comes_back_loses_nothing(
    tmp_path: Path, mounts: list[Path]
) -> None:
    """Its empty mount point is not an empty inbox: offline, nothing gone, nothing written; back,
    it is watched again."""
    root = tmp_path / "ws"
    (root / "inbox").mkdir(parents=True)
    mount_tmpfs(root / "inbox", mounts)
    (root / "inbox/dub-es").mkdir()
    async with inbox_rig(root, tmp_path / "s", scan_interval=60) as b:
        b.put("dub-es/p.mp4", mp4())
        await b.until(lambda: len(b.claimed) == 1)
        subprocess.run(["umount", "-l", str(root / "inbox")], check=True)
        assert not await b.inbox.was_removed(b"dub-es/p.mp4"), (
            "the share went, the file was not taken away"
        )
        await b.until(lambda: b.inbox.health.state is HealthState.OFFLINE, 3)
        assert list((root / "inbox").iterdir()) == []
        mount_tmpfs(root / "inbox", mounts)
        await b.until(lambda: b.inbox.health.state is HealthState.WATCHING, 3)
        b.put("dub-es/q.mp4", mp4("q"))
        await b.until(lambda: len(b.claimed) == 2)
        assert b.gone == []
        (root / "inbox/dub-es/q.mp4").unlink()
        assert await b.inbox.was_removed(b"dub-es/q.mp4")


@pytest.mark.anyio
@needs_root
async def test_folders_left_below_a_share_are_not_the_share(
    tmp_path: Path, mounts: list[Path]
) -> None:
    """The whole workspace lies on a share, and folders of an earlier day below it: without the
    share the inbox is offline, before and after a restart; nothing is gone, nothing is written."""
    root = tmp_path / "ws"
    (root / "inbox/dub-es").mkdir(parents=True)
    mount_tmpfs(root, mounts)
    (root / "inbox/dub-es").mkdir(parents=True)
    async with inbox_rig(root, tmp_path / "s", scan_interval=60) as b:
        b.put("dub-es/p.mp4", mp4())
        await b.until(lambda: len(b.claimed) == 1)
        subprocess.run(["umount", "-l", str(root)], check=True)
        assert not await b.inbox.was_removed(b"dub-es/p.mp4"), (
            "the share went, the file was not taken away"
        )
        assert b.inbox.health.state is HealthState.OFFLINE
    async with inbox_rig(root, tmp_path / "s", scan_interval=60) as b:
        await b.until(lambda: b.inbox.health.state is HealthState.OFFLINE)
        assert sorted(p.name for p in root.rglob("*")) == ["dub-es", "inbox"]
        mount_tmpfs(root, mounts)
        (root / "inbox/dub-es").mkdir(parents=True)
        await b.until(lambda: b.inbox.health.state is HealthState.WATCHING)


@pytest.mark.anyio
@needs_root
async def test_what_a_mount_hides_was_not_taken_away(tmp_path: Path, mounts: list[Path]) -> None:
    """A disk mounted over a task folder hides its files; what is deleted on that disk is gone,
    and so is what is missing when the disk has left again."""
    root = tmp_path / "ws"
    (root / "inbox/dub-es").mkdir(parents=True)
    async with inbox_rig(root, tmp_path / "s", scan_interval=60) as b:
        hidden = b.put("dub-es/hidden.mp4", mp4())
        await b.until(lambda: len(b.claimed) == 1)
        mount_tmpfs(root / "inbox/dub-es", mounts)
        b.put("dub-es/over.mp4", mp4("over"))
        await b.until(lambda: len(b.claimed) == 2)
        assert not await b.inbox.was_removed(b"dub-es/hidden.mp4")
        (root / "inbox/dub-es/over.mp4").unlink()
        assert await b.inbox.was_removed(b"dub-es/over.mp4")
        subprocess.run(["umount", "-l", str(root / "inbox/dub-es")], check=True)
        assert not await b.inbox.was_removed(b"dub-es/hidden.mp4")
        hidden.unlink()
        assert await b.inbox.was_removed(b"dub-es/hidden.mp4")


@needs_root
def test_a_dead_share_on_a_folder_is_reported(tmp_path: Path, mounts: list[Path]) -> None:
    """A mount below the inbox whose server has died answers nothing: its folder is there, and
    cannot be read."""
    back, front = tmp_path / "back", tmp_path / "inbox/dub-nl"
    back.mkdir()
    front.mkdir(parents=True)
    if shutil.which("bindfs") is None:
        pytest.skip("bindfs not installed")
    server = subprocess.Popen(["bindfs", "-f", str(back), str(front)], stderr=subprocess.DEVNULL)
    mounts.append(front)
    end = time.monotonic() + PATIENCE
    while not os.path.ismount(front) and time.monotonic() < end:
        time.sleep(0.02)
    server.kill()
    server.wait()
    end = time.monotonic() + PATIENCE
    # the kernel remembers for a second how it looked
    while os.access(front, os.F_OK) and time.monotonic() < end:
        time.sleep(0.05)
    assert [entry.kind for entry in walk(tmp_path / "inbox", Ignore())] == [EntryKind.CLOSED]


@needs_root
def test_a_folder_that_may_be_listed_and_not_entered_is_reported(tmp_path: Path) -> None:
    """Rights r without x show names and no files: that is no empty folder, nor one whose watch
    is missing."""
    task = tmp_path / "dub-es"
    (task / "closed").mkdir(parents=True)
    (task / "closed/a.mp4").write_bytes(mp4())
    (task / "closed").chmod(0o744)
    with as_nobody(tmp_path):
        entries = list(walk(tmp_path, Ignore()))
    assert {entry.path: entry.kind for entry in entries}[b"dub-es/closed"] is EntryKind.CLOSED
    inbox_state = InboxState.of(Watch(root=tmp_path), {})
    survey = ScanDiffer(
        inbox_state.book, inbox_state.known, inbox_state.tracked, lambda path: True
    ).survey(entries)
    assert (
        task.stat().st_ino in survey.inodes,
        (task / "closed").stat().st_ino in survey.inodes,
    ) == (True, False)


@needs_root
def test_a_mount_of_another_user_closes_its_own_folder_only(
    tmp_path: Path, mounts: list[Path]
) -> None:
    """Somebody mounts a share of theirs on a task folder, as FUSE has it for themselves alone:
    the others are scanned."""
    back, front = tmp_path / "back", tmp_path / "inbox/dub-nl"
    back.mkdir()
    front.mkdir(parents=True)
    (tmp_path / "inbox/dub-es").mkdir()
    (tmp_path / "inbox/dub-es/a.mp4").write_bytes(mp4())
    if shutil.which("bindfs") is None:
        pytest.skip("bindfs not installed")
    subprocess.run(
        ["bindfs", "--no-allow-other", str(back), str(front)], check=True, capture_output=True
    )
    mounts.append(front)
    with as_nobody(tmp_path):
        found = {entry.path: entry.kind for entry in walk(tmp_path / "inbox", Ignore())}
    assert found == {
        b"dub-nl": EntryKind.CLOSED,
        b"dub-es": EntryKind.FOLDER,
        b"dub-es/a.mp4": EntryKind.FILE,
    }


@contextmanager
def as_nobody(below: Path) -> Iterator[None]:
    """With the rights of a user who may come as far as `below` and read."""
    places = [below, *below.parents]
    modes = {
        place: place.stat().st_mode
        for place in places
        if place.stat().st_uid == 0 and not place.stat().st_mode & 1
    }
    for place, mode in modes.items():
        place.chmod(mode | 0o055)  # our group is still the owner's
    try:
        os.seteuid(65534)
        yield
    finally:
        os.seteuid(0)
        for place, mode in modes.items():
            place.chmod(mode)


@pytest.mark.anyio
@needs_root
async def test_a_mount_over_the_root_is_noticed_at_once(tmp_path: Path, mounts: list[Path]) -> None:
    """Mounted over: the new root is watched without waiting for the guard."""
    root = tmp_path / "ws"
    (root / "inbox/dub-es").mkdir(parents=True)
    async with inbox_rig(root, tmp_path / "s", scan_interval=60) as b:
        await b.until(lambda: b.inbox.health.state is HealthState.WATCHING)
        mount_tmpfs(root / "inbox", mounts)
        b.put("dub-es/p.mp4", mp4())
        await b.until(lambda: len(b.claimed) == 1)


@pytest.mark.anyio
@needs_root
async def test_the_mount_table_rings(tmp_path: Path, mounts: list[Path]) -> None:
    """A mount and an umount each ring, and neither rings without end."""
    rung = asyncio.Event()
    count = 0

    def ring() -> None:
        nonlocal count
        count += 1
        rung.set()

    news = MountEvents(ring)
    try:
        mount_tmpfs(tmp_path, mounts)
        await asyncio.wait_for(rung.wait(), PATIENCE)
        rung.clear()
        subprocess.run(["umount", str(tmp_path)], check=True)
        await asyncio.wait_for(rung.wait(), PATIENCE)
        assert count < 20
    finally:
        news.close()
