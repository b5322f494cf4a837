"""What was spent, summed from the balances around paid calls."""

from __future__ import annotations

import itertools
import sqlite3
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from nemowatch.clock import ManualClock
from nemowatch.journal import jobs, sources, spend
from nemowatch.journal.database import Journal
from nemowatch.journal.sources import NewJob, NewSource
from nemowatch.journal.spend import CallOutcome, Price, Unpriced
from nemowatch.model import Target
from nemowatch.reporting import words


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    opened = Journal.open(tmp_path / "journal.db", ManualClock())
    jobs = tuple(NewJob("", "clip", Target(name, "", ()), "skill") for name in ("es", "fr", "de"))
    opened.write_now(
        lambda conn: sources.claim(
            conn, NewSource("w", b"dub", b"dub/clip", "d", "dub", (), jobs), 1
        )
    )
    yield opened
    opened.close()


def call(conn: sqlite3.Connection, job: int, before: float | None, at: int) -> int:
    return spend.open_call(conn, job, "s", "h", "b", before, at)


def test_overlapping_calls_sum_exactly(journal: Journal) -> None:
    """Three turns at once cost what the balance fell, not three times the whole fall."""

    def work(conn: sqlite3.Connection) -> tuple[float, list[Unpriced]]:
        calls = [call(conn, job, 1000, 10 + job) for job in (1, 2, 3)]
        for number, (spend_id, after) in enumerate(zip(calls, (900, 800, 700), strict=True)):
            spend.record_outcome(conn, spend_id, CallOutcome.HAPPENED, after, 20 + number)
        return spend.since(conn, 0)

    assert journal.write_now(work) == (300, [])


def test_a_top_up_is_no_spending(journal: Journal) -> None:
    """Credits that were added between two turns are not taken off what was spent."""

    def work(conn: sqlite3.Connection) -> tuple[float, list[Unpriced]]:
        spend.record_outcome(conn, call(conn, 1, 100, 10), CallOutcome.HAPPENED, 0, 20)
        spend.record_outcome(conn, call(conn, 2, 500, 30), CallOutcome.HAPPENED, 400, 40)
        return spend.since(conn, 0)

    assert journal.write_now(work) == (200, [])


def test_what_a_top_up_hides_is_expected(journal: Journal) -> None:
    """A turn during which the balance rose has cost something that nobody saw: the cap counts what
    such a turn usually costs."""

    def work(conn: sqlite3.Connection) -> tuple[float, list[Unpriced]]:
        spend.record_outcome(conn, call(conn, 1, 100, 10), CallOutcome.HAPPENED, 1050, 20)
        return spend.since(conn, 0)

    assert journal.write_now(work) == (0, [Unpriced("skill", calls=1, going=0)])


def test_unknown_costs_are_counted(journal: Journal) -> None:
    """A turn under way, and one whose balance could not be read, count as unsure; a refused one
    does not."""

    def work(conn: sqlite3.Connection) -> tuple[float, list[Unpriced]]:
        call(conn, 1, 100, 10)
        spend.record_outcome(conn, call(conn, 2, None, 11), CallOutcome.HAPPENED, None, 12)
        spend.record_outcome(conn, call(conn, 3, 100, 13), CallOutcome.REFUSED, 100, 14)
        move(conn, 1, "instructing")
        return spend.since(conn, 0)

    assert journal.write_now(work) == (0, [Unpriced("skill", calls=2, going=1)])


def test_an_outcome_that_waits_for_a_person_tells_nothing_soon(journal: Journal) -> None:
    """It keeps its room under the cap, and nobody waits for its price."""

    def work(conn: sqlite3.Connection) -> tuple[float, list[Unpriced]]:
        spend.doubt(conn, call(conn, 1, 100, 10))
        for state in ("instructing", "attention"):
            move(conn, 1, state)
        return spend.since(conn, 0)

    assert journal.write_now(work) == (0, [Unpriced("skill", calls=1, going=0)])


def move(conn: sqlite3.Connection, job: int, state: str) -> None:
    """Bring a job to a state of the paid turn."""
    for step in ("uploading", "uploaded", "instructing") if state == "instructing" else (state,):
        conn.execute("UPDATE job SET state = ? WHERE id = ?", (step, job))


def test_the_price_of_a_turn(journal: Journal) -> None:
    """By turns that were alone; else by the dearest of those that shared a fall of the balance;
    else by the contract. A turn that seems to have been free tells nothing."""

    def cost(conn: sqlite3.Connection, job: int, credits: float, about: int) -> Price:
        conn.execute(
            "UPDATE job SET credits = ?, credits_about = ? WHERE id = ?", (credits, about, job)
        )
        return spend.price(conn, "skill")

    def work(conn: sqlite3.Connection) -> list[Price]:
        seen = [(1, 0, 0), (1, 50, 1), (2, 90, 1), (1, 80, 0), (3, 120, 0)]
        return [spend.price(conn, "skill"), *(cost(conn, *one) for one in seen)]

    contract = Price(100, 100, known=False)
    assert journal.write_now(work) == [
        contract,
        contract,
        Price(50, 50, known=True),
        Price(90, 90, known=True),
        Price(80, 80, known=True),
        Price(100, 120, known=True),
    ]


@dataclass(frozen=True)
class Turn:
    """A paid call of the job with this number, in the order of its readings."""

    job: int
    opened: int
    settled: int
    before: float | None
    after: float | None
    outcome: CallOutcome = CallOutcome.HAPPENED


