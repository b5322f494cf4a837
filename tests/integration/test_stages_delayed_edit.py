"""A paid edit that shows late, in parts, or behind refusals is found and delivered; and a
connection that fails ends no job."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from nemowatch.errors import (
    ConnectionBroken,
    FileRefused,
    FileTooLarge,
    RemotePassing,
    RequestRefused,
    SessionLost,
    UnsafeUrl,
)
from nemowatch.journal import job_steps, jobs
from nemowatch.model import Output, OutputKind, RemoteState, State, TurnEnd, TurnResult
from nemowatch.orders import read_order
from tests.rigs.failing_stages import put_state
from tests.rigs.stages import SCRIBE, StageRig

pytestmark = pytest.mark.anyio

#: What the cloud would answer to a look, made of what it does answer.
View = Callable[[RemoteState], RemoteState]


class Lagging:
    """The real cloud, whose state shows its last change only after `looks` reads; until then
    each read is changed by `meanwhile`, or refused with it. What the turn answers can be put in
    other words."""

    def __init__(
        self,
        house: StageRig,
        looks: int,
        meanwhile: View | Exception,
        said: TurnResult | None = None,
    ) -> None:
        self._api, self.looks, self._meanwhile, self._said = house.client, looks, meanwhile, said
        self._turned = False
        house.context = replace(house.context, api=self)  # type: ignore[arg-type]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._api, name)

    async def run_turn(self, *args: Any) -> TurnResult:
        came = await self._api.run_turn(*args)
        self._turned = True
        return self._said or came

    async def read_state(self, *args: Any) -> RemoteState:
        found: RemoteState = await self._api.read_state(*args)
        if not self._turned or self.looks <= 0:
            return found
        self.looks -= 1
        if isinstance(self._meanwhile, Exception):
            raise self._meanwhile
        return self._meanwhile(found)


def nothing_yet(found: RemoteState) -> RemoteState:
    return replace(found, draft=None, generated_media=())


def media_first(found: RemoteState) -> RemoteState:
    return replace(found, draft=None, generated_media=({"id": 1},))


def resolve(house: StageRig, job_id: int, how: str) -> None:
    house.journal.write_now(
        lambda conn: read_order("resolve", {"job": job_id, "how": how}).commit(
            conn, house.clock.now_ms()
        )
    )


DONE = TurnResult(TurnEnd.CLOSED, "Done \u2713")
CUT = TurnResult(TurnEnd.CUT, error="The connection was cut.")
ASKS = TurnResult(TurnEnd.CLOSED, "Sure. Shall I add music, too?")


@pytest.mark.parametrize(
    "said", [DONE, CUT, TurnResult(TurnEnd.CLOSED)], ids=["words", "cut", "silent"]
)
@pytest.mark.parametrize("meanwhile", [nothing_yet, media_first])
async def test_a_draft_that_comes_late_is_found(
    house: StageRig, said: TurnResult, meanwhile: View
) -> None:
    """Words, a cut or silence, and a state that shows nothing, or only media, for three looks:
    delivered, asked for once."""
    Lagging(house, 4, meanwhile, said)
    (job_id,) = house.drop()
    await house.run()
    assert house.job(job_id).state is State.PUBLISHED, house.states()
    assert (house.charged(), house.requests("chat"), house.results()) == (
        1,
        1,
        {"dub-es/clip.es.mp4"},
    )


@pytest.mark.parametrize(
    "words", ["Done! Would you like anything else?", "I graded it. Does this look good?"]
)
@pytest.mark.parametrize("looks", [0, 4])
async def test_an_edit_that_ends_with_an_offer_is_delivered(
    house: StageRig, words: str, looks: int
) -> None:
    """A change of colours leaves one track of the whole clip, and the words say that it is done:
    also where the state shows it late."""
    Lagging(house, looks, nothing_yet, TurnResult(TurnEnd.CLOSED, words))
    house.cloud.set(initial_draft="empty")
    (job_id,) = house.drop()
    house.cloud.fault("chat:question:clip")
    await house.run()
    job = house.job(job_id)
    assert (job.state, job.answer) == (State.PUBLISHED, words), house.states()


@pytest.mark.parametrize("looks", [0, 1])
async def test_uploads_that_show_beside_a_refusal_are_no_edit(house: StageRig, looks: int) -> None:
    """2001 within the stream, and a draft that has the clip by then, or later: the work is held
    and nothing delivered; with credits it is done, and paid for once."""
    Lagging(house, looks, nothing_yet)
    house.cloud.set(initial_draft="empty")
    (job_id,) = house.drop()
    house.cloud.fault("chat:stream_2001:clip")
    await house.run()
    job = house.job(job_id)
    assert (job.state, job.reason, house.results()) == (State.HELD, "credits", set())
    put_state(house, job_id, State.UPLOADED)
    await house.run()
    assert (house.job(job_id).state, house.charged()) == (State.PUBLISHED, 1)
    assert house.calls(job_id) == ["refused", "happened"]


async def test_media_beside_the_old_draft_do_not_pass_for_the_edit(house: StageRig) -> None:
    """The draft as it was before the turn can be exported, and media have grown: the new draft
    is waited for."""
    old = {"t": [{"tt": 0, "sg": [{"id": "before"}]}]}
    api = Lagging(
        house, 2, lambda found: replace(found, draft=old, generated_media=({"id": 1},)), DONE
    )
    (job_id,) = house.drop()
    await house.until_state(job_id, State.UPLOADED)
    read = api.read_state

    async def before(*args: Any) -> RemoteState:
        found = await read(*args)
        return found if api._turned else replace(found, draft=old)

    api.read_state = before  # type: ignore[method-assign]
    await house.until_state(job_id, State.INSTRUCTING)
    assert await house.step(job_id) > 0
    assert house.job(job_id).state is State.INSTRUCTING
    api.looks = 0
    await house.run()
    assert (house.job(job_id).state, house.charged()) == (State.PUBLISHED, 1)


@pytest.mark.parametrize(
    "error", [RequestRefused("403"), FileRefused(), FileTooLarge(), SessionLost("1002")]
)
async def test_a_refused_check_is_repeated(house: StageRig, error: Exception) -> None:
    """One refusal, or a few, of the look after the turn end nothing."""
    Lagging(house, 4, error)
    (job_id,) = house.drop()
    await house.run()
    assert (house.job(job_id).state, house.charged(), house.requests("chat")) == (
        State.PUBLISHED,
        1,
        1,
    )


async def test_looks_that_stay_refused_come_to_a_person(house: StageRig) -> None:
    """To the end of the schedule: attention, with what the cloud said told apart from what we
    say; --done still delivers."""
    Lagging(house, 6, RequestRefused("The cloud refuses the request (403)."), DONE)
    (job_id,) = house.drop()
    await house.run()
    job = house.job(job_id)
    assert (job.state, job.reason) == (State.ATTENTION, "unknown")
    assert "The cloud answered: \u2068Done \u2713.\u2069" in job.error_text
    assert "does not show what became of it" in job.error_text
    resolve(house, job_id, "done")
    await house.run()
    assert (house.job(job_id).state, house.requests("chat")) == (State.PUBLISHED, 1)


async def test_a_question_may_still_be_done(house: StageRig) -> None:
    """The words end like a question, so one look must do; the edit came after it. --done finds
    it, free of charge."""
    api = Lagging(house, 99, nothing_yet, ASKS)
    (job_id,) = house.drop()
    await house.run()
    job = house.job(job_id)
    assert (job.state, job.reason, api.looks) == (State.ATTENTION, "question", 97)
    assert "asked a question" in job.error_text
    api.looks = 2
    resolve(house, job_id, "done")
    await house.run()
    assert (house.job(job_id).state, house.requests("chat"), house.charged()) == (
        State.PUBLISHED,
        1,
        1,
    )


async def test_words_without_an_edit_are_not_called_a_question(house: StageRig) -> None:
    """Nothing to the end of the schedule: a person decides, and is told what is known."""
    api = Lagging(house, 99, nothing_yet, DONE)
    (job_id,) = house.drop()
    await house.run()
    job = house.job(job_id)
    assert (job.state, job.reason, api.looks) == (State.ATTENTION, "question", 93)
    assert job.error_text.startswith("The cloud answered, but shows no edit: \u2068Done \u2713.")
    assert house.calls(job_id) == ["happened"]  # what was answered may well have cost


async def test_a_retry_of_nothing_made_reads_the_old_session_first(house: StageRig) -> None:
    """The draft came after the last look: the retry delivers it and pays nothing; the note said
    what else it would cost."""
    api = Lagging(house, 99, media_first)
    (job_id,) = house.drop()
    await house.run()
    job = house.job(job_id)
    assert (job.state, job.error_code) == (State.FAILED, "nothing made")
    assert "costs again" in job.error_text
    api.looks = 2
    assert (
        house.journal.write_now(lambda conn: job_steps.retry(conn, job_id, 1)) is State.INSTRUCTED
    )
    await house.run()
    assert (house.job(job_id).state, house.requests("chat"), house.charged()) == (
        State.PUBLISHED,
        1,
        1,
    )


async def test_a_retry_of_nothing_made_makes_it_anew_in_the_end(house: StageRig) -> None:
    """Nothing came in the old session to the end of the schedule either: one more turn, in a
    session of its own."""
    api = Lagging(house, 99, nothing_yet, CUT)
    (job_id,) = house.drop()
    await house.run()
    resolve(house, job_id, "done")
    await house.run()
    assert (house.job(job_id).state, house.job(job_id).error_code) == (
        State.FAILED,
        "nothing made",
    )
    house.journal.write_now(lambda conn: job_steps.retry(conn, job_id, 1))
    api.looks = 6
    await house.run(until=lambda: asked(house, 2))
    api.looks, api._said = 0, None
    await house.run()
    assert (house.job(job_id).state, house.calls(job_id)) == (
        State.PUBLISHED,
        ["happened", "happened"],
    )
    assert len(house.sessions()) == 2


async def asked(house: StageRig, times: int) -> bool:
    return house.requests("chat") >= times


async def test_a_transcript_that_ends_like_a_question_is_a_persons_to_judge(
    house: StageRig,
) -> None:
    """Only words were wanted: --done publishes them."""
    outputs = (Output(".txt", OutputKind.TEXT),)
    Lagging(house, 99, nothing_yet, TurnResult(TurnEnd.CLOSED, "Good morning. How are you?"))
    (job_id,) = house.drop(
        "notes/talk.mp4", "text", outputs=outputs, skill=SCRIBE, prompt="transcribe {}"
    )
    await house.run()
    assert house.job(job_id).reason == "question"
    resolve(house, job_id, "done")
    await house.run()
    assert (house.job(job_id).state, house.results()) == (State.PUBLISHED, {"notes/talk.txt"})


# -- words


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("chat:silent_unchanged", "The cloud ended the turn without a word. Nothing shows"),
        ("chat:heartbeats:0.2", "The cloud ended the turn without a word. Nothing shows"),
        ("chat:500", "The cloud answered 500."),
        ("chat:cut_before", "The connection"),
        ("chat:error", "The cloud reported an error. It said: "),
    ],
)
async def test_a_person_is_told_how_the_turn_ended(house: StageRig, fault: str, words: str) -> None:
    """Each end in its own words; only what the cloud said itself is shown as said by it."""
    house.cloud.fault(fault)
    (job_id,) = house.drop()
    await house.run()
    job = house.job(job_id)
    assert job.state is State.ATTENTION
    assert job.error_text.startswith(words), job.error_text
    assert ("It said" in job.error_text) == (fault == "chat:error")


async def test_a_stop_before_the_send_is_not_called_a_broken_connection(house: StageRig) -> None:
    """Killed between the intent and the send: nobody can tell, and that is what is said."""
    (job_id,) = house.drop()
    await house.until_state(job_id, State.INSTRUCTING)
    house.crash()
    await house.run()
    text = house.job(job_id).error_text
    assert "connection" not in text
    assert "It said" not in text


async def test_large_balances_are_written_in_full(house: StageRig) -> None:
    """A million is no 1e+06."""
    house.cloud.credits(1_234_567)
    house.cloud.fault("chat:silent_unchanged")
    (job_id,) = house.drop()
    await house.run()
    assert "Credits before: 1,234,567, after: 1,234,567." in house.job(job_id).error_text


# -- failures of the connection


class Breaking:
    """The real cloud, of which one call fails `times` times."""

    def __init__(self, house: StageRig, call: str, error: Exception, times: int) -> None:
        self._api, self._call, self._error, self.times = house.client, call, error, times
        house.context = replace(house.context, api=self)  # type: ignore[arg-type]

    def __getattr__(self, name: str) -> Any:
        if name == self._call and self.times > 0:
            self.times -= 1
            return self._raise
        return getattr(self._api, name)

    async def _raise(self, *_: Any) -> Any:
        raise self._error


class Deaf:
    """A runner's view of the cloud in which it never counts as down: other calls succeed all the
    time."""

    down = False
    answers = 0
    in_doubt = False

    def answered(self, job_id: int) -> None: ...

    def failed(self, job_id: int) -> None: ...

    def forgive(self) -> None: ...


def others_succeed(house: StageRig, monkeypatch: pytest.MonkeyPatch) -> None:
    made = house.runner

    def runner() -> Any:
        built = made()
        built.outcomes.cloud = Deaf()  # type: ignore[assignment]
        return built

    monkeypatch.setattr(house, "runner", runner)


UNPAID = ["open_session", "upload_file", "read_state"]


@pytest.mark.parametrize("call", [*UNPAID, "submit_render", "poll_render", "download"])
async def test_no_broken_connection_ends_a_job(
    house: StageRig, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    """Three times as many as there are attempts, while the rest of the cloud answers: no attempt
    is counted, and the job is done in the end."""
    others_succeed(house, monkeypatch)
    api = Breaking(house, call, ConnectionBroken("The connection was cut."), 999)
    (job_id,) = house.drop()

    async def tried_often() -> bool:
        return (await house.journal.read(lambda conn: jobs.by_id(conn, job_id))).tries > 24

    await house.run(until=tried_often)
    job = house.job(job_id)
    assert (job.attempt, job.error_text) == (0, "The connection was cut.")
    api.times = 0
    await house.run()
    assert (house.job(job_id).state, house.job(job_id).tries, house.charged()) == (
        State.PUBLISHED,
        0,
        1,
    )


async def test_an_address_that_never_answers_means_bytes(
    house: StageRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sibling takes the file by its address, and that call is cut each time: after the second
    the bytes are sent."""
    others_succeed(house, monkeypatch)
    api = Breaking(house, "upload_url", ConnectionBroken("cut"), 99)
    ids = house.drop("dub-es-fr/clip.mp4", "es", "fr")
    await house.run()
    assert {house.job(i).state for i in ids} == {State.PUBLISHED}
    assert (house.uploads(), 99 - api.times) == (["bytes", "bytes"], 2)


