"""What may begin, and what may be paid for: holds, pauses, hours, and the day's credits. Pure;
the gate asks it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from operator import attrgetter

from nemowatch.config.hours import is_active
from nemowatch.hold_reasons import PAUSED_ALL, STOPPERS, pause_words
from nemowatch.i18n.language import message
from nemowatch.journal.holds import HoldRow
from nemowatch.journal.spend import Price, Unpriced, amount
from nemowatch.model import HoldReason, State
from nemowatch.stages.decision import Decision, hold


@dataclass(frozen=True, slots=True)
class Cap:
    """The day's credits, and what one more turn would make of them."""

    daily: float = 0  #: limits.daily_credits, 0: no cap
    spent: float = 0  #: credits known to be spent today
    under_way: int = 0  #: turns whose cost will be known soon
    #: credits that those, and calls whose cost could not be read, are expected to have cost
    reserved: float = 0
    price: float = 0  #: what the next turn is expected to cost
    known: bool = True  #: whether a turn of this skill was ever paid for here

    @property
    def price_pending(self) -> bool:
        """Whether the next turn has to wait until those under way have shown what a turn costs."""
        return self.under_way > 0 and not self.known

    @property
    def closed(self) -> bool:
        """Whether one more turn could pass the cap. Alone it could pass it by what its price
        differs from the expected one; several at once never add such differences up, for the
        dearest price counts then, and an unknown one goes alone.
        """
        if not self.daily:
            return False
        if self.price_pending:
            return True
        return self.spent + self.reserved + self.price > self.daily

    def with_others(self, turns: int) -> Cap:
        """The same, with so many more turns under way."""
        reserved = self.reserved + turns * self.price
        return replace(self, under_way=self.under_way + turns, reserved=reserved)


@dataclass(frozen=True, slots=True)
class Budget:
    """What the gate knows when it is asked."""

    holds: Mapping[HoldReason, HoldRow]
    paused_all: bool  #: `nemowatch pause`
    paused_here: str  #: the PAUSE file that holds the task folder, for people; "" for none
    hours: str  #: limits.hours
    local_time: datetime
    cap: Cap  #: limits.daily_credits


def closed(budget: Budget, back: State, *, paying: bool) -> Decision | None:
    """The hold that stops this job, or None. A person's own pause comes first: the job would not go
    on when whatever else stops it has ended."""
    pause = _pause_words(budget)
    if pause:
        return hold(HoldReason.PAUSED, back, pause)
    for reason in STOPPERS:
        if reason in budget.holds:
            return hold(reason, back, budget.holds[reason].text)

    if not within_hours(budget.hours, budget.local_time):
        return hold(
            HoldReason.HOURS, back, f"New work starts only within the hours {budget.hours}."
        )
    if paying and budget.cap.closed:
        return hold(HoldReason.CAP, back, cap_words(budget.cap))
    return None


def _pause_words(budget: Budget) -> str:
    """How a person's pause ends; "" where there is none."""
    if budget.paused_all:
        return PAUSED_ALL
    if budget.paused_here:
        return pause_words(budget.paused_here)
    return ""


def cap(
    daily: float,
    spent: float,
    unpriced: Iterable[Unpriced],
    prices: Mapping[str, Price],
    skill: str,
) -> Cap:
    """The cap for one more turn of a skill; `prices` of that and of every skill in `unpriced`."""
    calls = list(unpriced)
    going = sum(map(attrgetter("going"), calls))
    reserved = 0.0
    for of_skill in calls:
        reserved += of_skill.calls * _expected(prices[of_skill.skill], going)
    own = prices[skill]
    return Cap(daily, spent, going, reserved, _expected(own, going), own.known)


def _expected(price: Price, under_way: int) -> float:
    """What a turn is expected to cost: with others under way the dearest price counts, so that
    their differences never add up."""
    if under_way:
        return price.most
    return price.typical


def cap_words(cap: Cap) -> str:
    """Why the day's cap holds a turn: what is spent, what is under way, what the next one is
    expected to cost."""
    if cap.price_pending:
        return _pending_words(cap)
    is_alone_too_dear = cap.price > cap.daily and not cap.under_way
    if is_alone_too_dear:
        return message(
            f"One more turn costs about {amount(cap.price)} credits, more than the"
            f" {amount(cap.daily)} a day that may be spent: waiting alone does not help."
        )

    facts = [f"{amount(cap.spent)} of the {amount(cap.daily)} credits a day are spent"]
    whose = "turns whose price is not known"
    if cap.under_way:
        whose = _turns(cap)
    if cap.reserved:
        facts.append(f"about {amount(cap.reserved)} go to {whose}")
    facts.append(f"one more turn costs about {amount(cap.price)}")
    said = ", ".join(facts)
    if cap.under_way:
        return f"{said}: it resumes if these cost less than expected, otherwise tomorrow."
    return f"{said}: it resumes tomorrow."


def _pending_words(cap: Cap) -> str:
    until = f"{_turns(cap)} have finished"
    if cap.under_way == 1:
        until = "the running turn has finished"
    return message(
        "The price of a turn is not known yet. Because limits.daily_credits is set, this job waits"
        f" until {until}."
    )


def _turns(cap: Cap) -> str:
    if cap.under_way == 1:
        return "1 running turn"
    return f"{cap.under_way} running turns"


def within_hours(hours: str, now: datetime) -> bool:
    """Whether `now` (local time) lies in limits.hours."""
    return is_active(hours, now.hour * 60 + now.minute)