def costs(journal: Journal, *turns: Turn) -> list[str]:
    """What each of three jobs is shown to have cost."""

    def work(conn: sqlite3.Connection) -> list[str]:
        ids = {turn: call(conn, turn.job, turn.before, turn.opened) for turn in turns}
        for turn in sorted(turns, key=lambda turn: turn.settled):
            if turn.outcome is not CallOutcome.OPEN:
                spend.record_outcome(conn, ids[turn], turn.outcome, turn.after, turn.settled)
        found = [jobs.by_id(conn, number) for number in (1, 2, 3)]
        return [words.cost(job.credits, about=job.credits_about) for job in found]

    return journal.write_now(work)


def test_a_turn_alone_has_its_own_cost(journal: Journal) -> None:
    """One after the other, each shows exactly what the balance fell."""
    shown = costs(journal, Turn(1, 10, 20, 1000, 900), Turn(2, 30, 40, 900, 850))
    assert shown == ["100 credits", "50 credits", ""]


def test_turns_that_overlapped_share_the_sum(journal: Journal) -> None:
    """Each shows the whole fall divided by their number, in whatever order they end, also where the
    first and the last never met."""
    shown = costs(
        journal,
        Turn(1, 10, 40, 1000, 950),
        Turn(2, 30, 80, 1000, 850),
        Turn(3, 60, 70, 950, 900),
    )
    assert shown == ["about 50 credits"] * 3


def test_turns_share_the_sum_along_a_chain(journal: Journal) -> None:
    """Also the first, which was over before the one that has just ended began."""
    shown = costs(
        journal,
        Turn(1, 10, 40, 1000, 950),
        Turn(2, 30, 60, 1000, 900),
        Turn(3, 50, 80, 950, 850),
    )
    assert shown == ["about 50 credits"] * 3


def test_what_an_outcome_costs_does_not_grow_with_the_day(journal: Journal) -> None:
    """Turns that were over long before are not read again at each outcome."""
    hour = 3600 * 1000

    def steps(conn: sqlite3.Connection, at: int) -> int:
        counted = itertools.count()
        one = call(conn, 1, 1000, at)
        conn.set_progress_handler(lambda: next(counted) < 0, 1)
        spend.record_outcome(conn, one, CallOutcome.HAPPENED, 900, at + 10)
        conn.set_progress_handler(None, 1)
        return next(counted)

    def work(conn: sqlite3.Connection) -> list[int]:
        found = [steps(conn, hour)]
        for number in range(200):
            earlier = call(conn, 2, 1000, 2 * hour + number * 100)
            spend.record_outcome(
                conn, earlier, CallOutcome.HAPPENED, 1000, 2 * hour + number * 100 + 10
            )
        return [*found, steps(conn, 4 * hour)]

    few, many = journal.write_now(work)
    assert many < 2 * few


def test_nothing_is_said_while_one_of_them_may_still_be_charged_for(journal: Journal) -> None:
    """Nor where no balance could be read around one, or a top-up hides the fall."""
    first = Turn(1, 10, 40, 1000, 950)
    assert costs(journal, first, Turn(2, 20, 0, 1000, None, CallOutcome.OPEN)) == ["", "", ""]
    later = [replace(first, opened=10**9, settled=10**9 + 30)]
    later.append(Turn(3, 10**9 + 10, 10**9 + 50, None, None))
    assert costs(journal, *later)[2] == ""
    topped_up = (
        Turn(1, 2 * 10**9, 2 * 10**9 + 40, 100, 1050),
        Turn(3, 2 * 10**9 + 1, 2 * 10**9 + 60, 100, 1000),
    )
    assert costs(journal, *topped_up) == ["", "", ""]


def test_a_small_top_up_among_turns_that_overlap_hides_what_they_cost(journal: Journal) -> None:
    """The balance rose between two of them, although never above what it was before the first."""
    shown = costs(
        journal,
        Turn(1, 10, 20_000, 1000, 900),
        Turn(2, 20, 40_000, 1000, 900),
        Turn(3, 30_000, 60_000, 1000, 800),
    )
    assert shown == ["", "", ""]


def test_balances_of_one_moment_show_no_top_up(journal: Journal) -> None:
    """Turns that end together are written down in any order."""
    shown = costs(journal, Turn(1, 10, 20_000, 1000, 800), Turn(2, 20, 20_010, 1000, 900))
    assert shown == ["about 100 credits"] * 2 + [""]


def test_a_refused_turn_shares_nothing(journal: Journal) -> None:
    """What overlapped with it alone shows its own cost, once the refusal is known."""
    refused = Turn(2, 20, 60, 1000, 950, CallOutcome.REFUSED)
    assert costs(journal, Turn(1, 10, 40, 1000, 950), refused) == ["50 credits", "", ""]


@pytest.mark.parametrize("calls", [1, 2])
def test_a_top_up_during_a_turn_hides_what_it_cost(journal: Journal, calls: int) -> None:
    """Nothing is said of the turns, rather than that they were free; the day counts them among
    those of unknown cost."""

    def work(conn: sqlite3.Connection) -> tuple[list[float | None], list[bool]]:
        made = [call(conn, number + 1, 100, 10) for number in range(calls)]
        for spend_id in made:
            spend.record_outcome(conn, spend_id, CallOutcome.HAPPENED, 5000, 20)
        costs = [jobs.by_id(conn, number + 1).credits for number in range(calls)]
        return costs, [paid.known for paid in spend.paid_calls(conn)]

    assert journal.write_now(work) == ([None] * calls, [False] * calls)
