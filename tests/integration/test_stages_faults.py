"""One job through every stage, with every fault the cloud can have: published means exactly one
charged turn, and no fault ever makes two."""

from __future__ import annotations

import pytest

from nemowatch.errors import JournalError
from nemowatch.journal import job_steps
from nemowatch.model import State
from tests.rigs.command import WAY
from tests.rigs.stages import SCRIBE, TRANSCRIPT, StageRig

pytestmark = pytest.mark.anyio


async def test_the_plain_way(house: StageRig) -> None:
    """Every state is passed once, and one turn is charged."""
    (job_id,) = house.drop("dub-es/clientA/clip.mp4")
    await house.run()
    assert house.job(job_id).state is State.PUBLISHED
    assert house.results() == {"dub-es/clientA/clip.es.mp4"}
    assert (house.charged(), house.calls(job_id)) == (1, ["happened"])
    house.clean()


async def test_stage_by_stage(house: StageRig) -> None:
    """Driven by hand, each stage leads to the next state, and the intent stands before the send."""
    (job_id,) = house.drop()
    for state in WAY:
        await house.until_state(job_id, state)
        if state is State.INSTRUCTING:
            assert (house.calls(job_id), house.charged()) == (["open"], 0)
    assert house.charged() == 1


async def test_jobs_are_read_together_without_those_that_make_no_sense(house: StageRig) -> None:
    """One whose rows mean nothing is left to be read alone; what SQLite cannot read concerns
    them all."""
    (bad,), (good,) = house.drop("dub-es/bad.mp4"), house.drop("dub-es/good.mp4")
    chosen = [house.job(bad), house.job(good)]
    store = house.runner().store

    house.journal.write_now(
        lambda conn: conn.execute("UPDATE member SET kind = 'smell' WHERE name = 'bad.mp4'")
    )
    read = house.journal.read_now(lambda conn: store.read_chosen(conn, chosen))
    assert list(read) == [good]

    house.journal.write_now(
        lambda conn: conn.execute("UPDATE member SET name = CAST(x'ff' AS TEXT)")
    )
    with pytest.raises(JournalError):
        house.journal.read_now(lambda conn: store.read_chosen(conn, chosen))


FREE = [
    "session:500",
    "session:reset",
    "session:1001",
    "session:429",
    "session:after-reset",
    "upload:500",
    "upload:reset",
    "upload:after-reset",
    "upload:cut_response",
    "upload:empty_files",
    "upload:1002",
    "upload:session_lost",
    "upload:429",
    "state:500",
    "state:1002",
    "state:reset@2",
    "state:broken_json",
    "chat:reset",
    "chat:after-reset",
    "chat:cut_after",
    "chat:1002",
    "chat:429",
    "chat:silent",
    "chat:late:0.1",
    "chat:growing:0.1",
    "chat:error_after",
    "chat:error_after:code",
    "chat:temporary_issue",
    "chat:stream_2001",
    "credits:500",
    "credits:500@*",
    "render:500",
    "render:after-reset",
    "render:1002",
    "render:duplicate",
    "render:failed",
    "render:forget",
    "poll:500",
    "poll:404",
    "poll:failed",
    "download:expired",
    "download:expired@*",
    "download:cut_response:100",
    "download:truncated",
    "poll:expired_url",
]


#: Those in which a mistake would cost money or a file; the others are in the long run.
DEAREST = {
    "upload:after-reset",
    "state:1002",
    "chat:reset",
    "chat:after-reset",
    "chat:cut_after",
    "chat:growing:0.1",
    "chat:stream_2001",
    "credits:500@*",
    "render:after-reset",
    "render:1002",
    "download:expired",
}


@pytest.mark.parametrize(
    "fault", [pytest.param(f, marks=() if f in DEAREST else pytest.mark.slow) for f in FREE]
)
async def test_what_passes_by_itself(house: StageRig, fault: str) -> None:
    """The job ends published and charged once, or waits for a person where nobody can know; it
    is never charged twice."""
    (job_id,) = house.drop()
    house.cloud.fault(fault)
    await house.run()
    job = house.job(job_id)
    # 2001 inside the stream and 1001: the account, not the job; its keeper is not at work here
    if job.state is State.HELD:
        assert fault in ("chat:stream_2001", "session:1001")
        assert house.charged() == 0
        return
    if job.state is State.ATTENTION:
        assert fault == "chat:reset"
        assert house.charged() == 0
        return
    assert job.state is State.PUBLISHED, house.states()
    assert house.charged() == 1
    assert house.calls(job_id).count("happened") == 1
    assert house.results() == {"dub-es/clip.es.mp4"}


UNKNOWN = [
    "cut_before",
    "error",
    "error:data",
    "silent_unchanged",
    "heartbeats:0.2",
    "500",
    "502",
    "goes_on:0.1",
]


@pytest.mark.parametrize("fault", UNKNOWN)
async def test_unknown_is_never_sent_again(house: StageRig, fault: str) -> None:
    """A turn that may have begun is checked five times; what shows nothing goes to a person,
    sent once."""
    (job_id,) = house.drop()
    house.cloud.fault(f"chat:{fault}")
    await house.run()
    job = house.job(job_id)
    assert house.requests("chat") == 1
    if job.state is State.PUBLISHED:
        assert house.charged() == 1
    else:
        assert (job.state, job.reason) == (
            State.ATTENTION,
            "error" if "error" in fault else "unknown",
        )
        assert house.charged() == 0
        assert "Credits before: 10,000, after: 10,000." in job.error_text


