"""A journal that cannot be used: damaged, too new, on a disk that is full or fails; and how that is
found out."""

from __future__ import annotations

import asyncio
import os
import resource
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest.mock import Mock

import pytest

from nemowatch.errors import (
    JournalCorrupt,
    JournalError,
    JournalFull,
    JournalReadOnly,
    JournalTooNew,
)
from nemowatch.journal import database, facts, opening, seal
from nemowatch.journal.opening import set_aside
from nemowatch.journal.reading import read_existing
from nemowatch.service import journal_check
from tests.rigs.journal_rows import open_at


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


@pytest.fixture
def filled(path: Path) -> Path:
    """A journal of some pages, closed."""
    journal = open_at(path)
    journal.write_now(lambda conn: [facts.put(conn, f"fact {n}", "x" * 500) for n in range(400)])
    journal.close()
    return path


def value_of_a(conn: sqlite3.Connection) -> str:
    return facts.get(conn, "a")


@pytest.mark.parametrize(
    "content", [b"this is no database, whatever its name says " * 50, os.urandom(8192)]
)
def test_what_is_no_database(path: Path, content: bytes) -> None:
    """Named as damaged, left as it was, and can be set aside."""
    path.write_bytes(content)
    with pytest.raises(JournalCorrupt, match=r"journal\.db"):
        open_at(path)
    assert path.read_bytes() == content
    aside = set_aside(path)
    assert (aside.read_bytes(), path.exists()) == (content, False)
    open_at(path).close()


