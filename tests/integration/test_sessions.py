"""Several instructions in one session of the cloud: the files go up once, each instruction is paid
for once, one after the other, and every gate stands before each."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

import pytest

from nemowatch.errors import JournalError, UsageError
from nemowatch.holds.admission import Admission
from nemowatch.journal import batches, job_steps, jobs, new_jobs, queue, results, spend
from nemowatch.journal.jobs import Job
from nemowatch.journal.spend import CallOutcome, EditOutcome
from nemowatch.model import HoldReason, State
from nemowatch.orders.again import Again
from nemowatch.orders.retry import Retry
from nemowatch.orders.revise import Revise
from nemowatch.stages.decision import go, hold
from tests.rigs.stages import StageRig

pytestmark = pytest.mark.anyio


def add(house: StageRig, job: Job, prompt: str) -> int:
    """Give one more instruction in the session of a job."""
    now = house.clock.now_ms()
    return house.journal.write_now(lambda conn: new_jobs.add_turn(conn, job, prompt, now))


async def test_one_more_instruction_costs_one_turn_and_no_upload(house: StageRig) -> None:
    """What is in the session already is not uploaded again; the second result stands beside the
    first."""
    (first,) = house.drop()
    await house.run()
    second = add(house, house.job(first), "make the voice slower")
    await house.run()
    assert house.job(second).state is State.PUBLISHED
    (session,) = house.sessions()
    assert [bool(turn["charged"]) for turn in session["turns"]] == [True, True]
    assert house.uploads() == ["bytes"]
    assert house.results() == {"dub-es/clip.es.mp4", "dub-es/clip.es (2).mp4"}
    house.clean()


async def test_the_draft_of_the_turn_before_is_known(house: StageRig) -> None:
    """What a turn changed can be told; the first one has nothing before it."""
    (first,) = house.drop()
    await house.run()
    second = add(house, house.job(first), "make the voice slower")
    await house.run()
    before = house.journal.read_now(lambda conn: results.draft_before(conn, second))
    assert before == house.journal.read_now(lambda conn: results.draft(conn, first))
    assert house.journal.read_now(lambda conn: results.draft_before(conn, first)) is None


async def test_it_needs_no_file_in_the_inbox(house: StageRig) -> None:
    """The source has gone to done/ long since: what the instruction concerns is in the session."""
    (first,) = house.drop()
    await house.run()
    (house.root / "inbox" / "dub-es" / "clip.mp4").unlink()
    second = add(house, house.job(first), "make the voice slower")
    await house.run()
    assert (house.job(second).state, house.charged()) == (State.PUBLISHED, 2)


async def test_instructions_have_their_turns_in_order(house: StageRig) -> None:
    """Given at once, they are carried out one after the other."""
    (first,) = house.drop()
    more = [add(house, house.job(first), f"part {number}") for number in range(2)]
    await house.run()
    assert {house.job(job_id).state for job_id in (first, *more)} == {State.PUBLISHED}
    assert len(house.sessions()) == 1
    calls = "SELECT job_id FROM spend ORDER BY id"
    rows = house.journal.read_now(lambda conn: conn.execute(calls).fetchall())
    assert [row["job_id"] for row in rows] == [first, *more]
    endings = ("", " (2)", " (3)")
    assert house.results() == {f"dub-es/clip.es{ending}.mp4" for ending in endings}


async def test_the_next_begins_when_the_one_before_has_ended(house: StageRig) -> None:
    """Not before: what it changes is to be there whole, and to have its name. However it ends, the
    others go on."""
    (first,) = house.drop()
    await house.run()
    second = add(house, house.job(first), "make the voice slower")
    third = add(house, house.job(first), "without music")
    assert [job.id for job in house.due()] == [second]
    house.journal.write_now(lambda conn: job_steps.cancel(conn, second, "no", 1))
    assert [job.id for job in house.due()] == [third]
    await house.run()
    assert (house.job(third).state, house.charged()) == (State.PUBLISHED, 2)


async def test_a_version_has_its_number_also_where_the_first_result_is_gone(
    house: StageRig,
) -> None:
    """Whoever takes results away gets no second file of the same name."""
    (first,) = house.drop()
    await house.run()
    (house.root / "outbox" / "dub-es" / "clip.es.mp4").unlink()
    add(house, house.job(first), "make the voice slower")
    await house.run()
    assert house.results() == {"dub-es/clip.es (2).mp4"}


async def test_a_further_instruction_that_is_tried_again_stays_in_its_session(
    house: StageRig,
) -> None:
    """What a person asked for means nothing without what was there before."""
    (first,) = house.drop()
    await house.run()
    second = add(house, house.job(first), "make the voice slower")
    house.journal.write_now(lambda conn: job_steps.cancel(conn, second, "no", 1))
    house.journal.write_now(lambda conn: job_steps.retry(conn, second, 2))
    await house.run()
    house.journal.write_now(lambda conn: job_steps.redeliver(conn, second, 3, new_take=True))
    await house.run()
    (session,) = house.sessions()
    assert [turn["message"] for turn in session["turns"][1:]] == ["make the voice slower"] * 2


async def test_a_saved_draft_opens_no_gate(house: StageRig) -> None:
    """An earlier instruction of the session is paid for and its draft is saved: the next one is
    held before its call like any other."""
    (first,) = house.drop()
    await house.run()
    second = add(house, house.job(first), "make the voice slower")
    draft = house.journal.read_now(lambda conn: results.draft(conn, first))
    assert draft is not None
    house.journal.write_now(lambda conn: results.save_draft(conn, second, draft, 1))
    house.gate.answer = hold(HoldReason.CAP, State.CLAIMED, "enough for today")
    await house.run()
    assert (house.job(second).state, house.job(second).reason) == (State.HELD, "cap")
    assert house.charged() == 1


async def test_two_calls_at_once_are_refused_by_the_journal(house: StageRig) -> None:
    """Whatever the code does: one open call for a session, and one job that talks in it."""
    (first,) = house.drop()
    second = add(house, house.job(first), "more")

    def call(conn: sqlite3.Connection, job_id: int) -> int:
        return spend.open_call(conn, job_id, "s", "h", "b", None, 1)

    house.journal.write_now(lambda conn: call(conn, first))
    with pytest.raises(JournalError, match="UNIQUE"):
        house.journal.write_now(lambda conn: call(conn, second))

    def upload(conn: sqlite3.Connection, job_id: int) -> bool:
        return jobs.apply(conn, jobs.by_id(conn, job_id), State.UPLOADING, 1)

    house.journal.write_now(lambda conn: upload(conn, first))
    with pytest.raises(JournalError, match="UNIQUE"):
        house.journal.write_now(lambda conn: upload(conn, second))


async def test_a_new_take_is_a_new_instruction_under_the_same_number(house: StageRig) -> None:
    """The earlier one keeps its call, its draft and its results; lists show the number once."""
    (job_id,) = house.drop()
    await house.run()
    before = house.job(job_id)
    now = house.clock.now_ms()
    house.journal.write_now(lambda conn: Again((job_id,), new_take=True).commit(conn, now))
    fresh = house.job(job_id)
    assert (fresh.state, fresh.session != before.session) == (State.CLAIMED, True)
    assert not house.journal.read_now(lambda conn: spend.is_paid(conn, job_id))
    await house.run()
    assert (house.charged(), house.calls(job_id)) == (2, ["happened", "happened"])
    assert [row.job.id for row in house.journal.read_now(jobs.listed)] == [job_id]
    for name in house.results():
        path = bytes(house.root / "outbox" / name)
        assert house.journal.read_now(lambda c, p=path: results.of_output(c, p)) == job_id


async def test_nothing_is_given_anew_while_a_call_is_open(house: StageRig) -> None:
    """What nobody knows is not paid for a second time."""
    (job_id,) = house.drop()
    house.journal.write_now(lambda c: spend.open_call(c, job_id, "s", "h", "b", None, 1))
    job = house.job(job_id)
    with pytest.raises(UsageError, match="not known"):
        house.journal.write_now(lambda conn: new_jobs.give_again(conn, job, 2))


async def test_no_turn_waits_unseen_behind_a_call_that_nobody_decided(house: StageRig) -> None:
    """A person cancelled a turn of whose paid call nobody knows what became: a further one is
    refused, one that waits already is counted, and `retry` brings the question back."""
    (first,) = house.drop()
    await house.run()
    second = add(house, house.job(first), "slower")
    third = add(house, house.job(first), "louder")

    def leave(conn: sqlite3.Connection) -> None:
        spend.doubt(conn, spend.open_call(conn, second, "s", "h", "b", None, 1))
        job_steps.cancel(conn, second, "Cancelled by a person.", 2)

    house.journal.write_now(leave)
    assert house.due() == []
    read = house.journal.read_now
    assert (read(queue.behind_ended), read(queue.count_behind)) == ({third: second}, 1)
    with pytest.raises(UsageError, match=f"job {second} is not known") as refused:
        house.journal.write_now(lambda conn: Revise(first, "louder still").commit(conn, 3))
    assert f"nemowatch retry {second}" in refused.value.cure
    assert read(queue.newest) == third
    answer = house.journal.write_now(lambda conn: Retry((second,)).commit(conn, 4))
    assert answer == {"jobs": {second: State.ATTENTION}}
    assert (read(queue.behind_ended), read(queue.count_behind)) == ({}, 1)
    assert house.charged() == 1


@pytest.mark.parametrize("edit", sorted(EditOutcome))
async def test_paid_is_what_the_calls_say(house: StageRig, edit: EditOutcome) -> None:
    """A job is paid for when its call has left an edit, or one that is only not seen yet; a saved
    draft says nothing."""
    (job_id,) = house.drop()
    house.journal.write_now(lambda conn: results.save_draft(conn, job_id, {"t": []}, 1))
    assert not house.journal.read_now(lambda conn: spend.is_paid(conn, job_id))
    call = house.journal.write_now(lambda c: spend.open_call(c, job_id, "s", "h", "b", None, 1))
    house.journal.write_now(
        lambda conn: spend.record_outcome(conn, call, CallOutcome.HAPPENED, None, 2, edit=edit)
    )
    paid = house.journal.read_now(lambda conn: spend.is_paid(conn, job_id))
    assert paid is (edit in (EditOutcome.MADE, EditOutcome.UNSEEN))


async def test_nothing_of_an_unapproved_batch_is_paid_for(house: StageRig) -> None:
    """Whatever let the job go on (a retry, a woken hold): its call waits for a person's yes."""
    (job_id,) = house.drop()
    source_id = house.job(job_id).source_id

    def join(conn: sqlite3.Connection) -> None:
        batch = batches.begin(conn, house.watch.name, "first scan", 30, 1)
        values = {"source": source_id, "batch": batch}
        conn.execute(batches.SQL["join"], values)

    house.journal.write_now(join)
    gate = Admission(house.journal, lambda: house.config, {}, house.clock)
    house.context = replace(house.context, gate=gate)
    await house.run()
    assert (house.job(job_id).state, house.job(job_id).reason) == (State.HELD, "approval")
    assert house.charged() == 0
    house.journal.write_now(lambda conn: batches.approve(conn, "", 2))
    await house.run()
    assert (house.job(job_id).state, house.charged()) == (State.PUBLISHED, 1)


async def test_which_job_pays_next_is_asked_of_the_queue(house: StageRig) -> None:
    """Never one straight after its own last step: another of its session may be before it."""
    (first,) = house.drop()
    await house.until_state(first, State.UPLOADED)
    store = house.runner().store
    work = await store.load(house.job(first))
    assert work is not None
    written = await store.write(work, go(State.UPLOADED))
    assert written is not None
    assert written.following is None
    assert [job.id for job in house.due()] == [first]
