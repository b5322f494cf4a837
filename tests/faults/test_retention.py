"""Old history goes; what keeps a file from being paid for twice, and what a new take needs,
stays."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from nemowatch.clock import SystemClock
from nemowatch.journal import job_history, spend
from nemowatch.journal.database import Journal
from nemowatch.journal.retired_files import DAY_MS
from nemowatch.model import State
from nemowatch.service.retention import PORTION, prune
from tests.rigs import big_journal
from tests.rigs.engine import engine_rig
from tests.rigs.studio import video

pytestmark = pytest.mark.anyio


async def test_what_stays(tmp_path: Path) -> None:
    """After the history of a job was pruned its file is still known: dropped again it costs
    nothing, its results come back from the draft, a transcript's words too, and a new take sends
    the whole order."""
    async with engine_rig(tmp_path) as house:
        names = ["dub-es/a.mp4", "transcribe/b.mp4"]
        for name in names:
            house.drop(name, video(name))
        await house.start()
        await house.departed(await house.ended(2))
        assert house.journal is not None
        assert house.engine is not None
        before = await house.jobs()
        later = before[0].updated_at + 400 * DAY_MS
        pruned = await prune(house.journal, 365, later)
        assert pruned <= 2
        assert await house.journal.read(lambda conn: job_history.events(conn, 1)) == []
        after = await house.jobs()
        assert [job.prompt for job in after] == [job.prompt for job in before]
        assert len(await house.journal.read(lambda conn: spend.of_job(conn, 1))) == 1
        results = house.files("outbox")
        for name in results:
            (house.root / "outbox" / name).unlink()
        for name in names:
            house.drop(name, video(name))
        house.engine.scan_all()
        await house.until("the results again", lambda found: house.files("outbox") == results)
        assert house.charged() == 2
        published = await house.until(
            "published", lambda found: all(job.state is State.PUBLISHED for job in found)
        )
        await house.departed(published)
        await house.engine.order("again", {"jobs": [1], "new_take": True})
        await house.until("a new take", lambda found: house.charged() == 3)
        await house.ended(2)
        sent = [t["message"] for s in house.ledger()["sessions"].values() for t in s["turns"]]
        assert sent.count(before[0].prompt) == 2
        assert house.ledger()["violations"] == []


async def test_others_write_while_old_history_goes(tmp_path: Path) -> None:
    """Only the history of jobs that ended before the day goes, a portion at a time: whoever uses
    the journal meanwhile gets a turn between two of them."""
    jobs, old = 3 * PORTION, 2 * PORTION + 1
    path = tmp_path / "journal.db"
    big_journal.fill(path, jobs)

    def jobs_with_events(conn: sqlite3.Connection) -> list[int]:
        return [row[0] for row in conn.execute("SELECT DISTINCT job_id FROM event")]

    with closing(Journal.open(path, SystemClock())) as journal:
        now_ms = big_journal.BEGAN + (old + 1) * 1000 + DAY_MS
        pruning = asyncio.create_task(prune(journal, 1, now_ms))
        seen = {jobs}
        while not pruning.done():
            seen.add(len(await journal.read(jobs_with_events)))
        assert await journal.read(jobs_with_events) == list(range(old + 1, jobs + 1))
    assert len(seen) > 2
