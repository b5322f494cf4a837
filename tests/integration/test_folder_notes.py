"""The notes in folders over restarts of the daemon."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nemowatch.intake.ready import stability
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


async def test_a_note_names_the_folder_in_which_a_file_lies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files of clients have the same names, and a task folder's note is about all of them."""
    monkeypatch.setattr(stability, "GIVE_UP", 0.6)
    async with engine_rig(tmp_path) as rig:
        for name in ("client A/promo.mp4", "client A/promo.mp4.part", "client B/promo.mp4"):
            rig.drop(f"dub-es/{name}")
        await rig.start()
        note = rig.root / "inbox/dub-es" / READ_ME
        await rig.until("the note", lambda _: note.exists())
        text = note.read_text("utf-8-sig")
        assert "    client A/promo.mp4\n" in text
        assert "client B" not in text
