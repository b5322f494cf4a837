"""Files and folders that people rename while nemowatch works on them: followed, never paid for
again."""

from __future__ import annotations

import os
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from nemowatch.journal.jobs import Job
from nemowatch.model import State
from nemowatch.sources import notes_left_behind
from tests.rigs.engine import EngineRig, engine_rig
from tests.rigs.inbox import inbox_rig, mp4

pytestmark = pytest.mark.anyio

NFC = "Caf\u00e9.mp4"
NFD = unicodedata.normalize("NFD", NFC)

#: How a person renames `dub-es/clientA/clip.mp4`, and where it is then.
RENAMES: dict[str, tuple[Callable[[Path], object], str]] = {
    "file": (
        lambda inbox: (inbox / "dub-es/clientA/clip.mp4").rename(inbox / "dub-es/clientA/b.mp4"),
        "dub-es/clientA/b",
    ),
    "case": (
        lambda inbox: (inbox / "dub-es/clientA/clip.mp4").rename(inbox / "dub-es/clientA/Clip.mp4"),
        "dub-es/clientA/Clip",
    ),
    "moved up": (
        lambda inbox: (inbox / "dub-es/clientA/clip.mp4").rename(inbox / "dub-es/clip.mp4"),
        "dub-es/clip",
    ),
    "folder": (
        lambda inbox: (inbox / "dub-es/clientA").rename(inbox / "dub-es/clientB"),
        "dub-es/clientB/clip",
    ),
    "task folder": (
        lambda inbox: (inbox / "dub-es").rename(inbox / "Dub Spanish"),
        "Dub Spanish/clientA/clip",
    ),
}


async def rendering(house: EngineRig, count: int = 1) -> None:
    """Until everything is paid for and nothing is delivered."""
    await house.until(
        "paid",
        lambda found: len(found) == count and all(job.state is State.RENDERING for job in found),
    )


@pytest.mark.parametrize("how", RENAMES)
async def test_a_rename_while_its_job_is_open_is_followed(tmp_path: Path, how: str) -> None:
    """One job, one payment; its result and its source have the new name."""
    rename, now = RENAMES[how]
    async with engine_rig(tmp_path, settings={"render_seconds": 3}) as house:
        await house.start()
        house.drop("dub-es/clientA/clip.mp4")
        await rendering(house)
        rename(house.root / "inbox")
        await house.departed(await house.ended(1))
        assert house.files("outbox") == {f"{now}.es.mp4"}
        assert house.files("done") == {f"{now}.mp4"}
        assert house.charged() == 1


async def test_a_rename_that_is_seen_after_the_delivery_is_followed(tmp_path: Path) -> None:
    """The job ended while the file settled under its new name: it goes to done/, and that is
    all."""
    async with engine_rig(tmp_path, settings={"render_seconds": 1}) as house:
        await house.start()
        path = house.drop("dub-es/clip.mp4")
        await rendering(house)
        data = path.read_bytes()
        path.rename(path.with_name("b.mp4"))
        with path.with_name("b.mp4").open("r+b") as file:
            await house.until(  # written all the time, with the same bytes
                "the end",
                lambda found: (
                    file.seek(0) == 0 and file.write(data) > 0 and found[0].state is State.PUBLISHED
                ),
            )
        await house.departed(await house.ended(1))
        assert house.files("done") == {"dub-es/b.mp4"}
        assert house.charged() == 1


async def test_files_that_exchange_their_names_are_followed(tmp_path: Path) -> None:
    """A series is renumbered: at each old name there is another file."""
    async with engine_rig(tmp_path, settings={"render_seconds": 4}) as house:
        await house.start()
        one, two = house.drop("dub-es/1.mp4"), house.drop("dub-es/2.mp4")
        data = one.read_bytes()
        await rendering(house, 2)
        one.rename(one.with_name("x"))
        two.rename(one)
        one.with_name("x").rename(two)
        await house.departed(await house.ended(2))
        assert (house.root / "done/dub-es/2.mp4").read_bytes() == data
        assert house.charged() == 2


async def test_a_copy_beside_the_first_is_an_order_of_its_own(tmp_path: Path) -> None:
    """The first is still there: this is no rename."""
    async with engine_rig(tmp_path, settings={"render_seconds": 1}) as house:
        await house.start()
        path = house.drop("dub-es/clip.mp4")
        await rendering(house)
        path.with_name("copy.mp4").write_bytes(path.read_bytes())
        await house.ended(2)
        assert house.charged() == 2


async def test_a_move_to_another_order_is_that_order(tmp_path: Path) -> None:
    """What is paid for is delivered; the other folder's order is new."""
    async with engine_rig(tmp_path, settings={"render_seconds": 1}) as house:
        await house.start()
        path = house.drop("dub-es/clip.mp4")
        (house.root / "inbox/dub-fr").mkdir()
        await rendering(house)
        path.rename(house.root / "inbox/dub-fr/clip.mp4")
        await house.ended(2)
        assert house.files("outbox") == {"dub-es/clip.es.mp4", "dub-fr/clip.fr.mp4"}


async def test_a_question_goes_along_with_its_file(tmp_path: Path) -> None:
    """What a person is asked stands beside the file's new name, and nowhere else."""
    async with engine_rig(tmp_path) as house:
        house.fault("chat:cut_before@1")
        await house.start()
        path = house.drop("dub-es/clip.mp4")
        await house.until("asked", lambda _: "dub-es/clip.mp4.question.txt" in house.files("inbox"))
        path.rename(path.with_name("b.mp4"))
        wanted = {"dub-es/b.mp4", "dub-es/b.mp4.question.txt"}
        await house.until("asked again", lambda _: house.files("inbox") == wanted)
        assert [job.state for job in await house.jobs()] == [State.ATTENTION]


