"""Texts that change a result or answer a question (docs/behaviour.md section 1)."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from nemowatch.outbox.texts_beside_results import OutboxListing
from tests.rigs.engine import EngineRig, engine_rig
from tests.rigs.request_texts import dubbed, made, note, noted, say, turns, until

pytestmark = pytest.mark.anyio


NAMES = [
    "promo.es.revise.txt",
    "promo.es.mp4.revise.txt",
    "Promo.ES.Revise.TXT",
    "promo.es.revise.txt.txt",
    "promo.revise.txt",
    "promo.mp4.revise.txt",
]


@pytest.mark.parametrize("name", NAMES)
async def test_a_text_named_after_a_result_changes_it(rig: EngineRig, name: str) -> None:
    """One more turn in its session, one more result beside it; the text goes to done/."""
    await dubbed(rig)
    say(rig, f"dub-es/{name}", "Make the voice slower, please. Then export it as MP4.")
    await made(rig, "dub-es/promo.es (2).mp4")
    await until("the text in done/", lambda: f"dub-es/{name}" in rig.files("done"))
    assert [said[1:] for said in turns(rig)] == [["Make the voice slower, please."]]
    assert rig.files("inbox") == set()
    assert rig.files("outbox") == {"dub-es/promo.es.mp4", "dub-es/promo.es (2).mp4"}


async def test_the_glossary_of_the_folder_goes_with_a_change(rig: EngineRig) -> None:
    """With every turn: as it is when the change is ordered; one that cannot be read is named."""
    await dubbed(rig)
    glossary = rig.drop("dub-es/glossary.txt", b"Acme Cloud =\n")
    say(rig, "dub-es/promo.es.revise.txt", "slower")
    await noted(
        rig, "dub-es", "promo.es.revise.txt", "glossary.txt cannot be used", "In line 1", "one name"
    )
    assert rig.charged() == 1
    glossary.write_text("Acme Cloud = es: Nube Acme, fr: Nuage Acme\n")
    await made(rig, "dub-es/promo.es (2).mp4")
    ((_, said),) = turns(rig)
    assert said.startswith("slower\n\n")
    assert said.endswith("- Acme Cloud = Nube Acme")


async def test_several_are_carried_out_in_order(rig: EngineRig) -> None:
    """Each goes on from what the one before has made, whichever version it names."""
    await dubbed(rig)
    say(rig, "dub-es/promo.es.revise.txt", "make the voice slower")
    await made(rig, "dub-es/promo.es (2).mp4")
    say(rig, "dub-es/promo.es (2).revise.txt", "without music")
    say(rig, "dub-es/promo.es.revise.txt", "warmer colours")
    await made(rig, "dub-es/promo.es (4).mp4")
    (said,) = turns(rig)
    assert said[1] == "make the voice slower"
    assert sorted(said[2:]) == ["warmer colours", "without music"]
    assert rig.charged() == 4


async def test_one_that_comes_too_early_waits(rig: EngineRig) -> None:
    """Its result is being made: a note says so, and then it is carried out."""
    rig.sandbox.world.settings.change({"render_seconds": 3})
    rig.drop("dub-es/promo.mp4")
    say(rig, "dub-es/promo.es.revise.txt", "make the voice slower")
    await noted(rig, "dub-es", "promo.es.revise.txt", "still being made")
    rig.sandbox.world.settings.change({"render_seconds": 0.1})
    await made(rig, "dub-es/promo.es.mp4", "dub-es/promo.es (2).mp4")
    assert rig.charged() == 2


async def test_one_whose_result_is_held_says_what_it_waits_for(tmp_path: Path) -> None:
    """A batch waits for approval: the note says so, and what to do. Approved, it is made, and then
    changed."""
    async with engine_rig(tmp_path, confirm=1) as rig:
        rig.drop("dub-es/promo.mp4")
        rig.drop("dub-es/other.mp4")
        say(rig, "dub-es/promo.es.revise.txt", "make the voice slower")
        await rig.start()
        await noted(rig, "dub-es", "promo.es.revise.txt", "not made yet: waits for approval")
        assert "still being made" not in note(rig, "dub-es")
        assert "called APPROVE" in note(rig, "dub-es")
        rig.drop("APPROVE", b"")
        await made(rig, "dub-es/promo.es (2).mp4", "dub-es/other.es.mp4")
        assert rig.charged() == 3


async def test_the_same_file_that_comes_back_is_carried_out_once(rig: EngineRig) -> None:
    """A sync client brings it back, under its own name or another: nothing is paid, and a note in
    done/ says so. Written again, it is one more instruction."""
    await dubbed(rig)
    text = say(rig, "dub-es/promo.es.revise.txt", "make the voice slower")
    await made(rig, "dub-es/promo.es (2).mp4")
    kept = rig.root / "done" / "dub-es" / text.name
    await until("the text in done/", kept.exists)
    for name in (text.name, "promo.es.mp4.revise.txt"):
        shutil.copy2(kept, text.with_name(name))
        await until("the copy has left", lambda: not rig.files("inbox"))
    said = (kept.parent / f"{text.name}.note.txt").read_text("utf-8-sig")
    assert "was carried out on" in " ".join(said.split())
    assert "promo.es (2).mp4" in said
    assert rig.charged() == 2

    os.utime(say(rig, f"dub-es/{text.name}", "make the voice slower"))
    await made(rig, "dub-es/promo.es (3).mp4")
    assert rig.charged() == 3


BAD = {
    "nosuch.revise.txt": ("make it slower", "no result called nosuch", "promo.es.revise.txt"),
    "promo.es.revise.txt": ("", "is empty", "Write into it"),
    "promo.es.mp4.revise.txt": (" \r\n ", "The text is empty", "save it"),
    "PROMO.ES.revise.txt": ("slower " * 600, "4,199 characters", "fewer words"),
    "promo.revise.txt": ("export it, 1080p MP4", "only asks for the result as a file", "outbox"),
    "promo.mp4.revise.txt": ("还剩多少积分？", "only asks about credits", "status.html"),
    "promo.es.revise.docx": ("slower", "looks like NAME.revise.txt", "promo.es.revise.txt"),
    "promo.es.revised.txt": ("slower", "looks like NAME.revise.txt", "promo.es.revise.txt"),
    "promo.answer.txt": ("Spanish", "waits for an answer", "Remove it"),
    "answer.txt": ("Spanish", "looks like NAME.answer.txt", "promo.mp4.answer.txt"),
}


async def test_what_is_wrong_with_one_is_noted_and_costs_nothing(rig: EngineRig) -> None:
    """Each is named with its cure; everything else goes on, and the note goes with them."""
    await dubbed(rig)
    for name, (text, *_) in BAD.items():
        say(rig, f"dub-es/{name}", text)
    for name, (_, *words) in BAD.items():
        await noted(rig, "dub-es", name, *words)
    rig.drop("dub-es/other.mp4")
    await made(rig, "dub-es/other.es.mp4")
    assert rig.charged() == 2
    for name in BAD:
        (rig.root / "inbox" / "dub-es" / name).unlink()
    await until("the note has gone", lambda: not note(rig, "dub-es"))


async def test_one_in_the_wrong_folder_says_which_is_right(rig: EngineRig) -> None:
    """Nothing is guessed across folders; moved there, it is carried out."""
    await dubbed(rig)
    text = say(rig, "dub-fr/promo.es.revise.txt", "slower")
    await noted(rig, "dub-fr", "promo.es is not a result of this folder", "inbox/dub-es")
    text.rename(rig.root / "inbox" / "dub-es" / text.name)
    await made(rig, "dub-es/promo.es (2).mp4")


async def test_where_several_results_fit_nothing_is_guessed(rig: EngineRig) -> None:
    """A film in two languages: the note names both."""
    await dubbed(rig, "es", "fr")
    text = say(rig, "dub-es-fr/promo.revise.txt", "slower")
    await noted(rig, "dub-es-fr", "more than one result", "promo.es.revise.txt", "promo.fr.revise")
    text.rename(text.with_name("promo.fr.revise.txt"))
    await made(rig, "dub-es-fr/promo.fr (2).mp4")
    assert rig.charged() == 3


async def test_a_change_that_fails_leaves_the_film_done(rig: EngineRig) -> None:
    """The note says how to ask for it again, and goes when another one succeeds."""
    await dubbed(rig)
    rig.fault("render:failed@1-2")
    say(rig, "dub-es/promo.es.revise.txt", "make the voice slower")
    error = rig.root / "failed/dub-es/promo.mp4.error.txt"
    await until("the note", error.exists)
    said = " ".join(error.read_text("utf-8-sig").split())
    assert "the change of promo.es" in said
    assert "promo.es.revise.txt" in said
    assert "dub-es/promo.mp4" in rig.files("done")
    say(rig, "dub-es/promo.es.revise.txt", "make the voice much slower")
    await made(rig, "dub-es/promo.es (2).mp4")
    await until("the note has gone", lambda: not error.exists())
    assert rig.charged() == 3


async def two_films(rig: EngineRig) -> None:
    """Two films of one name were dubbed."""
    await dubbed(rig)
    rig.drop("dub-es/promo.mov")
    await rig.departed(await rig.ended(2))
    await made(rig, "dub-es/promo.es (2).mp4")


async def test_of_two_films_of_one_name_none_is_guessed(rig: EngineRig) -> None:
    """The note names the result of each; a film's whole name is clear."""
    await two_films(rig)
    text = say(rig, "dub-es/promo.revise.txt", "slower")
    await noted(rig, "dub-es", "more than one result", "promo.es.revise.txt", "promo.es (2).revise")
    assert rig.charged() == 2
    text.rename(text.with_name("promo.mp4.revise.txt"))
    await made(rig, "dub-es/promo.es (3).mp4")
    assert sorted(len(said) for said in turns(rig)) == [1, 2]
    assert turns(rig)[0][1:] == ["slower"]


