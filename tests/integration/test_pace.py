"""How far the work is, from a real journal."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from nemowatch.journal import job_counts, pace
from nemowatch.journal.opening import connect
from nemowatch.model import State
from nemowatch.reporting.overall_progress import Figures, Lanes, gather_figures
from tests.rigs.big_journal import fill
from tests.rigs.command import Cli

TURN = """INSERT INTO spend (job_id, session, opened_at, session_id, request_hash, baseline,
    outcome, settled_at)
    SELECT id, session, 0, 's', 'h', 'b', 'happened', 60000 FROM job WHERE id = ?"""
LANES = Lanes(turns=2, renders=4)


def figures(conn: sqlite3.Connection, lanes: Lanes = LANES) -> Figures:
    return gather_figures(conn, job_counts.counts(conn), job_counts.held_counts(conn), lanes)


def test_how_far_the_work_is(tmp_path: Path) -> None:
    """Done counts from when the oldest open job came; a time is said from three turns on, by the
    slower of turns and renders, and not while nothing may begin."""
    cli = Cli(tmp_path)
    asked = cli.add_job(b"dub-es/asks.mp4", State.ATTENTION, reason="question")
    with cli.journal() as journal:
        assert journal.read_now(figures) == Figures()
    open_one = cli.add_job(b"dub-es/0.mp4", State.RENDERING)
    cli.add_job(b"dub-es/1.mp4", State.HELD, reason="credits")
    for number in range(3):
        cli.add_job(b"dub-es/%d.mp4" % (2 + number))
    done = [cli.add_job(b"dub-es/done%d.mp4" % number, State.PUBLISHED) for number in range(3)]
    assert asked < open_one < done[0]
    with cli.journal() as journal:
        now = journal.read_now(figures)
        assert (now.done, now.total, now.making, now.queued) == (3, 8, 1, 4)
        assert now.seconds_left == 0
        for job in done:
            journal.write_now(lambda conn, job=job: conn.execute(TURN, (job,)))
        turns_only = journal.read_now(figures).seconds_left
        journal.write_now(
            lambda conn: conn.execute(
                "UPDATE event SET at = at - 50000 WHERE to_state = 'rendering'"
            )
        )
        both = journal.read_now(figures)
        assert journal.read_now(lambda conn: figures(conn, Lanes())).seconds_left == 0
    assert 2 * 60 <= turns_only < 2 * 60 + 10
    assert 2 * 60 + 50 <= both.seconds_left < 2 * 60 + 60
    assert 50 <= both.usual_render < 60


def test_what_nobody_watched_says_nothing_of_the_pace(tmp_path: Path) -> None:
    """Renders and turns that were under way while no daemon was there are no basis; what began
    since then is one."""
    cli = Cli(tmp_path)

    def finish(name: bytes, began: int, ended: int) -> None:
        for number in range(3):
            job = cli.add_job(b"dub-es/%b%d.mp4" % (name, number), State.PUBLISHED)
            with cli.journal() as journal:
                journal.write_now(lambda conn, job=job: took(conn, job, began, ended))

    finish(b"over night ", 1000, 36_001_000)
    with cli.journal() as journal:
        assert journal.read_now(pace.usual_render) == 36_000
        journal.write_now(lambda conn: pace.begin(conn, 36_000_000))
        assert journal.read_now(pace.usual_render) == 0
        assert journal.read_now(pace.usual_turn) == 0
    finish(b"since ", 36_100_000, 36_160_000)
    with cli.journal() as journal:
        assert journal.read_now(pace.usual_render) == 60
        assert journal.read_now(pace.usual_turn) == 60


def took(conn: sqlite3.Connection, job: int, began: int, ended: int) -> None:
    """Say of a job when its turn and its render began and ended."""
    conn.execute(TURN, (job,))
    conn.execute(
        "UPDATE spend SET opened_at = ?, settled_at = ? WHERE job_id = ?", (began, ended, job)
    )
    for state, at in (("rendering", began), ("rendered", ended)):
        conn.execute("UPDATE event SET at = ? WHERE job_id = ? AND to_state = ?", (at, job, state))


def test_a_very_old_job_that_is_tried_again_has_nothing_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More was done since than anybody asks for, and nearly all of it is not even looked at."""
    fill(tmp_path / "journal.db", 3000)
    monkeypatch.setattr(pace, "MOST_DONE", 1000)
    steps = 0

    def step() -> None:
        nonlocal steps
        steps += 1

    with closing(connect(tmp_path / "journal.db")) as conn:
        again = "UPDATE job SET state = 'claimed' WHERE id = ?"
        conn.execute(again, (2_400,))
        assert pace.done_of_load(conn, ()) == 450
        conn.execute(again, (400,))
        conn.set_progress_handler(step, 1)
        assert pace.done_of_load(conn, ()) is None
    assert steps < 1000