def test_a_truncated_file(filled: Path) -> None:
    """Half of it is damage, not a smaller journal."""
    os.truncate(filled, filled.stat().st_size // 2)
    with pytest.raises(JournalCorrupt, match=r"journal\.db"):
        open_at(filled)


def test_pages_of_rubbish(filled: Path) -> None:
    """Found at the opening, not by a job in the middle of the night."""
    with filled.open("r+b") as file:
        for page in range(20, 60):
            file.seek(page * 4096)
            file.write(b"\xa5" * 4096)
    with pytest.raises(JournalCorrupt):
        open_at(filled)


def test_setting_aside_takes_everything_along(filled: Path) -> None:
    """The WAL of a damaged journal must not be applied to its successor."""
    for suffix in ("-wal", "-shm"):
        filled.with_name(filled.name + suffix).write_bytes(b"x")
    aside = set_aside(filled)
    assert sorted(p.name for p in filled.parent.iterdir()) == sorted(
        aside.name + s for s in ("", "-shm", "-wal")
    )


def test_a_newer_one_is_left_alone(filled: Path) -> None:
    """Its version is said, and nothing is written."""
    conn = sqlite3.connect(filled)
    conn.execute("PRAGMA user_version = 999")
    conn.close()
    with pytest.raises(JournalTooNew, match="999"):
        open_at(filled)
    with pytest.raises(JournalTooNew, match="999"):
        read_existing(filled, value_of_a, str)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    """Named, with what to do."""
    with pytest.raises(JournalReadOnly) as caught:
        open_at(tmp_path / "missing" / "journal.db")
    assert caught.value.cure


def mounted(tmp_path: Path, options: str) -> Iterator[Path]:
    if os.geteuid() != 0:
        pytest.skip("mounting a small filesystem needs root")
    place = tmp_path / "small"
    place.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)],
        capture_output=True,
        check=False,
    )
    if done.returncode:
        pytest.skip("mounting is not allowed here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    yield from mounted(tmp_path, "size=800k")


@pytest.mark.root
def test_a_full_disk(small: Path) -> None:
    """Said as such; what was committed stays, and with space back the same journal goes on."""
    journal = open_at(small / "journal.db")
    journal.write_now(lambda conn: facts.put(conn, "kept", "yes"))

    def fill() -> None:
        for n in range(1000):
            journal.write_now(lambda conn, n=n: facts.put(conn, f"fact {n}", "x" * 4000))

    with pytest.raises(JournalFull) as caught:
        fill()
    assert "full" in caught.value.text
    subprocess.run(["mount", "-o", "remount,size=8m", str(small)], check=True)
    assert journal.read_now(lambda conn: facts.get(conn, "kept")) == "yes"
    journal.write_now(lambda conn: facts.put(conn, "more", "yes"))
    journal.close()


@pytest.mark.root
def test_a_disk_that_is_full_from_the_start(small: Path) -> None:
    """The journal cannot even be made: full, not damaged."""
    (small / "fill").write_bytes(b"x" * 790 * 1024)
    with pytest.raises(JournalFull) as caught:
        open_at(small / "journal.db")
    assert "resumes by itself" not in caught.value.words  # this start ends here
    assert "try again" in caught.value.words


@pytest.mark.root
def test_a_read_only_disk(small: Path) -> None:
    """Said as such, with the cure."""
    subprocess.run(["mount", "-o", "remount,size=8m", str(small)], check=True)
    open_at(small / "journal.db").close()
    subprocess.run(["mount", "-o", "remount,ro", str(small)], check=True)
    with pytest.raises(JournalReadOnly) as caught:
        open_at(small / "journal.db")
    assert caught.value.cure


def test_a_journal_that_was_closed_whole_is_not_read_whole(
    filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every page is read at the opening after any other end, after anybody has written to it, and
    after a life that has not read them itself; and when it is asked for, by a connection of its
    own."""
    read: list[Path] = []
    monkeypatch.setattr(opening, "check_whole", lambda _, path: read.append(path))
    open_at(filled).close()
    assert not read
    open_at(filled).close()
    assert len(read) == 1

    seal.destroy(filled)
    open_at(filled).close()
    assert len(read) == 2

    stat = filled.stat()
    os.utime(filled, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    journal = open_at(filled)
    assert len(read) == 3
    assert not seal.is_whole(filled)
    journal.close()
    assert seal.is_whole(filled)

    journal = open_at(filled)
    assert len(read) == 3
    assert journal.check_pages() == ""
    journal.close()
    assert seal.is_whole(filled)
    filled.with_name("journal.db-wal").touch()
    assert not seal.is_whole(filled)


def _fails(code: int) -> Callable[[sqlite3.Connection], None]:
    """Work that meets this error of SQLite's."""

    def work(_: sqlite3.Connection) -> None:
        error = sqlite3.OperationalError("disk I/O error")
        error.sqlite_errorcode = code
        raise error

    return work


@pytest.mark.parametrize(
    ("code", "is_whole"),
    [
        (sqlite3.SQLITE_IOERR, False),
        (sqlite3.SQLITE_CORRUPT, False),
        (sqlite3.SQLITE_CONSTRAINT, True),
        (sqlite3.SQLITE_FULL, True),
    ],
)
def test_after_an_error_of_the_disk_every_page_is_read(
    filled: Path, code: int, is_whole: bool
) -> None:
    """A bad sector ends one life, and the next one does not begin to work on it."""
    seal.destroy(filled)
    journal = open_at(filled)
    with pytest.raises(JournalError):
        journal.read_now(_fails(code))
    assert journal.check_pages() == ""
    journal.close()
    assert seal.is_whole(filled) is is_whole


@pytest.mark.anyio
async def test_a_check_that_could_not_begin_is_no_damage(
    filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Too many open files: the daemon goes on, and the pages are read later. What reading them
    meets ends it."""
    monkeypatch.setattr(journal_check, "AFTER", 0.0)
    journal = open_at(filled)
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    loop = asyncio.get_running_loop()
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, before[1]))
    try:
        assert "unable to open" in journal.check_pages()
        loop.call_later(0.05, resource.setrlimit, resource.RLIMIT_NOFILE, before)
        await journal_check.check_once(journal)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)

    error = sqlite3.OperationalError("disk I/O error")
    monkeypatch.setattr(database, "check_whole", Mock(side_effect=error))
    with pytest.raises(JournalError, match="disk I/O"):
        await journal_check.check_once(journal)
    journal.close()
    assert not seal.is_whole(filled)
