"""What was spent, summed from the balances around paid calls."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from nemowatch.clock import ManualClock
from nemowatch.journal import Journal, sources, spend
from nemowatch.journal.sources import NewJob, NewSource
from nemowatch.journal.spend import Outcome, Price, Unpriced
from nemowatch.model import Target


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
            spend.settle(conn, spend_id, Outcome.HAPPENED, after, 20 + number)
        return spend.since(conn, 0)

    assert journal.write_now(work) == (300, [])


def test_a_top_up_is_no_spending(journal: Journal) -> None:
    """Credits that were added between two turns are not taken off what was spent."""

    def work(conn: sqlite3.Connection) -> tuple[float, list[Unpriced]]:
        spend.settle(conn, call(conn, 1, 100, 10), Outcome.HAPPENED, 0, 20)
        spend.settle(conn, call(conn, 2, 500, 30), Outcome.HAPPENED, 400, 40)
        return spend.since(conn, 0)

    assert journal.write_now(work) == (200, [])


def test_unknown_costs_are_counted(journal: Journal) -> None:
    """A turn under way, and one whose balance could not be read, count as unsure; a refused one
    does not."""

    def work(conn: sqlite3.Connection) -> tuple[float, list[Unpriced]]:
        call(conn, 1, 100, 10)
        spend.settle(conn, call(conn, 2, None, 11), Outcome.HAPPENED, None, 12)
        spend.settle(conn, call(conn, 3, 100, 13), Outcome.REFUSED, 100, 14)
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
