"""Texts about results and questions, as people put them into an inbox: each is carried out once."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from nemowatch.config.load import load
from nemowatch.journal.jobs import Job
from nemowatch.model import State
from nemowatch.outbox.texts_beside_results import Listing
from nemowatch.reporting.notes import READ_ME
from tests.rigs.engine import EngineRig, engine_rig

pytestmark = pytest.mark.anyio

#: Seconds for what happens once per scan.
LIMIT = 20.0


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[EngineRig]:
    """A workspace whose engine runs."""
    async with engine_rig(tmp_path) as made:
        await made.start()
        yield made


def say(rig: EngineRig, name: str, text: str) -> Path:
    """Save a text in the inbox."""
    return rig.drop(name, text.encode())


async def until(what: str, condition: Callable[[], Any]) -> None:
    end = asyncio.get_running_loop().time() + LIMIT
    while not condition():
        assert asyncio.get_running_loop().time() < end, f"waited in vain for: {what}"
        await asyncio.sleep(0.05)


async def made(rig: EngineRig, *names: str) -> None:
    """Until all these results are there."""
    await until(f"{names}, not {rig.files('outbox')}", lambda: set(names) <= rig.files("outbox"))


def note(rig: EngineRig, folder: str) -> str:
    """What the note of an inbox folder says, in one line."""
    path = rig.root / "inbox" / folder / READ_ME
    return " ".join(path.read_text("utf-8-sig").split()) if path.exists() else ""


async def noted(rig: EngineRig, folder: str, *words: str) -> None:
    await until(
        f"{words} in: {note(rig, folder)}", lambda: all(w in note(rig, folder) for w in words)
    )


async def dubbed(rig: EngineRig, *languages: str) -> list[Job]:
    """A film was dubbed."""
    folder = f"dub-{'-'.join(languages or ('es',))}"
    rig.drop(f"{folder}/promo.mp4")
    jobs = await rig.ended(len(languages or "1"))
    await rig.departed(jobs)
    return jobs


def turns(rig: EngineRig) -> list[list[str]]:
    """What was said in each session of the cloud."""
    sessions = rig.ledger()["sessions"].values()
    return [[turn["message"] for turn in session["turns"]] for session in sessions]


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
        rig, "dub-es", "promo.es.revise.txt", "glossary.txt cannot be used", "Line 1", "one name"
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


# -- answers


async def asked(rig: EngineRig) -> Job:
    """The agent asks instead of working."""
    rig.fault("chat:question")
    rig.drop("dub-es/promo.mp4")
    (job,) = await rig.ended(1)
    assert (job.state, job.reason) == (State.ATTENTION, "question")
    await until("the question", (rig.root / "inbox/dub-es/promo.mp4.question.txt").exists)
    return job


@pytest.mark.parametrize(
    "name", ["promo.mp4.answer.txt", "promo.answer.txt", "promo.es.Answer.TXT"]
)
async def test_an_answer_in_words_goes_on_in_the_session(rig: EngineRig, name: str) -> None:
    """Exactly one more turn, and the result under the job's own number; the question goes."""
    job = await asked(rig)
    said = (rig.root / "inbox/dub-es/promo.mp4.question.txt").read_text("utf-8-sig")
    assert "promo.mp4.answer.txt" in said
    say(rig, f"dub-es/{name}", "Spanish, of Mexico")
    await made(rig, "dub-es/promo.es.mp4")
    (done,) = await rig.ended(1)
    assert (done.id, done.state) == (job.id, State.PUBLISHED)
    assert [len(said) for said in turns(rig)] == [2]
    assert turns(rig)[0][1] == "Spanish, of Mexico"
    await rig.departed([done])
    assert rig.files("done") == {"dub-es/promo.mp4", f"dub-es/{name}"}


