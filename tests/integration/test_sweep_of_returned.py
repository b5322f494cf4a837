"""What a killed process has left on a share is removed when the share is there again."""

from __future__ import annotations

from collections.abc import Awaitable
from pathlib import Path

import pytest

from nemowatch.clock import ManualClock
from nemowatch.config.load import load
from nemowatch.fs.threads import Disks
from nemowatch.journal.database import Journal
from nemowatch.reporting.note_writer import NoteWriter
from nemowatch.service.housekeeping import Housekeeping

pytestmark = pytest.mark.anyio


async def test_a_share_that_was_away_is_swept_once_it_is_back(tmp_path: Path) -> None:
    """Also if it goes while it is swept, and only once; what it holds is not left for hours."""
    root = tmp_path / "studio"
    (root / "outbox/dub-es").mkdir(parents=True)
    config_file = tmp_path / "config.toml"
    config_file.write_text(f'[[watch]]\nroot = "{root}"\n')
    config, clock = load(config_file, {}), ManualClock()
    away = [True]
    work: list[Awaitable[None]] = []
    journal, disks = Journal.open(tmp_path / "journal.db", clock), Disks()
    keeper = Housekeeping(
        journal,
        disks,
        clock,
        NoteWriter(journal, disks, clock),
        lambda _: away[0],
        work.append,
    )

    async def carry_out() -> int:
        """Until nothing is left to do; returns how many pieces of work there were."""
        for count in range(100):
            if not work:
                return count
            await work.pop(0)
        raise AssertionError("it never ends")

    def leave() -> Path:
        path = root / "outbox/dub-es/.~nemowatch-probe-0badc0de-12345678-part"
        path.write_bytes(b"x")
        return path

    try:
        left = leave()
        keeper.sweep(config)
        await carry_out()
        assert left.exists()

        away[0] = False
        keeper.sweep_returned(config)
        away[0] = True  # while it is swept
        await carry_out()
        assert not left.exists()

        left = leave()
        away[0] = False
        keeper.sweep_returned(config)
        await carry_out()
        assert not left.exists()

        keeper.sweep_returned(config)
        assert await carry_out() == 0
    finally:
        disks.close()
        journal.close()
