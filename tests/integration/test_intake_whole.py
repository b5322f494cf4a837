"""Files that have their full size and not their content: they wait, and people are told in time."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from contextlib import closing
from itertools import islice
from pathlib import Path

import pytest

from nemowatch.content import reading
from nemowatch.fs import holes
from nemowatch.fs.holes import Reports
from nemowatch.fs.identity import of_stat, snapshot
from nemowatch.intake.ready import stability
from nemowatch.intake.ready.ahead import each_opened_ahead, opened_ahead
from nemowatch.intake.ready.inspect import inspect
from nemowatch.intake.ready.inspection_result import Advice, Inspected, Terms
from nemowatch.intake.ready.settle_rules import SettleRule
from nemowatch.model import MB, MediaKind, Snapshot
from tests.rigs.inbox import InboxRig, inbox_rig, mp4

pytestmark = pytest.mark.anyio

WHOLE = mp4("whole", 2 * MB)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace with a task folder."""
    (tmp_path / "ws/inbox/dub-es").mkdir(parents=True)
    return tmp_path / "ws"


def write_all_but(path: Path, start: int, end: int, *, allocate: bool = False) -> None:
    """The whole file with its full size, of which the bytes from `start` to `end` never came."""
    with path.open("wb") as file:
        if allocate:
            os.posix_fallocate(file.fileno(), 0, len(WHOLE))
        file.truncate(len(WHOLE))
        file.write(WHOLE[:start])
        file.seek(end)
        file.write(WHOLE[end:])
        os.fsync(file.fileno())


def noted(b: InboxRig) -> dict[str, str]:
    """What people are told about files, by name."""
    return {os.path.basename(os.fsdecode(p.path)): p.what for p in b.problems if hasattr(p, "path")}


