"""The notes in folders over restarts of the daemon."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nemowatch.reporting.notes import READ_ME
from tests.rigs.engine import engine_rig

pytestmark = pytest.mark.anyio


def seen(note: Path) -> tuple[int, int]:
    """What a sync client compares."""
    there = note.stat()
    return there.st_ino, there.st_mtime_ns


async def test_a_restart_writes_no_note_anew_that_says_the_same(tmp_path: Path) -> None:
    """Each write is work for every sync client. What was mended meanwhile loses its note."""
    async with engine_rig(tmp_path) as rig:
        for name in ("dubb-es/a.mp4", "dubb-de/b.mp4", "edit/c.mp4"):
            rig.drop(name)
        inbox = rig.root / "inbox"
        kept = [inbox / "dubb-es" / READ_ME, inbox / "edit" / READ_ME]
        mended = inbox / "dubb-de" / READ_ME
        await rig.start()
        await rig.until("the notes", lambda _: all(map(os.path.exists, [*kept, mended])))
        before = list(map(seen, kept))
        await rig.stop()

        mended.parent.rename(inbox / "dub-de")
        rig.drop("dubb-fr/later.mp4")
        await rig.start()
        later = inbox / "dubb-fr" / READ_ME
        await rig.until("everything is judged", lambda _: later.exists())
        moved = inbox / "dub-de" / READ_ME
        await rig.until("its note goes", lambda _: not moved.exists())
        assert list(map(seen, kept)) == before