async def test_a_name_of_a_result_and_of_a_film_is_asked_about(rig: EngineRig) -> None:
    """The note gives a name for each by which only it is meant."""
    await dubbed(rig)
    rig.drop("dub-es/promo.es.mp4")
    await rig.departed(await rig.ended(2))
    text = say(rig, "dub-es/promo.es.mp4.revise.txt", "slower")
    await noted(rig, "dub-es", "more than one", "promo.mp4.revise.txt", "promo.es.es.revise.txt")
    assert rig.charged() == 2
    text.rename(text.with_name("promo.mp4.revise.txt"))
    await made(rig, "dub-es/promo.es (2).mp4")
    assert turns(rig)[0][1:] == ["slower"]


async def test_one_that_cannot_leave_the_inbox_is_carried_out_once(rig: EngineRig) -> None:
    """Whatever its time says; the note says why it stays, and it goes once it can."""
    await dubbed(rig)
    (rig.root / "done").rename(rig.base / "films")
    (rig.root / "done").mkdir()
    blocked = rig.root / "done" / "dub-es"
    blocked.write_text("no folder")
    text = say(rig, "dub-es/promo.es.revise.txt", "slower")
    await made(rig, "dub-es/promo.es (2).mp4")
    await noted(rig, "dub-es", "promo.es.revise.txt", "was carried out", "cannot be moved to done")

    later = text.stat().st_mtime + 60
    os.utime(text, (later, later))
    await rig.stop()
    await rig.start()
    await noted(rig, "dub-es", "promo.es.revise.txt", "was carried out", "cannot be moved to done")
    blocked.unlink()
    await until("the text in done/", lambda: f"dub-es/{text.name}" in rig.files("done"))
    await until("no note", lambda: not note(rig, "dub-es"))
    assert rig.charged() == 2


