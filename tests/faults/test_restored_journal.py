"""A state folder, or its journal alone, that goes back in time: what was paid meanwhile is not
paid for again by itself, and nobody is asked who has no reason to be."""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from nemowatch.clock import SystemClock
from nemowatch.config.load import load
from nemowatch.journal import batches
from nemowatch.journal.database import Journal
from nemowatch.journal.jobs import Job
from nemowatch.model import ENDED, HoldReason, State
from nemowatch.service.restored_journal import is_restored
from tests.rigs.engine import EngineRig, engine_rig
from tests.rigs.studio import video

pytestmark = pytest.mark.anyio


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[EngineRig]:
    async with engine_rig(tmp_path) as made:
        yield made


def configure(house: EngineRig, old: str, new: str) -> None:
    path = house.base / "config.toml"
    path.write_text(path.read_text().replace(old, new))
    house.config = load(path, {})


def keeps(house: EngineRig) -> None:
    configure(house, 'mode = "scan"', 'mode = "scan"\nafter = "keep"')


async def start(house: EngineRig) -> bool:
    """Start as the daemon does; returns whether the state folder itself knew of a journal that
    was restored."""
    journal = Journal.open(house.state / "journal.db", SystemClock())
    older = is_restored(
        house.state, journal, [watch.name for watch in house.config.watch], SystemClock().now_ms()
    )
    journal.close()
    await house.start()
    return older


def is_done(job: Job) -> bool:
    return job.state is State.PUBLISHED


def asks(job: Job) -> bool:
    return job.state is State.HELD and job.reason == HoldReason.APPROVAL


async def published(house: EngineRig, count: int) -> None:
    await house.until(f"{count} published", lambda found: sum(map(is_done, found)) == count)


async def paid(house: EngineRig, count: int) -> None:
    """Until so many turns were charged for, and the workspace's owner file tells of the last of
    them."""
    at = await house.until(f"{count} paid", lambda _: house.charged() == count)
    assert at
    await house.until(
        "a mark in the workspace", lambda _: owner(house)["paid"].split(" ")[0] not in ("", "1")
    )


def owner(house: EngineRig) -> dict[str, str]:
    return json.loads((house.root / ".nemowatch-owner.json").read_text())


async def marked(house: EngineRig) -> None:
    """Until the workspace's owner file tells of a payment."""
    await house.until("the mark", lambda _: owner(house)["paid"] != "")


async def one_is_done(house: EngineRig, name: str = "f0") -> None:
    """The engine runs, and a first clip was dubbed."""
    house.drop(f"dub-es/{name}.mp4")
    await start(house)
    await published(house, 1)


async def approve(house: EngineRig) -> None:
    assert house.journal is not None
    await house.journal.write(lambda conn: batches.approve(conn, "", 1))


async def departed(house: EngineRig) -> None:
    """Until the journal, too, knows that every file whose jobs have ended has left the inbox."""
    assert house.journal is not None
    ended = ", ".join(f"'{state}'" for state in ENDED)
    staying = (
        "SELECT count(*) FROM source WHERE retired_at IS NULL AND NOT EXISTS"
        f" (SELECT 1 FROM instruction WHERE source_id = source.id AND state NOT IN ({ended}))"
    )
    for _ in range(3000):
        if await house.journal.read(lambda conn: conn.execute(staying).fetchone()[0]) == 0:
            return
        await asyncio.sleep(0.02)
    raise AssertionError("a source has not left the inbox")


def restore(house: EngineRig, saved: Path) -> None:
    shutil.rmtree(house.state)
    shutil.copytree(saved, house.state)


async def copy_of(house: EngineRig) -> Path:
    """Stop the engine and copy its state folder, as a backup at night does."""
    await departed(house)
    await house.stop()
    saved = house.base / "saved"
    shutil.copytree(house.state, saved)
    return saved


async def copy_of_a_night(house: EngineRig) -> Path:
    """Copy the state folder, and go on."""
    saved = await copy_of(house)
    await start(house)
    return saved


async def lose_two_payments(house: EngineRig) -> Path:
    """One clip is done, a copy of the state folder is made, a second clip is done and a third is
    rendering. Returns the copy; the engine is stopped."""
    await one_is_done(house)
    saved = await copy_of_a_night(house)
    house.drop("dub-es/f1.mp4")
    await published(house, 2)
    house.sandbox.world.settings.change({"render_seconds": 3600.0})
    house.drop("dub-es/f2.mp4")
    await paid(house, 3)
    await house.until("rendering", lambda found: any(job.state is State.RENDERING for job in found))
    await departed(house)
    await house.stop()
    house.sandbox.world.settings.change({"render_seconds": 0.1})
    return saved


