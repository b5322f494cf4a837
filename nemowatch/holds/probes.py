"""How each hold is found to be over: one function a reason, over what was gathered before.

Owns the judgement inside one transaction. It asks nothing itself: the cloud and the disks were
asked by the keeper, because a transaction must not wait for them. A reason of `hold_reasons.HOLDS`
that ends by a probe has its function here, in one of the two tables below; one that ends by a
person's order has none."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from nemowatch.config.schema import Config
from nemowatch.errors import LocalError, NotSent, RemoteError, RemotePassing, TokenRefused
from nemowatch.hold_reasons import HOLDS, PAUSED_ALL, Scope
from nemowatch.holds import budget, paused_jobs, trials
from nemowatch.holds.admission import the_cap
from nemowatch.holds.budget import Cap
from nemowatch.intake.scan.pauses import Pauses
from nemowatch.journal import account, holds, job_counts, queue, sources
from nemowatch.journal.holds import HoldRow
from nemowatch.model import Credits, HoldReason, State

#: What asking for the balance came to; None: there was no need to ask.
BalanceAnswer = Credits | RemoteError | LocalError | None

#: A balance that has risen by so many credits, about what an edit costs (docs/api.md section 8),
#: was topped up. Smaller rises are refunds or what a day brings: they may not do for one turn.
TOP_UP = 50
#: States of a job that is trying an export now: its answer is about to come.
EXPORTING = (State.INSTRUCTED, State.SUBMITTING)
#: Reasons that hold the whole account.
OF_ACCOUNT = frozenset(reason for reason, hold in HOLDS.items() if hold.scope is Scope.ACCOUNT)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the cloud, the disks, the clock and the folders say."""

    now_ms: int
    config: Config
    existing: Mapping[HoldReason, HoldRow]  #: holds of the account when the asking began
    #: the balance answers for the outage, the token and the credits at once
    balance: BalanceAnswer
    account: str  #: whose balance; "" is not known
    room: Mapping[str, bool]  #: whether the outbox has room, by watch; of those that answer
    deliverable: tuple[int, ...]  #: jobs held for the outbox whose results it takes by now
    ended_renders: tuple[int, ...]  #: jobs held for a slow render that has come to an end
    pauses: Pauses
    is_worked: Callable[[str], bool]  #: whether a watch is known here: whose PAUSE is seen


def release(
    conn: sqlite3.Connection, evidence: Evidence, *, orphans: bool = True
) -> dict[HoldReason, int]:
    """Release whatever may go on; returns how many jobs went on with each hold that ended.
    `orphans`: whether there may be jobs that wait for what is over; looking goes through all that
    wait."""
    woken: dict[HoldReason, int] = {}
    current = holds.active(conn)
    for reason in evidence.existing.keys() & current.keys():
        if _end_if_over(conn, current[reason], evidence):
            woken[reason] = queue.wake_held(conn, reason, evidence.now_ms)

    if orphans:
        _wake_orphans(conn, evidence.now_ms)
    paused_jobs.meet(conn, evidence.pauses, evidence.now_ms)
    for wake in WAKE.values():
        wake(conn, evidence)

    return woken


def _end_if_over(conn: sqlite3.Connection, row: HoldRow, evidence: Evidence) -> bool:
    """End this hold if its cause is gone; returns whether it has ended."""
    if HOLDS[row.reason].trial is not None:
        return _end_refusal_if_over(conn, row, evidence)

    gone = CAUSE_GONE[row.reason](conn, row, evidence)
    if gone:
        holds.drop(conn, row.reason)
    return gone


def _end_refusal_if_over(conn: sqlite3.Connection, row: HoldRow, evidence: Evidence) -> bool:
    """The same for a refusal of the account. Where its cause does not show itself, one job tries
    in its turn."""
    if _is_of_another_account(row, evidence):
        holds.drop(conn, row.reason)
        return True
    if CAUSE_GONE[row.reason](conn, row, evidence):
        holds.rest(conn, row.reason)
        return True

    _observe(conn, row, evidence)
    pause = evidence.config.retry.cap
    if _rise(row, evidence) > 0:
        pause = 0.0
    if _is_worth_trying(row, evidence):
        trials.try_one(conn, row, pause, evidence.now_ms)
    return False


def _is_of_another_account(row: HoldRow, evidence: Evidence) -> bool:
    """Refusals of one account say nothing of another."""
    is_known = "" not in (row.account, evidence.account)
    return is_known and row.account != evidence.account


def _observe(conn: sqlite3.Connection, row: HoldRow, evidence: Evidence) -> None:
    seen = None
    if row.reason is HoldReason.CREDITS and isinstance(evidence.balance, Credits):
        seen = evidence.balance.available
    holds.observed(conn, row.reason, seen, evidence.account)


def _is_worth_trying(row: HoldRow, evidence: Evidence) -> bool:
    """Whether a job could get through at all."""
    found = evidence.balance
    if isinstance(found, Credits):
        return row.reason is not HoldReason.CREDITS or found.available > 0
    return row.reason is not HoldReason.TOKEN


def _wake_orphans(conn: sqlite3.Connection, now_ms: int) -> None:
    """Jobs that wait for a hold of the account that no longer exists, or for an approval that was
    given: it came between the gate's answer and the job's own write."""
    over = OF_ACCOUNT - holds.active(conn).keys()
    for reason in over:
        queue.wake_held(conn, reason, now_ms)
    queue.wake_approved(conn, now_ms)


