"""A journal as version 3 wrote it, before sessions had tables of their own: the same content as a
bench's journal of today, in the format of that time."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path

SCHEMA = Path(__file__).with_name("journal_version_3.sql")

#: Tables that both versions know, in an order that keeps every reference whole.
SAME = ("inbox", "batch", "source", "member", "draft", "output", "hold", "note", "fact", "note_due")
#: How a job of today is told in the words of then.
JOBS = """
SELECT job.id, session.source_id, session.item, job.stem, session.target, job.skill, job.prompt,
    job.outputs, job.state, CASE job.checking WHEN 1 THEN 'checking' ELSE job.reason END AS reason,
    job.back, job.attempt, job.due_at,
    CASE session.state WHEN 'alive' THEN session.remote_id ELSE '' END AS session_id,
    CASE session.uploaded_by WHEN 'nothing' THEN '' ELSE session.uploaded_by END AS uploaded_by,
    job.render_id, job.render_at, job.renders, job.progress, job.result_url, job.result_size,
    job.part, job.part_sha256, job.part_size, job.answer, job.credits, job.credits_about,
    job.error_code, job.error_text, job.created_at, job.updated_at, job.tries
FROM job JOIN session ON session.id = job.session WHERE job.earlier_of IS NULL
"""
CALLS = """
SELECT id, job_id, opened_at, session_id, request_hash, baseline, outcome, checks,
    last_seen, credits_before, credits_after, settled_at FROM spend WHERE outcome <> 'inherited'
"""


#: A state is written as it is, not reached by steps.
TRIGGERS = ("job_begins", "job_legal", "job_moves", "job_tells", "source_leaves")


def write_version_3(now: Path, then: Path, changes: Iterable[str]) -> None:
    """Write the journal at `now`, which must be closed, to `then` as version 3 would have written
    it, with `changes` to its rows."""
    new = sqlite3.connect(now)
    new.row_factory = sqlite3.Row
    old = sqlite3.connect(then, isolation_level=None)
    old.executescript(f"{SCHEMA.read_text('utf-8')}\nPRAGMA user_version = 3;")
    scripts = [_drop_trigger(old, name) for name in TRIGGERS]
    for table in SAME:
        old.execute(f"DELETE FROM {table}")
        _copy(old, table, new.execute(f"SELECT * FROM {table}"))
    _copy(old, "job", new.execute(JOBS))
    _copy(old, "spend", new.execute(CALLS))
    _copy(old, "event", new.execute("SELECT * FROM event"))
    for change in changes:
        old.execute(change)
    for script in scripts:
        old.execute(script)
    old.close()
    new.close()


def _drop_trigger(old: sqlite3.Connection, name: str) -> str:
    row = old.execute("SELECT sql FROM sqlite_master WHERE name = ?", (name,)).fetchone()
    old.execute(f"DROP TRIGGER {name}")
    return str(row[0])


def _copy(old: sqlite3.Connection, table: str, rows: Iterable[sqlite3.Row]) -> None:
    for row in rows:
        names = ", ".join(row.keys())
        marks = ", ".join("?" for _ in row)
        old.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(row))
