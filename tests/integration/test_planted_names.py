"""Whoever may write into a share can put anything under the names that nemowatch makes or reads:
nothing outside is written or read through it, nothing waits for it, and work goes on."""

from __future__ import annotations

import asyncio
import hashlib
import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from nemowatch.fs.exclusive_create import brief_name
from nemowatch.intake.watch.owner_file import NAME as OWNER_NAME
from nemowatch.model import State
from tests.rigs.engine import EngineRig, engine_rig
from tests.rigs.studio import video

pytestmark = pytest.mark.anyio

SECRET = b"what is outside the share\n"


def link(path: Path, victim: Path) -> None:
    path.symlink_to(victim)


def dangling_link(path: Path, victim: Path) -> None:
    path.symlink_to(victim.with_name("made-by-nemowatch"))


def hard_link(path: Path, victim: Path) -> None:
    path.hardlink_to(victim)


def pipe(path: Path, victim: Path) -> None:
    os.mkfifo(path)


def a_socket(path: Path, victim: Path) -> None:
    here = os.open(path.parent, os.O_PATH)
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(f"/proc/self/fd/{here}/{path.name}")
    finally:
        os.close(here)


def folder(path: Path, victim: Path) -> None:
    path.mkdir()


def link_to_folder(path: Path, victim: Path) -> None:
    path.symlink_to(victim.parent)


Plant = Callable[[Path, Path], None]
PLANTS = [link, dangling_link, hard_link, pipe, a_socket, folder, link_to_folder]

#: What is found under the names of files that nemowatch makes or reads in a workspace.
NAMES = [
    "status.html",
    f".~nemowatch-owner-{os.getpid()}",
    ".nemowatch-owner.json",
    "inbox/dub-es/nemowatch - read me.txt",
    "inbox/dub-es/a.mp4.question.txt",
    "inbox/nonsense/nemowatch - read me.txt",
    "outbox/dub-es/.~nemowatch-1.part",
    "outbox/dub-es/.~nemowatch-1.part.to",
    "outbox/dub-es/a.es.mp4",
    "done/dub-es/a.mp4",
    "done/dub-es/.~nemowatch-source-" + hashlib.sha256(b"a.mp4").hexdigest()[:16] + ".part",
    "failed/dub-es/bad.mp4",
    "failed/dub-es/bad.mp4.error.txt",
]


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    """Somebody's file outside of the share, alone in its folder."""
    outside = tmp_path / "outside"
    outside.mkdir()
    path = outside / "journal.db"
    path.write_bytes(SECRET)
    return path


def plant(rig: EngineRig, names: list[str], how: Plant, victim: Path) -> None:
    for name in names:
        path = rig.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        how(path, victim)


def untouched(victim: Path) -> bool:
    names = [path.name for path in victim.parent.iterdir()]
    return names == [victim.name] and victim.read_bytes() == SECRET


@pytest.mark.parametrize("how", PLANTS)
async def test_what_is_planted_leads_nowhere(tmp_path: Path, victim: Path, how: Plant) -> None:
    """With all names taken at once the result is delivered, and the victim is as it was."""
    async with engine_rig(tmp_path / "rig") as rig:
        names = [name for name in NAMES if name != OWNER_NAME]
        if how is folder:
            names.remove("outbox/dub-es/.~nemowatch-1.part")  # held, until a person removes it
        plant(rig, names, how, victim)
        rig.drop("dub-es/a.mp4", video("a"))
        rig.drop("dub-es/bad.mp4", b"no video at all" * 100)
        rig.drop("nonsense/b.mp4", video("b"))
        await rig.start()
        (job,) = await rig.ended(1, 20)
        assert job.state is State.PUBLISHED
        await rig.until("it left", lambda _: not (rig.root / "inbox/dub-es/a.mp4").exists())
        assert rig.charged() == 1
        results = list((rig.root / "outbox/dub-es").glob("a.es*.mp4"))
        assert (rig.root / "outbox/dub-es/a.es (2).mp4") in results
    assert untouched(victim)


