"""What may begin and what may be paid for."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from nemowatch.hold_reasons import HOLDS
from nemowatch.holds.budget import Budget, Cap, cap, cap_words, closed, within_hours
from nemowatch.journal.holds import HoldRow
from nemowatch.journal.spend import Price, Unpriced, amount
from nemowatch.model import HoldReason, State
from tests.rigs.rows import each_row

NOON = datetime(2026, 5, 4, 12, 0)  # noqa: DTZ001 - hours in the config are local ones
OPEN = Budget(
    holds={},
    paused_all=False,
    paused_here="",
    hours="",
    local_time=NOON,
    cap=Cap(),
)


def held(reason: HoldReason) -> dict[HoldReason, HoldRow]:
    return {reason: HoldRow(reason, f"because of {reason}", 1, None)}


def test_an_open_way_is_open() -> None:
    """Without a cause nothing is held; a full disk is none for what goes to another."""
    full = replace(OPEN, holds=held(HoldReason.SPACE))
    for budget in (OPEN, full):
        assert closed(budget, State.UPLOADED, paying=True) is None


@each_row(
    [
        (replace(OPEN, holds=held(HoldReason.TOKEN)), HoldReason.TOKEN),
        (replace(OPEN, holds=held(HoldReason.CREDITS)), HoldReason.CREDITS),
        (replace(OPEN, holds=held(HoldReason.PLAN)), HoldReason.PLAN),
        (replace(OPEN, paused_all=True), HoldReason.PAUSED),
        (replace(OPEN, paused_here="inbox/dub-es/PAUSE"), HoldReason.PAUSED),
        (replace(OPEN, hours="22:00-06:00"), HoldReason.HOURS),
        (replace(OPEN, cap=Cap(150, 100, price=100)), HoldReason.CAP),
    ]
)
def test_each_cause_holds_with_its_reason(budget: Budget, reason: HoldReason) -> None:
    """The job goes back to where it stood, with words that say why."""
    decision = closed(budget, State.UPLOADED, paying=True)
    assert decision is not None
    assert decision.state is State.HELD
    assert decision.values["reason"] == reason
    assert decision.values["back"] == State.UPLOADED
    assert decision.hold is None
    assert decision.text


def test_the_cap_stops_only_the_paid_call() -> None:
    """Uploads go on when the day's credits are used up; an outage stops the runner's lanes, not
    the gate."""
    assert closed(replace(OPEN, cap=Cap(100, 100, price=100)), State.CLAIMED, paying=False) is None
    assert closed(replace(OPEN, holds=held(HoldReason.OUTAGE)), State.CLAIMED, paying=True) is None


@each_row(
    [
        (0, 10_000, 9, Price(100, 100, known=True), False),
        (100, 0, 0, Price(100, 100, known=True), False),
        (100, 1, 0, Price(100, 100, known=True), True),
        (300, 100, 1, Price(100, 100, known=True), False),
        (299, 100, 1, Price(100, 100, known=True), True),
        (50, 0, 0, Price(50, 50, known=True), False),
        (50, 0, 0, Price(51, 60, known=True), True),
        (100, 0, 0, Price(80, 120, known=True), False),  # alone: by what it costs as a rule
        # beside another: by what it has cost at most
        (300, 100, 1, Price(80, 120, known=True), True),
        (100, 0, 0, Price(100, 100, known=False), False),
        # an unknown price is learned by one turn at a time
        (900, 0, 1, Price(100, 100, known=False), True),
    ]
)
def test_room_under_the_cap(
    daily: float, spent: float, going: int, price: Price, over: bool
) -> None:
    """Calls under way count with the dearest price, and an unknown price is learned by one of
    them; 0 is no cap."""
    unpriced = [Unpriced("dub", going, going)] if going else []
    assert cap(daily, spent, unpriced, {"dub": price}, "dub").closed is over


def test_calls_of_unknown_price_count_and_block_nothing() -> None:
    """A balance that could not be read, or an outcome that waits for a person, takes its room;
    the next goes on beside it."""
    lost = [Unpriced("dub", 2, 0)]
    prices = {"dub": Price(100, 100, known=False)}
    assert not cap(300, 0, lost, prices, "dub").closed
    assert cap(299, 0, lost, prices, "dub").closed


def test_skills_have_prices_of_their_own() -> None:
    """A cheap turn may go beside a dear one, whose price is reserved."""
    prices = {"dub": Price(100, 100, known=True), "text": Price(5, 5, known=True)}
    going = [Unpriced("dub", 2, 2)]
    assert not cap(210, 0, going, prices, "text").closed
    assert cap(210, 0, going, prices, "dub").closed
    assert cap(204, 0, going, prices, "text").closed


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (
            Cap(250, 200, price=100),
            (
                "200 of the 250 credits a day are spent, one more turn costs about 100: it resumes"
                " tomorrow."
            ),
        ),
        (
            Cap(250, 0, under_way=2, reserved=200, price=100),
            (
                "0 of the 250 credits a day are spent, about 200 go to 2 running turns, one more"
                " turn costs about 100: it resumes if these cost less than expected, otherwise"
                " tomorrow."
            ),
        ),
        (
            Cap(1_000_000, 999_950.5, price=100),
            (
                "999,950.5 of the 1,000,000 credits a day are spent, one more turn costs"
                " about 100: it"
                " resumes tomorrow."
            ),
        ),
        (
            Cap(100, under_way=1, reserved=100, price=100, known=False),
            (
                "The price of a turn is not known yet. Because limits.daily_credits is set, this"
                " job waits until the running turn has finished."
            ),
        ),
    ],
)
def test_the_cap_s_words(found: Cap, words: str) -> None:
    """They say what is spent, what is under way, and what the next turn is expected to cost."""
    assert cap_words(found) == words


def test_amounts_are_written_out() -> None:
    """No powers of ten, no tails of zeros."""
    assert [amount(x) for x in (0, 1e6, 33.333333, 0.5, 100)] == [
        "0",
        "1,000,000",
        "33.33",
        "0.5",
        "100",
    ]


def test_a_cap_below_one_turn_says_so() -> None:
    """It would never go on by itself, so the words do not promise tomorrow."""
    decision = closed(replace(OPEN, cap=Cap(50, price=120)), State.UPLOADED, paying=True)
    assert decision is not None
    assert "waiting alone does not help" in decision.text
    assert "tomorrow" not in decision.text
    cure = HOLDS[HoldReason.CAP].cure.by_hand
    assert "limits.daily_credits" in cure
    assert "by itself" not in cure


@pytest.mark.parametrize(
    ("hours", "hour", "inside"),
    [("", 3, True), ("22:00-06:00", 23, True), ("22:00-06:00", 12, False)],
)
def test_hours(hours: str, hour: int, inside: bool) -> None:
    """Empty means always; a span may cross midnight."""
    assert within_hours(hours, NOON.replace(hour=hour)) is inside
