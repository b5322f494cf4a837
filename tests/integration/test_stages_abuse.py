"""What somebody would try who wants it to pay twice, to lose a file, to be stuck for ever, or to
spin."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from nemowatch.errors import JournalError, LocalFinal, NotSent, SessionLost, UsageError
from nemowatch.holds.account_check import AccountCheck
from nemowatch.holds.admission import Admission
from nemowatch.holds.keeper import HoldKeeper
from nemowatch.jobs.hold_log import HoldLog
from nemowatch.journal import holds, job_steps, jobs, queue, results, sources, spend
from nemowatch.model import Credits, HoldReason, Output, OutputKind, State, Turn, TurnEnd
from nemowatch.orders import read_order
from nemowatch.sandbox.process import SandboxProcess
from nemowatch.stages.context import StageContext
from nemowatch.stages.decision import Decision
from nemowatch.stages.table import TABLE
from nemowatch.stages.work import Work
from tests.rigs.command import WAY
from tests.rigs.stages import StageRig, stage_rig

pytestmark = pytest.mark.anyio


class Failing:
    """The real client, of which one call fails with an error of ours, after `skip` that go well."""

    def __init__(
        self, api: Any, call: str, error: Exception, times: int = 1, skip: int = 0
    ) -> None:
        self._api, self._call, self._error, self._times, self._skip = api, call, error, times, skip

    def __getattr__(self, name: str) -> Any:
        if name == self._call and self._skip > 0:
            self._skip -= 1
        elif name == self._call and self._times > 0:
            self._times -= 1
            return self._raise
        return getattr(self._api, name)

    async def _raise(self, *_: Any) -> Any:
        raise self._error


def with_api(house: StageRig, api: Any) -> None:
    house.context = replace_api(house.context, api)


def replace_api(context: StageContext, api: Any) -> StageContext:
    return replace(context, api=api)


def order(house: StageRig, command: str, **args: Any) -> dict[str, Any]:
    given = read_order(command, args)
    return house.journal.write_now(lambda conn: given.commit(conn, house.clock.now_ms()))


def put_state(house: StageRig, job_id: int, state: State, **values: Any) -> None:
    """Move a job in the journal, by legal steps only."""
    house.journal.write_now(
        lambda conn: jobs.apply(conn, jobs.by_id(conn, job_id), state, house.clock.now_ms(), values)
    )


# -- paying twice


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


async def test_a_retry_goes_on_from_an_edit_that_is_still_in_the_session(house: StageRig) -> None:
    """Cancelled, or given up, after the turn and before its draft was saved: the retry asks the
    session, and pays nothing."""
    (job_id,) = house.drop()
    await house.until_state(job_id, State.INSTRUCTED)
    house.journal.write_now(lambda conn: conn.execute("DELETE FROM draft"))
    order(house, "cancel", jobs=[job_id])
    assert order(house, "retry", jobs=[job_id]) == {"jobs": {job_id: "instructed"}}
    await house.run()
    assert (house.job(job_id).state, house.requests("chat")) == (State.PUBLISHED, 1)


async def test_a_word_that_is_none_resolves_nothing(house: StageRig) -> None:
    """resolve with anything but done or resend is refused: it must not mean "pay again"."""
    (job_id,) = house.drop()
    house.cloud.fault("chat:cut_before")
    await house.run()
    with pytest.raises(UsageError):
        order(house, "resolve", job=job_id, how="Done")
    assert house.job(job_id).state is State.ATTENTION


async def test_resolving_both_ways(house: StageRig) -> None:
    """--done goes on with what is there; --resend sends once more, in a session of its own."""
    (first,), (second,) = house.drop("dub-es/a.mp4"), house.drop("dub-es/b.mp4")
    house.cloud.fault("chat:cut_before@1-2")
    await house.run()
    order(house, "resolve", job=first, how="resend")
    order(house, "resolve", job=second, how="done")
    await house.run()
    assert (house.job(first).state, house.calls(first)) == (
        State.PUBLISHED,
        ["given up", "happened"],
    )
    assert (house.job(second).state, house.job(second).error_code) == (State.FAILED, "nothing made")
    assert house.charged() == 1


async def test_a_cancel_while_the_turn_runs_keeps_what_was_paid(house: StageRig) -> None:
    """The turn ends after the person's order: its outcome and its draft are kept, and a retry
    delivers from them."""
    (job_id,) = house.drop()
    house.cloud.fault("chat:slow_turn:0.4")
    await house.until_state(job_id, State.INSTRUCTING)
    running = asyncio.create_task(house.step(job_id))
    await asyncio.sleep(0.1)
    given = read_order("cancel", {"jobs": [job_id]})
    await house.journal.write(lambda conn: given.commit(conn, 1))
    # "unknown" while it runs: no second send
    await house.journal.write(lambda conn: job_steps.retry(conn, job_id, 1))
    await running
    assert (house.job(job_id).state, house.calls(job_id)) == (State.ATTENTION, ["happened"])
    order(house, "resolve", job=job_id, how="done")
    await house.run()
    assert (house.job(job_id).state, house.requests("chat"), house.charged()) == (
        State.PUBLISHED,
        1,
        1,
    )


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
        return Turn(TurnEnd.CUT, "Good morning from the", "the connection broke")


# -- losing a file


async def test_paid_work_with_its_file_replaced_is_delivered_from_the_draft(
    house: StageRig,
) -> None:
    """Session lost, address refused, and another file under the name: the draft is enough, the
    old source is not reopened."""
    (job_id,) = house.drop()
    await house.until_state(job_id, State.SUBMITTING)
    house.cloud.expire(house.job(job_id).session_id)
    house.cloud.set(url_uploads=False)
    (house.root / "inbox/dub-es/clip.mp4").write_bytes(b"a newer film")
    await house.run()
    assert (house.job(job_id).state, house.charged()) == (State.PUBLISHED, 1)
    row = house.journal.read_now(lambda conn: sources.by_id(conn, house_job_source(conn, job_id)))
    assert row is not None
    assert row.settled


def house_job_source(conn: Any, job_id: int) -> int:
    return jobs.by_id(conn, job_id).source_id


async def test_a_share_that_is_away_takes_no_file_back(house: StageRig) -> None:
    """The inbox itself is gone: the job waits, it is not cancelled."""
    (job_id,) = house.drop()
    await house.until_state(job_id, State.UPLOADED)
    (house.root / "inbox").rename(house.root / "away")
    await house.run(until=lambda: said(house, job_id, "away"))
    assert house.job(job_id).state is State.UPLOADED
    (house.root / "away").rename(house.root / "inbox")
    await house.run()
    assert (house.job(job_id).state, house.charged()) == (State.PUBLISHED, 1)


async def said(house: StageRig, job_id: int, words: str) -> bool:
    job = await house.journal.read(lambda conn: jobs.by_id(conn, job_id))
    return words in job.error_text or job.state in (State.CANCELLED, State.PUBLISHED)


async def test_a_file_that_was_taken_away_costs_nothing(house: StageRig) -> None:
    """Deleted before the paid call: cancelled."""
    (job_id,) = house.drop()
    await house.until_state(job_id, State.UPLOADED)
    (house.root / "inbox/dub-es/clip.mp4").unlink()
    await house.run()
    assert (house.job(job_id).state, house.requests("chat")) == (State.CANCELLED, 0)


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


# -- being stuck for ever


async def test_paid_work_goes_on_while_its_source_settles_again(house: StageRig) -> None:
    """One language is paid for when the file changes under the other: the paid one is not held
    up, for ever or at all."""
    first, second = house.drop("dub-es-fr/clip.mp4", "es", "fr")
    await house.until_state(first, State.INSTRUCTED)
    source_id = house.job(first).source_id
    house.journal.write_now(lambda conn: sources.unsettle(conn, source_id, 1))
    row = house.journal.read_now(lambda conn: sources.by_id(conn, source_id))
    assert row is not None
    assert row.settled  # too late for that: something is paid
    house.journal.write_now(lambda conn: conn.execute("UPDATE source SET settled = 0"))
    await house.run(until=lambda: in_state(house, first, State.PUBLISHED))
    assert house.job(second).state is State.CLAIMED


async def in_state(house: StageRig, job_id: int, state: State) -> bool:
    return (await house.journal.read(lambda conn: jobs.by_id(conn, job_id))).state is state


async def test_a_source_that_settled_no_more_can_be_tried_again(house: StageRig) -> None:
    """Changed, taken away while settling, and restored: its jobs run again."""
    (job_id,) = house.drop()
    source_id = house.job(job_id).source_id
    house.journal.write_now(lambda conn: sources.unsettle(conn, source_id, 1))
    house.journal.write_now(lambda conn: job_steps.cancel(conn, job_id, "taken away", 1))
    assert [
        row.id for row in house.journal.read_now(lambda conn: sources.to_retire(conn, 0, 9))
    ] == [source_id]
    order(house, "retry", jobs=[job_id])
    await house.run()
    assert house.job(job_id).state is State.PUBLISHED


def keeper(house: StageRig, inboxes: dict[str, Any] | None = None) -> HoldKeeper:
    return HoldKeeper(
        house.journal,
        house.client,
        AccountCheck(house.client, lambda: None),
        lambda: house.config,
        {} if inboxes is None else inboxes,
        house.clock,
        lambda: None,
        HoldLog(house.clock),
    )


async def test_a_plan_that_allows_exports_again_is_found_out(house: StageRig) -> None:
    """Jobs that wait at the gate for the plan stand before the one that can try: that one is let
    go, and then all."""
    early, late = house.drop("dub-es/a.mp4")[0], house.drop("dub-es/b.mp4")[0]
    put_state(house, early, State.HELD, reason="plan", back="claimed")
    house.cloud.set(plan="free")
    await house.run()
    assert house.job(late).reason == "plan"
    house.cloud.set(plan="paid")
    house.context = replace(
        house.context, gate=Admission(house.journal, lambda: house.config, {}, house.clock)
    )
    for _ in range(3):
        await keeper(house).check()
        await house.run()
    assert house.job(late).state is State.PUBLISHED
    assert house.job(early).state is State.PUBLISHED
    assert house.charged() == 2


async def test_a_plan_hold_that_nobody_can_end_ends(house: StageRig) -> None:
    """The job that met the 402 was cancelled: those at the gate go on."""
    (job_id,) = house.drop()
    put_state(house, job_id, State.HELD, reason="plan", back="claimed")
    house.journal.write_now(lambda conn: holds.put(conn, HoldReason.PLAN, "upgrade", 1))
    await keeper(house).check()
    await house.run()
    assert house.job(job_id).state is State.PUBLISHED


async def test_a_cap_is_left_by_the_measure_it_was_met_by(
    tmp_path: Path, cloud: SandboxProcess
) -> None:
    """A cap below 100 with turns that cost 10 here: what the gate would let through, the keeper
    wakes."""
    async with stage_rig(tmp_path, cloud, limits={"daily_credits": 50}) as house:
        (job_id,) = house.drop()
        put_state(house, job_id, State.HELD, reason="cap", back="claimed")
        await keeper(house).check()
        assert house.job(job_id).state is State.HELD  # about 100, as far as this journal knows
        (known,) = house.drop("dub-es/b.mp4")
        house.journal.write_now(
            lambda conn: conn.execute("UPDATE job SET credits = 10 WHERE id = ?", (known,))
        )
        await keeper(house).check()
        assert house.job(job_id).state is State.CLAIMED


async def test_an_interrupted_upload_is_checked_before_it_is_repeated(house: StageRig) -> None:
    """Its folder left the configuration in the middle of an upload and came back: no second clip
    in the session."""
    (job_id,) = house.drop()
    await house.until_state(job_id, State.UPLOADING)
    await house.stage(job_id)  # the upload arrived; its commit did not
    put_state(house, job_id, State.HELD, reason="paused", back="uploading")
    house.journal.write_now(lambda conn: queue.wake_paused(conn, house.watch.name, b"dub-es", 1))
    assert house.job(job_id).checking
    await house.run()
    assert (house.job(job_id).state, house.uploads()) == (State.PUBLISHED, ["bytes"])
    house.clean()


async def test_one_endpoint_that_always_fails_ends_the_job(house: StageRig) -> None:
    """The cloud answers, only this call does not: the outage ends each time, and the attempts
    come to their end."""
    (job_id,) = house.drop()
    house.cloud.fault("session:500@*")
    runner, keeps = house.runner(), keeper(house)
    task = asyncio.create_task(runner.run())
    for _ in range(400):
        if await in_state(house, job_id, State.FAILED):
            break
        await keeps.check()
        runner.nudge()
        await asyncio.sleep(0.03)
    await runner.stop(1)
    await task
    assert house.job(job_id).state is State.FAILED
    assert house.requests("session") <= 14


async def test_a_disk_that_hangs_holds_up_nothing_else(
    house: StageRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A share that does not answer how full it is: the journal goes on, and the hold stays until
    another one has room."""
    from nemowatch.holds import disk_space

    release = asyncio.Event()
    loop = asyncio.get_running_loop()
    monkeypatch.setattr(disk_space, "DISK_SECONDS", 0.05)
    monkeypatch.setattr(
        disk_space,
        "has_room",
        lambda *_: asyncio.run_coroutine_threadsafe(release.wait(), loop).result(),
    )
    inboxes = {"x": type("Box", (), {"watch": house.watch, "pauses": {}})()}
    keeps = keeper(house, inboxes)
    await house.journal.write(lambda conn: holds.put(conn, HoldReason.SPACE, "full", 1))
    await asyncio.wait_for(asyncio.gather(keeps.check(), keeps.check()), 2)
    assert HoldReason.SPACE in await house.journal.read(holds.active)
    other = replace(house.watch, root=None)
    inboxes["y"] = type("Box", (), {"watch": other, "pauses": {}})()
    hangs = disk_space.has_room
    monkeypatch.setattr(
        disk_space, "has_room", lambda watch, parts: hangs(watch, parts) if watch.root else True
    )
    await asyncio.wait_for(keeps.check(), 2)
    assert HoldReason.SPACE not in await house.journal.read(holds.active), (
        "another disk waits for the one that hangs"
    )
    release.set()