@pytest.mark.parametrize("call", UNPAID)
async def test_answers_that_fail_still_come_to_an_end(
    house: StageRig, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    """A 5xx while other calls succeed is an attempt, and before the paid turn the attempts end."""
    others_succeed(house, monkeypatch)
    Breaking(house, call, RemotePassing("The cloud answered 500.", status=500), 99)
    (job_id,) = house.drop()
    await house.run()
    assert (house.job(job_id).state, house.charged()) == (State.FAILED, 0)


@pytest.mark.parametrize(
    "error", [RequestRefused("403"), FileRefused("4001"), FileTooLarge("4002")]
)
@pytest.mark.parametrize("call", ["submit_render", "poll_render"])
async def test_one_refusal_does_not_end_a_paid_job(
    house: StageRig, call: str, error: Exception
) -> None:
    """It has nothing to do with the file: asked again, and delivered."""
    Breaking(house, call, error, 2)
    (job_id,) = house.drop()
    await house.run()
    assert (house.job(job_id).state, house.charged()) == (State.PUBLISHED, 1)


async def test_an_unsafe_address_is_asked_for_anew(house: StageRig) -> None:
    """The poll gives an address that must not be fetched, once: the next poll gives another."""
    Breaking(house, "download", UnsafeUrl("The address leads inside."), 1)
    (job_id,) = house.drop()
    await house.run()
    assert (house.job(job_id).state, house.charged()) == (State.PUBLISHED, 1)


async def test_a_refusal_of_paid_work_that_stays_ends_with_a_free_way_back(house: StageRig) -> None:
    """Failed, never rejected; the retry goes on from the saved edit and pays nothing."""
    api = Breaking(house, "submit_render", FileRefused("business 4001"), 99)
    (job_id,) = house.drop()
    await house.run()
    job = house.job(job_id)
    assert job.state is State.FAILED
    assert "costs nothing" in job.error_text
    api.times = 0
    house.journal.write_now(lambda conn: job_steps.retry(conn, job_id, 1))
    await house.run()
    assert (house.job(job_id).state, house.requests("chat")) == (State.PUBLISHED, 1)
