"""What may begin, and what may be paid for: holds, pauses, hours, and the day's credits. Pure;
the gate asks it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from nemowatch.config.hours import is_active
from nemowatch.hold_reasons import STOPPERS
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
    #: credits that those, and calls whose cost nobody could read, are expected to have cost
    reserved: float = 0
    price: float = 0  #: what the next turn is expected to cost
    known: bool = True  #: whether a turn of this skill was ever paid for here

    @property
    def price_pending(self) -> bool:
        """Whether the next turn has to wait until those under way have told what a turn costs."""
        return self.under_way > 0 and not self.known

    @property
    def closed(self) -> bool:
        """Whether one more turn could pass the cap. Alone it could pass it by what its price
        differs from the expected one; several at once never add such differences up, for the
        dearest price counts then, and an unknown one goes alone.
        """
        return self.daily > 0 and (
            self.price_pending or self.spent + self.reserved + self.price > self.daily
        )

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
    """The hold that stands in the way of this job, or None."""
    for reason in STOPPERS:
        if reason in budget.holds:
            return hold(reason, back, budget.holds[reason].text)
    if budget.paused_all:
        return hold(HoldReason.PAUSED, back, "Everything is paused: nemowatch resume goes on.")
    if budget.paused_here:
        return hold(
            HoldReason.PAUSED,
            back,
            f"The file {budget.paused_here} holds it: delete that file to go on.",
        )
    if not within_hours(budget.hours, budget.local_time):
        return hold(HoldReason.HOURS, back, f"Work is set to the hours {budget.hours}.")
    if paying and budget.cap.closed:
        return hold(HoldReason.CAP, back, cap_words(budget.cap))
    return None


def cap(
    daily: float,
    spent: float,
    unpriced: Iterable[Unpriced],
    prices: Mapping[str, Price],
    skill: str,
) -> Cap:
    """The cap for one more turn of a skill; `prices` of that and of every skill in `unpriced`."""
    calls = list(unpriced)
    going = sum(of.going for of in calls)
    reserved = sum(
        of.calls * (prices[of.skill].most if going else prices[of.skill].typical) for of in calls
    )
    own = prices[skill]
    return Cap(daily, spent, going, reserved, own.most if going else own.typical, own.known)


def cap_words(cap: Cap) -> str:
    """Why the day's cap holds a turn: what is spent, what is under way, what the next one is
    expected to cost."""
    turns = f"{cap.under_way} turn{'' if cap.under_way == 1 else 's'} under way"
    if cap.price_pending:
        told = "turn under way has told" if cap.under_way == 1 else f"{turns} have told"
        return (
            f"What a turn costs is not known here yet: it waits until the {told}, for"
            " limits.daily_credits is set."
        )
    price = f"one more turn costs about {amount(cap.price)}"
    if cap.price > cap.daily and not cap.under_way:
        more = f"more than the {amount(cap.daily)} a day that may be spent"
        return f"{price[0].upper()}{price[1:]} credits, {more}: raise limits.daily_credits."
    said = [f"{amount(cap.spent)} of the {amount(cap.daily)} credits a day are spent"]
    if cap.reserved:
        said.append(
            f"about {amount(cap.reserved)} go to"
            f" {turns if cap.under_way else 'turns whose price nobody could read'}"
        )
    until = "when these have cost less, else tomorrow" if cap.under_way else "tomorrow"
    return f"{', '.join([*said, price])}: it goes on {until}."


def within_hours(hours: str, now: datetime) -> bool:
    """Whether `now` (local time) lies in limits.hours."""
    return is_active(hours, now.hour * 60 + now.minute)
