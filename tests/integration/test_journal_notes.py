"""Which sources are due a look at their notes: the journal writes it down itself, with the
change that makes them so."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from nemowatch.clock import ManualClock
from nemowatch.journal import jobs, notes, sources
from nemowatch.journal.database import Journal
from nemowatch.journal.opening import connect
from nemowatch.journal.queries import migrations
from nemowatch.journal.sources import NewJob, NewSource
from nemowatch.model import Output, OutputKind, State, Target

WATCH = "/studio/inbox"


@pytest.fixture
def conn(tmp_path: Path) -> sqlite3.Connection:
    return connect(tmp_path / "journal.db")


def claim(conn: sqlite3.Connection, digest: str = "a", targets: tuple[str, ...] = ("es",)) -> int:
    out = (Output(".es.mp4", OutputKind.VIDEO, True),)
    new = tuple(NewJob("", "clip", Target(name, "dub it", out), "skill") for name in targets)
    return sources.claim(
        conn, NewSource(WATCH, b"dub", b"dub/clip.mp4", digest, "dub", (), new), 1
    ).id


def move(conn: sqlite3.Connection, source: int, *states: str, nth: int = 0) -> None:
    """One job of the source, through these states."""
    for state in states:
        assert jobs.apply(conn, jobs.of_source(conn, source)[nth], State(state), 2)


def due(conn: sqlite3.Connection) -> list[int]:
    return [row.source_id for row in notes.due(conn, WATCH, 0, 10)]


DONE = (
    "uploading",
    "uploaded",
    "instructing",
    "instructed",
    "submitting",
    "rendering",
    "rendered",
    "downloading",
    "downloaded",
    "published",
)


def settle(conn: sqlite3.Connection) -> None:
    for row in notes.due(conn, WATCH, 0, 10):
        notes.mark_up_to_date(conn, row)


def test_what_just_succeeds_is_never_due(conn: sqlite3.Connection) -> None:
    """Ten thousand files that are done cost nothing."""
    source = claim(conn)
    move(conn, source, *DONE)
    sources.retire(conn, source, b"/studio/done/dub/clip.mp4", 3)
    assert due(conn) == []


def test_failing_asking_and_being_answered_are_due(conn: sqlite3.Connection) -> None:
    """And a success after a trouble, also of another content under that name."""
    first, second = claim(conn), claim(conn, "b")
    for states in (
        ("rejected",),
        ("claimed", "uploading", "uploaded", "instructing", "attention"),
        ("instructed",),
    ):
        move(conn, first, *states)
        assert due(conn) == [first], states
        settle(conn)
    move(conn, first, "submitting")
    assert due(conn) == []
    move(conn, first, *DONE[5:])
    assert due(conn) == [first]
    settle(conn)
    move(conn, second, *DONE)
    assert due(conn) == [second]


def test_a_change_under_the_writing_hand_keeps_it_due(conn: sqlite3.Connection) -> None:
    """What is in line is what was read, not what came since."""
    source = claim(conn, targets=("es", "fr"))
    move(conn, source, "failed")
    (read,) = notes.due(conn, WATCH, 0, 10)
    move(conn, source, "failed", nth=1)
    notes.mark_up_to_date(conn, read)
    assert due(conn) == [source]
    settle(conn)
    assert due(conn) == []
    assert notes.due_for(conn, source) is None


def test_those_that_were_tried_last_come_last(conn: sqlite3.Connection) -> None:
    """A note that cannot be written holds up no other."""
    found = [claim(conn, digest) for digest in "abc"]
    for source in found:
        move(conn, source, "failed")
    ids = [row.source_id for row in notes.due(conn, WATCH, found[0], 10)]
    assert ids == [found[1], found[2], found[0]]
    assert notes.all_due(conn) == dict.fromkeys(found, WATCH)


def test_what_was_cancelled_is_due_when_it_leaves(conn: sqlite3.Connection) -> None:
    """Only then it is known whether it lies in failed/ or was taken away."""
    source = claim(conn)
    move(conn, source, "cancelled")
    settle(conn)
    sources.retire(conn, source, None, 3)
    assert due(conn) == [source]


def test_a_journal_of_an_older_version_has_its_problems_checked_once(tmp_path: Path) -> None:
    """Notes that were lost, or left behind, by versions that could do that."""
    path = tmp_path / "journal.db"
    old = sqlite3.connect(path, isolation_level=None)
    for number, script in migrations():
        if number < 3:
            old.executescript(f"{script}\nPRAGMA user_version = {number};")
    old.executescript(
        """
        INSERT INTO source (id, watch, folder, path, digest, task, created_at)
            VALUES (1, 'w', 'd', 'd/a', 'x', 'dub', 1), (2, 'w', 'd', 'd/b', 'x', 'dub', 1);
        INSERT INTO job (id, source_id, stem, target, skill, prompt, outputs, created_at,
            updated_at)
            VALUES (1, 1, 'a', 'es', 's', '', '[]', 1, 1), (2, 2, 'b', 'es', 's', '', '[]', 1, 1);
        UPDATE job SET state = 'rejected' WHERE id = 1;
    """.replace("'d'", "x'64'")
        .replace("'d/a'", "x'6161'")
        .replace("'d/b'", "x'6262'")
    )
    old.close()
    journal = Journal.open(path, ManualClock())
    assert journal.read_now(notes.all_due) == {1: "w"}
    journal.close()
