"""What may begin and what may be paid for."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from nemowatch.engine.budget import Budget, closed, over_cap, within_hours
from nemowatch.journal.holds import HoldRow
from nemowatch.model import HoldReason, State

NOON = datetime(2026, 5, 4, 12, 0)  # noqa: DTZ001 - hours in the config are local ones
OPEN = Budget(
    holds={}, paused_all=False, paused_here="", hours="", local_time=NOON, daily_credits=0, spent_today=0,
    unsure_today=0, typical=100,
)  # fmt: skip


def held(reason: HoldReason) -> dict[HoldReason, HoldRow]:
    return {reason: HoldRow(reason, f"because of {reason}", 1, None)}


def test_an_open_way_is_open() -> None:
    """Without a cause nothing is held."""
    assert closed(OPEN, State.UPLOADED, paying=True) is None


@pytest.mark.parametrize(
    ("budget", "reason"),
    [
        (replace(OPEN, holds=held(HoldReason.TOKEN)), HoldReason.TOKEN),
        (replace(OPEN, holds=held(HoldReason.CREDITS)), HoldReason.CREDITS),
        (replace(OPEN, holds=held(HoldReason.PLAN)), HoldReason.PLAN),
        (replace(OPEN, holds=held(HoldReason.SPACE)), HoldReason.SPACE),
        (replace(OPEN, paused_all=True), HoldReason.PAUSED),
        (replace(OPEN, paused_here="inbox/dub-es/PAUSE"), HoldReason.PAUSED),
        (replace(OPEN, hours="22:00-06:00"), HoldReason.HOURS),
        (replace(OPEN, daily_credits=150, spent_today=100), HoldReason.CAP),
    ],
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
    """Uploads go on when the day's credits are used up; an outage stops the runner's lanes, not the gate."""
    assert closed(replace(OPEN, daily_credits=100, spent_today=100), State.CLAIMED, paying=False) is None
    assert closed(replace(OPEN, holds=held(HoldReason.OUTAGE)), State.CLAIMED, paying=True) is None


@pytest.mark.parametrize(
    ("daily", "spent", "unsure", "typical", "over"),
    [
        (0, 10_000, 9, 100, False),
        (100, 0, 0, 100, False),
        (100, 1, 0, 100, True),
        (300, 100, 1, 100, False),
        (299, 100, 1, 100, True),
        (50, 0, 0, 50, False),
        (50, 0, 0, 51, True),
    ],
)
def test_over_cap(daily: float, spent: float, unsure: int, typical: float, over: bool) -> None:
    """Calls whose cost is not known yet count as typical ones; 0 is no cap."""
    assert over_cap(daily, spent, unsure, typical) is over


def test_a_cap_below_one_turn_says_so() -> None:
    """It would never go on by itself, so the words do not promise tomorrow."""
    decision = closed(replace(OPEN, daily_credits=50, typical=120), State.UPLOADED, paying=True)
    assert decision is not None
    assert "limits.daily_credits" in decision.text
    assert "tomorrow" not in decision.text


@pytest.mark.parametrize(("hours", "hour", "inside"), [("", 3, True), ("22:00-06:00", 23, True), ("22:00-06:00", 12, False)])
def test_hours(hours: str, hour: int, inside: bool) -> None:
    """Empty means always; a span may cross midnight."""
    assert within_hours(hours, NOON.replace(hour=hour)) is inside
