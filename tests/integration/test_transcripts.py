"""What becomes of a transcript that comes in words, or not at all: published, or asked about; paid
for once, and never lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from nemowatch.journal import job_steps
from nemowatch.model import RemoteState, State, TurnEnd, TurnResult
from nemowatch.orders import read_order
from tests.rigs.stages import SCRIBE, TRANSCRIPT, StageRig

pytestmark = pytest.mark.anyio

REPORT = "I transcribed the dialogue and added it to your project."
APOLOGY = "I could not find any speech."
MIXED = "I transcribed the dialogue. Good morning from the harbour. The first boat leaves at seven."


class Wordy:
    """The real cloud, whose turn answers with other words, and whose state is shown through a
    view."""

    def __init__(
        self, house: StageRig, words: str, view: Callable[[RemoteState], RemoteState]
    ) -> None:
        self._api, self._words, self.view = house.client, words, view
        house.context = replace(house.context, api=self)  # type: ignore[arg-type]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._api, name)

    async def run_turn(self, *args: Any) -> TurnResult:
        await self._api.run_turn(*args)
        return TurnResult(TurnEnd.CLOSED, self._words)

    async def read_state(self, *args: Any) -> RemoteState:
        return self.view(await self._api.read_state(*args))


def no_edit(found: RemoteState) -> RemoteState:
    return replace(found, draft=None, generated_media=())


def no_captions(found: RemoteState) -> RemoteState:
    """The draft without its text tracks."""
    if found.draft is None:
        return found
    tracks = [track for track in found.draft["t"] if track["tt"] != 7]
    return replace(found, draft=found.draft | {"t": tracks})


def as_it_is(found: RemoteState) -> RemoteState:
    return found


def drop(house: StageRig) -> int:
    (job_id,) = house.drop(
        "transcribe/talk.mp4",
        "transcript",
        skill=SCRIBE,
        outputs=TRANSCRIPT,
        prompt="transcribe the dialogue {}",
    )
    return job_id


def resolve(house: StageRig, job_id: int, how: str) -> None:
    order = read_order("resolve", {"job": job_id, "how": how})
    house.journal.write_now(lambda conn: order.commit(conn, house.clock.now_ms()))


def text_of(house: StageRig, name: str = "transcribe/talk.txt") -> str:
    return (house.root / "outbox" / name).read_text("utf-8")


@pytest.mark.parametrize(
    "words", ["请打开窗户", "Export is up five percent", "Click, said the clock."]
)
@pytest.mark.parametrize("view", [no_edit, no_captions])
async def test_the_speech_is_published_as_it_came(
    house: StageRig, words: str, view: Callable[[RemoteState], RemoteState]
) -> None:
    """Words alone, with an editor's words in them, are not translated."""
    Wordy(house, words, view)
    job_id = drop(house)
    await house.run()
    assert house.job(job_id).state is State.PUBLISHED
    assert (text_of(house), house.charged()) == (f"{words}\n", 1)


@pytest.mark.parametrize("words", [REPORT, APOLOGY, MIXED, "抱歉，我没有找到任何语音。"])
@pytest.mark.parametrize("view", [no_edit, no_captions])
async def test_what_may_not_be_the_speech_is_asked_about(
    house: StageRig, words: str, view: Callable[[RemoteState], RemoteState]
) -> None:
    """Nothing is published; the note has the words."""
    Wordy(house, words, view)
    job_id = drop(house)
    await house.run()
    job = house.job(job_id)
    assert (job.state, job.reason, house.results()) == (State.ATTENTION, "question", set())
    assert words in job.error_text
    assert (house.charged(), house.requests("chat")) == (1, 1)


@pytest.mark.parametrize("words", [REPORT, APOLOGY, MIXED])
@pytest.mark.parametrize("view", [no_edit, no_captions])
async def test_captions_that_have_come_meanwhile_are_the_transcript(
    house: StageRig, words: str, view: Callable[[RemoteState], RemoteState]
) -> None:
    """After a person's word; nothing is paid again."""
    api = Wordy(house, words, view)
    job_id = drop(house)
    await house.run()
    api.view = as_it_is
    resolve(house, job_id, "done")
    await house.run()
    assert house.job(job_id).state is State.PUBLISHED
    assert text_of(house).startswith("Good morning from the harbour.\n")
    assert (house.charged(), house.requests("chat")) == (1, 1)


@pytest.mark.parametrize("view", [no_edit, no_captions])
async def test_words_in_doubt_are_published_on_a_persons_word(
    house: StageRig, view: Callable[[RemoteState], RemoteState]
) -> None:
    """A person has read them; and they can be delivered again, free of charge."""
    Wordy(house, MIXED, view)
    job_id = drop(house)
    await house.run()
    resolve(house, job_id, "done")
    await house.run()
    assert (house.job(job_id).state, text_of(house)) == (State.PUBLISHED, f"{MIXED}\n")
    house.journal.write_now(lambda conn: job_steps.redeliver(conn, job_id, 1))
    (house.root / "outbox/transcribe/talk.txt").unlink()
    await house.run()
    assert (text_of(house), house.charged(), house.requests("chat")) == (f"{MIXED}\n", 1, 1)


@pytest.mark.parametrize("view", [no_edit, no_captions])
async def test_the_agents_own_words_stay_unpublished(
    house: StageRig, view: Callable[[RemoteState], RemoteState]
) -> None:
    """Whatever is ordered: without captions there is no transcript. A retry reads again, free."""
    api = Wordy(house, REPORT, view)
    job_id = drop(house)
    await house.run()
    resolve(house, job_id, "done")
    await house.run()
    assert (house.job(job_id).state, house.results()) == (State.FAILED, set())
    api.view = as_it_is
    house.journal.write_now(lambda conn: job_steps.retry(conn, job_id, 1))
    await house.run()
    assert (house.job(job_id).state, house.requests("chat")) == (State.PUBLISHED, 1)


async def test_captions_come_before_words(house: StageRig) -> None:
    """What the agent says beside them counts for nothing, an apology included."""
    Wordy(house, APOLOGY, as_it_is)
    job_id = drop(house)
    await house.run()
    assert house.job(job_id).state is State.PUBLISHED
    assert text_of(house).startswith("Good morning from the harbour.\n")


async def test_words_about_a_dubbing_are_translated_where_they_are_shown(house: StageRig) -> None:
    """The journal keeps them as they came; the note shows what holds for a folder."""
    Wordy(house, "Please click Export to save it.", no_edit)
    (job_id,) = house.drop()
    await house.run()
    job = house.job(job_id)
    assert job.answer == "Please click Export to save it."
    assert "nemowatch renders and fetches the result itself." in job.error_text
