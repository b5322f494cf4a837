"""What an APPROVE says yes to, and how often."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from nemowatch.clock import SystemClock
from nemowatch.config.watch_section import Watch
from nemowatch.errors import UsageError
from nemowatch.fs.identity import of_stat
from nemowatch.fs.threads import Disks
from nemowatch.intake.records import FileProblem
from nemowatch.journal import batches
from nemowatch.journal.database import Journal
from nemowatch.model import AttentionReason, Snapshot, State
from nemowatch.orders import read_order
from nemowatch.orders.resolve import Resolve
from nemowatch.sources import stale_approvals
from nemowatch.sources.approvals import Approvals
from nemowatch.sources.offer_approvals import OfferApprovals
from nemowatch.sources.request_plans import Asked, Record
from tests.rigs.command import Cli
from tests.rigs.journal_rows import claim, force

pytestmark = pytest.mark.anyio


class Ended(Exception):
    """The process ends here."""


class Rig:
    """Approvals of one inbox, and what they let go on."""

    def __init__(self, cli: Cli, journal: Journal, disks: Disks) -> None:
        clock = SystemClock()
        self.journal = journal
        self.watch = Watch(root=cli.root)
        self.approved: list[str] = []
        self._ends = False
        self.approvals = Approvals(journal, disks, clock, self._carry_out)
        self._offers = OfferApprovals(journal, clock, self._carry_out, self.approvals.remove_used)

    def refused(self) -> list[FileProblem]:
        return self._offers.refused(self.watch)

    async def ask(self) -> None:
        """A batch waits."""
        name = self.watch.name
        await self.journal.write(lambda conn: batches.begin(conn, name, "first scan", 30, 1))

    def offer(self, path: bytes) -> None:
        """A file that is done is offered."""
        (job_id,) = claim(self.journal, path)
        reason = AttentionReason.CHANGED.value
        force(self.journal, job_id, State.ATTENTION, reason=reason, back="instructing")
        name = self.watch.name
        self.journal.write_now(lambda conn: conn.execute("UPDATE source SET watch = ?", (name,)))

    async def take(self, *, ends: bool = False) -> bool:
        """What lies in the inbox is seen; `ends`: by a process that ends when it has written down
        what that lets go on."""
        self._ends = ends
        found: dict[bytes, Snapshot] = {}
        for path in self.watch.inbox.rglob("APPROVE*"):
            found[os.fsencode(path.relative_to(self.watch.inbox))] = of_stat(path.lstat())
        whole = {path: at for path, at in found.items() if b"/" not in path}

        spent = await self.approvals.remove_spent(self.watch, whole)
        is_approved = await self.approvals.judge(self.watch, whole)
        return await self._offers.judge(self.watch, found, spent) or is_approved

    async def _carry_out(self, path: str, asked: list[Asked], record: Record) -> None:
        def carry_out(conn: sqlite3.Connection) -> None:
            answers: list[dict[str, object]] = []
            for name, args in asked:
                order = read_order(name, args)
                order.prepare(conn)
                answers.append(order.commit(conn, 2))
            record(conn, answers, 2)

        await self.journal.write(carry_out)
        if self._ends:
            raise Ended
        self.approved += [name for name, _ in asked]


@asynccontextmanager
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    """One process after another."""
    cli = Cli(tmp_path)
    with cli.journal() as journal, closing(Disks()) as disks:
        yield Rig(cli, journal, disks)


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
    it, and asks nobody to. What waits by then, it has not approved, whatever the share's clock
    says."""
    async with rig(tmp_path) as r:
        r.watch.inbox.mkdir(parents=True, exist_ok=True)
        file = r.watch.inbox / "APPROVE"
        file.touch()
        await r.ask()
        with pytest.raises(Ended):
            await r.take(ends=True)
        assert file.exists()
    async with rig(tmp_path) as r:
        if asks_again:
            await r.ask()
        assert not await r.take()
        assert r.approved == []
        assert not file.exists()
        file.write_bytes(b"yes")
        assert await r.take() is asks_again
        assert file.exists() is not asks_again


@pytest.mark.parametrize("where", ["APPROVE", "dub-es/APPROVE"])
async def test_a_yes_to_an_offer_counts_once_when_its_removal_was_cut_off(
    tmp_path: Path, where: str
) -> None:
    """What is offered before the next process looks, nobody has approved."""
    async with rig(tmp_path) as r:
        file = r.watch.inbox / where
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
        r.offer(b"dub-es/a.mp4")
        with pytest.raises(Ended):
            await r.take(ends=True)
        assert file.exists()
    async with rig(tmp_path) as r:
        r.offer(b"dub-es/b.mp4")
        assert not await r.take()
        assert r.approved == []
        assert not file.exists()
        file.write_bytes(b"yes")
        assert await r.take()
        assert r.approved == ["resolve"]
        assert not file.exists()


async def test_a_yes_that_cannot_be_carried_out_is_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Instructions that contradict each other, or an order that was quicker, concern that offer:
    it waits as before, and the inbox goes on."""
    refusal = UsageError("glossary.txt cannot be read.", cure="Save it as UTF-8.")
    async with rig(tmp_path) as r:
        file = r.watch.inbox / "dub-es" / "APPROVE"
        file.parent.mkdir(parents=True)
        file.touch()
        r.offer(b"dub-es/a.mp4")

        def refuse(*_: object) -> None:
            raise refusal

        with monkeypatch.context() as patch:
            patch.setattr(Resolve, "prepare", refuse)
            assert not await r.take()
            assert not await r.take()  # one yes, and not at every scan
        (problem,) = r.refused()
        assert (problem.path, problem.what) == (b"dub-es/APPROVE", refusal.text)
        assert problem.cure.startswith(refusal.cure)
        file.unlink()
        assert not await r.take()
        assert r.refused() == []
        file.write_bytes(b"yes")
        assert await r.take()


async def test_a_yes_that_was_refused_is_not_said_to_be_for_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An offer waited for it, also where it lies at the top of the inbox: one reason is said."""
    monkeypatch.setattr(stale_approvals, "PATIENCE", 0.0)

    def refuse(*_: object) -> None:
        raise UsageError("The folder's instructions contradict each other.", cure="Mend them.")

    async with rig(tmp_path) as r:
        r.offer(b"dub-es/a.mp4")
        (r.watch.inbox / "APPROVE").touch()
        monkeypatch.setattr(Resolve, "commit", refuse)
        await r.take()
        assert [problem.path for problem in r.refused()] == [b"APPROVE"]
        assert r.approvals.stale(r.watch)
        assert r.approvals.stale(r.watch, r.refused()) == []


async def test_a_yes_to_a_batch_that_was_cut_off_says_none_to_an_offer(tmp_path: Path) -> None:
    """One in the inbox itself answers both, but only what waits when it comes."""
    async with rig(tmp_path) as r:
        r.watch.inbox.mkdir(parents=True, exist_ok=True)
        (r.watch.inbox / "APPROVE").write_bytes(b"yes, because " * 200)
        await r.ask()
        with pytest.raises(Ended):
            await r.take(ends=True)
    async with rig(tmp_path) as r:
        r.offer(b"dub-es/a.mp4")
        assert not await r.take()
        assert not await r.take()
        assert r.approved == []