async def test_again_and_cancel_need_no_terminal(rig: EngineRig) -> None:
    """In any language: the order once more, in a session of its own; or no more of it."""
    await asked(rig)
    say(rig, "dub-es/promo.mp4.answer.txt", "Nochmal, bitte!")
    await made(rig, "dub-es/promo.es.mp4")
    assert [len(said) for said in turns(rig)] == [1, 1]
    await rig.departed(await rig.ended(1))

    rig.fault("chat:question")
    rig.drop("dub-es/other.mp4")
    await until("the question", (rig.root / "inbox/dub-es/other.mp4.question.txt").exists)
    say(rig, "dub-es/other.answer.txt", "cancel")
    await until("the end", lambda: "dub-es/other.mp4" in rig.files("failed"))
    assert len(turns(rig)) == 3


async def test_a_slip_of_a_word_is_asked_about(rig: EngineRig) -> None:
    """It would otherwise go to the agent, and cost."""
    await asked(rig)
    text = say(rig, "dub-es/promo.answer.txt", "cancle")
    await noted(rig, "dub-es", "promo.answer.txt", 'may mean "cancel"')
    text.write_text("export it")
    await noted(rig, "dub-es", "only asks for the result as a file")
    assert [len(said) for said in turns(rig)] == [1]
    text.write_text("cancel")
    await until("the end", lambda: "dub-es/promo.mp4" in rig.files("failed"))


async def test_a_question_that_no_words_can_answer_says_which_can(rig: EngineRig) -> None:
    """Whether the work was done is a matter of one word."""
    rig.fault("chat:silent_unchanged")
    rig.drop("dub-es/promo.mp4")
    (job,) = await rig.ended(1)
    assert (job.state, job.reason) == (State.ATTENTION, "unknown")
    text = say(rig, "dub-es/promo.answer.txt", "I think it was done, but check it")
    await noted(rig, "dub-es", "again, cancel, done")
    text.write_text("again")
    await made(rig, "dub-es/promo.es.mp4")


# -- lost sessions


def expire(rig: EngineRig) -> None:
    """The cloud forgets every session that it has."""
    for session in rig.sandbox.world.sessions.values():
        session.expired = True


async def test_a_lost_timeline_is_asked_about_before_anything_is_paid(rig: EngineRig) -> None:
    """`again` carries out the earlier instructions first, each as a paid turn, in one session."""
    await dubbed(rig)
    say(rig, "dub-es/promo.es.revise.txt", "make the voice slower")
    await made(rig, "dub-es/promo.es (2).mp4")
    expire(rig)
    rig.fault({"endpoint": "chat", "kind": "cut_before", "message": "slower"})
    say(rig, "dub-es/promo.es (2).revise.txt", "without music")
    question = rig.root / "inbox/dub-es/promo.mp4.question.txt"
    await until("the question", question.exists)
    said = " ".join(question.read_text("utf-8-sig").split())
    assert "3 paid turns" in said
    assert 'The change of promo.es ("without music")' in said
    assert rig.charged() == 2

    say(rig, "dub-es/promo.mp4.answer.txt", "again")
    which = 'again ("make the voice slower")'
    await until("the question", lambda: which in " ".join(question.read_text("utf-8-sig").split()))
    say(rig, "dub-es/promo.mp4.answer.txt", "again please")
    await made(rig, "dub-es/promo.es (3).mp4")
    first, second = turns(rig)
    assert list(dict.fromkeys(second)) == [*first, "without music"]
    assert rig.charged() == 5
    uploads = [len(s["uploads"]) for s in rig.ledger()["sessions"].values()]
    assert uploads == [1, 1]
    await until("the question has gone", lambda: not question.exists())
    say(rig, "dub-es/promo.es.revise.txt", "warmer colours")
    await made(rig, "dub-es/promo.es (4).mp4")
    assert rig.charged() == 6


async def test_a_lost_timeline_that_is_left_costs_nothing(rig: EngineRig) -> None:
    """`cancel`: what was made stays done, and nothing is said of a failure."""
    await dubbed(rig)
    expire(rig)
    say(rig, "dub-es/promo.es.revise.txt", "make the voice slower")
    question = rig.root / "inbox/dub-es/promo.mp4.question.txt"
    await until("the question", question.exists)
    say(rig, "dub-es/promo.answer.txt", "Do it, but without the music")
    await noted(rig, "dub-es", "again, cancel")
    say(rig, "dub-es/promo.answer.txt", "cancel")
    await until("the question has gone", lambda: not question.exists())
    assert rig.charged() == 1
    await until("a quiet inbox", lambda: rig.files("inbox") == set())
    assert rig.files("failed") == set()


