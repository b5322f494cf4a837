"""The journal's file: how it is opened, migrated, written, locked and copied."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from importlib import resources
from pathlib import Path

import pytest

from nemowatch.errors import (
    JournalError,
    JournalLocked,
    JournalReadOnly,
)
from nemowatch.journal import facts
from nemowatch.journal.lock import StateLock
from nemowatch.journal.queries import load, migrations
from nemowatch.journal.reading import read_existing
from tests.rigs.journal_rows import open_at
from tests.rigs.patience import PATIENCE


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


# -- opening


def test_it_is_durable_and_strict(path: Path) -> None:
    """WAL with synchronous=FULL and foreign keys; every table STRICT; the file for its owner
    alone."""
    journal = open_at(path)

    def ask(pragma):
        return journal.read_now(lambda conn: conn.execute(f"PRAGMA {pragma}").fetchone()[0])

    assert (ask("journal_mode"), ask("synchronous"), ask("foreign_keys")) == ("wal", 2, 1)
    asked = (
        "SELECT name FROM pragma_table_list WHERE type = 'table' AND NOT strict AND name NOT LIKE"
        " 'sqlite_%'"
    )
    assert journal.read_now(lambda conn: conn.execute(asked).fetchall()) == []
    assert ask("user_version") == migrations()[-1][0]
    assert path.stat().st_mode & 0o777 == 0o600
    journal.close()


def test_migrations_run_once_and_in_order(path: Path) -> None:
    """Numbers begin at 1 without gaps; opening again changes nothing and keeps what was written."""
    assert [number for number, _ in migrations()] == list(range(1, len(migrations()) + 1))
    journal = open_at(path)
    journal.write_now(lambda conn: facts.put(conn, "a", "1"))
    journal.close()
    journal = open_at(path)
    assert journal.read_now(lambda conn: facts.get(conn, "a")) == "1"
    journal.close()


def test_a_migration_that_was_cut_off_is_done_again(path: Path) -> None:
    """Nothing half of it stays: it is one transaction with its number."""
    script = migrations()[0][1]
    conn = sqlite3.connect(path, isolation_level=None)
    with pytest.raises(sqlite3.OperationalError):
        conn.executescript(f"BEGIN IMMEDIATE;\n{script}\nSELECT * FROM the_power_went;\nCOMMIT;")
    conn.close()
    journal = open_at(path)
    assert (
        journal.read_now(lambda conn: conn.execute("SELECT count(*) FROM transition").fetchone()[0])
        > 50
    )
    journal.close()


def test_every_query_is_named_once_and_compiles(path: Path) -> None:
    """A typing mistake in an SQL file is found here, not at night."""
    journal = open_at(path)
    for file in sql_files():
        for name, text in load(file).items():
            marks = dict.fromkeys(set(_names(text)))
            values: object = marks if marks else (None,) * text.count("?")
            journal.read_now(
                lambda conn, t=text, v=values: conn.execute(f"EXPLAIN {t}", v).fetchall()
            )
            assert name
    journal.close()


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("queue", "due"),
        ("queue", "due_uploads"),
        ("queue", "next_due"),
        ("queue", "first_due"),
        ("queue", "wake_held"),
        ("jobs", "by_id"),
        ("jobs", "of_source"),
        ("jobs", "held"),
        ("spend", "is_paid"),
        ("spend", "latest"),
        ("spend", "all"),
        ("spend", "undecided_call"),
        ("spend", "price"),
        ("sessions", "by_id"),
        ("sessions", "is_later_turn"),
        ("sources", "to_retire"),
        ("batches", "is_unapproved"),
    ],
)
def test_what_is_asked_often_reads_no_table_from_end_to_end(
    path: Path, file: str, name: str
) -> None:
    """However many jobs have ended: every step of the plan goes by an index or a key."""
    journal = open_at(path)
    text = load(file)[name]
    marks = dict.fromkeys(set(_names(text)))
    values: object = marks if marks else (None,) * text.count("?")
    plan = journal.read_now(
        lambda conn: conn.execute(f"EXPLAIN QUERY PLAN {text}", values).fetchall()
    )
    steps = [row["detail"] for row in plan]
    of_values = ("CONSTANT ROW", "json_each", "(subquery")
    scans = [step for step in steps if step.startswith("SCAN")]
    assert not [step for step in scans if not any(word in step for word in of_values)], steps
    journal.close()


def sql_files() -> list[str]:
    """The files of queries, by name."""
    folder = resources.files("nemowatch.journal").joinpath("sql")
    return sorted(file.name.removesuffix(".sql") for file in folder.iterdir() if file.is_file())


def _names(text: str) -> list[str]:
    return re.findall(r"(?<![:\w]):([a-z_]+)", text)


# -- transactions


def test_a_write_is_whole_or_not_at_all(path: Path) -> None:
    """An error inside leaves nothing, and the next write works."""
    journal = open_at(path)

    def half(conn: sqlite3.Connection) -> None:
        facts.put(conn, "half", "done")
        raise ValueError("in the middle")

    with pytest.raises(ValueError, match="middle"):
        journal.write_now(half)
    assert journal.read_now(lambda conn: facts.get(conn, "half")) == ""
    journal.write_now(lambda conn: facts.put(conn, "half", "whole"))
    assert journal.read_now(lambda conn: facts.get(conn, "half")) == "whole"
    journal.close()


@pytest.mark.anyio
async def test_writes_from_many_tasks_are_one_after_the_other(path: Path) -> None:
    """One thread, in order; a task that is dropped does not tear its transaction."""
    journal = open_at(path)

    def count(conn: sqlite3.Connection) -> int:
        value = int(facts.get(conn, "n") or "0") + 1
        facts.put(conn, "n", str(value))
        return value

    tasks = [asyncio.create_task(journal.write(count)) for _ in range(50)]
    await asyncio.sleep(0)
    tasks[20].cancel()
    found = await asyncio.gather(*tasks, return_exceptions=True)
    assert sum(isinstance(f, asyncio.CancelledError) for f in found) == 1
    assert await journal.read(lambda conn: facts.get(conn, "n")) == "50"
    journal.close()


KILLED = """
import sys, os, signal
from pathlib import Path
from nemowatch.clock import SystemClock
from nemowatch.journal import facts
from nemowatch.journal.database import Journal
journal = Journal.open(Path(sys.argv[1]), SystemClock())
for n in range(10**9):
    journal.write_now(lambda conn: facts.put(conn, "n", str(n)))
    print(n, flush=True)