async def test_a_folder_in_the_place_of_a_part_is_a_hold(tmp_path: Path, victim: Path) -> None:
    """It says so, and goes on when the folder is gone; nothing is paid twice."""
    async with engine_rig(tmp_path / "rig") as rig:
        name = "outbox/dub-es/.~nemowatch-1.part"
        plant(rig, [name], folder, victim)
        rig.drop("dub-es/a.mp4", video("a"))
        await rig.start()
        (job,) = await rig.until("held", lambda found: found != [] and found[0].reason == "outbox")
        assert "directory" in job.error_text
        (rig.root / name).rmdir()
        assert rig.engine is not None
        await rig.engine.holds.check()
        (job,) = await rig.ended(1, 20)
        assert (job.state, rig.charged()) == (State.PUBLISHED, 1)


@pytest.mark.parametrize("how", [plant for plant in PLANTS if plant is not hard_link])
async def test_what_is_no_owner_file_holds_its_inbox(
    tmp_path: Path, victim: Path, how: Plant
) -> None:
    """Nobody knows whose the workspace is; a person takes it over, and it is a file again."""
    async with engine_rig(tmp_path / "rig") as rig:
        plant(rig, [OWNER_NAME], how, victim)
        await rig.start()
        assert rig.engine is not None
        (inbox,) = rig.engine.inboxes.values()
        assert inbox.health.state == "held"
        if how is folder:
            (rig.root / OWNER_NAME).rmdir()
        await rig.engine.order("take-over", {})
        rig.drop("dub-es/a.mp4", video("a"))
        await rig.until("held for approval, or claimed", lambda found: len(found) == 1)
        assert (rig.root / OWNER_NAME).is_file()
        assert not (rig.root / OWNER_NAME).is_symlink()
    assert untouched(victim)


@pytest.mark.parametrize("name", ["inbox", "outbox", "done", "failed", "outbox/dub-es", "."])
async def test_a_folder_that_is_swapped_for_a_link_gets_nothing(
    tmp_path: Path, victim: Path, name: str
) -> None:
    """Between the claim and the result, whichever folder it is; it goes on once it is back."""
    async with engine_rig(tmp_path / "rig", faults=["download:slow:1@*"]) as rig:
        for made in ("outbox/dub-es", "done", "failed"):
            (rig.root / made).mkdir(parents=True)
        rig.drop("dub-es/a.mp4", video("a"))
        await rig.start()
        await rig.until("under way", lambda found: found != [])
        there = rig.root / name
        aside = there.rename(rig.base / "aside")
        there.symlink_to(victim.parent)
        await asyncio.sleep(1)
        assert untouched(victim)
        there.unlink()
        aside.rename(there)
        assert rig.engine is not None
        await rig.engine.holds.check()
        (job,) = await rig.ended(1, 20)
        assert (job.state, rig.charged()) == (State.PUBLISHED, 1)
    assert untouched(victim)


@pytest.mark.parametrize("name", ["outbox", "done", "failed"])
async def test_a_link_instead_of_a_folder_that_is_not_made_yet(
    tmp_path: Path, victim: Path, name: str
) -> None:
    """It came while nemowatch ran, so it is not the administrator's."""
    async with engine_rig(tmp_path / "rig", faults=["poll:slow:1@*"]) as rig:
        rig.drop("dub-es/a.mp4", video("a"))
        rig.drop("dub-es/bad.mp4", b"no video at all" * 100)
        await rig.start()
        await rig.until("under way", lambda found: found != [])
        there = rig.root / name
        if there.exists():
            there.rename(rig.base / "aside")
        there.symlink_to(victim.parent)
        await asyncio.sleep(2)
        assert untouched(victim)
        there.unlink()
        assert rig.engine is not None
        await rig.engine.holds.check()
        (job,) = await rig.ended(1, 20)
        assert (job.state, rig.charged()) == (State.PUBLISHED, 1)
    assert untouched(victim)


def test_no_temporary_name_can_be_guessed() -> None:
    """Each is made of chance."""
    assert len({brief_name("owner") for _ in range(100)}) == 100
