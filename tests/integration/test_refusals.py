"""Refusals of the whole account: the call that was refused is not sent again before anything shows
that it may get through, else by one job after ever longer pauses; no restart forgets that."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from nemowatch.holds.account_check import AccountCheck
from nemowatch.holds.admission import Admission
from nemowatch.holds.keeper import HoldKeeper
from nemowatch.jobs.hold_log import HoldLog
from nemowatch.journal import account, holds, jobs
from nemowatch.journal.database import Journal
from nemowatch.journal.holds import HoldRow
from nemowatch.model import ENDED, HoldReason, State
from nemowatch.orders import read_order
from nemowatch.sandbox.process import SandboxProcess
from tests.rigs.stages import StageRig, stage_rig

pytestmark = pytest.mark.anyio

#: Seconds of the shortest pause in these tests, which move the clock themselves.
PAUSE = 600.0


class House:
    """The rig with the true gate and keeper. Time passes by moving the refusals back."""

    def __init__(self, rig: StageRig) -> None:
        self.rig = rig
        self._wire()

    async def check(self, after: float = 0.0, rest: tuple[int, ...] = ()) -> int:
        """Check the holds `after` seconds, let all jobs but these run, and return how many paid
        calls were sent."""
        before = self.rig.requests("chat")
        passed = round(after * 1000)
        self.rig.journal.write_now(
            lambda conn: conn.execute("UPDATE hold SET tried_at = tried_at - ?", (passed,))
        )
        clock = self.rig.clock
        keeper = HoldKeeper(
            self.rig.journal,
            self.rig.client,
            AccountCheck(self.rig.client, self.rig.journal, clock, lambda: None),
            lambda: self.rig.config,
            {},
            clock,
            lambda: None,
            HoldLog(clock),
        )
        await keeper.check()
        keeper.close()
        await self.rig.run(until=partial(self._all_rest, rest))
        return self.rig.requests("chat") - before

    async def _all_rest(self, but: tuple[int, ...]) -> bool:
        resting = ENDED | {State.ATTENTION, State.HELD}
        rows = await self.rig.journal.read(jobs.listed)
        return all(row.job.state in resting for row in rows if row.job.id not in but)

    def row(self, reason: HoldReason) -> HoldRow:
        return self.rig.journal.read_now(holds.active)[reason]

    def held(self, reason: HoldReason) -> int:
        """How many jobs wait for it."""
        found = map(self.rig.job, self.rig.states())
        return sum(job.state is State.HELD and job.reason == reason for job in found)

    def history(self) -> int:
        """How many rows the histories of all jobs have."""
        rows = self.rig.journal.read_now(lambda conn: conn.execute("SELECT count(*) FROM event"))
        return int(rows.fetchone()[0])

    def all_published(self) -> bool:
        return all(self.rig.job(job).state is State.PUBLISHED for job in self.rig.states())

    def drop(self, count: int) -> None:
        for number in range(count):
            self.rig.drop(f"dub-es/{number}.mp4")

    def resume(self) -> None:
        order = read_order("resume", {})
        self.rig.journal.write_now(lambda conn: order.commit(conn, self.rig.clock.now_ms()))

    def reopen(self) -> None:
        """As a restart of the process does it."""
        path = self.rig.journal.path
        self.rig.journal.close()
        self.rig.journal = Journal.open(path, self.rig.clock)
        self._wire()

    def _wire(self) -> None:
        journal = self.rig.journal
        gate = Admission(journal, lambda: self.rig.config, {}, self.rig.clock)
        self.rig.context = replace(self.rig.context, journal=journal, gate=gate)


@pytest.fixture
async def house(tmp_path: Path, cloud: SandboxProcess) -> AsyncIterator[House]:
    async with stage_rig(tmp_path, cloud, retry={"cap": PAUSE}, limits={"turns": 1}) as rig:
        cloud.credits(150)
        cloud.set(turn_credits=200)
        yield House(rig)
        cloud.clear_faults()
        cloud.set(turn_credits=100, plan="paid")
        cloud.credits(10_000)


async def test_a_refusal_with_credits_left_is_not_repeated(house: House) -> None:
    """A turn that costs more than the balance has is refused once; a balance that stays, falls or
    returns to what it was says nothing new, nor does a restart. It is shown as it is."""
    house.drop(3)
    await house.rig.run()
    assert house.rig.requests("chat") == 1
    assert house.held(HoldReason.CREDITS) == 3
    assert "The account has 150." in house.row(HoldReason.CREDITS).text
    for balance in (150, 120, 150, 0):
        house.rig.cloud.credits(balance)
        assert await house.check(after=60) == 0
        assert house.rig.journal.read_now(account.credits_seen)["available"] == balance
        house.reopen()
    assert house.held(HoldReason.CREDITS) == 3


async def test_a_balance_that_has_risen_is_tried_at_once(house: House) -> None:
    """A rise that is too small costs one refused call, and the next needs a further rise; one that
    is enough lets all go on."""
    house.drop(3)
    await house.rig.run()
    house.rig.cloud.credits(180)
    assert await house.check() == 1
    assert await house.check(after=60) == 0
    house.rig.cloud.credits(170)
    assert await house.check(after=60) == 0
    house.rig.cloud.credits(1000)
    assert await house.check(after=60) == 3
    assert house.all_published()
    assert house.rig.charged() == 3
    assert house.rig.journal.read_now(holds.active) == {}


async def test_a_small_rise_is_tried_by_one_job(house: House) -> None:
    """However many turns may go side by side; a top-up lets all go on at once."""
    house.drop(3)
    await house.rig.run()
    limits = replace(house.rig.config.limits, turns=3)
    house.rig.config = replace(house.rig.config, limits=limits)
    house.rig.cloud.fault("chat:2001@*")
    for balance in (151, 152, 180):
        house.rig.cloud.credits(balance)
        assert await house.check() == 1
        assert await house.check() == 0
    house.rig.cloud.credits(1000)
    assert await house.check() > 1


async def test_without_a_rise_one_job_tries_after_ever_longer_pauses(house: House) -> None:
    """Each pause is longer than the one before, also over a restart, and another job has its turn
    each time; the first that gets through lets all go on."""
    house.drop(3)
    await house.rig.run()
    pauses = []
    for _ in range(3):
        waited = 0.0
        while await house.check(after=PAUSE / 2) == 0:
            waited += PAUSE / 2
            house.reopen()
        pauses.append(waited)
    assert sorted(set(pauses)) == pauses
    assert [len([c for c in calls if c == "refused"]) for calls in _outcomes(house)] == [2, 1, 1]
    house.rig.cloud.set(turn_credits=20)
    assert await house.check(after=PAUSE * 4**4) == 3
    assert house.all_published()


def _outcomes(house: House) -> list[list[str]]:
    return sorted((house.rig.calls(job) for job in house.rig.states()), key=len, reverse=True)


async def test_a_trial_that_something_else_stops_keeps_nobody_from_trying(house: House) -> None:
    """The job that was to try waits for its share: after a while another one has its turn."""
    house.drop(2)
    await house.rig.run()
    row = house.row(HoldReason.CREDITS)
    waiting, other = house.rig.states()
    put_back = "UPDATE job SET state = 'claimed', reason = '', back = '', due_at = ? WHERE id = ?"
    later = house.rig.clock.now_ms() + 10**8
    house.rig.journal.write_now(lambda conn: conn.execute(put_back, (later, waiting)))
    house.rig.journal.write_now(
        lambda conn: holds.begin_trial(conn, row.reason, waiting, house.rig.clock.now_ms())
    )
    sent = 0
    for _ in range(5):
        sent += await house.check(after=3600, rest=(waiting,))
    assert sent > 0
    assert house.rig.calls(other)[-1] == "refused"


async def test_a_person_who_resumes_has_it_tried_at_once(house: House) -> None:
    """And when it is refused again, the pauses start over."""
    house.drop(2)
    await house.rig.run()
    house.resume()
    assert await house.check() == 1
    assert house.row(HoldReason.CREDITS).tries == 0
    assert await house.check(after=60) == 0


async def test_a_balance_that_nobody_can_read_is_no_rise(house: House) -> None:
    """The first reading after the refusal is what counts as the balance then."""
    house.rig.cloud.fault("credits:503@*")
    house.drop(2)
    await house.rig.run()
    assert await house.check(after=60) == 0
    house.rig.cloud.clear_faults()
    assert await house.check(after=60) == 0
    house.rig.cloud.credits(400)
    assert await house.check(after=60) == 2


async def test_another_account_is_tried_at_once(house: House) -> None:
    """Whatever it has: what the other one was refused says nothing of it."""
    house.drop(1)
    await house.rig.run()
    assert await house.check() == 0
    assert house.row(HoldReason.CREDITS).account != ""
    house.rig.journal.write_now(lambda conn: conn.execute("UPDATE hold SET account = 'another'"))
    assert await house.check() == 1


@pytest.mark.parametrize(
    ("fault", "reason"),
    [("chat:1001@*", HoldReason.TOKEN), ("chat:402@*", HoldReason.PLAN)],
)
async def test_what_only_the_paid_call_refuses_is_not_sent_every_minute(
    house: House, fault: str, reason: HoldReason
) -> None:
    """A token that the balance accepts, or a plan: one free try, then ever longer pauses, one job
    at a time; the first that gets through lets all go on."""
    house.rig.cloud.set(turn_credits=20)
    house.rig.cloud.fault(fault)
    house.drop(3)
    await house.rig.run()
    await house.check(after=60)
    assert house.held(reason) == 3
    sent = [await house.check(after=60) for _ in range(30)]
    assert 1 <= sum(sent) <= 3
    assert set(sent) == {0, 1}
    house.rig.cloud.clear_faults()
    await _until_free(house, reason)
    assert house.rig.charged() == 3


async def test_under_a_plan_that_allows_no_export_nothing_more_is_paid(house: House) -> None:
    """What waits at the gate is not paid for before an export gets through; and the history has
    rows for the few tries, none for each look."""
    house.rig.cloud.set(turn_credits=20, plan="free")
    house.drop(3)
    await house.rig.run()
    charged = house.rig.charged()
    for _ in range(5):
        assert await house.check(after=60) == 0
    before = house.history()
    for _ in range(60):
        assert await house.check(after=60) == 0
    assert house.history() - before <= 5 * 4  # tries of an hour with PAUSE, rows of a try
    assert house.rig.charged() == charged < 3
    house.rig.cloud.set(plan="paid")
    await _until_free(house, HoldReason.PLAN)
    assert house.rig.charged() == 3


async def _until_free(house: House, reason: HoldReason) -> None:
    """An hour is the longest pause for these."""
    for _ in range(3):
        await house.check(after=3700)
    assert house.held(reason) == 0
    assert house.all_published()