async def test_the_configuration_may_have_it_rebuilt(tmp_path: Path) -> None:
    """Then nobody is asked, once; the file comes from done/ where its address is refused."""
    async with engine_rig(tmp_path, settings={"url_uploads": False}) as rig:
        config = rig.base / "config.toml"
        config.write_text(config.read_text().replace("[chat]", '[chat]\non_lost_session="rebuild"'))
        rig.config = load(config, {})
        await rig.start()
        await dubbed(rig)
        expire(rig)
        say(rig, "dub-es/promo.es.revise.txt", "make the voice slower")
        await made(rig, "dub-es/promo.es (2).mp4")
        first, second = turns(rig)
        assert second == [*first, "make the voice slower"]
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


# -- the same file under other instructions


async def offered(rig: EngineRig) -> Path:
    """A film that is done is dropped again after its folder's prompt.txt has changed; the
    question."""
    await dubbed(rig)
    rig.drop("dub-es/promo.mp4")
    await until("the second copy in done/", lambda: "dub-es/promo (2).mp4" in rig.files("done"))
    say(rig, "dub-es/prompt.txt", "+Add lo-fi music.")
    await asyncio.sleep(1.5)  # it is read, and nothing shows that
    rig.drop("dub-es/promo.mp4")
    question = rig.root / "inbox/dub-es/promo.mp4.question.txt"
    await until("the question", question.exists)
    assert rig.charged() == 1
    return question


@pytest.mark.parametrize(
    ("name", "text"),
    [("promo.mp4.answer.txt", "Yes, please"), ("APPROVE", ""), ("promo.answer.txt", "again")],
)
async def test_other_instructions_are_offered_and_made_on_a_word(
    rig: EngineRig, name: str, text: str
) -> None:
    """One more turn in the session; the same once more is no offer."""
    question = await offered(rig)
    say(rig, f"dub-es/{name}", text)
    await made(rig, "dub-es/promo.es (2).mp4")
    (said,) = turns(rig)
    assert len(said) == 2
    assert "Add lo-fi music." in said[1]
    await until("no question", lambda: not question.exists())
    await until("the film in done/", lambda: rig.files("inbox") == {"dub-es/prompt.txt"})
    rig.drop("dub-es/promo.mp4")
    await until("the film has left", lambda: rig.files("inbox") == {"dub-es/prompt.txt"})
    assert rig.charged() == 2
    assert "dub-es/promo (4).mp4" in rig.files("done")


async def test_an_offer_that_is_left_costs_nothing(rig: EngineRig) -> None:
    """`cancel`: the film goes to done/; other words of a person take its place."""
    question = await offered(rig)
    say(rig, "dub-es/promo.answer.txt", "cancel")
    await until("the film in done/", lambda: rig.files("inbox") == {"dub-es/prompt.txt"})
    assert rig.charged() == 1
    rig.drop("dub-es/promo.mp4")
    await until("the question", question.exists)
    say(rig, "dub-es/promo.es.revise.txt", "Add jazz.")
    await made(rig, "dub-es/promo.es (2).mp4")
    await until("no question", lambda: not question.exists())
    assert rig.charged() == 2
    assert turns(rig)[0][1] == "Add jazz."


async def test_an_answer_may_be_for_one_of_two_questions(rig: EngineRig) -> None:
    """The question says so; the other one stays."""
    rig.fault("chat:question@1-2")
    rig.drop("dub-es-fr/promo.mp4")
    await rig.ended(2)
    question = rig.root / "inbox/dub-es-fr/promo.mp4.question.txt"
    await until(
        "both", lambda: question.exists() and "2 results" in question.read_text("utf-8-sig")
    )
    assert "promo.es.answer.txt" in question.read_text("utf-8-sig")
    say(rig, "dub-es-fr/promo.es.answer.txt", "Of Mexico")
    await made(rig, "dub-es-fr/promo.es.mp4")
    assert sorted(len(said) for said in turns(rig)) == [1, 2]
    say(rig, "dub-es-fr/promo.answer.txt", "Of Canada")
    await made(rig, "dub-es-fr/promo.fr.mp4")
    assert sorted(len(said) for said in turns(rig)) == [2, 2]


