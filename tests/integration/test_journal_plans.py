"""What is asked again and again of a journal that grows for years reads no whole table of it."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from nemowatch.journal import job_counts, jobs, queries
from nemowatch.journal.opening import connect
from nemowatch.model import State
from tests.rigs.big_journal import fill

#: Queries that may go through a table, and why.
MAY_SCAN = {
    "batches.waiting": "batches: a row for each time that a person was asked",
    "batches.begin": "SQLite's check of foreign keys, while one is broken",
    "jobs.insert": "SQLite's check of foreign keys, while one is broken",
    "jobs.keep_earlier": "SQLite's check of foreign keys, while one is broken",
    "jobs.list": "in order, up to a limit, or a person asked for all",
    "jobs.list_newest": "in the order of an index, up to a limit",
    "notes.all": "once at the start: the notes that stand in folders",
    "notices.join_open": "once, when somebody is first to be told",
    "pace.turns": "the latest rows, up to a limit",
    "pace.renders": "the latest rows, up to a limit",
    "recover.wait_for_turns": "the index of open calls",
    "recover.doubt_calls": "the index of open calls",
    "sessions.is_in_use": "the index of open calls",
    "side_files.all_due": "the index of those that are due",
    "side_files.due": "the index of those that are due",
    "spend.newest": "from the end, to the first that is found",
    "spend.every": "a person asked for all",
    "requests.latest": "the latest rows, up to a limit",
    "requests.published_as": "once for each text of a person that names no known result",
    "results.of_output": "a person asked about one file, or has put a text beside results",
    "sources.moved_to": "a person asked what became of one file",
    "retired_files.clock_was_set": "the wall clock was set",
}
#: Queries that may go through all sources of an inbox, and why.
MAY_READ_AN_INBOX = {
    "queue.explain_paused": "another PAUSE counts for a folder now",
    "queue.wake_paused": "a PAUSE has gone, and its jobs may stand anywhere",
    "retired_files.old": "once a day: what has lain in done/ for long",
    "source_members.projects": "at the start, and after an absence",
    "source_members.unretired": "at the start, and after an absence",
}
#: Tables that do not grow with the jobs.
SMALL = {
    "hold",
    "fact",
    "inbox",
    "notify_due",
    "notify_told",
    "notify_job",
    "notice_delivery",
    "notice",
}
SMALL |= {
    "round",
    "transition",
    "json_each",
    "batch",
    "d",
    "(subquery-1)",
    "CONSTANT",
    "job_count",
    "q",
}


@pytest.fixture
def conn(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    path = tmp_path / "journal.db"
    fill(path, 2000)
    opened = connect(path)
    yield opened
    opened.close()


def every_query() -> Iterator[tuple[str, str]]:
    for file in sorted((Path(queries.__file__).parent / "sql").glob("*.sql")):
        for name, text in queries.load(file.stem).items():
            yield f"{file.stem}.{name}", re.sub("--.*", "", text)


def test_no_query_goes_through_a_table_that_grows(conn: sqlite3.Connection) -> None:
    """Each one has an index, or a reason; and each reason is needed."""
    scanning = {}
    for name, text in every_query():
        values = dict.fromkeys(re.findall(r":(\w+)", text), 1) or [1] * text.count("?")
        plan = [row["detail"] for row in conn.execute(f"EXPLAIN QUERY PLAN {text}", values)]
        scans = [line for line in plan if line.startswith("SCAN") and line.split()[1] not in SMALL]
        if scans:
            scanning[name] = scans
    assert {name: found for name, found in scanning.items() if name not in MAY_SCAN} == {}
    assert MAY_SCAN.keys() <= scanning.keys()


def test_no_query_goes_through_all_sources_of_an_inbox(conn: sqlite3.Connection) -> None:
    """Most journals are of one inbox: by its name alone an index leaves nothing out."""
    reading = set()
    for name, text in every_query():
        values = dict.fromkeys(re.findall(r":(\w+)", text), 1) or [1] * text.count("?")
        for row in conn.execute(f"EXPLAIN QUERY PLAN {text}", values):
            if re.search(r"INDEX source_\w+ \(watch=\?\)$", row["detail"]):
                reading.add(name)
    assert reading == MAY_READ_AN_INBOX.keys()


def test_jobs_are_counted_as_they_change(conn: sqlite3.Connection) -> None:
    """Whatever becomes of a job, the counters say what counting would."""

    def counted() -> dict[tuple[str, str], int]:
        kept = "SELECT state, reason, n FROM job_count WHERE n <> 0"
        true = "SELECT state, reason, count(*) FROM job WHERE earlier_of IS NULL GROUP BY 1, 2"
        rows = {(state, reason): n for state, reason, n in conn.execute(kept)}
        assert rows == {(state, reason): n for state, reason, n in conn.execute(true)}
        return rows

    conn.execute("DELETE FROM job_count")  # the rig writes past the triggers
    conn.execute(
        "INSERT INTO job_count SELECT state, reason, count(*) FROM job WHERE earlier_of IS"
        " NULL GROUP BY 1, 2"
    )
    assert counted() == {("published", ""): 1500, ("failed", ""): 500}
    conn.execute("UPDATE job SET state = 'claimed' WHERE id IN (1000, 2000)")
    conn.execute(
        "UPDATE job SET state = 'held', reason = 'paused', back = 'claimed' WHERE id = 1000"
    )
    conn.execute(
        "UPDATE job SET state = 'held', reason = 'credits', back = 'claimed' WHERE id = 2000"
    )
    conn.execute("UPDATE job SET reason = 'paused' WHERE id = 2000")
    conn.execute("UPDATE job SET earlier_of = 1 WHERE id = 2")
    assert counted() == {("published", ""): 1499, ("failed", ""): 498, ("held", "paused"): 2}
    assert job_counts.counts(conn) == {"published": 1499, "failed": 498, "held": 2}
    assert job_counts.held_counts(conn) == {"paused": 2}
    assert job_counts.count_in(conn, [State.HELD, State.CLAIMED]) == 2
    assert jobs.unfinished_ids(conn) == {1000, 2000}
    conn.execute("DELETE FROM spend")
    conn.execute("DELETE FROM source WHERE id = 1000")
    assert counted()["held", "paused"] == 1


def test_lists_of_jobs(conn: sqlite3.Connection) -> None:
    """One, those in a state, those that changed last: each in its order, up to its limit."""

    def numbers(**asked: object) -> list[int]:
        return [row.job.id for row in jobs.listed(conn, **asked)]  # type: ignore[arg-type]

    conn.execute("UPDATE job SET state = 'claimed' WHERE state = 'failed' AND id >= 1000")
    held = (
        "UPDATE job SET state = 'held', reason = ?, back = 'claimed', updated_at = ? WHERE id = ?"
    )
    conn.executemany(held, [("paused", 5, 1000), ("credits", 9, 2000)])
    assert numbers(job_id=7) == [7]
    assert numbers(limit=2) == [1, 2]
    assert numbers(newest=True, limit=2) == [1999, 1998]
    assert numbers(state="published", newest=True, limit=2) == [1999, 1998]
    assert numbers(state="held") == [1000, 2000]
    assert numbers(state="held", reason="credits") == [2000]
    assert numbers(state="held", newest=True) == [2000, 1000]
    assert numbers(state="held", newest=True, limit=1) == [2000]
