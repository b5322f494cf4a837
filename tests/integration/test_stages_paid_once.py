"""A paid call whose outcome is open, half told or cannot be written down: it is never sent again by
itself."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from nemowatch.errors import LocalFinal, SessionLost
from nemowatch.journal import jobs, results, spend
from nemowatch.model import Credits, Output, OutputKind, State, TurnEnd, TurnResult
from nemowatch.sandbox.process import SandboxProcess
from nemowatch.stages.context import StageContext
from nemowatch.stages.decision import Decision
from nemowatch.stages.table import TABLE
from nemowatch.stages.work import Work
from tests.rigs.failing_stages import Failing, order, with_api
from tests.rigs.stages import StageRig, stage_rig

pytestmark = pytest.mark.anyio


async def test_an_error_of_ours_after_the_turn_does_not_send_it_again(house: StageRig) -> None:
    """The token cannot be stored on a full disk right after the turn: the call is in doubt,
    never "still to be sent"."""
    (job_id,) = house.drop()
    await house.until_state(job_id, State.UPLOADED)
    full = LocalFinal("the disk of the state folder is full")
    # the first look comes before the turn
    with_api(house, Failing(house.client, "read_state", full, skip=1))
    await house.run()
    assert house.requests("chat") == 1
    order(house, "resolve", job=job_id, how="done")
    await house.run()
    assert house.job(job_id).state is State.PUBLISHED
    assert house.charged() == 1


async def test_an_outcome_that_cannot_be_written_is_never_sent_again(house: StageRig) -> None:
    """The commit after the turn fails: the intent stays open in the journal, and nobody but its
    own flow may send it."""
    (job_id,) = house.drop()
    await house.until_state(job_id, State.UPLOADED)
    house.journal.write_now(
        lambda conn: conn.execute(
            "CREATE TEMP TRIGGER refuse BEFORE UPDATE ON job WHEN OLD.state = 'instructing' BEGIN"
            " SELECT RAISE(ABORT, 'no'); END"
        )
    )
    other = house.drop("dub-es/other.mp4")[0]

    async def both_were_sent() -> bool:
        return house.requests("chat") == 2

    await house.run(until=both_were_sent)
    assert (house.job(job_id).state, house.job(other).state) == (
        State.INSTRUCTING,
        State.INSTRUCTING,
    )
    house.journal.write_now(lambda conn: conn.execute("DROP TRIGGER refuse"))
    await house.run()
    assert house.requests("chat") == 2
    assert (house.job(job_id).state, house.charged()) == (State.PUBLISHED, 2)


async def test_a_decision_with_a_column_that_does_not_exist_costs_that_job(
    house: StageRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault of ours in one job: it fails with words once its attempts are used up, nothing is
    sent for it, and the others go on."""
    (bad,) = house.drop()
    (good,) = house.drop("dub-es/good.mp4")
    prepare = TABLE[State.UPLOADED].stage

    async def misspelled(work: Work, context: StageContext) -> Decision:
        if work.job.id == bad:
            return Decision(State.INSTRUCTING, {"sessoin": 1})
        return await prepare(work, context)

    step = replace(TABLE[State.UPLOADED], stage=misspelled)
    monkeypatch.setitem(TABLE, State.UPLOADED, step)
    await house.run()
    job = house.job(bad)
    assert (job.state, job.attempt) == (State.FAILED, 7)
    assert "nemowatch itself failed here (TypeError)" in job.error_text
    assert house.job(good).state is State.PUBLISHED
    assert (house.charged(), house.requests("chat")) == (1, 1)


