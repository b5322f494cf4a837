"""What may begin, and what may be paid for: holds, pauses, hours, and the day's credits. Pure; the gate asks it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from nemowatch.config.hours import is_active
from nemowatch.journal.holds import HoldRow
from nemowatch.model import HoldReason, State
from nemowatch.stages.decision import Decision, hold

#: Account holds that stop new work; what is already paid goes on. An outage stops the runner's lanes instead.
STOPPERS = (HoldReason.TOKEN, HoldReason.CREDITS, HoldReason.PLAN, HoldReason.SPACE)


@dataclass(frozen=True, slots=True)
class Budget:
    """What the gate knows when it is asked."""

    holds: Mapping[HoldReason, HoldRow]
    paused_all: bool  #: `nemowatch pause`
    paused_here: str  #: the PAUSE file that holds the task folder, for people; "" for none
    hours: str  #: limits.hours
    local_time: datetime
    daily_credits: float  #: limits.daily_credits, 0: no cap
    spent_today: float  #: credits known to be spent
    unsure_today: int  #: paid calls today whose cost is not known yet
    typical: float  #: what a turn of this skill costs


def closed(budget: Budget, back: State, *, paying: bool) -> Decision | None:
    """The hold that stands in the way of this job, or None."""
    for reason in STOPPERS:
        if reason in budget.holds:
            return hold(reason, back, budget.holds[reason].text)
    if budget.paused_all:
        return hold(HoldReason.PAUSED, back, "Everything is paused: nemowatch resume goes on.")
    if budget.paused_here:
        return hold(HoldReason.PAUSED, back, f"The file {budget.paused_here} holds it: delete that file to go on.")
    if not within_hours(budget.hours, budget.local_time):
        return hold(HoldReason.HOURS, back, f"Work is set to the hours {budget.hours}.")
    if paying and over_cap(budget.daily_credits, budget.spent_today, budget.unsure_today, budget.typical):
        return hold(HoldReason.CAP, back, _cap_words(budget))
    return None


def _cap_words(budget: Budget) -> str:
    if budget.typical > budget.daily_credits:
        return (
            f"One turn costs about {budget.typical:g} credits, more than the {budget.daily_credits:g} a day that may be spent: "
            "raise limits.daily_credits."
        )
    return f"The {budget.daily_credits:g} credits a day are used up ({budget.spent_today:g} spent); it goes on tomorrow."


def over_cap(daily: float, spent: float, unsure: int, typical: float) -> bool:
    """Whether one more turn could pass the day's cap (0: none): calls whose cost is not known yet count as typical ones."""
    return daily > 0 and spent + (unsure + 1) * typical > daily


def within_hours(hours: str, now: datetime) -> bool:
    """Whether `now` (local time) lies in limits.hours."""
    return is_active(hours, now.hour * 60 + now.minute)
