"""The lab of `scripts/test-power`: a disk that keeps what was fsynced, and nothing else."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from nemowatch.cli.context import prepare_state_dir
from nemowatch.fs.folders import ensure_root
from nemowatch.fs.own_files import write_line
from nemowatch.fs.safe_open import folder_of, sync_folder
from tests.rigs.power import PowerCutDisk, put_synced, synced, why_not


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[PowerCutDisk]:
    if why := why_not():
        pytest.skip(why)
    with PowerCutDisk(tmp_path / "power") as made:
        yield made


def test_what_a_cut_leaves(disk: PowerCutDisk) -> None:
    """Commits, synced files under synced names and whole renames stay, with their inodes; what
    nobody has synced is gone."""
    top = disk.mounted
    with closing(sqlite3.connect(top / "journal.db", isolation_level=None)) as journal:
        journal.execute("PRAGMA journal_mode = WAL").fetchone()
        journal.execute("PRAGMA synchronous = FULL")
        journal.execute("CREATE TABLE said (what)")
        journal.execute("INSERT INTO said VALUES ('yes')")
    for name in ("inbox/here", "inbox/gone", "inbox/moved", "done/other"):
        put_synced(top / name, name.encode())
    (top / "inbox/gone").unlink()
    (top / "inbox/here").rename(top / "inbox/named without a sync")
    (top / "inbox/moved").rename(top / "done/moved")
    synced(top / "done")
    (top / "inbox/written").write_bytes(b"never synced")
    (top / "done/empty").write_bytes(b"its name is synced, its bytes are not")
    synced(top / "done")
    was = (top / "done/moved").stat()

    disk.cut()
    disk.on_again()

    names = {str(path.relative_to(top)) for path in top.rglob("*") if path.is_file()}
    kept = {"inbox/here", "inbox/gone", "done/moved", "done/other", "done/empty", "journal.db"}
    assert {name for name in names if not name.startswith("journal.db-")} == kept
    now = (top / "done/moved").stat()
    assert (now.st_ino, now.st_mtime_ns, now.st_ctime_ns) == (
        was.st_ino,
        was.st_mtime_ns,
        was.st_ctime_ns,
    )
    assert (top / "done/empty").read_bytes() == b""
    with closing(sqlite3.connect(top / "journal.db")) as journal:
        assert journal.execute("SELECT what FROM said").fetchall() == [("yes",)]


def test_what_is_put_into_new_folders_stays(disk: PowerCutDisk) -> None:
    """The folder of finished sources, and that of the journal, are on the disk as soon as something
    is put into them."""
    top = disk.mounted
    put_synced(top / "inbox/dub-es/clip.mp4", b"a film")
    ensure_root(top / "done", top / "inbox")
    with folder_of(top / "done", b"dub-es", make=True) as folder:
        os.rename(top / "inbox/dub-es/clip.mp4", "clip.mp4", dst_dir_fd=folder)
        sync_folder(folder)
    prepare_state_dir(top / "var/lib/state")
    write_line(top / "var/lib/state/paid", "3")

    disk.cut()
    disk.on_again()

    assert (top / "done/dub-es/clip.mp4").read_bytes() == b"a film"
    assert (top / "var/lib/state/paid").read_text() == "3\n"