async def test_a_job_whose_end_cannot_be_written_is_left_alone(
    house: StageRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither its outcome nor its failure can be written: nobody works on it before the next
    start, and the others go on."""
    (bad,) = house.drop()
    house.journal.write_now(
        lambda conn: conn.execute(
            "CREATE TEMP TRIGGER refuse BEFORE UPDATE ON job WHEN OLD.id = 1"
            " BEGIN SELECT RAISE(ABORT, 'no'); END"
        )
    )
    (good,) = house.drop("dub-es/good.mp4")

    async def other_is_done() -> bool:
        found = await house.journal.read(lambda conn: jobs.by_id(conn, good))
        return found.state is State.PUBLISHED

    await house.run(until=other_is_done)
    assert house.job(bad).state is State.CLAIMED
    house.journal.write_now(lambda conn: conn.execute("DROP TRIGGER refuse"))
    await house.run()
    assert (house.job(bad).state, house.charged()) == (State.PUBLISHED, 2)


async def test_half_an_emoji_in_a_draft(house: StageRig) -> None:
    """A lone surrogate, which no UTF-8 carries, survives in the saved draft."""
    (job_id,) = house.drop()
    draft = {"t": [], "m": {"title": "\ud83d half"}}
    house.journal.write_now(lambda conn: results.save_draft(conn, job_id, draft, 1))
    assert house.journal.read_now(lambda conn: results.draft(conn, job_id)) == draft


async def test_the_balance_is_never_worth_a_turn(house: StageRig) -> None:
    """Asking for the credits fails for a local reason after the turn: the outcome is committed
    all the same."""
    (job_id,) = house.drop()
    await house.until_state(job_id, State.UPLOADED)
    with_api(
        house,
        Failing(
            house.client,
            "read_credits",
            LocalFinal("the disk of the state folder is full"),
            times=9,
        ),
    )
    await house.run()
    assert (house.job(job_id).state, house.charged(), house.requests("chat")) == (
        State.PUBLISHED,
        1,
        1,
    )


async def test_resending_by_configuration_happens_once(
    tmp_path: Path, cloud: SandboxProcess
) -> None:
    """on_unknown = resend, and every turn breaks: the second unknown goes to a person, not to a
    third payment."""
    async with stage_rig(tmp_path, cloud, chat={"on_unknown": "resend"}) as house:
        (job_id,) = house.drop()
        cloud.fault("chat:error@*")
        await house.run()
        assert house.job(job_id).state is State.ATTENTION
        assert house.calls(job_id) == ["given up", "unknown"]
        assert house.requests("chat") == 2


async def test_a_late_effect_is_seen_before_a_resend(tmp_path: Path, cloud: SandboxProcess) -> None:
    """on_unknown = resend: the edit that came after the last look is found before anything is
    sent again."""
    async with stage_rig(
        tmp_path, cloud, chat={"on_unknown": "resend", "recheck": [0.05]}
    ) as house:
        (job_id,) = house.drop()
        cloud.fault("chat:late:0.6")
        await house.until_state(job_id, State.INSTRUCTING)
        while house.job(job_id).state is State.INSTRUCTING:
            await asyncio.sleep(await house.step(job_id))
        assert house.calls(job_id) == ["given up"]
        sid = house.job(job_id).session_id
        for _ in range(100):
            if (await house.client.read_state("x", sid)).generated_media:
                break
            await asyncio.sleep(0.05)
        await house.run()
        assert (house.job(job_id).state, house.requests("chat"), house.charged()) == (
            State.PUBLISHED,
            1,
            1,
        )


async def test_rebuilding_a_lost_session_happens_once(
    tmp_path: Path, cloud: SandboxProcess
) -> None:
    """on_lost_session = rebuild pays for one more turn, not for one after the other; and it is a
    legal step."""
    async with stage_rig(tmp_path, cloud, chat={"on_lost_session": "rebuild"}) as house:
        (job_id,) = house.drop()
        with_api(house, Forgetful(house.client))
        await house.run()
        assert house.job(job_id).state in (State.FAILED, State.ATTENTION), house.states()
        assert house.requests("chat") == 2


class Forgetful:
    """A cloud that loses every session while its turn runs."""

    def __init__(self, api: Any) -> None:
        self._api, self._lost = api, set[str]()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._api, name)

    async def run_turn(self, skill: str, session_id: str, *rest: Any) -> Any:
        self._lost.add(session_id)
        return await self._api.run_turn(skill, session_id, *rest)

    async def read_state(self, skill: str, session_id: str) -> Any:
        if session_id in self._lost:
            raise SessionLost("gone")
        return await self._api.read_state(skill, session_id)


async def test_a_render_without_a_draft_is_no_reason_to_pay(house: StageRig) -> None:
    """Whatever became of the saved draft: the job fails, and does not start over."""
    (job_id,) = house.drop()
    await house.until_state(job_id, State.SUBMITTING)
    house.journal.write_now(lambda conn: conn.execute("DELETE FROM draft"))
    await house.run()
    assert (house.job(job_id).state, house.requests("chat")) == (State.FAILED, 1)


async def test_stopping_leaves_no_intent_that_was_never_acted_on(house: StageRig) -> None:
    """A graceful stop between the last check and the send asks nobody: the job is simply not yet
    paid."""
    (job_id,) = house.drop()
    await house.until_state(job_id, State.UPLOADED)
    slow = SlowCredits(house.client)
    with_api(house, slow)
    runner = house.runner()
    task = asyncio.create_task(runner.run())
    await slow.asked.wait()
    stopping = asyncio.create_task(runner.stop(5))
    await asyncio.sleep(0.05)
    slow.go_on.set()
    await stopping
    await task
    house.crash()
    assert (house.job(job_id).state, house.calls(job_id)) == (State.UPLOADED, [])
    with_api(house, house.client)
    await house.run()
    assert (house.job(job_id).state, house.charged()) == (State.PUBLISHED, 1)


class SlowCredits:
    """A client whose balance comes when the test says so."""

    def __init__(self, api: Any) -> None:
        self._api, self.asked, self.go_on = api, asyncio.Event(), asyncio.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._api, name)

    async def read_credits(self) -> Credits:
        self.asked.set()
        await self.go_on.wait()
        return await self._api.read_credits()


async def test_half_an_answer_is_never_a_transcript(house: StageRig) -> None:
    """The stream breaks in the middle of the text and nothing changes: a person, not half a
    result."""
    outputs = (Output(".txt", OutputKind.TEXT),)
    (job_id,) = house.drop("notes/talk.mp4", "text", outputs=outputs, prompt="transcribe {}")
    await house.until_state(job_id, State.INSTRUCTING)
    call = house.journal.read_now(lambda conn: spend.latest(conn, job_id))
    assert call is not None
    with_api(house, HalfSaid(house.client))
    await house.run()
    assert (house.job(job_id).state, house.results()) == (State.ATTENTION, set())


class HalfSaid:
    """A turn that is cut after half a sentence."""

    def __init__(self, api: Any) -> None:
        self._api = api

    def __getattr__(self, name: str) -> Any:
        return getattr(self._api, name)

    async def run_turn(self, *_: Any) -> Any:
        return TurnResult(TurnEnd.CUT, "Good morning from the", "the connection broke")


async def test_text_alone_is_not_fetched_as_a_film(house: StageRig) -> None:
    """A folder that vanishes under a transcript is no reason to ask for a render that was never
    made."""
    outputs = (Output(".txt", OutputKind.TEXT),)
    (job_id,) = house.drop(
        "notes/talk.mp4",
        "text",
        outputs=outputs,
        skill="transcribe-video-to-text",
        prompt="transcribe {}",
    )
    await house.run()
    assert (house.job(job_id).state, house.results(), house.requests("render")) == (
        State.PUBLISHED,
        {"notes/talk.txt"},
        0,
    )


@pytest.mark.parametrize("shown", ["chat:question", "chat:question:clip"])
async def test_a_question_stays_one_whatever_the_draft_shows(house: StageRig, shown: str) -> None:
    """A draft with addresses that are signed anew at each read, or one that shows the clip only
    after the turn, is no edit: nothing is delivered, and the person is asked."""
    late = shown.endswith("clip")
    house.cloud.set(signed_media=not late, initial_draft=["clip", "empty"][late])
    (job_id,) = house.drop()
    house.cloud.fault(shown)
    await house.run()
    job = house.job(job_id)
    assert (job.state, job.reason, house.results()) == (State.ATTENTION, "question", set())


async def test_a_draft_that_is_signed_anew_hides_no_refusal(house: StageRig) -> None:
    """2001 inside the stream holds the work, and an edit is one all the same."""
    house.cloud.set(signed_media=True, initial_draft="clip")
    (job_id,) = house.drop()
    house.cloud.fault("chat:stream_2001")
    await house.run()
    assert (house.job(job_id).state, house.job(job_id).reason) == (State.HELD, "credits")
    (other,) = house.drop("dub-es/other.mp4")
    house.cloud.fault("chat:cut_after")
    await house.run()
    assert (house.job(other).state, house.calls(other)) == (State.PUBLISHED, ["happened"])


async def test_a_state_that_is_not_there_says_nothing_of_the_turn(house: StageRig) -> None:
    """null in place of a state, at every read after the turn but the last: no edit was seen to be
    missing, and the one that was paid for is found."""
    (job_id,) = house.drop()
    house.cloud.fault("state:null@2-4")
    await house.run()
    assert (house.job(job_id).state, house.calls(job_id)) == (State.PUBLISHED, ["happened"])
    assert house.charged() == 1


async def test_a_session_in_which_nothing_happened_may_have_no_state(house: StageRig) -> None:
    """Before the first turn of a session without a file null is an empty state; with a file it
    is none, and the turn waits for it."""
    (spoken,) = house.drop("voiceover/text.txt", skill="voiceover-generator", prompt="say {}")
    house.journal.write_now(lambda conn: conn.execute("UPDATE member SET role = 'script'"))
    house.cloud.fault("state:null")
    await house.run()
    assert (house.job(spoken).state, house.requests("state")) == (State.PUBLISHED, 2)
    (job_id,) = house.drop("dub-es/a.mp4")
    house.cloud.fault("state:null")
    await house.run()
    assert (house.job(job_id).state, house.requests("state")) == (State.PUBLISHED, 5)