@pytest.mark.parametrize("order", [(NFC, NFD), (NFD, NFC)])
async def test_one_name_in_both_forms_of_unicode_is_one_file(
    tmp_path: Path, order: tuple[str, str]
) -> None:
    """A sync client restores a file in the other form, beside it or in its place: it is not paid
    for again."""
    first, second = order
    async with engine_rig(tmp_path, settings={"render_seconds": 2}) as house:
        await house.start()
        data = house.drop(f"dub-es/{first}").read_bytes()
        await rendering(house)
        house.drop(f"dub-es/{second}", data)
        await house.departed(await house.ended(1), 60)

        house.drop(f"dub-es/{second}", data)
        await house.departed(await house.ended(1), 60)
        assert house.charged() == 1


async def test_both_forms_of_unicode_at_once_are_one_file(tmp_path: Path) -> None:
    """Both are there before either is a job."""
    (tmp_path / "ws/inbox/dub-es").mkdir(parents=True)
    for name in (NFC, NFD):
        (tmp_path / "ws/inbox/dub-es" / name).write_bytes(mp4("one"))
    async with inbox_rig(tmp_path / "ws", tmp_path / "s") as b:
        await b.until(lambda: any("spelling" in waiting.why for waiting in b.inbox.waiting()))
        assert len(b.claimed) == 1


async def test_a_conflict_copy_waits_with_a_note_in_its_folder_until_it_is_renamed(
    tmp_path: Path,
) -> None:
    """Who sees only the share reads there what to do, and doing it is enough."""
    async with engine_rig(tmp_path) as house:
        await house.start()
        path = house.drop("dub-es/clip (Anna's conflicted copy 2024-01-31).mp4")
        note = house.root / "inbox/dub-es/nemowatch - read me.txt"
        await house.until("told", lambda _: note.exists())
        assert "looks like a copy of another file" in note.read_text("utf-8-sig")
        assert house.charged() == 0

        path.rename(path.with_name("clip.mp4"))
        await house.until("done", lambda found: found[-1].state is State.PUBLISHED)
        await house.until("tidy", lambda _: not note.exists())
        assert house.charged() == 1


async def test_a_copy_of_the_same_content_is_asked_about(tmp_path: Path) -> None:
    """A browser, a sync client, the system or a person made it: nothing new would come of it,
    whether it comes with the file that it is called after, after that was done, or before it."""
    copies = ["clip (Konfliktkopie 2026-11-01).mp4", "clip (1).mp4", "clip-Annas-MacBook.mp4"]
    copies += ["clip_reception.mp4"]
    async with engine_rig(tmp_path) as house:
        data = house.drop("dub-es/clip.mp4").read_bytes()
        for name in copies[:2]:
            house.drop(f"dub-es/{name}", data)
        await house.start()
        await house.until("asked", lambda found: _states(found) == {"published": 1, "held": 2})

        for name in copies[2:]:
            house.drop(f"dub-es/{name}", data)
        house.drop("dub-es/clips.mp4", data)  # called otherwise
        await house.until("asked too", lambda found: _states(found) == {"published": 2, "held": 4})

        other = house.drop("dub-es/talk-NACHTPORTIER.mp4").read_bytes()
        await house.until("done", lambda found: _states(found)["published"] == 3)
        house.drop("dub-es/talk.mp4", other)
        await house.until("late", lambda found: _states(found) == {"published": 3, "held": 5})
        assert house.charged() == 3


def _states(found: Iterable[Job]) -> Counter[str]:
    return Counter(job.state.value for job in found)


async def test_a_series_of_different_files_is_ordinary_work(tmp_path: Path) -> None:
    """Windows calls them like copies when many are renamed at once."""
    async with engine_rig(tmp_path) as house:
        for name in ("talk.mp4", "talk (1).mp4", "talk (2).mp4"):
            house.drop(f"dub-es/{name}")
        await house.start()
        await house.departed(await house.ended(3))
        assert house.charged() == 3


async def test_a_note_goes_when_its_file_has_left_under_another_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In failed/ and in done/; one whose file lies there still, or was put back, stays."""
    monkeypatch.setattr(notes_left_behind, "CHECK_AGAIN", 0.2)
    async with engine_rig(tmp_path) as house:
        house.fault("upload:4001@1-3")
        for name in ("one.mp4", "two.mp4", "three.mp4"):
            house.drop(f"dub-es/a/{name}")
        await house.start()
        await house.departed(await house.ended(3))
        failed = house.root / "failed/dub-es/a"
        await house.until("noted", lambda _: len(list(failed.glob("*.error.txt"))) == 3)

        pause = house.root / "inbox/dub-es/a/PAUSE"
        pause.parent.mkdir(parents=True, exist_ok=True)
        pause.touch()
        (failed / "one.mp4").rename(pause.with_name("new name.mp4"))
        (failed / "two.mp4").rename(pause.with_name("two.mp4"))
        left = {"two.mp4.error.txt", "three.mp4", "three.mp4.error.txt"}
        await house.until("gone", lambda _: set(os.listdir(failed)) == left)

        pause.unlink()
        await house.until("done", lambda found: _states(found)["published"] == 2)
        await house.until("none", lambda _: set(os.listdir(failed)) == left - {"two.mp4.error.txt"})
        done = house.root / "done/dub-es/a"
        await house.until("left", lambda _: (done / "two.mp4").exists())
        again = house.drop("dub-es/a/two.mp4")
        note = done / "two.mp4.note.txt"
        await house.until("second copy", lambda _: note.exists() and not again.exists())
        for copy in done.glob("two*.mp4"):
            copy.rename(tmp_path / copy.name)
        await house.until("no note", lambda _: not note.exists())
