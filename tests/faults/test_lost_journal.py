"""The journal's own troubles, each with its sentence and its behaviour; and what happens when
its memory is lost."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import subprocess
from pathlib import Path

import pytest

from nemowatch.clock import SystemClock
from nemowatch.config.load import load
from nemowatch.errors import JournalCorrupt
from nemowatch.journal import batches
from nemowatch.journal.database import Journal
from nemowatch.service.daemon import Daemon, run_daemon
from tests.rigs.studio import Studio, studio, video, wait_for


@pytest.fixture
def house(tmp_path: Path) -> Studio:
    with studio(tmp_path) as made:
        yield made


def spoil(house: Studio) -> None:
    """Overwrite the middle of the journal, as a dying disk does."""
    path = house.state / "journal.db"
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    with path.open("r+b") as file:
        file.seek(100)
        file.write(os.urandom(8192))


def test_a_damaged_journal_costs_nothing(house: Studio) -> None:
    """Set aside, and a new one begun: what stands in the outbox is not made again, the rest waits
    for a person, and new files go on once that person has spoken."""
    house.config.write_text(
        house.config.read_text().replace("[render]", 'after = "keep"\n[render]', 1)
    )
    house.drop("dub-es/done.mp4")
    house.drop("dub-es-fr/half.mp4")
    house.start()
    house.wait_results("dub-es/done.es.mp4", "dub-es-fr/half.es.mp4", "dub-es-fr/half.fr.mp4")
    house.wait_states("published")
    assert house.stop() == 0
    (house.outbox / "dub-es-fr/half.fr.mp4").unlink()
    house.drop("dub-es/open.mp4")
    spoil(house)
    house.start()
    found = house.wait_states("published", "held", count=4)
    states = {
        (Path(job["source"]).name, job["target"]): (job["state"], job["reason"]) for job in found
    }
    assert states == {
        ("done.mp4", "es"): ("published", None),
        ("half.mp4", "es"): ("published", None),
        ("half.mp4", "fr"): ("held", "approval"),
        ("open.mp4", "es"): ("held", "approval"),
    }
    assert "THE JOURNAL WAS DAMAGED" in house.log()
    assert list(house.state.glob("journal.db.damaged-*"))
    wait_for("the note that asks", (house.inbox / "nemowatch - read me.txt").exists)
    assert len(house.charged_turns()) == 3
    house.run("approve")
    house.wait_states("published", count=4)
    assert len(house.charged_turns()) == 5
    house.wait_results("dub-es-fr/half.fr.mp4", "dub-es/open.es.mp4")


@pytest.mark.slow
def test_nothing_left_to_ask(house: Studio) -> None:
    """When every result stands there is nothing to ask: no note stays, and a file dropped later
    is simply made."""
    house.config.write_text(
        house.config.read_text().replace("[render]", 'after = "keep"\n[render]', 1)
    )
    house.drop("dub-es/done.mp4")
    house.start()
    house.wait_states("published")
    assert house.stop() == 0
    spoil(house)
    house.start()
    house.wait_states("published", count=1)
    house.drop("dub-es/new.mp4", video("new"))
    house.wait_states("published", count=2)
    assert len(house.charged_turns()) == 2
    wait_for("no note", lambda: not (house.inbox / "nemowatch - read me.txt").exists())


@pytest.mark.slow
def test_a_truncated_journal_is_a_damaged_one(house: Studio) -> None:
    """Cut to half of its pages it is set aside like any other damage, never believed."""
    house.drop("dub-es/clip.mp4")
    house.start()
    house.wait_states("published")
    house.stop()
    path = house.state / "journal.db"
    os.truncate(path, path.stat().st_size // 2)
    house.start()
    assert list(house.state.glob("journal.db.damaged-*"))
    assert len(house.charged_turns()) == 1


def refused(house: Studio) -> str:
    """Start a daemon that must not start; returns what it says."""
    done = house.run("run", "--once", check=False)
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    return done.stdout + done.stderr + house.log()


def test_a_newer_journal_is_left_alone(house: Studio) -> None:
    """A journal of a newer version is not touched, and the cure is told."""
    house.start()
    house.stop()
    path = house.state / "journal.db"
    with sqlite3.connect(path) as conn:
        conn.execute("PRAGMA user_version = 999")
    conn.close()
    before = path.read_bytes()
    said = refused(house)
    assert "newer nemowatch" in said
    assert "backup" in said
    assert path.read_bytes()[:4096] == before[:4096]


@pytest.mark.slow
@pytest.mark.root
@pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")
def test_a_full_and_a_read_only_disk(house: Studio, tmp_path: Path) -> None:
    """A full disk and a read-only one each have their sentence and their cure."""
    house.start()
    house.stop()
    mounted = tmp_path / "small"
    mounted.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", str(mounted)], check=True)
    try:
        house.config.write_text(house.config.read_text().replace(str(house.state), str(mounted)))
        (mounted / "ballast").write_bytes(b"x" * 580_000)
        said = refused(house)
        assert "full" in said
        assert "resumes by itself" not in said
        (mounted / "ballast").unlink()
        shutil.copy2(house.state / "state-id", mounted)  # the workspace knows this service by it
        assert house.run("run", "--once").returncode == 0
        subprocess.run(["mount", "-o", "remount,ro", str(mounted)], check=True)
        said = refused(house)
        assert "read-only" in said.lower() or "cannot be written" in said
    finally:
        subprocess.run(["umount", "-l", str(mounted)], check=True)


@pytest.mark.slow
@pytest.mark.root
@pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")
def test_a_disk_that_fills_while_it_works(house: Studio, tmp_path: Path) -> None:
    """The journal's disk fills up in the middle of the work: everything waits, and goes on by
    itself when there is space."""
    mounted = tmp_path / "small"
    mounted.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(mounted)], check=True)
    try:
        house.config.write_text(house.config.read_text().replace(str(house.state), str(mounted)))
        house.start()
        ballast = mounted / "ballast"
        with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(b"x" * 4096)
        for number in range(6):
            house.drop(f"dub-es/clip{number}.mp4")
        wait_for("a word about the disk", lambda: "disk is full" in house.log())
        ballast.unlink()
        house.wait_states("published", count=6)
        assert len(house.charged_turns()) == 6
        assert house.stop() == 0
    finally:
        subprocess.run(["umount", "-l", str(mounted)], check=True)


def test_a_restored_backup(house: Studio, tmp_path: Path) -> None:
    """A journal from before a payment pays nothing again by itself: what it takes for unpaid
    waits for a person."""
    house.sandbox.set(turn_seconds=2.0)
    text = house.config.read_text().replace("[render]", 'after = "keep"\n[render]', 1)
    house.config.write_text(text.replace("confirm_above", "turns = 1\nconfirm_above"))
    house.drop("dub-es/a.mp4")
    house.drop("dub-es/b.mp4")
    house.start()
    wait_for("both claimed", lambda: len(house.jobs()) == 2)
    house.run("journal", "backup", str(tmp_path / "copy.db"))
    house.drop("dub-es/c.mp4")
    house.wait_states("published", count=3)
    house.stop()
    for suffix in ("-wal", "-shm"):
        (house.state / f"journal.db{suffix}").unlink(missing_ok=True)
    (house.state / "journal.db").write_bytes((tmp_path / "copy.db").read_bytes())
    charged = len(house.charged_turns())
    assert charged == 3
    house.start()
    house.wait_states("published", "held", count=3)
    assert "older than its folder" in house.log()
    assert len(house.charged_turns()) == charged


def test_check_and_backup(house: Studio, tmp_path: Path) -> None:
    """`journal check` and `journal backup` work beside the running daemon, and a backup that is
    restored before anything else was paid for is no older journal: nobody is asked."""
    house.drop("dub-es/clip.mp4")
    house.start()
    house.wait_states("published")
    assert "sound" in house.run("journal", "check").stdout
    house.run("journal", "backup", str(tmp_path / "copy.db"))
    house.stop()
    for suffix in ("-wal", "-shm"):
        (house.state / f"journal.db{suffix}").unlink(missing_ok=True)
    (house.state / "journal.db").write_bytes((tmp_path / "copy.db").read_bytes())
    house.start()
    assert [job["state"] for job in house.jobs()] == ["published"]
    house.drop("dub-es/new.mp4")
    house.wait_states("published", count=2)
    house.stop()
    assert "older than" not in house.log()
    spoil(house)
    assert house.run("journal", "check", check=False).returncode == 1


def test_damage_that_shows_only_at_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When a read in the middle of the work meets damage, the journal is set aside there and
    then, and its successor asks."""

    async def meets_damage(self: Daemon, *, once: bool) -> int:
        raise JournalCorrupt("database disk image is malformed")

    monkeypatch.setattr(Daemon, "run", meets_damage)
    with studio(tmp_path) as house:
        config = load(house.config, {})
        with pytest.raises(JournalCorrupt):
            run_daemon(config, house.config, house.state, {}, once=True)
        assert len(list(house.state.glob("journal.db.damaged-*"))) == 1
        journal = Journal.open(house.state / "journal.db", SystemClock())
        name = config.watch[0].name
        assert journal.write_now(lambda conn: batches.open_rebuilt_batch(conn, name, 3, 1))
        assert (
            journal.read_now(lambda conn: batches.open_for(conn, name)).cause == "rebuilt journal"
        )
        journal.close()