@pytest.mark.parametrize("allocate", [False, True])
async def test_a_hole_in_the_middle_waits_and_ends_in_a_note(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, allocate: bool
) -> None:
    """Sparse or allocated beforehand: it is not taken, a note says why, and the rest of it makes
    it a job and ends the note."""
    monkeypatch.setattr(stability, "GIVE_UP", 1.0)
    path = root / "inbox/dub-es/torrent.mp4"
    write_all_but(path, MB // 2, MB, allocate=allocate)
    async with inbox_rig(root, tmp_path / "s") as b:
        await b.until(lambda: "torrent.mp4" in noted(b))
        assert "never been written" in noted(b)["torrent.mp4"]
        assert b.claimed == []

        with path.open("r+b") as file:
            file.seek(MB // 2)
            file.write(WHOLE[MB // 2 : MB])
        await b.until(lambda: len(b.claimed) == 1)
        await b.until(lambda: noted(b) == {})


async def test_what_never_gets_its_beginning_or_any_content_ends_in_a_note(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A front of zeros, an empty file and a placeholder each say so, and stay where they are."""
    monkeypatch.setattr(stability, "GIVE_UP", 1.0)
    folder = root / "inbox/dub-es"
    write_all_but(folder / "front.mp4", 0, MB)
    (folder / "empty.mp4").touch()
    with (folder / "placeholder.mp4").open("wb") as file:
        file.truncate(MB)
    async with inbox_rig(root, tmp_path / "s") as b:
        await b.until(lambda: len(noted(b)) == 3)
        assert "beginning has not arrived" in noted(b)["front.mp4"]
        assert "empty" in noted(b)["empty.mp4"]
        assert "placeholder" in noted(b)["placeholder.mp4"]
        assert b.claimed == []


Inspect = Callable[[Path, Reports, bool], Inspected]


@pytest.fixture
def look() -> Inspect:
    """Reads a file as the claimer does, on a filesystem that tells so much of holes."""

    def read(path: Path, reports: Reports, given_up: bool) -> Inspected:
        with path.open("rb") as file:
            now = snapshot(file.fileno())
        terms = Terms(frozenset(MediaKind), 100 * MB, settled=True, cut_short_ends=given_up)
        rule = SettleRule(1, local=True, holes=reports)
        return inspect(path.parent, path.name.encode(), now, rule, terms, lambda: None)

    return read


async def test_where_zeros_become_holes_stillness_decides(tmp_path: Path, look: Inspect) -> None:
    """ZFS stores no zeros: a hole there waits for the ten minutes, and is then content."""
    write_all_but(tmp_path / "clip.mp4", MB // 2, MB)
    assert look(tmp_path / "clip.mp4", Reports.ZEROS_TOO, False).advice is Advice.WAIT
    assert look(tmp_path / "clip.mp4", Reports.ZEROS_TOO, True).advice is Advice.TAKE


async def test_a_compressed_file_is_whole(tmp_path: Path, look: Inspect) -> None:
    """Fewer blocks than its size, and no hole: nothing is missing."""
    (tmp_path / "clip.mp4").write_bytes(WHOLE)
    for reports in Reports:
        assert look(tmp_path / "clip.mp4", reports, False).advice is Advice.TAKE


def test_holes_that_are_not_reported_are_found_by_their_zeros(tmp_path: Path) -> None:
    """What a filesystem without SEEK_HOLE shows of a hole is a long row of zeros."""
    write_all_but(tmp_path / "clip.mp4", MB // 2, MB)
    shutil.copyfile(tmp_path / "clip.mp4", tmp_path / "copy.mp4")
    with (tmp_path / "copy.mp4").open("rb") as file:
        assert holes.zeros(file.fileno(), len(WHOLE), lambda: None) >= MB // 2 - 64 * 1024


@pytest.mark.parametrize(
    ("fstype", "reports"),
    [
        ("ext4", Reports.TRUE),
        ("btrfs", Reports.TRUE),
        ("zfs", Reports.ZEROS_TOO),
        ("ntfs3", Reports.NOTHING),
        ("fuseblk", Reports.NOTHING),
        ("nfs", Reports.NOTHING),
    ],
)
def test_what_a_filesystem_tells_of_holes(fstype: str, reports: Reports) -> None:
    """Only those that report every hole are believed when they report none."""
    assert holes.reports(fstype) is reports


async def test_a_file_that_changes_after_it_was_opened_ahead_settles_again(tmp_path: Path) -> None:
    """What a child has said of it before counts only for the file as it was last seen; and files
    that nobody takes are closed."""
    seen: dict[bytes, Snapshot | None] = {}
    for name in ("a.mp4", "b.mp4", "c.mp4"):
        (tmp_path / name).write_bytes(mp4(name))
        seen[name.encode()] = of_stat((tmp_path / name).stat())
    terms = Terms(frozenset(MediaKind), 100 * MB, settled=True, cut_short_ends=False)
    rule = SettleRule(1, local=True)
    before = len(os.listdir("/proc/self/fd"))
    with opened_ahead(tmp_path, seen, lambda: None) as ahead:
        ahead.collect()
        (tmp_path / "b.mp4").write_bytes(mp4("another"))
        found = [
            inspect(tmp_path, path, seen[path], rule, terms, lambda: None, ahead)
            for path in (b"a.mp4", b"b.mp4")
        ]
        assert repr(ahead) == "Ahead(1 open)"
    assert [one.advice for one in found] == [Advice.TAKE, Advice.AGAIN]
    assert len(os.listdir("/proc/self/fd")) <= before + 2  # the child's socket and complaints


@pytest.mark.parametrize("early", [True, False])
@pytest.mark.parametrize("read", [1, 3])
def test_one_child_answers_about_portions_one_after_the_other(
    tmp_path: Path, early: bool, read: int
) -> None:
    """Also where it has been asked about a portion that is then not read."""
    portions: list[dict[bytes, Snapshot | None]] = []
    for number in range(3):
        names = [f"{number}{letter}.mp4" for letter in "ab"]
        for name in names:
            (tmp_path / name).write_bytes(mp4(name))
        portions.append({one.encode(): of_stat((tmp_path / one).stat()) for one in names})
    terms = Terms(frozenset(MediaKind), 100 * MB, settled=True, cut_short_ends=False)
    rule = SettleRule(1, local=True)
    before = len(os.listdir("/proc/self/fd"))
    started = reading.CHILDREN.started
    found: list[Advice] = []
    with closing(each_opened_ahead(tmp_path, portions, lambda: None, early=early)) as opened:
        for portion, ahead in islice(zip(portions, opened, strict=True), read):
            for path, last in portion.items():
                one = inspect(tmp_path, path, last, rule, terms, lambda: None, ahead)
                found.append(one.advice)
    assert found == [Advice.TAKE] * 2 * read
    assert reading.CHILDREN.started <= started + 1
    assert len(os.listdir("/proc/self/fd")) <= before + 2  # the child's socket and complaints