@pytest.mark.parametrize("after", ["move", "keep"])
async def test_a_restored_state_folder(house: EngineRig, after: str) -> None:
    """The workspace remembers. What stands in the outbox is done; what was rendering waits for a
    person, and costs nothing before. Restored a second time, it asks a second time."""
    if after == "keep":
        keeps(house)
    saved = await lose_two_payments(house)
    known = 3 if after == "keep" else 2
    for _ in range(2):
        restore(house, saved)
        assert not await start(house)  # the folder itself is all of one time
        found = await house.until("one asks", lambda f: len(f) == known and any(map(asks, f)))
        assert sum(map(is_done, found)) == known - 1
        assert house.charged() == 3
        await house.stop()
    await start(house)
    await approve(house)
    await published(house, known)
    assert house.charged() == 4
    assert house.files("outbox") == {f"dub-es/f{number}.es.mp4" for number in range(3)}


async def test_it_asks_once(house: EngineRig) -> None:
    """After a person's yes neither the next start nor the next file is held, and the workspace
    tells of the new payment."""
    saved = await lose_two_payments(house)
    lost = owner(house)["paid"]
    restore(house, saved)
    await start(house)
    await house.until("it asks", lambda f: any(map(asks, f)))
    await approve(house)
    await published(house, 2)
    await house.stop()
    await start(house)
    house.drop("dub-es/f9.mp4")
    await published(house, 3)
    await house.until("the new mark", lambda _: owner(house)["paid"] != lost)


async def test_a_restored_hot_copy_of_the_journal(house: EngineRig) -> None:
    """Taken and restored within one run of the daemon, consistent in itself: the state folder
    remembers what was paid."""
    keeps(house)
    await one_is_done(house)
    with (
        closing(sqlite3.connect(house.state / "journal.db")) as conn,
        closing(sqlite3.connect(house.base / "hot.db")) as copy,
    ):
        conn.backup(copy)
    house.drop("dub-es/f1.mp4")
    await published(house, 2)
    await house.stop()
    # the workspace tells nothing: the folder alone must do
    (house.root / ".nemowatch-owner.json").unlink()
    for suffix in ("", "-wal", "-shm"):
        (house.state / f"journal.db{suffix}").unlink(missing_ok=True)
    shutil.copy2(house.base / "hot.db", house.state / "journal.db")
    (house.root / "outbox/dub-es/f1.es.mp4").unlink()
    assert await start(house)
    await house.until("one asks", lambda f: len(f) == 2 and sum(map(asks, f)) == 1)
    assert house.charged() == 2


async def test_existing_results_of_a_job_that_counts_as_unpaid_are_recognised(
    house: EngineRig,
) -> None:
    """Waiting in the copy, whatever for, and delivered after it was made: recognised by its
    results, held by nothing."""
    keeps(house)
    (house.root / "inbox/dub-es").mkdir()
    (house.root / "inbox/PAUSE").touch()
    house.drop("dub-es/f0.mp4")
    await start(house)
    await house.until("it is paused", lambda f: [job.reason for job in f] == [HoldReason.PAUSED])
    saved = await copy_of(house)
    (house.root / "inbox/PAUSE").unlink()
    await start(house)
    await published(house, 1)
    await marked(house)
    await house.stop()
    restore(house, saved)
    await start(house)
    await published(house, 1)
    await house.until("its file stays done", lambda f: len(f) == 1)
    assert house.charged() == 1


async def test_a_new_version_in_the_lost_time_is_asked_about(house: EngineRig) -> None:
    """The result that stands was made of the old version, as the journal knows: it is not taken
    for the new one's."""
    keeps(house)
    house.drop("dub-es/clip.mp4")
    house.drop("dub-es/other.mp4")
    await start(house)
    await published(house, 2)
    saved = await copy_of_a_night(house)
    house.drop("dub-es/more.mp4")
    await published(house, 3)
    await house.until("the mark", lambda _: owner(house)["paid"].startswith("3 "))
    await house.stop()
    restore(house, saved)
    house.drop("dub-es/clip.mp4", video("a new version"))
    await start(house)
    found = await house.until("one asks", lambda f: len(f) == 4 and any(map(asks, f)))
    assert sum(map(is_done, found)) == 3  # more.mp4 is recognised
    assert house.charged() == 3


