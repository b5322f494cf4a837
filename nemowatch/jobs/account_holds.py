"""Which holds of the account a decision about a job begins, or shows to be over.

Runs inside the transaction that writes the decision; whether a hold is over for other reasons is
found out by `holds`.
"""

from __future__ import annotations

import sqlite3

from nemowatch.journal import holds, queue
from nemowatch.journal.jobs import Job
from nemowatch.model import PAID, HoldReason, State
from nemowatch.stages.decision import Decision

#: The change that shows that the plan allows renders.
RENDER_ACCEPTED = (State.SUBMITTING, State.RENDERING)
#: States that show that the cloud has done for a job what it may have refused to others.
GOT_THROUGH = PAID - {State.SUBMITTING}


def change_holds(
    conn: sqlite3.Connection,
    job: Job,
    decision: Decision,
    now: int,
) -> None:
    """Write the hold that this decision begins, and end those that it shows to be over."""
    if (job.state, decision.state) == RENDER_ACCEPTED:
        _end_hold(conn, HoldReason.PLAN, now)
    if decision.state is not job.state and decision.state in GOT_THROUGH:
        _end_trials(conn, job, decision.state, now)
    if decision.hold is not None:
        holds.put(conn, decision.hold, decision.text, now, decision.seen, job.id)


def _end_trials(
    conn: sqlite3.Connection,
    job: Job,
    state: State,
    now: int,
) -> None:
    """A job got through: the holds that it tried are over, and after a paid turn so are those that
    were remembered. An export alone shows what the plan allows."""
    for row in holds.active(conn).values():
        is_proven = row.trial == job.id and row.reason is not HoldReason.PLAN
        if is_proven:
            _end_hold(conn, row.reason, now)
    if state is State.INSTRUCTED:
        holds.forget(conn)


def _end_hold(conn: sqlite3.Connection, reason: HoldReason, now: int) -> None:
    """Whatever waits for it goes on."""
    if reason in holds.active(conn):
        holds.drop(conn, reason)
        queue.wake_held(conn, reason, now)