async def test_a_question_back_waits_for_a_person(house: StageRig) -> None:
    """With the question shown, and nothing sent again."""
    (job_id,) = house.drop()
    house.cloud.fault("chat:question")
    await house.run()
    job = house.job(job_id)
    assert (job.state, job.reason) == (State.ATTENTION, "question")
    assert "Which language" in job.error_text
    assert house.requests("chat") == 1


@pytest.mark.parametrize(
    ("fault", "state", "reason", "back"),
    [
        ("chat:2001", State.HELD, "credits", "uploaded"),
        ("chat:402", State.HELD, "plan", "uploaded"),
        ("render:402", State.HELD, "plan", "submitting"),
        ("upload:4001", State.REJECTED, "", ""),
        ("upload:4002", State.REJECTED, "", ""),
        ("render:failed@*", State.FAILED, "", ""),
        ("poll:500@*", State.HELD, "outage", "rendering"),
        ("poll:404@*", State.FAILED, "", ""),
        ("upload:session_lost@*", State.FAILED, "", ""),
    ],
)
async def test_where_faults_that_stay_lead(
    house: StageRig, fault: str, state: State, reason: str, back: str
) -> None:
    """Each has its end or its hold, within a bounded number of calls, and never a second charge."""
    (job_id,) = house.drop()
    house.cloud.fault(fault)
    await house.run()
    job = house.job(job_id)
    assert (job.state, job.reason, job.back) == (state, reason, back), house.states()
    assert house.charged() == (
        1 if job.session_id and fault.split(":", maxsplit=1)[0] in ("render", "poll") else 0
    )
    assert len(house.fresh("requests")) < 80


async def test_an_address_that_is_always_expired_ends(house: StageRig) -> None:
    """Both ways of fetching refuse: the attempts are used up, spaced, and the draft is kept for
    a free retry."""
    (job_id,) = house.drop()
    house.cloud.fault("download:expired@*", "fallback_download:404@*")
    await house.run()
    assert house.job(job_id).state is State.FAILED
    house.cloud.clear_faults()
    assert (
        house.journal.write_now(lambda conn: job_steps.retry(conn, job_id, 1)) is State.INSTRUCTED
    )
    await house.run()
    assert house.job(job_id).state is State.PUBLISHED
    assert house.charged() == 1


async def test_siblings_share_one_upload(house: StageRig) -> None:
    """Three languages: the bytes go up once, the others take the file by its URL, each is
    charged once."""
    ids = house.drop("dub-es-fr-de/clip.mp4", "es", "fr", "de")
    await house.run()
    assert {house.job(i).state for i in ids} == {State.PUBLISHED}
    assert (sorted(house.uploads()), house.charged()) == (["bytes", "url", "url"], 3)
    house.clean()


async def test_a_refused_url_means_bytes(house: StageRig) -> None:
    """Any refusal of the cdn_url, 4001 included: the bytes are sent, and nothing is rejected."""
    ids = house.drop("dub-es-fr/clip.mp4", "es", "fr")
    house.cloud.set(url_uploads=False)
    await house.run()
    assert {house.job(i).state for i in ids} == {State.PUBLISHED}
    assert house.charged() == 2


async def test_an_address_that_never_works_means_bytes(house: StageRig) -> None:
    """The cloud answers every upload by URL with 500: after the second failure the bytes are
    sent, and both are done."""
    ids = house.drop("dub-es-fr/clip.mp4", "es", "fr")
    house.cloud.fault("upload_url:500@*")
    await house.run()
    assert {house.job(i).state for i in ids} == {State.PUBLISHED}
    assert (house.uploads(), house.charged()) == (["bytes", "bytes"], 2)


async def test_a_transcript_comes_as_text_and_captions(house: StageRig) -> None:
    """From the draft's text tracks, with the film beside it."""
    (job_id,) = house.drop(
        "transcribe/talk.mp4",
        "transcript",
        skill=SCRIBE,
        outputs=TRANSCRIPT,
        prompt="transcribe the dialogue {}",
    )
    await house.run()
    assert house.job(job_id).state is State.PUBLISHED
    assert house.results() == {
        "transcribe/talk.txt",
        "transcribe/talk.srt",
        "transcribe/talk.transcribed.mp4",
    }
    assert house.charged() == 1


@pytest.mark.parametrize("state", [s for s in State if s.value.endswith("ing")])
@pytest.mark.parametrize("effect", ["before", "after"])
async def test_a_crash_in_every_ing_state(house: StageRig, state: State, effect: str) -> None:
    """Before the effect or after it, without its answer: the next process asks the world, and
    pays once at most."""
    (job_id,) = house.drop()
    await house.until_state(job_id, state)
    if effect == "after":
        await house.stage(job_id)
    house.crash()
    await house.run()
    job = house.job(job_id)
    if state is State.INSTRUCTING and effect == "before":
        assert (job.state, job.reason, house.charged()) == (State.ATTENTION, "unknown", 0)
        return
    assert job.state is State.PUBLISHED, house.states()
    assert house.charged() == 1
    house.clean()


async def test_two_crashes_while_the_turn_runs(house: StageRig) -> None:
    """The turn goes on without us, comes to its end, and is found; it is not sent again."""
    (job_id,) = house.drop()
    house.cloud.fault("chat:late:0.2")
    await house.until_state(job_id, State.INSTRUCTING)
    await house.stage(job_id)
    house.crash()
    house.crash()
    await house.run()
    assert (house.job(job_id).state, house.charged(), house.requests("chat")) == (
        State.PUBLISHED,
        1,
        1,
    )
