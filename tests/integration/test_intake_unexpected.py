"""Errors that nobody foresaw, and folders that nobody expected: states of their inbox."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from nemowatch.intake import tracking
from nemowatch.intake.inbox import Inbox
from nemowatch.intake.records import Tick
from nemowatch.intake.watch import owner_file
from nemowatch.intake.watch.health import HealthState
from nemowatch.intake.watch.watcher import Watcher
from nemowatch.sources.tick_results import TickResults
from tests.rigs.engine import engine_rig
from tests.rigs.inbox import inbox_rig, mp4

pytestmark = pytest.mark.anyio

#: Deeper than Python lets a function call itself.
DEEP = 1_200


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace with a task folder."""
    top = tmp_path / "ws"
    (top / "inbox/dub-es").mkdir(parents=True)
    return top


def nest(folder: Path, depth: int) -> None:
    """Folders inside one another."""
    here = os.open(folder, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir("d", dir_fd=here)
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)


@pytest.fixture
def deep(root: Path) -> Iterator[Path]:
    """A task folder that is too deep for watchdog; taken away again level by level, because
    pytest's own clean-up calls itself as well."""
    top = root / "inbox/dub-es"
    nest(top, DEEP)
    yield top
    for depth in range(DEEP, 0, -1):
        os.rmdir(top / "/".join("d" * depth))


async def test_folders_too_deep_to_be_watched_are_scanned(
    root: Path, deep: Path, tmp_path: Path
) -> None:
    """The library that watches ends in a RecursionError there: the inbox says so, and works."""
    async with inbox_rig(root, tmp_path / "s") as b:
        await b.until(lambda: b.inbox.health.state is HealthState.DEGRADED, 30)
        assert "too deep" in str(b.inbox.health)
        b.put("dub-es/clip.mp4", mp4("clip"))
        b.inbox.request_scan()
        await b.until(lambda: bool(b.claimed), 60)


async def test_an_owner_file_full_of_brackets_is_somebodys(root: Path, tmp_path: Path) -> None:
    """JSON nested so deeply ends in a RecursionError when it is read: nothing is claimed."""
    (root / owner_file.NAME).write_bytes(b"[" * 60_000)
    async with inbox_rig(root, tmp_path / "s") as b:
        await b.until(lambda: b.inbox.health.state is HealthState.HELD)
        assert "its owner file cannot be read" in str(b.inbox.health)


@pytest.mark.parametrize("error", [RuntimeError("nobody foresaw this"), RecursionError()])
async def test_an_error_that_nobody_foresaw_is_the_inboxs_state_and_is_tried_again(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """The inbox is offline with its reason; once the error is gone it goes on by itself."""

    def broken(*_: object) -> None:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(tracking, "walk", broken)
        async with inbox_rig(root, tmp_path / "s") as b:
            await b.until(lambda: b.inbox.health.state is HealthState.OFFLINE)
            assert f"nemowatch itself failed here ({type(error).__name__})" in str(b.inbox.health)
            await b.inbox.guard()
            assert b.inbox.health.state is HealthState.OFFLINE, "tried again at once"
            patch.undo()
            b.put("dub-es/clip.mp4", mp4("clip"))
            await b.until(lambda: bool(b.claimed), 15)
            await b.until(lambda: b.inbox.health.state is HealthState.WATCHING)


async def test_an_error_in_passing_on_a_scan_ends_neither_the_daemon_nor_the_inbox(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine goes on; the inbox is tried again, and its file becomes a result."""
    act_on, failed = TickResults.act_on, list[bool]()

    async def broken_once(self: TickResults, inbox: Inbox, tick: Tick) -> None:
        if not failed:
            failed.append(True)
            raise RuntimeError("nobody foresaw this")
        await act_on(self, inbox, tick)

    monkeypatch.setattr(TickResults, "act_on", broken_once)
    async with engine_rig(tmp_path) as house:
        await house.start()
        house.drop("dub-es/clip.mp4")
        await house.ended(1)
        assert failed


async def test_folders_beyond_every_path_are_reported_and_hold_up_nothing(
    root: Path, tmp_path: Path
) -> None:
    """Where a path is longer than the kernel takes nothing is entered; other files are taken."""
    name, here = "n" * 200, os.open(root / "inbox/dub-es", os.O_RDONLY)
    for _ in range(25):
        os.mkdir(name, dir_fd=here)
        below = os.open(name, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    async with inbox_rig(root, tmp_path / "s") as b:
        b.put("dub-es/a.mp4", mp4("a"))
        await b.until(lambda: b.claimed != [])
        await b.until(lambda: len(b.problems) == 1)
    assert "nested too deeply" in b.problems[0].what


async def test_a_folder_that_is_watched_twice_harms_nothing(root: Path, tmp_path: Path) -> None:
    """The library warns of it, and where warnings are errors that would end its thread."""
    if os.geteuid() != 0:
        pytest.skip("mounting a folder at a second place needs root")
    once, twice = root / "inbox/dub-es/once", root / "inbox/dub-es/twice"
    once.mkdir()
    twice.mkdir()
    subprocess.run(["mount", "--bind", str(once), str(twice)], check=True)
    try:
        async with inbox_rig(root, tmp_path / "s") as b:
            b.put("dub-es/a.mp4", mp4("a"))
            await b.until(lambda: b.claimed != [])
            assert b.inbox.health.state is HealthState.WATCHING
    finally:
        subprocess.run(["umount", "-l", str(twice)], check=True)


async def test_a_watcher_that_fails_in_any_way_is_a_degraded_inbox(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The library's own mistakes too: the inbox is scanned instead."""

    def fail(_: Watcher) -> None:
        raise KeyError("a mistake of the library")

    monkeypatch.setattr(Watcher, "start", fail)
    async with inbox_rig(root, tmp_path / "s") as b:
        b.put("dub-es/a.mp4", mp4("a"))
        await b.until(lambda: b.claimed != [])
        assert b.inbox.health.state is HealthState.DEGRADED


@pytest.mark.parametrize("steps", range(12))
async def test_a_tick_that_the_end_overtakes_is_no_trouble(
    root: Path, tmp_path: Path, steps: int
) -> None:
    """Whatever the tick was about to do when its threads ended: the inbox has no trouble, which
    would keep its last status page from being written."""
    async with inbox_rig(root, tmp_path / "s") as b:
        await b.until(lambda: b.inbox.surveyed)
        await b.until(lambda: b.inbox.due_in() > 0)
        b.inbox.request_scan()
        tick = asyncio.create_task(b.inbox.tick())
        for _ in range(steps):
            await asyncio.sleep(0)
        await b.inbox.stop()
        await tick
        assert b.inbox.health.state is HealthState.WATCHING
