"""Old history goes; what keeps a file from being paid for twice, and what a new take needs,
stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from nemowatch.journal import job_history, spend
from nemowatch.journal.retired_files import DAY_MS
from nemowatch.model import State
from nemowatch.service.retention import prune
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
        pruned = await house.journal.write(lambda conn: prune(conn, 365, later))
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
