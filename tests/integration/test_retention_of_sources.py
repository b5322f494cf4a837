"""`retention.done_days` deletes what this journal itself moved to done/, when it has lain there for
so long by a clock that has not jumped, and nothing else."""

from __future__ import annotations

import asyncio
import hashlib
import os
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from nemowatch.clock import ManualClock
from nemowatch.config.load import load
from nemowatch.config.watch_section import Watch
from nemowatch.fs.identity import of_stat
from nemowatch.fs.threads import Disks
from nemowatch.journal import retired_files, sources
from nemowatch.journal.database import Journal
from nemowatch.journal.queries import migrations
from nemowatch.journal.retired_files import DAY_MS
from nemowatch.journal.sources import NewSource
from nemowatch.model import MediaKind, Member, MemberRole
from nemowatch.outbox.retire import retire_members
from nemowatch.reporting.note_writer import NoteWriter
from nemowatch.reporting.notes import same_again_note
from nemowatch.service.retention import expire, follow_clock
from nemowatch.sources import notes_left_behind
from nemowatch.sources.notes_left_behind import NotesLeftBehind
from tests.rigs.engine import engine_rig
from tests.rigs.patience import PATIENCE
from tests.rigs.studio import video

pytestmark = pytest.mark.anyio

DAY = 24 * 3600.0
DATA = b"an original"
#: The beginning of what macOS writes beside a file on a share.
SHADOW = bytes.fromhex("00051607 00020000") + bytes(74)


class Boots(ManualClock):
    """A clock of a machine that can be switched off."""

    def __init__(self) -> None:
        super().__init__()
        self.boot = 1

    def since_boot(self) -> tuple[str, int]:
        return f"boot {self.boot}", super().since_boot()[1]


@dataclass
class House:
    """A workspace whose sources leave, and its journal."""

    root: Path
    watch: Watch
    journal: Journal
    clock: Boots
    disks: Disks
    writer: NoteWriter

    async def retire(self, relative: str, data: bytes = DATA) -> Path:
        """Drop a file, claim it and let it go to done/."""
        path = self.watch.inbox / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        digest = hashlib.sha256(data).hexdigest()
        member = Member(
            role=MemberRole.CLIP,
            name=path.name,
            path=relative.encode(),
            kind=MediaKind.VIDEO,
            snapshot=of_stat(path.lstat()),
            digest=digest,
        )
        new = NewSource(self.watch.name, b"dub-es", relative.encode(), digest, "dub", (member,), ())
        now = self.clock.now_ms()
        row = await self.journal.write(lambda conn: sources.claim(conn, new, now))
        gone = retire_members(self.watch.inbox, [member], self.watch.done)
        await self.journal.write(
            lambda conn: sources.retire_now(conn, row.id, gone.target, gone.files, self.clock)
        )
        assert gone.target is not None
        return Path(os.fsdecode(gone.target))

    async def expire(self, days: int) -> None:
        """Delete what has been in done/ for so long."""
        now_ms = self.clock.now_ms()
        await expire(self.watch, days, self.journal, self.disks, self.writer, now_ms)

    async def sweep(self, days: int = 30) -> set[str]:
        """What is in done/ after a sweep."""
        await follow_clock(self.journal, self.clock)
        await self.expire(days)
        return {str(path.relative_to(self.watch.done)) for path in self.watch.done.rglob("*")}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    root = tmp_path / "studio"
    for name in ("inbox", "outbox", "done", "failed"):
        (root / name).mkdir(parents=True)
    config = tmp_path / "config.toml"
    config.write_text(f'[[watch]]\nroot = "{root}"\n')
    clock = Boots()
    journal = Journal.open(tmp_path / "journal.db", clock)
    disks = Disks()
    writer = NoteWriter(journal, disks, clock)
    yield House(root, load(config, {}).watch[0], journal, clock, disks, writer)
    disks.close()
    journal.close()


async def test_only_what_was_moved_there_goes(house: House) -> None:
    """Its shadow and the folders that are empty then go along; a person's files stay."""
    await house.retire("dub-es/alone/a.mp4")
    mine = await house.retire("dub-es/b.mp4")
    mine.with_name("._b.mp4").write_bytes(SHADOW)
    (house.watch.done / "dub-es/contract.pdf").write_bytes(b"somebody's")
    (house.watch.done / ".stfolder").mkdir()
    await house.sweep()
    house.clock.advance(29 * DAY)
    assert len(await house.sweep()) == 7
    house.clock.advance(2 * DAY)
    assert await house.sweep() == {".stfolder", "dub-es", "dub-es/contract.pdf"}


async def test_what_is_only_called_like_a_shadow_stays(house: House) -> None:
    """It is a person's file, or a link of theirs."""
    for name in ("a.mp4", "b.mp4"):
        await house.retire(f"dub-es/{name}")
    folder = house.watch.done / "dub-es"
    (folder / "._a.mp4").write_bytes(b"somebody's")
    (folder / "._b.mp4").symlink_to(house.watch.done)
    house.clock.advance(31 * DAY)
    assert await house.sweep() == {"dub-es", "dub-es/._a.mp4", "dub-es/._b.mp4"}


