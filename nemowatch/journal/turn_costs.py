"""What a paid turn cost, by the balance before and after it. Of overlapping turns only the sum is
known, which is divided equally among them, or not stated at all.

Owns `job.credits` and `job.credits_about`. `spend.drops` sums what was spent on a day.
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter

from nemowatch.journal.queries import every, load

SQL = load("turn_costs")

#: A turn takes up to 15 minutes (docs/api.md section 6); an outcome may be found out much later.
LONGEST_TURN_MS = 30 * 60 * 1000
#: Turns that began longer ago are not considered: a chain of overlaps ends there.
LOOK_BACK_MS = 24 * 3600 * 1000
#: Balances of calls that end together may be written down in another order than they were read in.
CLOSE_MS = 5_000


@dataclass(frozen=True, slots=True)
class PricedCall:
    """A paid call that may have cost something."""

    id: int
    job_id: int
    opened_at: int  #: UTC ms
    settled_at: int | None  #: None: its outcome is not known yet
    credits_before: float | None
    credits_after: float | None

    @property
    def end(self) -> int:
        """UTC ms by which the call was over."""
        latest = self.opened_at + LONGEST_TURN_MS
        return min(self.settled_at or latest, latest)


def update(conn: sqlite3.Connection, spend_id: int) -> None:
    """Record what a call cost whose outcome is now known, and what the calls cost that overlapped
    with it."""
    one = _call(conn.execute(SQL["one"], (spend_id,)).fetchone())
    for group in _touched(conn, one):
        _write(conn, group)


def _touched(conn: sqlite3.Connection, one: PricedCall) -> list[list[PricedCall]]:
    """The groups that a call overlapped with. Only what may belong to them is read, since each
    outcome asks: a day may have thousands of calls. Each look goes twice as far back."""
    oldest = one.opened_at - LOOK_BACK_MS
    since = one.opened_at
    while True:
        groups = [group for group in _groups(_around(conn, one, since)) if _overlap(group, one)]
        first = min((group[0].opened_at for group in groups), default=since)
        is_whole = first >= since or since <= oldest
        if is_whole:
            return groups
        since = max(2 * first - one.opened_at, oldest)


def _around(conn: sqlite3.Connection, one: PricedCall, since: int) -> list[PricedCall]:
    """The calls around one, in order, that were not over before `since`, UTC ms."""
    values = {
        "since": since,
        "longest": LONGEST_TURN_MS,
        "at": one.opened_at,
        "span": LOOK_BACK_MS,
    }
    return every(conn, SQL["around"], values, _call)


def _write(conn: sqlite3.Connection, group: list[PricedCall]) -> None:
    share, about = _share(group), len(group) > 1
    for call in group:
        conn.execute(SQL["set"], {"spend": call.id, "credits": share, "about": about})


def _call(row: sqlite3.Row) -> PricedCall:
    return PricedCall(**dict(row))


def _overlap(group: list[PricedCall], one: PricedCall) -> bool:
    """Whether a call is one of the group, or was under way with it before it was refused."""
    first, last_end = group[0].opened_at, max(map(attrgetter("end"), group))
    return first <= one.end and one.opened_at <= last_end


def _groups(calls: Iterable[PricedCall]) -> list[list[PricedCall]]:
    """The calls in order, those that overlapped in one group."""
    groups: list[list[PricedCall]] = []
    end = -1  # before any call
    for call in calls:
        is_apart = call.opened_at > end
        if is_apart:
            groups.append([])
        groups[-1].append(call)
        end = max(end, call.end)
    return groups


def _share(group: list[PricedCall]) -> float | None:
    """What each of them cost; None while one may still be charged for, if a balance is not known,
    or if a top-up hides what was spent."""
    readings: list[tuple[int, float]] = []  # UTC ms, credits
    for call in group:
        if call.settled_at is None or call.credits_before is None or call.credits_after is None:
            return None
        readings.append((call.opened_at, call.credits_before))
        readings.append((call.settled_at, call.credits_after))

    first = readings[0][1]
    values = [credits for _, credits in readings]
    if max(values) > first or _rose(sorted(readings)):
        return None
    return (first - min(values)) / len(group)


def _rose(readings: list[tuple[int, float]]) -> bool:
    """Whether the balance was topped up between two of them, although it may have fallen more."""
    lowest, older = math.inf, 0
    for at, credits in readings:
        while readings[older][0] < at - CLOSE_MS:
            lowest = min(lowest, readings[older][1])
            older += 1
        if credits > lowest:
            return True
    return False
