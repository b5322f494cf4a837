"""What people order while a job is anywhere: retry, again, cancel, resolve."""

from __future__ import annotations

import asyncio

import pytest

from nemowatch.errors import JournalError, UsageError
from nemowatch.journal import job_steps, results
from nemowatch.model import State
from nemowatch.orders import read_order
from tests.rigs.command import WAY
from tests.rigs.failing_stages import order
from tests.rigs.stages import StageRig

pytestmark = pytest.mark.anyio


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