async def test_several_roots_one_of_them_away_at_the_start(
    house: EngineRig, tmp_path: Path
) -> None:
    """Each workspace speaks for itself, whenever it comes; one that has lost nothing is not held
    up."""
    other = tmp_path / "other"
    for tree in ("inbox/dub-es", "outbox"):
        (other / tree).mkdir(parents=True)
    configure(
        house,
        "[render]",
        f'[[watch]]\nroot = "{other}"\nsettle = 0.1\nscan_interval = 1\nmode = "scan"\n[render]',
    )
    await start(house)
    house.drop("dub-es/f0.mp4")
    await published(house, 1)
    saved = await copy_of_a_night(house)
    house.sandbox.world.settings.change({"render_seconds": 3600.0})
    (other / "inbox/dub-es/lost.mp4").write_bytes(video("lost"))
    await house.until("paid", lambda _: house.charged() == 2)
    path = other / ".nemowatch-owner.json"
    await house.until("the mark", lambda _: json.loads(path.read_text())["paid"] != "")
    await house.stop()
    house.sandbox.world.settings.change({"render_seconds": 0.1})
    restore(house, saved)
    other.rename(tmp_path / "away")
    house.drop("dub-es/f1.mp4")
    await start(house)
    await published(house, 2)
    (tmp_path / "away").rename(other)
    await house.until("it asks", lambda f: len(f) == 3 and sum(map(asks, f)) == 1)
    assert house.charged() == 3


async def test_a_move_to_another_machine_asks_nothing(house: EngineRig) -> None:
    """The state folder at another place, with everything in it: no false alarm, and the work
    goes on."""
    await one_is_done(house)
    await house.stop()
    moved = house.base / "moved"
    shutil.copytree(house.state, moved)
    shutil.rmtree(house.state)
    moved.rename(house.state)
    house.drop("dub-es/f1.mp4")
    assert not await start(house)
    await published(house, 2)


@pytest.mark.parametrize("says", ["nothing", "an older call", "nonsense"])
async def test_an_owner_file_that_knows_less_raises_no_alarm(house: EngineRig, says: str) -> None:
    """Lost, restored by a sync client, or spoiled in its mark: the journal knows more, and
    writes it there again."""
    await start(house)
    for number in range(2):
        house.drop(f"dub-es/f{number}.mp4")
        await published(house, number + 1)
        if number == 0:
            await marked(house)
            older = owner(house)
    await house.stop()
    path = house.root / ".nemowatch-owner.json"
    if says == "nothing":
        path.unlink()
    else:
        path.write_text(json.dumps(older if says == "an older call" else {**older, "paid": "x"}))
    house.drop("dub-es/f2.mp4")
    await start(house)
    await published(house, 3)
    await house.until("the mark", lambda _: owner(house)["paid"].startswith(("2 ", "3 ")))


async def test_results_that_nobody_remembers_making(house: EngineRig) -> None:
    """At an ordinary start: a file whose results stand although this journal made none of them
    waits for a person, alone. What was made of a former version, as the journal knows, holds
    nobody up."""
    await one_is_done(house, "clip")
    await house.stop()
    house.drop("dub-es/clip.mp4", video("a new version"))
    house.drop("dub-es/foreign.mp4")
    (house.root / "outbox/dub-es/foreign.es.mp4").write_bytes(b"made before")
    await start(house)
    house.drop("dub-es/later.mp4")
    await house.until("all but one", lambda f: sum(map(is_done, f)) == 3 and sum(map(asks, f)) == 1)
    assert house.charged() == 3
    note = house.root / "inbox/nemowatch - read me.txt"
    await house.until("the question", lambda _: note.exists())
    assert "does not remember making them" in " ".join(note.read_text("utf-8-sig").split())
    await approve(house)
    await published(house, 4)


async def test_a_failed_job_of_the_copy_waits_too(house: EngineRig) -> None:
    """It failed before the copy was made, and something was paid for after it: its file, dropped
    again, is no free retry, for it may have been what was paid for."""
    house.fault("session:4001@*")
    house.drop("dub-es/f0.mp4")
    await start(house)
    await house.until("it failed", lambda f: [job.state for job in f] == [State.REJECTED])
    saved = await copy_of(house)
    house.clear_faults()
    await start(house)
    house.drop("dub-es/other.mp4")
    await published(house, 1)
    await marked(house)
    await departed(house)
    await house.stop()
    restore(house, saved)
    house.drop("dub-es/f0.mp4")
    await start(house)
    await house.until("it asks", lambda f: len(f) == 1 and asks(f[0]))
    assert house.charged() == 1
