"""The gate between a job and the next thing that costs: gathers what `budget` judges by."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from nemowatch.clock import Clock, local_day_start_ms
from nemowatch.config.display_paths import in_inbox
from nemowatch.config.schema import Config
from nemowatch.hold_reasons import HOLDS
from nemowatch.holds import budget
from nemowatch.holds.budget import Budget, Cap
from nemowatch.intake.inbox import Inbox
from nemowatch.intake.scan.pauses import nearest_pause
from nemowatch.intake.watch.health import AWAY
from nemowatch.journal import account, batches, holds, spend
from nemowatch.journal.database import Journal
from nemowatch.journal.holds import HoldRow
from nemowatch.model import HoldReason, State
from nemowatch.stages.decision import SHARE_AGAIN, Decision, hold, later
from nemowatch.stages.work import Work

#: Seconds until a job asks again while the first scan after the start is under way: a PAUSE nobody
#: has seen yet holds it.
SCAN_AGAIN = 0.5


class Admission:
    """The daemon's gate."""

    def __init__(
        self,
        journal: Journal,
        config: Callable[[], Config],
        inboxes: Mapping[str, Inbox],
        clock: Clock,
    ) -> None:
        self._journal = journal
        self._config = config
        self._inboxes = inboxes
        self._clock = clock

    async def closed(self, work: Work, *, paying: bool) -> Decision | None:
        """A hold, or None when the way is free. A job that is paid already passes: what is left
        costs nothing."""
        if work.paid:
            return None
        inbox = self._inboxes.get(work.source.watch)
        if inbox is not None:
            waits = _waits_for(inbox, work.job.state)
            if waits is not None:
                return waits
        return await self._journal.read(lambda conn: self._judge(conn, work, paying=paying))

    def closed_at_last(self, conn: sqlite3.Connection, work: Work) -> Decision | None:
        """The same question again, inside the transaction that writes the intent to pay: turns
        that asked side by side are counted here one after another."""
        return self._judge(conn, work, paying=True)

    def _judge(self, conn: sqlite3.Connection, work: Work, *, paying: bool) -> Decision | None:
        if batches.is_unapproved(conn, work.source.id):
            reason = HoldReason.APPROVAL
            return hold(reason, State(work.job.state), HOLDS[reason].words)
        return budget.closed(self._gather(conn, work), State(work.job.state), paying=paying)

    def _gather(self, conn: sqlite3.Connection, work: Work) -> Budget:
        now = self._clock.now_ms()
        limits = self._config().limits
        inbox = self._inboxes.get(work.source.watch)
        return Budget(
            holds=_met_by(work.job.id, holds.active(conn)),
            paused_all=account.is_paused(conn),
            paused_here=_pause(inbox, work.source.path),
            hours=limits.hours,
            local_time=datetime.fromtimestamp(now / 1000, tz=UTC).astimezone(),
            cap=the_cap(conn, limits.daily_credits, work.job.skill, now),
        )


def _waits_for(inbox: Inbox, state: State) -> Decision | None:
    """What a job waits for while its inbox is unavailable, or not yet known; None when it is
    there."""
    if inbox.health.state in AWAY:
        text = f"Waits for the share: {inbox.health}."
        return later(state, SHARE_AGAIN, text=text, error_text=text)
    if not inbox.surveyed:
        return later(state, SCAN_AGAIN)
    return None


def the_cap(
    conn: sqlite3.Connection,
    daily: float,
    skill: str,
    now_ms: int,
) -> Cap:
    """The day's credits as they are for one more turn of this skill."""
    if not daily:
        return Cap()

    spent, unpriced = spend.since(conn, local_day_start_ms(now_ms))
    prices = {skill: spend.price(conn, skill)}
    for calls in unpriced:
        prices[calls.skill] = spend.price(conn, calls.skill)
    return budget.cap(daily, spent, unpriced, prices, skill)


def _met_by(job_id: int, existing: Mapping[HoldReason, HoldRow]) -> dict[HoldReason, HoldRow]:
    """The holds that stop a job: all but those that it tries."""
    met: dict[HoldReason, HoldRow] = {}
    for reason, row in existing.items():
        if row.trial != job_id:
            met[reason] = row
    return met


def _pause(inbox: Inbox | None, path: bytes) -> str:
    """The PAUSE that holds a source (of a project, one in it as well), as people see it; "" for
    none."""
    if inbox is None:
        return ""
    file = nearest_pause(inbox.pauses, path)
    if not file:
        return ""
    return in_inbox(inbox.watch, file)