async def test_a_text_beside_the_result_is_read_as_if_it_lay_in_the_inbox(rig: EngineRig) -> None:
    """It is moved to the folder of its film, over restarts, and carried out once, also when it was
    made empty and filled later; a transcript of that name is a result, and stays, also when it
    was delivered again."""
    await dubbed(rig)
    text = rig.root / "outbox/dub-es/promo.es.revise.txt"
    text.touch()
    rig.drop("transcribe/talk.revise.mp4")
    await rig.departed(await rig.ended(2))
    assert text.stat().st_size == 0
    await transcribed_again(rig)
    text.write_text("make the voice slower")
    await until("it has left", lambda: not text.exists())
    await rig.stop()
    await rig.start()
    await made(rig, "dub-es/promo.es (2).mp4")
    assert rig.charged() == 3
    assert "dub-es/promo.es.revise.txt" in rig.files("done")
    assert "transcribe/talk.revise.txt" in rig.files("outbox")


async def transcribed_again(rig: EngineRig) -> None:
    """The transcript is delivered again beside the first, which a person has written into."""
    with (rig.root / "outbox/transcribe/talk.revise.txt").open("a") as opened:
        opened.write("Who said this?")
    assert rig.engine is not None
    await rig.engine.order("again", {"jobs": [2]})
    await made(rig, "transcribe/talk.revise (2).txt")
    await rig.ended(2)


def test_an_empty_text_beside_a_result_is_looked_at_until_it_has_words(tmp_path: Path) -> None:
    """Words that are written into it in place do not change its folder."""
    text = tmp_path / "dub-es/promo.es.revise.txt"
    text.parent.mkdir()
    text.touch()
    listing = OutboxListing(lambda name: name.endswith(b".revise.txt"))
    for words in ("", "", "", "make the voice slower"):
        with text.open("r+") as opened:
            opened.write(words)
        found = listing.texts(tmp_path, [b"dub-es"])
        assert [seen.size for seen in found.values()] == [len(words)]


async def test_a_result_that_is_delivered_again_keeps_its_names(rig: EngineRig) -> None:
    """Meanwhile a text about it waits, and afterwards its old name counts as well as its new one:
    the old file may still be there."""
    (job,) = await dubbed(rig)
    assert rig.engine is not None
    rig.sandbox.go_down(600)
    await rig.engine.order("again", {"jobs": [job.id]})
    say(rig, "dub-es/promo.es.mp4.revise.txt", "slower")
    say(rig, "dub-fr/promo.es.revise.txt", "slower")
    await noted(rig, "dub-es", "promo.es.mp4.revise.txt", "Nothing to do", "once it is there")
    await noted(rig, "dub-fr", "one of inbox/dub-es: put this file there")
    await rig.engine.order("revise", {"job": job.id, "text": "warmer"})
    rig.clear_faults()
    await made(rig, "dub-es/promo.es (2).mp4", "dub-es/promo.es (3).mp4", "dub-es/promo.es (4).mp4")
    say(rig, "dub-es/promo.es.revise.txt", "brighter")
    await made(rig, "dub-es/promo.es (5).mp4")
    assert [said[1:] for said in turns(rig)] == [["warmer", "slower", "brighter"]]