# -- spinning


async def test_attempts_are_spaced_after_the_first(house: StageRig) -> None:
    """A render that the cloud forgets every time: asked again at once, then with growing pauses,
    then failed."""
    (job_id,) = house.drop()
    house.cloud.fault("render:forget@*")
    await house.run()
    assert house.job(job_id).state is State.FAILED
    assert house.requests("render") <= 9


async def test_a_rate_limit_is_an_answer(house: StageRig) -> None:
    """429 again and again is no outage: the other jobs go on."""
    ids = [house.drop(f"dub-es/{n}.mp4")[0] for n in range(3)]
    house.cloud.fault("session:429@1-6")
    await house.run()
    assert {house.job(i).state for i in ids} == {State.PUBLISHED}


IN_THE_LONG_RUN = [pytest.param(command, marks=pytest.mark.slow) for command in ("again", "cancel")]


@pytest.mark.parametrize("command", ["retry", *IN_THE_LONG_RUN])
async def test_orders_in_every_state_are_carried_out_or_refused(
    house: StageRig, command: str
) -> None:
    """Whatever state a job is in: a person's order is a legal step or a plain refusal, and never
    a second charge."""
    states = [State.CLAIMED, *WAY]
    for number, state in enumerate(states):
        (job_id,) = house.drop(f"dub-es/{number}.mp4")
        await house.until_state(job_id, state)
        try:
            order(house, command, jobs=[job_id])
        except UsageError:
            continue
        except JournalError as exc:
            raise AssertionError(f"{command} in {state}: {exc}") from exc
    house.crash()
    await house.run()
    per_session = [sum(bool(t["charged"]) for t in s["turns"]) for s in house.sessions()]
    assert max(per_session) <= 1
    assert house.charged() <= len(states)


