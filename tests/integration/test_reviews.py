"""`dub-es-review`: the text first, and the dub when a person has put it back."""

from __future__ import annotations

from pathlib import Path

import pytest

from nemowatch.journal import jobs
from nemowatch.journal.jobs import Job
from nemowatch.model import State
from nemowatch.reporting.notes import READ_ME
from tests.rigs.engine import EngineRig, engine_rig
from tests.rigs.request_texts import expire, made, said_in, turns, until

pytestmark = pytest.mark.anyio

FOLDER = "dub-es-review"
TEXT = f"{FOLDER}/promo.es.srt"
DUB = f"{FOLDER}/promo.es.mp4"
WORDS = "1\n00:00:01,000 --> 00:00:02,000\nBuenas tardes.\n"


async def noted(rig: EngineRig, name: str, *words: str) -> None:
    def said() -> str:
        return said_in(rig, name)

    await until(f"{words} in: {said()}", lambda: all(word in said() for word in words))


async def asked(rig: EngineRig, name: str = "promo.mp4") -> None:
    """A clip was dropped, and its text waits."""
    rig.drop(f"{FOLDER}/{name}")
    await noted(rig, f"{FOLDER}/{name}.question.txt", "The text is ready")


def text(rig: EngineRig) -> bytes:
    """The text as it was published."""
    return (rig.root / "outbox" / TEXT).read_bytes()


async def all_jobs(rig: EngineRig) -> list[Job]:
    assert rig.journal is not None
    return await rig.journal.read(lambda conn: [row.job for row in jobs.listed(conn)])


async def is_done(rig: EngineRig, *names: str) -> None:
    await until(f"{names} in done/", lambda: set(names) <= rig.files("done"))


async def test_the_text_is_made_first_and_the_dub_of_what_is_put_back(rig: EngineRig) -> None:
    """One turn each, in one session; both files go to done/, and the question goes."""
    await asked(rig)
    assert rig.files("outbox") == {TEXT}
    assert rig.charged() == 1
    (said,) = turns(rig)
    assert said[0].startswith("Transcribe what is said in this video, translated into Spanish.")

    rig.drop(TEXT, text(rig).replace(b"Good morning", b"Buenos d\xc3\xadas"))
    await made(rig, DUB)
    await is_done(rig, TEXT, f"{FOLDER}/promo.mp4")
    (said,) = turns(rig)
    assert rig.charged() == 2
    assert "speak the words below" in said[1]
    assert "00:00:00,000 --> 00:00:01,500\nBuenos días from the harbour." in said[1]
    assert rig.files("inbox") == set()
    assert {TEXT, DUB} <= rig.files("outbox")
    await until("one file beside both", lambda: "turn 2" in beside(rig))
    assert beside(rig).count("The agent said:") == 2
    assert "Transcribe what is said" in beside(rig)


def beside(rig: EngineRig) -> str:
    """What the only file beside the results says."""
    (path,) = (rig.root / "outbox").rglob("*.nemowatch*.txt")
    return path.read_text("utf-8-sig")


@pytest.mark.parametrize("name", ["promo.es.srt", "Promo.ES.SRT", "promo.spanish.srt"])
async def test_an_unchanged_text_is_an_approval(rig: EngineRig, name: str) -> None:
    """In any case, and with the language as a folder's name would say it."""
    await asked(rig)
    rig.drop(f"{FOLDER}/{name}", text(rig))
    await made(rig, DUB)
    await is_done(rig, f"{FOLDER}/{name}")
    assert rig.charged() == 2


async def test_each_language_waits_for_its_own_text(rig: EngineRig) -> None:
    """The others go on waiting, and the clip stays."""
    rig.drop("dub-es-fr-review/a/promo.mp4")
    question = "dub-es-fr-review/a/promo.mp4.question.txt"
    await noted(rig, question, "promo.es.srt", "promo.fr.srt")
    rig.drop("dub-es-fr-review/a/promo.fr.vtt", b"WEBVTT\n\n00:01.000 --> 00:02.000\nBonsoir.\n")
    await made(rig, "dub-es-fr-review/a/promo.fr.mp4")
    await until("the question", lambda: "promo.fr" not in said_in(rig, question))
    assert "promo.es.srt" in said_in(rig, question)
    assert "dub-es-fr-review/a/promo.mp4" in rig.files("inbox")
    assert rig.charged() == 3


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("promo.es.srt", b"Just words.", "no times in it"),
        ("promo.es.srt", b"", "is empty"),
        ("promo.fr.srt", WORDS.encode(), "promo.es.srt"),
        ("other.es.srt", WORDS.encode(), "promo.es.srt"),
    ],
)
async def test_a_text_that_cannot_be_used_costs_nothing(
    rig: EngineRig, name: str, data: bytes, said: str
) -> None:
    """The note names it and what to do; the question stays."""
    await asked(rig)
    rig.drop(f"{FOLDER}/{name}", data)
    await noted(rig, f"{FOLDER}/{READ_ME}", name, said)
    assert rig.charged() == 1
    assert said_in(rig, f"{FOLDER}/promo.mp4.question.txt")
    rig.drop(TEXT, WORDS.encode())
    await made(rig, DUB)
    assert rig.charged() == 2


async def test_a_text_that_comes_before_its_time_waits(tmp_path: Path) -> None:
    """It is used when there is something to approve."""
    async with engine_rig(tmp_path, turn=30) as rig:
        await rig.start()
        # long enough for the note to come meanwhile, also on a busy machine
        rig.sandbox.world.settings.change({"turn_seconds": 5})
        rig.drop(f"{FOLDER}/promo.mp4")
        rig.drop(TEXT, WORDS.encode())
        await noted(rig, f"{FOLDER}/{READ_ME}", "promo.es.srt", "still being made")
        rig.sandbox.world.settings.change({"turn_seconds": 0.05})
        await made(rig, TEXT, DUB)
        assert "Buenas tardes." in turns(rig)[0][1]
        assert rig.charged() == 2


