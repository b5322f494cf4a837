"""Folders take turns: nobody waits for another's thousands, in no state of the way."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import pytest

from nemowatch.clock import ManualClock
from nemowatch.journal import jobs, new_jobs, queue, spend
from nemowatch.journal.database import Journal
from nemowatch.journal.queries import migrations
from nemowatch.journal.spend import CallOutcome, EditOutcome
from nemowatch.model import Output, OutputKind, State
from tests.rigs.engine import engine_rig
from tests.rigs.journal_rows import WATCH, claim, do, due, force

#: What waits in one folder.
MANY = 60
#: The last version of the journal whose jobs had no place in a queue.
BEFORE_PLACES = 18


def drop(journal: Journal, folder: str, count: int, *, held: str = "") -> list[int]:
    """So many files in a folder; returns their jobs."""
    names = [f"{folder}/{number}.mp4".encode() for number in range(count)]
    return [claim(journal, name, held=held)[0] for name in names]


def bring(journal: Journal, ids: list[int], *states: State) -> None:
    """Take jobs through these states, one after the other."""
    for job_id in ids:
        for state in states:
            force(journal, job_id, state)


def add_before_places(conn: sqlite3.Connection, number: int, folder: str) -> None:
    """A file of this folder with its job, which waits, both of this number."""
    path = f"{folder}/{number}.mp4".encode()
    conn.execute(
        "INSERT INTO source (id, watch, folder, path, digest, task, created_at)"
        " VALUES (?, ?, ?, ?, 'd', 'dub', 1)",
        (number, WATCH, folder.encode(), path),
    )
    conn.execute(
        "INSERT INTO session (id, source_id, target, created_at) VALUES (?, ?, 'es', 1)",
        (number, number),
    )
    conn.execute(
        "INSERT INTO job (id, session, stem, skill, prompt, outputs, created_at, updated_at)"
        " VALUES (?, ?, 'a', 's', '', '[]', 1, 1)",
        (number, number),
    )


def paid(journal: Journal, job_id: int) -> None:
    """The turn of a job was charged, and made an edit."""

    def call(conn: sqlite3.Connection) -> None:
        opened = spend.open_call(
            conn,
            job_id=job_id,
            session_id="s",
            request_hash="h",
            baseline="",
            credits_before=None,
            now_ms=1,
        )
        spend.record_outcome(
            conn,
            spend_id=opened,
            outcome=CallOutcome.HAPPENED,
            edit=EditOutcome.MADE,
            credits_after=None,
            now_ms=2,
        )

    do(journal, call)


def test_one_file_beside_a_thousand(tmp_path: Path) -> None:
    """It is the next or the one after that, wherever the thousand stand, and after a restart."""
    path = tmp_path / "journal.db"
    with contextlib.closing(Journal.open(path, ManualClock())) as journal:
        many = drop(journal, "dub-es", 1000)
        bring(journal, many[:2], State.UPLOADING)
    with contextlib.closing(Journal.open(path, ManualClock())) as journal:
        (one,) = drop(journal, "dub-fr", 1)
        assert one in due(journal)[:2]
        bring(journal, [one], State.UPLOADING)
        (next_one,) = claim(journal, b"dub-fr/next.mp4")
        assert next_one in due(journal)[:3]


@pytest.mark.parametrize(
    ("queued", "served"),
    [
        (State.UPLOADED, State.DOWNLOADED),
        (State.INSTRUCTED, State.DOWNLOADED),
        (State.RENDERED, State.DOWNLOADED),
        (State.DOWNLOADED, State.PUBLISHED),
    ],
)
def test_one_file_behind_many_that_are_further(
    journal: Journal, queued: State, served: State
) -> None:
    """Uploads run ahead of what is paid for and made: who comes late is not last there, nor among
    results that are to be published."""
    way = [state for state in State if state in (State.UPLOADING, State.UPLOADED)]
    many = drop(journal, "dub-es", MANY)
    bring(journal, many, *way, queued)
    bring(journal, many[:5], served)
    (one,) = drop(journal, "dub-fr", 1)
    bring(journal, [one], *way, queued)
    assert one in due(journal, queued)[:2]


def test_a_folder_keeps_its_order_until_its_results_are_there(journal: Journal) -> None:
    """What comes to it later goes on after those of its own that are fetched."""
    first = drop(journal, "dub-es", 10)
    bring(journal, first, State.DOWNLOADED)
    (late,) = claim(journal, b"dub-es/late.mp4")
    bring(journal, [late], State.DOWNLOADED)
    assert due(journal, State.DOWNLOADED) == [*first, late]


def test_three_folders_alternate(journal: Journal) -> None:
    """Each in its turn, and within a folder in order; who comes later does not catch up."""
    folders = [drop(journal, name, 5) for name in ("dub-es", "dub-fr", "dub-de")]
    assert due(journal) == [job_id for row in zip(*folders, strict=True) for job_id in row]
    for job_id in due(journal)[:9]:
        bring(journal, [job_id], State.UPLOADING)
    late = drop(journal, "dub-it", 3)
    rest = due(journal)
    assert [job_id in late for job_id in rest][:8].count(True) == 2
    assert [job_id for job_id in rest if job_id in late] == late


def test_a_retry_that_waits_delays_nobody(journal: Journal) -> None:
    """Neither does it keep later files of other folders before those that have waited."""
    first, *rest = drop(journal, "dub-es", 30)
    do(
        journal,
        lambda conn: conn.execute("UPDATE job SET due_at = 9000, tries = 3 WHERE id = ?", (first,)),
    )
    assert due(journal) == rest
    bring(journal, rest[:20], State.UPLOADING)
    late = drop(journal, "dub-fr", 5)
    assert due(journal)[:4] == [rest[20], late[0], rest[21], late[1]]


def test_what_was_held_goes_on_among_the_others(journal: Journal) -> None:
    """Neither behind all that came meanwhile nor, all at once, before it."""
    held = drop(journal, "dub-es", 20, held="paused")
    others = drop(journal, "dub-fr", 40)
    bring(journal, others[:10], State.UPLOADING)
    do(journal, lambda conn: queue.wake_held(conn, "paused", 5))
    now = due(journal)
    assert [job_id in held for job_id in now[:20]].count(True) == 10
    assert [job_id for job_id in now if job_id in held] == held
    assert [job_id for job_id in now if job_id in others] == others[10:]
    assert do(journal, lambda conn: queue.wake_held(conn, "paused", 5)) == 0


def test_what_a_person_asks_for_goes_before_the_bulk(journal: Journal) -> None:
    """An answer, a change or the same again does not wait behind its folder's files; what is paid
    for waits behind nothing that is not."""
    many = drop(journal, "dub-es", MANY)
    done, failed = many[:2]
    bring(journal, many[:10], State.UPLOADING)
    bring(journal, [done], State.PUBLISHED)
    bring(journal, [failed], State.FAILED)
    outputs = (Output(".es.mp4", OutputKind.VIDEO),)
    change = do(
        journal,
        lambda conn: new_jobs.add_turn(conn, jobs.by_id(conn, done), "louder", 9, outputs=outputs),
    )
    do(journal, lambda conn: new_jobs.give_again(conn, jobs.by_id(conn, failed), 9))
    assert set(due(journal)[:3]) >= {change, failed}
    last = many[-1]
    force(journal, last, State.UPLOADING)
    paid(journal, last)
    force(journal, last, State.CLAIMED)
    assert due(journal)[0] == last


def test_what_waited_before_the_migration_keeps_its_order(tmp_path: Path) -> None:
    """And who comes after it does not wait for all of it."""
    path = tmp_path / "journal.db"
    old = list(range(1, 13))
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as conn:
        for number, script in migrations():
            if number <= BEFORE_PLACES:
                conn.executescript(f"{script}\nPRAGMA user_version = {number};")
        for number in old:
            add_before_places(conn, number, "dub-es" if number <= 6 else "dub-fr")
    with contextlib.closing(Journal.open(path, ManualClock())) as journal:
        assert due(journal) == old
        (one,) = drop(journal, "dub-de", 1)
        assert due(journal)[:2] == [old[0], one]


@pytest.mark.anyio
async def test_a_file_is_published_while_anothers_thousands_wait(tmp_path: Path) -> None:
    """Through the whole way, and nothing is paid for twice."""
    rig_made = engine_rig(
        tmp_path,
        confirm=1000,
        limits="turns = 2\nrenders = 2",
        poll_interval=0.05,
        settings={"turn_seconds": 0.05, "render_seconds": 0.05},
    )
    async with rig_made as rig:
        names = {f"dub-es/{number}.mp4" for number in range(MANY)}
        for name in names:
            rig.drop(name)
        await rig.start()
        await rig.until(
            "the many are under way",
            lambda found: sum(j.state is State.PUBLISHED for j in found) >= 2,
        )
        rig.drop("dub-fr/one.mp4")

        found = await rig.until(
            "the one is published",
            lambda found: any(j.target == "fr" and j.state is State.PUBLISHED for j in found),
        )

        published = sum(j.state is State.PUBLISHED for j in found)
        assert published < MANY / 2, published
        await rig.departed(await rig.ended(MANY + 1))
        await rig.agrees({*names, "dub-fr/one.mp4"})
