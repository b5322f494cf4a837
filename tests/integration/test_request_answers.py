"""What people answer to a question or an offer, in a file or by an APPROVE (docs/behaviour.md
section 1)."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from nemowatch.config.load import load
from nemowatch.journal.jobs import Job
from nemowatch.model import State
from tests.rigs.engine import EngineRig, engine_rig
from tests.rigs.request_texts import dubbed, expire, made, noted, say, turns, until

pytestmark = pytest.mark.anyio


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


async def offered(rig: EngineRig) -> Path:
    """A film that is done is dropped again after its folder's prompt.txt has changed; the
    question."""
    await dubbed(rig)
    rig.drop("dub-es/promo.mp4")
    await until("the second copy in done/", lambda: "dub-es/promo (2).mp4" in rig.files("done"))
    question = await again_with(rig, "dub-es", "+Add lo-fi music.")
    assert rig.charged() == 1
    return question


async def again_with(rig: EngineRig, folder: str, prompt: str) -> Path:
    """Its film comes again, now with these words in the folder's prompt.txt; the question."""
    say(rig, f"{folder}/prompt.txt", prompt)
    await asyncio.sleep(1.5)  # it is read, and nothing shows that
    rig.drop(f"{folder}/promo.mp4")
    question = rig.root / "inbox" / folder / "promo.mp4.question.txt"
    await until("the question", question.exists)
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


async def test_a_film_that_comes_again_while_its_results_are_on_their_way(rig: EngineRig) -> None:
    """Delivered again, or changed: other instructions are offered all the same, and the film leaves
    with what is made."""
    (job,) = await dubbed(rig)
    assert rig.engine is not None
    rig.sandbox.go_down(600)
    await rig.engine.order("again", {"jobs": [job.id]})
    await again_with(rig, "dub-es", "+ Add lo-fi music.")
    say(rig, "dub-es/promo.mp4.answer.txt", "yes")
    rig.clear_faults()
    await made(rig, "dub-es/promo.es (2).mp4", "dub-es/promo.es (3).mp4")
    await until("the film in done/", lambda: rig.files("inbox") == {"dub-es/prompt.txt"})

    rig.sandbox.go_down(600)
    await rig.engine.order("revise", {"job": job.id, "text": "slower"})
    rig.drop("dub-es/promo.mp4")
    await asyncio.sleep(1.5)  # it is read, and nothing shows that
    rig.clear_faults()
    await made(rig, "dub-es/promo.es (4).mp4")
    await until("the film in done/", lambda: rig.files("inbox") == {"dub-es/prompt.txt"})
    assert rig.charged() == 3


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


async def test_an_approve_in_the_inbox_itself_accepts_what_is_offered(rig: EngineRig) -> None:
    """As one in the folder does."""
    question = await offered(rig)
    say(rig, "APPROVE", "")
    await made(rig, "dub-es/promo.es (2).mp4")
    await until("the question has gone", lambda: not question.exists())
    assert rig.charged() == 2


async def test_an_approve_in_an_edit_folder_accepts_what_is_offered(rig: EngineRig) -> None:
    """Though one there may also be for files that came together."""
    say(rig, "edit/prompt.txt", "Cut it.")
    rig.drop("edit/promo.mp4")
    await until("the film in done/", lambda: "edit/promo.mp4" in rig.files("done"))
    await again_with(rig, "edit", "Cut it, and add lo-fi music.")
    say(rig, "edit/APPROVE", "")
    await made(rig, "edit/promo.edit (2).mp4")
    await until("nothing left", lambda: rig.files("inbox") == {"edit/prompt.txt"})
    assert rig.charged() == 2