async def test_a_note_speaks_of_the_file_whatever_its_name_in_done_is(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that took another name keeps its note when an earlier file of its own name leaves; and
    the note of a text goes with that."""
    monkeypatch.setattr(notes_left_behind, "CHECK_AGAIN", 0.0)
    left_behind = NotesLeftBehind(house.journal, house.writer, house.disks, house.clock)
    first = await house.retire("dub-es/a.mp4")
    second = await house.retire("dub-es/a.mp4", b"another film")
    assert first.name == "a.mp4" != second.name

    text = first.with_name("a.revise.txt")
    text.touch()
    notes: list[Path] = []
    for name in ("a.mp4", "a.revise.txt"):
        assert await house.writer.beside_done(
            house.watch, f"dub-es/{name}".encode(), "Done before."
        )
        notes.append(first.with_name(f"{name}.note.txt"))

    async def there() -> list[bool]:
        await left_behind.check(house.watch)
        return [note.exists() for note in notes]

    first.unlink()
    assert await there() == [True, True]
    second.unlink()
    assert await there() == [False, True]
    text.unlink()
    assert await there() == [False, False]


@pytest.mark.parametrize("is_known", [True, False])
async def test_what_was_said_beside_it_goes_too(house: House, is_known: bool) -> None:
    """Also where a new journal knows nothing of the note, but not when it is a person's by now."""
    for name in ("one", "two"):
        path = await house.retire(f"dub-es/{name}.mp4")
        text = same_again_note(path.name, [])
        assert await house.writer.beside_done(house.watch, f"dub-es/{name}.mp4".encode(), text)
    if not is_known:
        await house.journal.write(lambda conn: conn.execute("DELETE FROM note"))
    path.with_name("two.mp4.note.txt").write_text("ours, keep it")
    house.clock.advance(31 * DAY)
    assert await house.sweep() == {"dub-es", "dub-es/two.mp4.note.txt"}


async def test_another_file_of_that_name_stays(house: House) -> None:
    """Other content, an edited original, a link, a folder, and a fresh copy of the same content are
    a person's."""
    names = ["other", "edited", "link", "folder", "copy", "removed"]
    paths = {name: await house.retire(f"dub-es/{name}.mp4", name.encode()) for name in names}
    paths["other"].unlink()
    paths["other"].write_bytes(b"OTHER")
    old = paths["edited"].stat()
    paths["edited"].write_bytes(b"EDITED")
    os.utime(paths["edited"], ns=(old.st_atime_ns, old.st_mtime_ns))
    paths["link"].rename(house.root / "kept")
    paths["link"].symlink_to(house.root / "kept")
    paths["folder"].unlink()
    paths["folder"].mkdir()
    aside = paths["copy"].rename(house.root / "aside")
    paths["copy"].write_bytes(aside.read_bytes())
    paths["removed"].unlink()
    await house.sweep()
    house.clock.advance(31 * DAY)
    left = await house.sweep()
    assert left == {"dub-es"} | {f"dub-es/{name}.mp4" for name in names[:-1]}
    assert (house.root / "kept").read_bytes() == b"link"


async def test_a_file_that_moved_to_another_inode_is_still_ours(house: House) -> None:
    """FAT, sshfs and sync clients give new inode numbers; content and time are the same."""
    path = await house.retire("dub-es/a.mp4")
    was = path.stat()
    path.rename(house.root / "kept")
    path.write_bytes(DATA)
    os.utime(path, ns=(was.st_atime_ns, was.st_mtime_ns))
    await house.sweep()
    house.clock.advance(31 * DAY)
    assert await house.sweep() == set()


@pytest.mark.parametrize("boots", [0, 1])
async def test_a_clock_that_jumps_makes_nothing_old(house: House, boots: int) -> None:
    """Set by years, while it runs or between two boots: the file stays its days, and no longer."""
    await house.retire("dub-es/a.mp4")
    await house.sweep()
    house.clock.step_wall(5 * 365 * DAY)
    house.clock.boot += boots
    assert await house.sweep()
    house.clock.step_wall(-5 * 365 * DAY)
    house.clock.boot += boots
    assert await house.sweep()
    house.clock.advance(28 * DAY)
    assert await house.sweep()
    house.clock.advance(3 * DAY)
    assert await house.sweep() == set()


async def test_a_file_that_came_while_the_clock_was_wrong(house: House) -> None:
    """Moved in 1970, before the clock was set: it is not fifty years old after that."""
    await house.sweep()
    house.clock.step_wall(-50 * 365 * DAY)
    house.clock.boot += 1
    await house.sweep()
    await house.retire("dub-es/a.mp4")
    house.clock.step_wall(50 * 365 * DAY)
    assert await house.sweep()
    house.clock.advance(31 * DAY)
    assert await house.sweep() == set()


@pytest.mark.parametrize("boots", [0, 1])
async def test_a_file_that_came_after_the_clock_was_set_back(house: House, boots: int) -> None:
    """No sweep has seen the jump yet: what is moved after it has its days from then on."""
    house.clock.step_wall(27 * 365 * DAY)
    await house.retire("dub-es/before.mp4")
    await house.sweep()
    house.clock.step_wall(-27 * 365 * DAY)
    house.clock.boot += boots
    await house.retire("dub-es/after.mp4")
    assert await house.sweep() == {"dub-es", "dub-es/before.mp4", "dub-es/after.mp4"}
    house.clock.advance(29 * DAY)
    assert len(await house.sweep()) == 3
    house.clock.advance(2 * DAY)
    assert await house.sweep() == set()


async def test_a_clock_that_drifts_makes_nothing_old(house: House) -> None:
    """Steps of half a minute add up, and count as one jump at last."""
    await house.retire("dub-es/a.mp4")
    for _ in range(40):
        house.clock.advance(DAY / 2)
        house.clock.step_wall(DAY / 2)
        assert await house.sweep()
    house.clock.advance(9 * DAY)
    for _ in range(3_000):
        house.clock.step_wall(50)
        await follow_clock(house.journal, house.clock)
    assert await house.sweep()
    house.clock.advance(2 * DAY)
    assert await house.sweep() == set()


async def test_a_share_that_is_away_is_waited_for(house: House) -> None:
    """Nothing is forgotten while done/ cannot be read."""
    await house.retire("dub-es/a.mp4")
    await house.sweep()
    house.clock.advance(31 * DAY)
    away = house.watch.done.rename(house.root / "away")
    await house.expire(30)
    away.rename(house.watch.done)
    assert await house.sweep() == set()


def test_an_earlier_journal_counts_from_today(tmp_path: Path) -> None:
    """What version 4 moved long ago is known, and stays its days from the update on."""
    path = tmp_path / "journal.db"
    conn = Journal.open(path, ManualClock())
    conn.close()
    path.unlink()
    old = sqlite3.connect(path, isolation_level=None)
    for number, script in migrations()[:4]:
        old.executescript(f"{script}\nPRAGMA user_version = {number};")
    old.execute(
        "INSERT INTO source (watch, folder, path, digest, task, retired_at, retired_to, created_at)"
        " VALUES ('w', x'61', x'61', 'd', 'dub', 1000, ?, 1000)",
        (b"/studio/done/a",),
    )
    old.execute(
        "INSERT INTO member (source_id, ordinal, role, kind, name, path, digest, size, mtime_ns)"
        " VALUES (1, 0, 'clip', 'video', 'a', x'61', 'd', 7, 5)"
    )
    old.close()
    journal = Journal.open(path, ManualClock())
    now = time.time_ns() // 1_000_000
    young = journal.read_now(lambda c: retired_files.old(c, "w", now - DAY_MS))
    (file,) = journal.read_now(lambda c: retired_files.old(c, "w", now + DAY_MS))
    journal.close()
    assert young == []
    assert (file.path, file.size, file.digest) == (b"/studio/done/a", 7, "d")


async def test_the_daemon_sweeps_by_the_journals_date(tmp_path: Path) -> None:
    """A published source goes when its date is old enough; its time on the disk says nothing. A
    text about it has a date of its own."""
    async with engine_rig(tmp_path) as rig:
        path = rig.base / "config.toml"
        path.write_text(path.read_text() + "[retention]\ndone_days = 30\n")
        rig.config = load(path, {})
        watch = rig.config.watch[0].name
        rig.drop("dub-es/a.mp4", video("a"))
        rig.drop("dub-es/b.mp4", video("b"))
        await rig.start()
        await rig.departed(await rig.ended(2))
        (rig.root / "done/dub-es/theirs.pdf").write_bytes(b"theirs")
        for name in ("a.mp4", "theirs.pdf"):
            os.utime(rig.root / "done/dub-es" / name, (1, 1))
        journal = rig.journal
        assert journal is not None
        assert rig.engine is not None
        rig.drop("dub-es/a.es.revise.txt", b"slower")
        async with asyncio.timeout(PATIENCE):  # until all are dated
            while len(await journal.read(lambda c: retired_files.old(c, watch, 1 << 60))) < 3:
                await asyncio.sleep(0.05)
        await journal.write(
            lambda conn: conn.execute(
                "UPDATE source SET retired_at = retired_at - ? WHERE path = ?",
                (40 * DAY_MS, b"dub-es/b.mp4"),
            )
        )
        rig.engine.reconfigure(rig.config)
        words = {"dub-es/a.es.revise.txt"}
        left = {"dub-es/a.mp4", "dub-es/theirs.pdf"}
        await rig.until("the old one gone", lambda _: rig.files("done") == left | words)
        await journal.write(
            lambda conn: conn.execute(
                "UPDATE retired_file SET clock_set = clock_set - ? WHERE size = 6",
                (40 * DAY_MS,),
            )
        )
        rig.engine.reconfigure(rig.config)
        await rig.until("the words gone", lambda _: rig.files("done") == left)