# -- holds of the account: is the cause gone? --------------------------------------------


def _cloud_answers(conn: sqlite3.Connection, row: HoldRow, evidence: Evidence) -> bool:
    """Any proper answer will do, a refusal as well."""
    return not isinstance(evidence.balance, NotSent | RemotePassing | LocalError)


def _token_accepted(conn: sqlite3.Connection, row: HoldRow, evidence: Evidence) -> bool:
    """While it is refused the words follow the cause: empty first, then wrong. One that was
    refused although the balance accepts it is tried by one job."""
    answer = evidence.balance
    if isinstance(answer, TokenRefused):
        words = f"{answer.text} {answer.cure}".strip()
        holds.put(conn, row.reason, words, evidence.now_ms)
        holds.begin_afresh(conn, row.reason)

    return isinstance(answer, Credits) and row.tries == 0


def _more_credits(conn: sqlite3.Connection, row: HoldRow, evidence: Evidence) -> bool:
    """So many more than when the cloud refused that all may go on; after less one job tries at
    once, since no sum is known to be enough."""
    return _rise(row, evidence) >= TOP_UP


def _rise(row: HoldRow, evidence: Evidence) -> float:
    """How many credits there are more than when the cloud refused for lack of them; 0 where that is
    not known."""
    found = evidence.balance
    if not isinstance(found, Credits) or row.seen is None:
        return 0
    return found.available - row.seen


def _plan_unproven(conn: sqlite3.Connection, row: HoldRow, evidence: Evidence) -> bool:
    """Only an export shows whether the plan allows one: a job has to try. With none left that
    could, the hold ends here."""
    is_tried = row.trial is not None or job_counts.count_in(conn, EXPORTING) > 0
    if is_tried:
        return False
    return not queue.held_for(conn, row.reason)


def _room_again(conn: sqlite3.Connection, row: HoldRow, evidence: Evidence) -> bool:
    """Jobs whose own outbox has room go on, and those of a watch that is no longer configured. The
    words are those of one that still waits."""
    waits = ""
    for job in queue.held_for(conn, row.reason):
        watch = sources.of_job(conn, job).watch
        if evidence.room.get(watch, not evidence.is_worked(watch)):
            queue.wake_one(conn, job.id, evidence.now_ms)
        else:
            waits = job.error_text
    if waits:
        holds.put(conn, row.reason, waits, evidence.now_ms)
    return not waits


#: Holds of the account: whether the cause is gone.
CAUSE_GONE: Mapping[HoldReason, Callable[[sqlite3.Connection, HoldRow, Evidence], bool]] = {
    HoldReason.OUTAGE: _cloud_answers,
    HoldReason.TOKEN: _token_accepted,
    HoldReason.CREDITS: _more_credits,
    HoldReason.PLAN: _plan_unproven,
    HoldReason.SPACE: _room_again,
}


# -- all other holds: which of their jobs may go on? --------------------------------------


def _wake_in_hours(conn: sqlite3.Connection, evidence: Evidence) -> None:
    local_time = datetime.fromtimestamp(evidence.now_ms / 1000, tz=UTC).astimezone()
    if budget.within_hours(evidence.config.limits.hours, local_time):
        queue.wake_held(conn, HoldReason.HOURS, evidence.now_ms)


def _wake_within_cap(conn: sqlite3.Connection, evidence: Evidence) -> None:
    wake_capped(conn, evidence.config, evidence.now_ms)


def wake_capped(conn: sqlite3.Connection, config: Config, now_ms: int) -> None:
    """As many as the day's credits have room for, those that wait longest first: one is asked
    again before it pays."""
    waiting = queue.held_for(conn, HoldReason.CAP)
    daily = config.limits.daily_credits
    caps: dict[str, Cap] = {}
    woken = 0
    for job in waiting:
        if job.skill not in caps:
            caps[job.skill] = the_cap(conn, daily, job.skill, now_ms)
        if not caps[job.skill].with_others(woken).closed:
            queue.wake_one(conn, job.id, now_ms)
            woken += 1

    for skill, alone in caps.items():
        cap = alone.with_others(woken)
        if cap.closed:
            queue.explain_held(conn, HoldReason.CAP, skill, budget.cap_words(cap))


def _wake_unpaused(conn: sqlite3.Connection, evidence: Evidence) -> None:
    if account.is_paused(conn):
        queue.explain_all_paused(conn, PAUSED_ALL)
        return

    paused_jobs.wake(conn, evidence.pauses, evidence.now_ms, evidence.is_worked)


def _wake_deliverable(conn: sqlite3.Connection, evidence: Evidence) -> None:
    _wake_each(conn, evidence.deliverable, evidence.now_ms)


def _wake_rendered(conn: sqlite3.Connection, evidence: Evidence) -> None:
    _wake_each(conn, evidence.ended_renders, evidence.now_ms)


def _wake_each(conn: sqlite3.Connection, job_ids: tuple[int, ...], now_ms: int) -> None:
    for job_id in job_ids:
        queue.wake_one(conn, job_id, now_ms)


#: Holds of single jobs, of folders and by a setting: releases what may go on.
WAKE: Mapping[HoldReason, Callable[[sqlite3.Connection, Evidence], None]] = {
    HoldReason.HOURS: _wake_in_hours,
    HoldReason.CAP: _wake_within_cap,
    HoldReason.PAUSED: _wake_unpaused,
    HoldReason.OUTBOX: _wake_deliverable,
    HoldReason.SLOW_RENDER: _wake_rendered,
}
