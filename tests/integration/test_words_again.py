"""A clip that comes again with other subtitles: only languages with new words are paid for."""

from __future__ import annotations

import pytest

from nemowatch.model import State
from tests.rigs.engine import EngineRig

pytestmark = pytest.mark.anyio

FOLDER = "dub-es-fr"


def put(rig: EngineRig, **words: str) -> None:
    """The clip, with these words for languages."""
    for language, said in words.items():
        text = f"1\n00:00:00,000 --> 00:00:02,000\n{said}\n"
        rig.drop(f"{FOLDER}/promo.{language}.srt", text.encode())
    rig.drop(f"{FOLDER}/promo.mp4")


def messages(rig: EngineRig) -> list[str]:
    """What was paid for, in order."""
    said = []
    for session in rig.ledger()["sessions"].values():
        said += [turn["message"] for turn in session["turns"] if turn["charged"]]
    return said


async def all_gone(rig: EngineRig) -> None:
    """Everything has been made and has left the inbox."""
    jobs = await rig.until(
        "the end", lambda found: bool(found) and all(j.state is State.PUBLISHED for j in found)
    )
    await rig.departed(jobs)


async def test_only_languages_with_new_words_are_paid_for(rig: EngineRig) -> None:
    """Words that a language was made with before need not be there again; nor does another
    glossary, or another prompt.txt, order what is done."""
    put(rig, es="Hola")
    await rig.ended(2)
    await all_gone(rig)
    assert len(messages(rig)) == 2

    put(rig, fr="Bonjour")
    await rig.ended(4)
    await all_gone(rig)
    assert [one for one in messages(rig)[2:] if "Bonjour" not in one] == []
    assert len(messages(rig)) == 3

    rig.drop(f"{FOLDER}/glossary.txt", b"Acme")
    rig.drop(f"{FOLDER}/prompt.txt", b"+ calm voices")
    put(rig, es="Hola", fr="Salut")
    jobs = await rig.ended(6)
    assert [job.state for job in jobs] == [State.PUBLISHED] * 6
    assert ["Salut" in one for one in messages(rig)] == [False, False, False, True]
    assert "Acme" in messages(rig)[3]
    results = {"promo.es.mp4", "promo.fr.mp4", "promo.fr (2).mp4", "promo.fr (3).mp4"}
    assert {f"{FOLDER}/{name}" for name in results} == rig.files("outbox")
