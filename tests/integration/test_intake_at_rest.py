"""An inbox in which files wait for a person is at rest: what cannot be taken is checked now
and then, not over and over."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from nemowatch.config.schema import Recipe
from nemowatch.errors import SourceChanged
from nemowatch.intake.ready import inspect
from nemowatch.intake.records import FileProblem
from nemowatch.intake.watch import root_monitor
from nemowatch.model import Snapshot
from tests.rigs.inbox import InboxRig, inbox_rig, mp4

pytestmark = pytest.mark.anyio

#: Ticks in a second of an inbox at rest: a few scans and looks. One that spins does a thousand.
FEW = 40


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace with three task folders. Mounts that come and go elsewhere on the machine are no
    news: each of them has the root checked, and is a tick."""

    def no_table(_: Callable[[], None]) -> None:
        raise FileNotFoundError

    monkeypatch.setattr(root_monitor, "MountEvents", no_table)
    top = tmp_path / "ws"
    for name in ("dub-es-fr", "voiceover", "cut"):
        (top / "inbox" / name).mkdir(parents=True)
    return top


async def ticks_in_a_second(b: InboxRig) -> int:
    """Counted from now."""
    before = b.ticks
    await asyncio.sleep(1)
    return b.ticks - before


async def test_a_prompt_that_stays_unreadable_keeps_nobody_busy(root: Path, tmp_path: Path) -> None:
    """A prompt.txt that is a link is reported, and checked seldom however long it stands there."""
    (tmp_path / "elsewhere.txt").write_text("make it nice")
    (root / "inbox/dub-es-fr/prompt.txt").symlink_to(tmp_path / "elsewhere.txt")
    async with inbox_rig(root, tmp_path / "s", settle=0.1, scan_interval=600) as b:
        b.put("dub-es-fr/p.mp4", mp4())
        await b.until(lambda: any("link" in w.why for w in b.inbox.waiting()))
        # longer than ten times the settle time, after which its next look is due
        await asyncio.sleep(1.2)
        assert await ticks_in_a_second(b) < FEW


async def test_a_pair_of_which_neither_can_be_used_keeps_nobody_busy(
    root: Path, tmp_path: Path
) -> None:
    """A clip that is cut short waits, and so does its text that is none; whole, the clip is not
    taken without it."""
    async with inbox_rig(root, tmp_path / "s") as b:
        b.put("voiceover/p.mp4", mp4()[:-100])
        b.put("voiceover/p.txt", bytes(range(256)) * 8)
        await b.until(
            lambda: (
                {w.why.split(":")[0] for w in b.inbox.waiting()}
                == {"not whole yet", "waits for p.mp4, which belongs to it"}
            )
        )
        assert await ticks_in_a_second(b) < FEW
        b.put("voiceover/p.mp4", mp4())
        await b.until(
            lambda: len([p for p in b.problems if isinstance(p, FileProblem) and p.final]) == 2
        )
        assert b.claimed == []


async def test_a_file_that_never_reads_as_it_looks_keeps_nobody_busy(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some shares tell a size that reading does not bear out: it settles again each time, and is
    not read over and over."""
    read = list[bytes]()

    def too_short(_fd: int, _look: Snapshot, path: bytes, _beat: Callable[[], None]) -> str:
        read.append(path)
        raise SourceChanged(path=path)

    monkeypatch.setattr(inspect, "fingerprint", too_short)
    async with inbox_rig(root, tmp_path / "s") as b:
        b.put("dub-es-fr/p.mp4", mp4())
        await b.until(lambda: len(read) > 0)
        before = len(read)
        assert await ticks_in_a_second(b) < FEW
        assert len(read) - before <= 5


async def test_files_whose_recipe_is_gone_keep_nobody_busy(root: Path, tmp_path: Path) -> None:
    """They are reported with their folder, and taken when the recipe is back."""
    recipes = {"cut": Recipe(prompt="Cut it.")}
    async with inbox_rig(root, tmp_path / "s", settle=1) as b:
        b.inbox.reconfigure(b.watch, recipes, 0)
        with b.put("cut/p.mp4", mp4()).open("ab"):
            await b.until(lambda: b.inbox.settling == 1)
            b.inbox.reconfigure(b.watch, {}, 0)
        await b.until(lambda: b.inbox.settling == 0)
        assert await ticks_in_a_second(b) < FEW
        b.inbox.reconfigure(b.watch, recipes, 0)
        await b.until(lambda: len(b.claimed) == 1)