"""


def test_what_was_acknowledged_survives_a_kill(path: Path) -> None:
    """SIGKILL between commits: the last one that returned is there, and the file is whole."""
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, str(path)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if int(line) >= 50:
                process.kill()
                break
        told = [
            int(line)
            for line in (line, *process.stdout.read().splitlines())
            if line.strip().isdigit()
        ]
    journal = open_at(path)
    assert int(journal.read_now(lambda conn: facts.get(conn, "n"))) >= max(told)
    journal.close()


def test_a_backup_is_taken_while_it_is_open_and_written(path: Path, tmp_path: Path) -> None:
    """Consistent, complete, a journal of its own."""
    journal = open_at(path)
    journal.write_now(lambda conn: facts.put(conn, "a", "before"))
    journal.backup(tmp_path / "copy.db")
    journal.write_now(lambda conn: facts.put(conn, "a", "after"))
    journal.close()
    copy = open_at(tmp_path / "copy.db")
    assert copy.read_now(lambda conn: facts.get(conn, "a")) == "before"
    copy.close()


def value_of_a(conn: sqlite3.Connection) -> str:
    return facts.get(conn, "a")


def test_reading_beside_the_daemon(path: Path) -> None:
    """A second connection sees what is committed, and cannot write; without a journal it says
    so."""
    with pytest.raises(JournalError, match="no journal yet"):
        read_existing(path, value_of_a, str)
    path.touch()  # in the moment in which the daemon makes its tables
    assert read_existing(path, value_of_a, lambda: "nothing yet") == "nothing yet"
    daemon = open_at(path)
    daemon.write_now(lambda conn: facts.put(conn, "a", "1"))
    assert read_existing(path, value_of_a, str) == "1"
    with pytest.raises(JournalReadOnly):
        read_existing(path, lambda conn: facts.put(conn, "a", "2"), lambda: None)
    daemon.close()


# -- the lock

HOLDER = """
import sys, time
from pathlib import Path
from nemowatch.journal.lock import StateLock
with StateLock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def holder(folder: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


@pytest.mark.parametrize("end", ["release", "kill"])
def test_one_process_at_a_time(tmp_path: Path, end: str) -> None:
    """A second one is refused and told who has it; the kernel gives it free however the first
    one ends."""
    with holder(tmp_path) as first:
        with pytest.raises(JournalLocked, match=rf"process {first.pid}"):
            StateLock(tmp_path).acquire()
        if end == "kill":
            first.send_signal(signal.SIGKILL)
        else:
            assert first.stdin is not None
            first.stdin.close()
        first.wait(PATIENCE)
    with StateLock(tmp_path):
        assert (tmp_path / "lock").read_text() == f"{os.getpid()}\n"
    with StateLock(tmp_path):
        pass


def test_a_child_does_not_keep_the_lock(tmp_path: Path) -> None:
    """A helper process that outlives us must not keep the state folder locked."""
    lock = StateLock(tmp_path).acquire()
    with subprocess.Popen(["sleep", "30"]) as child:
        lock.release()
        with StateLock(tmp_path):
            child.kill()


def test_a_new_journal_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    """Whoever reads while the first start makes the tables sees none of them, or all."""
    seen: set[int] = set()
    newest = migrations()[-1][0]
    for number in range(20):
        path = tmp_path / f"{number}.db"
        opening = threading.Thread(target=lambda path=path: open_at(path).close())
        opening.start()
        while opening.is_alive():
            with closing(sqlite3.connect(path)) as conn:
                seen.add(conn.execute("PRAGMA user_version").fetchone()[0])
    assert seen <= {0, newest}
