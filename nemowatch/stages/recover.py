"""Recovery after any end of the process: every `-ing` state is marked as "may have happened", so
that its stage asks the cloud or the disk before it does anything (docs/api.md sections 5, 6, 9).
Nothing is assumed, and nothing paid for is repeated.
"""

from __future__ import annotations

import sqlite3

from nemowatch.journal import queue
from nemowatch.journal.queries import load


def begin(conn: sqlite3.Connection, first_read_ms: int) -> int:
    """Mark what was in progress when the last process ended. Returns how many jobs that were.

    An open paid call becomes unknown: its stage reads the session's state on the schedule of
    `chat.recheck`, from `first_read_ms` (UTC ms) on.
    """
    sql = load("recover")
    queue.clamp_due(conn, first_read_ms)
    conn.execute(sql["wait_for_turns"], {"due": first_read_ms})
    conn.execute(sql["doubt_calls"])
    return conn.execute(sql["doubt_jobs"]).rowcount
