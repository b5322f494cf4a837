"""The owner file in somebody's share: written whole, and never through what others put there."""

from __future__ import annotations

import json
import os
import socket
import stat
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from nemowatch.intake.watch import owner_file
from nemowatch.intake.watch.health import HealthState
from nemowatch.service.operations import Operations
from tests.rigs.inbox import inbox_rig, mp4


def link(path: Path, victim: Path) -> None:
    """A link to somebody's file."""
    path.symlink_to(victim)


def pipe(path: Path, _victim: Path) -> None:
    """A pipe that nobody reads or writes."""
    os.mkfifo(path)


TRAPS = pytest.mark.parametrize("trap", [link, pipe])
Trap = Callable[[Path, Path], None]


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    """A file that must keep its content."""
    path = tmp_path / "journal.db"
    path.write_bytes(b"every job")
    return path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace's root that others may write to."""
    path = tmp_path / "root"
    path.mkdir()
    return path


@TRAPS
def test_a_trap_under_the_temporary_name_is_neither_followed_nor_waited_for(
    root: Path, victim: Path, monkeypatch: pytest.MonkeyPatch, trap: Trap
) -> None:
    """Whoever guesses the name finds nothing overwritten, and the owner file is a file."""
    monkeypatch.setattr(owner_file, "brief_name", lambda _kind: ".~nemowatch-owner-guessed")
    trap(root / ".~nemowatch-owner-guessed", victim)
    trap(root / f".~nemowatch-owner-{os.getpid()}", victim)
    assert owner_file.claim(root, "one", 1).ours
    assert victim.read_bytes() == b"every job"
    assert stat.S_ISREG((root / owner_file.NAME).lstat().st_mode)


@TRAPS
def test_a_trap_under_the_owner_files_name_counts_as_somebody_until_a_person_decides(
    root: Path, victim: Path, trap: Trap
) -> None:
    """Nothing is claimed, nothing is read or written through it; a take-over replaces it."""
    trap(root / owner_file.NAME, victim)
    assert not owner_file.claim(root, "one", 1, worked=True).ours
    assert not owner_file.sign(root, "one", 2, "").ours
    assert owner_file.take_over(root, "one", 3).ours
    assert victim.read_bytes() == b"every job"
    assert stat.S_ISREG((root / owner_file.NAME).lstat().st_mode)
    assert owner_file.claim(root, "one", 4).ours


@pytest.mark.parametrize("left", [b"", b"\0" * 180], ids=["empty", "zeros"])
def test_a_blank_owner_file_is_ours_only_where_our_journal_has_worked(
    root: Path, left: bytes
) -> None:
    """A power cut may leave a file without its content; to anybody else it is somebody's."""
    (root / owner_file.NAME).write_bytes(left)
    assert not owner_file.claim(root, "one", 1).ours
    assert (root / owner_file.NAME).read_bytes() == left
    assert owner_file.claim(root, "one", 2, worked=True).ours
    assert not owner_file.claim(root, "two", 3, worked=True).ours


@pytest.mark.parametrize("left", [b"{half", b"[" * 60_000, b"[]", b"\xff\xfe"])
def test_an_owner_file_that_cannot_be_read_is_somebodys(root: Path, left: bytes) -> None:
    """However it is broken, nothing is claimed under it, although we have worked here."""
    (root / owner_file.NAME).write_bytes(left)
    found = owner_file.claim(root, "one", 1, worked=True)
    assert (found.ours, found.holder) == (
        False,
        "an unknown host (its owner file cannot be read)",
    )
    assert (root / owner_file.NAME).read_bytes() == left


@pytest.mark.parametrize("state", ["\ud800", "\x1b[2J\u202e", "x" * 60_000])
def test_what_another_wrote_as_its_state_can_be_shown(root: Path, state: str) -> None:
    """Half a character, marks that move the cursor and an endless word do nobody harm."""
    written = json.dumps({"host": socket.gethostname(), "state": state})
    (root / owner_file.NAME).write_text(written)
    found = owner_file.claim(root, "one", 1)
    assert not found.ours
    assert len(found.holder.encode()) < 300
    assert not {"\x1b", "\u202e"} & set(found.holder)


@pytest.mark.parametrize("write", [owner_file.claim, owner_file.take_over])
def test_the_owner_file_and_its_folder_are_on_disk_before_it_counts(
    root: Path, monkeypatch: pytest.MonkeyPatch, write: Callable[[Path, str, int], object]
) -> None:
    """A power cut right after the claim finds the file whole."""
    synced: list[int] = []
    fsync = os.fsync

    def recorded(fd: int) -> None:
        synced.append(os.fstat(fd).st_ino)
        fsync(fd)

    monkeypatch.setattr(os, "fsync", recorded)
    write(root, "one", 1)
    assert synced == [(root / owner_file.NAME).stat().st_ino, root.stat().st_ino]


@pytest.mark.anyio
async def test_an_inbox_goes_on_by_itself_after_a_power_cut_emptied_its_owner_file(
    tmp_path: Path,
) -> None:
    """The journal that worked it takes it up again; a journal that never did waits for a person."""
    root = tmp_path / "ws"
    (root / "inbox/dub-es").mkdir(parents=True)
    async with inbox_rig(root, tmp_path / "s") as b:
        await b.until(lambda: b.inbox.health.state is HealthState.WATCHING)
    (root / owner_file.NAME).write_bytes(b"")
    async with inbox_rig(root, tmp_path / "other") as b:
        await b.until(lambda: b.inbox.health.state is HealthState.HELD)
        engine: Any = SimpleNamespace(inboxes={"": b.inbox}, order=print)
        explain = Operations(engine).handlers()["explain"]
        answer = await explain({"path": str(root / "inbox/dub-es/clip.mp4")})
        assert "the inbox is held by" in answer["waiting"][0]
        assert (await explain({"path": "/elsewhere/clip.mp4"})) == {"waiting": []}
    async with inbox_rig(root, tmp_path / "s") as b:
        await b.until(lambda: b.inbox.health.state is HealthState.WATCHING)
        b.put("dub-es/clip.mp4", mp4("clip"))
        await b.until(lambda: bool(b.claimed))