async def test_a_text_that_comes_too_late_is_named(rig: EngineRig) -> None:
    """The dub is there: nothing more is paid for."""
    await asked(rig)
    rig.drop(TEXT, text(rig))
    await made(rig, DUB)
    await is_done(rig, TEXT, f"{FOLDER}/promo.mp4")
    rig.drop(TEXT, WORDS.encode())
    await noted(
        rig, f"{FOLDER}/{READ_ME}", "promo.es.srt", "already been made", "promo.es.mp4.revise.txt"
    )
    assert rig.charged() == 2


async def test_a_word_approves_the_text_as_it_is(rig: EngineRig) -> None:
    """`done` in an answer file, or `nemowatch resolve --done`."""
    await asked(rig)
    rig.drop(f"{FOLDER}/promo.mp4.answer.txt", b"done")
    await made(rig, DUB)
    assert "Good morning from the harbour." in turns(rig)[0][1]
    assert rig.charged() == 2


async def test_what_waits_can_be_cancelled_and_tried_again(rig: EngineRig) -> None:
    """Tried again it waits for the text again: nothing is sent without one."""
    await asked(rig)
    rig.drop(f"{FOLDER}/promo.mp4.answer.txt", b"cancel")
    failed = f"{FOLDER}/promo.mp4"
    await until("the clip in failed/", lambda: failed in rig.files("failed"))
    (rig.root / "failed" / failed).rename(rig.root / "inbox" / failed)
    await noted(rig, f"{FOLDER}/promo.mp4.question.txt", "waits to be approved")
    assert rig.charged() == 1
    rig.drop(TEXT, WORDS.encode())
    await made(rig, DUB)
    assert rig.charged() == 2


async def test_a_text_can_be_revised_before_it_is_approved(rig: EngineRig) -> None:
    """Words about the text are one more turn and another text, which waits again."""
    await asked(rig)
    rig.drop(f"{FOLDER}/promo.es.srt.revise.txt", b"Address people formally.")
    await until("another turn", lambda: rig.charged() == 2)
    await noted(rig, f"{FOLDER}/promo.mp4.question.txt", "The text is ready")
    rig.drop(f"{FOLDER}/promo.es (2).srt", WORDS.encode())
    await made(rig, DUB)
    (said,) = turns(rig)
    assert said[1:2] == ["Address people formally."], said
    assert "Buenas tardes." in said[2]
    assert rig.charged() == 3
    await is_done(rig, f"{FOLDER}/promo.mp4")


async def test_a_clip_that_is_taken_away_is_not_dubbed(rig: EngineRig) -> None:
    """Nothing waits for its text any more."""
    await asked(rig)
    (rig.root / "inbox" / FOLDER / "promo.mp4").unlink()
    await until("the question goes", lambda: not said_in(rig, f"{FOLDER}/promo.mp4.question.txt"))
    states = {job.state for job in await all_jobs(rig)}
    assert states == {State.PUBLISHED, State.CANCELLED}
    assert rig.charged() == 1


async def test_a_new_version_of_the_clip_has_a_text_of_its_own(rig: EngineRig) -> None:
    """What waited for the text of the earlier one waits no longer."""
    await asked(rig)
    rig.drop(
        f"{FOLDER}/promo.mp4",
        rig.root.joinpath("inbox", FOLDER, "promo.mp4").read_bytes() + b"\0\0\0\x08free",
    )
    await until("another turn", lambda: rig.charged() == 2)
    await noted(rig, f"{FOLDER}/promo.mp4.question.txt", "The text is ready")
    rig.drop(TEXT, WORDS.encode())
    await made(rig, DUB)
    assert rig.charged() == 3
    assert [len(said) for said in turns(rig)] == [1, 2]


async def test_a_lost_journal_makes_no_text_twice(rig: EngineRig) -> None:
    """The text is in the outbox: it waits to be approved as before, and is not paid for again."""
    await asked(rig)
    await rig.stop()
    for file in rig.state.glob("journal.db*"):
        file.unlink()
    await rig.start()
    await until("the question", lambda: said_in(rig, f"{FOLDER}/promo.mp4.question.txt"))
    rig.drop(TEXT, WORDS.encode())
    await made(rig, DUB)
    assert rig.charged() == 2


async def test_a_lost_session_needs_no_second_transcript(rig: EngineRig) -> None:
    """The words are in the person's file: the dub is one turn in a new session with the film. A
    later change of a dub that is lost, too, repeats the dub alone, and asks before."""
    await asked(rig)
    expire(rig)
    await rig.stop()
    await rig.start()
    rig.drop(TEXT, WORDS.encode())
    await made(rig, DUB)
    assert rig.charged() == 2
    first, second = turns(rig)
    assert [len(first), len(second)] == [1, 1]
    assert "Buenas tardes." in second[0]

    expire(rig)
    rig.drop(f"{FOLDER}/promo.es.mp4.revise.txt", b"slower")
    await noted(rig, f"{FOLDER}/promo.mp4.question.txt", "2 paid turns instead of one")
    rig.drop(f"{FOLDER}/promo.mp4.answer.txt", b"again")
    await made(rig, f"{FOLDER}/promo.es (2).mp4")
    assert turns(rig)[2] == [second[0], "slower"]
    assert rig.charged() == 4
