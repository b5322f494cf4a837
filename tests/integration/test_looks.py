"""At rest, a look into the journal asks only whether it has changed."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from nemowatch.clock import ManualClock
from nemowatch.config.schema import Limits
from nemowatch.jobs.lanes import Busy, LaneChoice, Looks
from nemowatch.journal import sources
from nemowatch.journal.database import Journal
from nemowatch.journal.sources import NewJob, NewSource
from nemowatch.model import Target
from nemowatch.stages.table import Lane

#: UTC ms from which the only job is due.
DUE = 1000
NOBODY = Busy({}, frozenset())
LIMITS = Limits()


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    opened = Journal.open(tmp_path / "journal.db", ManualClock())
    job = NewJob("", "clip", Target("es", "", ()), "skill")

    def fill(conn: sqlite3.Connection) -> None:
        sources.claim(conn, NewSource("w", b"dub", b"dub/clip", "d", "dub", (), (job,)), 1)
        conn.execute("UPDATE source SET settled = 1")
        conn.execute("UPDATE job SET due_at = ?", (DUE,))

    opened.write_now(fill)
    yield opened
    opened.close()


def looking(journal: Journal) -> Callable[..., tuple[LaneChoice, int]]:
    """Looks, each with how many statements it took."""
    looks = Looks()

    def look(
        now_ms: int, *, limits: Limits = LIMITS, busy: Busy = NOBODY, polling: bool = False
    ) -> tuple[LaneChoice, int]:
        def work(conn: sqlite3.Connection) -> tuple[LaneChoice, int]:
            said: list[str] = []
            conn.set_trace_callback(said.append)
            found = looks.choose(conn, now_ms, limits, busy, polling=polling, in_doubt=False)
            conn.set_trace_callback(None)
            return found, len(said)

        return journal.read_now(work)

    return look


def test_nothing_is_read_again_while_nothing_has_changed(journal: Journal) -> None:
    """The same answer as before, by one question."""
    look = looking(journal)
    first, statements = look(10)
    assert statements > 3
    assert look(20) == (first, 1)


def test_what_becomes_due_is_found(journal: Journal) -> None:
    """At its time, without any change."""
    look = looking(journal)
    assert look(10)[0].start == ()
    assert look(DUE - 1)[0].start == ()
    ((lane, job),) = look(DUE)[0].start
    assert (lane, job.id) == (Lane.UPLOADS, 1)


@pytest.mark.parametrize("elsewhere", [True, False])
def test_a_change_is_found_whoever_made_it(journal: Journal, elsewhere: bool) -> None:
    """By a command in its own process, or by the daemon itself."""
    look = looking(journal)
    assert look(10)[0].start == ()
    sql = "UPDATE job SET due_at = 0"
    if elsewhere:
        other = sqlite3.connect(journal.path)
        other.execute(sql)
        other.commit()
        other.close()
    else:
        journal.write_now(lambda conn: conn.execute(sql))
    assert len(look(20)[0].start) == 1


def test_what_could_start_is_looked_for_each_time(journal: Journal) -> None:
    """Whether it has begun is not written yet; the journal is asked, too, while something is under
    way, when renders are polled, and with other limits."""
    look = looking(journal)
    assert [len(look(DUE)[0].start) for _ in range(2)] == [1, 1]
    look(10)
    assert look(10, busy=replace(NOBODY, jobs={7: Lane.TURNS}))[1] > 3
    look(10)
    assert look(10, polling=True)[1] > 3
    look(10)
    assert look(10, limits=replace(LIMITS, uploads=3))[1] > 3