async def test_a_new_take_of_a_job_whose_words_are_gone_is_refused(house: StageRig) -> None:
    """Retention has dropped the prompt: an empty message is never paid for, and the draft stays."""
    (job_id,) = house.drop()
    await house.run()
    house.journal.write_now(lambda conn: conn.execute("UPDATE job SET prompt = ''"))
    with pytest.raises(UsageError):
        order(house, "again", jobs=[job_id], new_take=True)
    assert house.journal.read_now(lambda conn: results.is_draft_saved(conn, job_id))


async def test_again_delivers_from_the_draft_even_without_session_and_file(house: StageRig) -> None:
    """Published, its session expired, its file in done/: a second copy without a second turn."""
    (job_id,) = house.drop()
    await house.run()
    house.cloud.expire()
    (house.root / "inbox/dub-es/clip.mp4").unlink()
    (house.root / "outbox/dub-es/clip.es.mp4").unlink()
    order(house, "again", jobs=[job_id])
    await house.run()
    assert (house.job(job_id).state, house.results(), house.charged()) == (
        State.PUBLISHED,
        {"dub-es/clip.es.mp4"},
        1,
    )


async def test_an_outage_is_no_attempt_and_goes_by(house: StageRig) -> None:
    """Nobody listens for a while, at any step: held, asked, and on from where it stood, charged
    once."""
    (job_id,) = house.drop()
    with_api(house, Failing(house.client, "upload_file", NotSent("refused")))
    await house.run()
    job = house.job(job_id)
    assert (job.state, job.reason, job.back, job.attempt) == (State.HELD, "outage", "uploading", 0)
    await keeper(house).check()
    await house.run()
    assert (house.job(job_id).state, house.charged()) == (State.PUBLISHED, 1)
