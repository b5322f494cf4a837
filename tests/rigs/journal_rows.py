"""Rows of a journal for tests: sources with their jobs, and ways to bring them to a given state."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nemowatch.clock import ManualClock
from nemowatch.journal import (
    jobs,
    queue,
    sessions,
    sources,
)
from nemowatch.journal.database import Journal
from nemowatch.journal.sources import NewJob, NewSource
from nemowatch.model import (
    Member,
    MemberRole,
    Output,
    OutputKind,
    Snapshot,
    State,
    Target,
)

WATCH = "/srv/inbox"

#: The time in journals whose clock no test advances.
CLOCK = ManualClock()
LOOK = Snapshot(10, 1, 2, 8, 3, (1 << 64) - 5)


def open_at(path: Path) -> Journal:
    return Journal.open(path, CLOCK)


def do(journal: Journal, work: Callable[[sqlite3.Connection], Any]) -> Any:
    return journal.write_now(work)


def clip(path: bytes = b"dub-es/a.mp4", **more: Any) -> Member:
    return Member(
        MemberRole.CLIP,
        path.rpartition(b"/")[2].decode("utf-8", "replace"),
        path,
        snapshot=LOOK,
        digest="d",
        **more,
    )


def claim(
    journal: Journal,
    path: bytes = b"dub-es/a.mp4",
    *targets: str,
    digest: str = "d1",
    held: str = "",
    batch: int | None = None,
    members: tuple[Member, ...] | None = None,
) -> list[int]:
    """Add a source with one job for each target; returns the ids of the jobs."""
    outputs = (Output(".es.mp4", OutputKind.VIDEO), Output(".txt", OutputKind.TEXT, required=False))
    made = tuple(
        NewJob("", "a", Target(t, f"dub into {t}", outputs), "skill") for t in targets or ("es",)
    )
    found = (clip(path),) if members is None else members
    new = NewSource(WATCH, path.split(b"/")[0], path, digest, "dub", found, made, batch, held)
    row = do(journal, lambda conn: sources.claim(conn, new, 1000))
    return [job.id for job in do(journal, lambda conn: jobs.of_source(conn, row.id))]


def job(journal: Journal, job_id: int) -> jobs.Job:
    return do(journal, lambda conn: jobs.by_id(conn, job_id))


def force(
    journal: Journal, job_id: int, state: State, *, remote_id: str = "", **values: Any
) -> None:
    """Put a job into a state in spite of the trigger, as no code of the product can; with
    `remote_id` the job gets a live session."""

    def change(conn: sqlite3.Connection) -> None:
        if remote_id:
            sessions.opened(conn, jobs.by_id(conn, job_id).session, remote_id)
        script = conn.execute("SELECT sql FROM sqlite_master WHERE name = 'job_legal'").fetchone()[
            0
        ]
        conn.execute("DROP TRIGGER job_legal")
        jobs.apply(conn, jobs.by_id(conn, job_id), state, 2000, values)
        conn.execute(script)

    do(journal, change)


def due(journal: Journal, *states: State, now: int = 5000) -> list[int]:
    return [
        j.id for j in do(journal, lambda conn: queue.due(conn, states or (State.CLAIMED,), now, 99))
    ]