# -- what lies there longer than what it may be about


async def test_an_answer_is_none_to_what_is_asked_later(rig: EngineRig) -> None:
    """It may be about another question, and would cost; saved once more, it is one."""
    await dubbed(rig)
    text = say(rig, "dub-es/other.mp4.answer.txt", "Spanish, of Mexico")
    await noted(rig, "dub-es", "other.mp4.answer.txt", "Nothing called other.mp4 waits")
    await rig.stop()
    rig.fault("chat:question")
    rig.drop("dub-es/other.mp4")
    await rig.start()
    await until("the question", (rig.root / "inbox/dub-es/other.mp4.question.txt").exists)
    await noted(rig, "dub-es", "before this question was asked", "save it once more")
    assert [len(said) for said in turns(rig)] == [1, 1]

    text.write_text("Spanish, of Mexico")
    await made(rig, "dub-es/other.es.mp4")
    assert [len(said) for said in turns(rig)] == [1, 2]


async def test_an_answer_that_was_seen_is_none_after_a_restart_either(tmp_path: Path) -> None:
    """It had not settled when the question was asked and nemowatch ended."""
    async with engine_rig(tmp_path, settings={"turn_seconds": 3.0}, turn=30) as rig:
        config = rig.base / "config.toml"
        config.write_text(config.read_text().replace("settle = 0.1", "settle = 6"))
        rig.config = load(config, {})
        rig.fault("chat:question")
        await rig.start()
        rig.drop("dub-es/promo.mp4")
        await rig.until("the turn", lambda found: any(j.state is State.INSTRUCTING for j in found))
        say(rig, "dub-es/promo.mp4.answer.txt", "Spanish, of Mexico")
        await until("the question", (rig.root / "inbox/dub-es/promo.mp4.question.txt").exists)
        await rig.stop()
        await rig.start()
        await noted(rig, "dub-es", "before this question was asked", "save it once more")
        assert [len(said) for said in turns(rig)] == [1]


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


# -- texts that were put where they are not read, and a yes for the whole inbox


async def test_a_text_beside_the_result_is_read_as_if_it_lay_in_the_inbox(rig: EngineRig) -> None:
    """It is moved to the folder of its film, over restarts, and carried out once, also when it was
    made empty and filled later; a transcript of that name is a result, and stays."""
    await dubbed(rig)
    text = rig.root / "outbox/dub-es/promo.es.revise.txt"
    text.touch()
    rig.drop("transcribe/talk.revise.mp4")
    await rig.departed(await rig.ended(2))
    assert text.stat().st_size == 0
    text.write_text("make the voice slower")
    await until("it has left", lambda: not text.exists())
    await rig.stop()
    await rig.start()
    await made(rig, "dub-es/promo.es (2).mp4")
    assert rig.charged() == 3
    assert "dub-es/promo.es.revise.txt" in rig.files("done")
    assert "transcribe/talk.revise.txt" in rig.files("outbox")


def test_an_empty_text_beside_a_result_is_looked_at_until_it_has_words(tmp_path: Path) -> None:
    """Words that are written into it in place do not change its folder."""
    text = tmp_path / "dub-es/promo.es.revise.txt"
    text.parent.mkdir()
    text.touch()
    listing = Listing(lambda name: name.endswith(b".revise.txt"))
    for words in ("", "", "", "make the voice slower"):
        with text.open("r+") as opened:
            opened.write(words)
        found = listing.texts(tmp_path, [b"dub-es"])
        assert [seen.size for seen in found.values()] == [len(words)]


async def test_an_approve_in_the_inbox_itself_accepts_what_is_offered(rig: EngineRig) -> None:
    """As one in the folder does."""
    question = await offered(rig)
    say(rig, "APPROVE", "")
    await made(rig, "dub-es/promo.es (2).mp4")
    await until("the question has gone", lambda: not question.exists())
    assert rig.charged() == 2
