"""What an APPROVE says yes to, and how often."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from nemowatch.clock import SystemClock
from nemowatch.config.watch_section import Watch
from nemowatch.fs.identity import of_stat
from nemowatch.fs.threads import Disks
from nemowatch.journal import batches
from nemowatch.journal.database import Journal
from nemowatch.model import Snapshot
from nemowatch.sources import stale_approvals
from nemowatch.sources.approvals import Approvals
from tests.rigs.command import Cli

pytestmark = pytest.mark.anyio


class Rig:
    """Approvals of one inbox, and how often they let something go on."""

    def __init__(
        self, cli: Cli, journal: Journal, approvals: Approvals, approved: list[str]
    ) -> None:
        self.journal = journal
        self.watch = Watch(root=cli.root)
        self.approvals, self.approved = approvals, approved

    async def ask(self) -> None:
        """A batch waits."""
        name = self.watch.name
        await self.journal.write(lambda conn: batches.begin(conn, name, "first scan", 30, 1))

    async def take(self) -> bool:
        """What lies in the inbox is seen."""
        found: dict[bytes, Snapshot] = {}
        for path in self.watch.inbox.glob("APPROVE*"):
            found[path.name.encode()] = of_stat(path.lstat())
        return await self.approvals.judge(self.watch, found)


@asynccontextmanager
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    """One process after another."""
    cli, clock, approved = Cli(tmp_path), SystemClock(), list[str]()
    with cli.journal() as journal, closing(Disks()) as disks:

        async def approve(watch: str) -> int:
            approved.append(watch)
            await journal.write(lambda conn: batches.approve(conn, watch, 2))
            return 1

        yield Rig(cli, journal, Approvals(journal, disks, clock, approve), approved)


async def test_a_yes_counts_for_what_waits_when_it_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that lay there before approves nothing, over restarts, and is reported; put there again
    it approves once, and goes."""
    monkeypatch.setattr(stale_approvals, "PATIENCE", 0.0)
    async with rig(tmp_path) as r:
        r.watch.inbox.mkdir(parents=True, exist_ok=True)
        file = r.watch.inbox / "APPROVE"
        file.touch()
        assert not await r.take()
        await r.ask()
        assert not await r.take()
        assert [one.path for one in r.approvals.stale(r.watch)] == [b"APPROVE"]
    async with rig(tmp_path) as r:
        assert not await r.take()
        file.unlink()
        file.write_bytes(b"yes")
        assert await r.take()
        assert not file.exists()
        assert not await r.take()
        assert r.approvals.stale(r.watch) == []
        assert len(r.approved) == 1


async def test_a_yes_that_could_not_be_removed_counts_once(tmp_path: Path) -> None:
    """It holds more than a word, so it stays; the next batch asks all the same."""
    async with rig(tmp_path) as r:
        r.watch.inbox.mkdir(parents=True, exist_ok=True)
        (r.watch.inbox / "APPROVE.txt").write_bytes(b"yes, because " * 200)
        await r.ask()
        assert await r.take()
        await r.ask()
        assert not await r.take()
        assert len(r.approved) == 1


@pytest.mark.parametrize("asks_again", [False, True])
async def test_a_yes_whose_removal_was_cut_off_goes_by_itself(
    tmp_path: Path, asks_again: bool
) -> None:
    """The process ended between writing the yes down and removing its file: the next one removes
    it, and asks nobody to. What waits by then, it has not approved."""
    async with rig(tmp_path) as r:
        r.watch.inbox.mkdir(parents=True, exist_ok=True)
        file = r.watch.inbox / "APPROVE"
        begun = (
            SystemClock().now_ms() - 20
        )  # the kernel's times of files are those of its last tick
        await r.journal.write(lambda conn: batches.begin(conn, r.watch.name, "first", 3, begun))
        file.touch()
        until = SystemClock().now_ms()
        await r.journal.write(lambda conn: batches.approve(conn, r.watch.name, until))
    async with rig(tmp_path) as r:
        if asks_again:
            await r.ask()
        assert not await r.take()
        assert r.approved == []
        assert not file.exists()
        while SystemClock().now_ms() <= until + 20:
            await asyncio.sleep(0.001)
        file.touch()
        assert await r.take() is asks_again
        assert file.exists() is not asks_again
