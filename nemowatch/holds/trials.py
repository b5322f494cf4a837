"""One job at a time tries whether a refusal of the whole account still holds, after ever longer
pauses.

Owns when, and which job. A hold whose cause shows itself (a balance that has risen, a token that is
accepted) needs no trial: `probes` sees to those first.
"""

from __future__ import annotations

import sqlite3

from nemowatch.errors import UsageError
from nemowatch.hold_reasons import HOLDS, Trial
from nemowatch.journal import holds, jobs, queue
from nemowatch.journal.holds import HoldRow
from nemowatch.journal.jobs import Job
from nemowatch.model import PAID, WORKING, State

#: Seconds in which a trial comes to its call, unless something else keeps it waiting: a share that
#: is unavailable, for one.
LONGEST_TRIAL = 1800.0
#: Each pause is so many times as long as the one before.
FACTOR = 4
#: More refusals than this make no pause longer; a power of more would be no number.
MOST_TRIES = 30


def pause(trial: Trial, tries: int, shortest: float) -> float:
    """Seconds after a refusal that was the `tries`-th after the first one."""
    if trial.first_free:
        tries -= 1
    if tries < 0:
        return 0.0
    return min(trial.longest, shortest * float(FACTOR) ** min(tries, MOST_TRIES))


def try_one(
    conn: sqlite3.Connection,
    row: HoldRow,
    shortest: float,
    now_ms: int,
) -> None:
    """Let one job try where it is time. `shortest`: seconds."""
    if _is_under_way(conn, row, now_ms):
        return
    if row.trial is not None:
        holds.end_trial(conn, row.reason, now_ms)
        return

    held = queue.held_for(conn, row.reason)
    if not held or not is_due(row, shortest, now_ms):
        return
    chosen = min(held, key=_order)
    holds.begin_trial(conn, row.reason, chosen.id, now_ms)
    queue.wake_one(conn, chosen.id, now_ms)


def is_due(row: HoldRow, shortest: float, now_ms: int) -> bool:
    """Whether the pause is over, or the clock was set so that it never would be."""
    trial = HOLDS[row.reason].trial
    assert trial is not None
    waited = (now_ms - row.tried_at) / 1000
    return waited >= pause(trial, row.tries, shortest) or waited < -trial.longest


def _is_under_way(conn: sqlite3.Connection, row: HoldRow, now_ms: int) -> bool:
    """Whether its job may still come to an answer; one that something else keeps waiting keeps
    nobody from trying."""
    if row.trial is None:
        return False
    try:
        job = jobs.by_id(conn, row.trial)
    except UsageError:
        return False

    if job.state is State.INSTRUCTING:
        return True
    has_time_left = now_ms - row.tried_at < LONGEST_TRIAL * 1000
    return has_time_left and job.state in WORKING


def _order(job: Job) -> tuple[bool, bool, int, int]:
    """What is paid for goes first, then what is in the cloud already, then what has waited
    longest since its last try."""
    back = State(job.back)
    return back not in PAID, back is not State.UPLOADED, job.updated_at, job.id
