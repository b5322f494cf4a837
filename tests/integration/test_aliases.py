"""A folder in people's own language, before the true engine and a cloud that keeps a ledger."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest

from nemowatch.model import State
from nemowatch.reporting.notes import READ_ME
from tests.rigs.engine import EngineRig, engine_rig

pytestmark = pytest.mark.anyio
FOLDER = unicodedata.normalize("NFD", "Dublação-es")
ALIAS = {"dublação": "dub"}


def reload(rig: EngineRig, aliases: dict[str, str]) -> None:
    """Go on with other aliases, as after SIGHUP."""
    assert rig.engine is not None
    rig.config = replace(rig.config, aliases=aliases)
    rig.engine.reconfigure(rig.config)


async def test_an_alias_comes_and_goes_and_nothing_is_paid_for_twice(tmp_path: Path) -> None:
    """Unknown, its folder is left with a note; known, its file is made once, under the folder's own
    name. Without it what is claimed goes on and what comes waits; with it again, or with another
    name of the same order, nothing is made anew."""
    async with engine_rig(tmp_path, settings={"turn_seconds": 0.5}) as rig:
        rig.drop(f"{FOLDER}/first.mp4")
        note = rig.root / "inbox" / FOLDER / READ_ME
        await rig.start()
        await rig.until("the note", lambda _: note.exists())
        assert await rig.jobs() == []

        reload(rig, ALIAS)
        await rig.until(
            "it is paid for", lambda found: [j.state for j in found] == [State.INSTRUCTING]
        )
        reload(rig, {})
        rig.drop(f"{FOLDER}/second.mp4")
        await rig.ended(1)
        assert rig.files("outbox") == {f"{FOLDER}/first.es.mp4"}
        assert rig.charged() == 1

        await rig.stop()
        await rig.start()
        await rig.until("the note again", lambda _: note.exists())
        assert f"{FOLDER}/second.mp4" in rig.files("inbox")
        assert rig.charged() == 1

        reload(rig, ALIAS)
        await rig.ended(2)
        reload(rig, {"dublação-es": "dub-es"})
        rig.drop(f"{FOLDER}/third.mp4")
        jobs = await rig.ended(3)
        assert [job.target for job in jobs] == ["es"] * 3
        await rig.departed(jobs)
        await rig.until("the note goes", lambda _: not note.exists())
        names = {f"{FOLDER}/{name}" for name in ("first.mp4", "second.mp4", "third.mp4")}
        assert rig.files("done") == names
        assert rig.charged() == 3
        await rig.agrees(names)
