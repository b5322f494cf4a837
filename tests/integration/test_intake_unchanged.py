"""What a scan says of files that it knows, on a real disk."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nemowatch.config.watch_section import Watch
from nemowatch.fs.identity import content_hash, of_stat
from nemowatch.fs.listing import entries_unlike
from nemowatch.fs.safe_open import folder_of
from nemowatch.intake.scan.diff import ScanDiff, ScanDiffer
from nemowatch.intake.scan.scanner import walk
from nemowatch.intake.state import InboxState
from tests.rigs.inbox import mp4

#: A time after 2262, which does not fit into 64 bits.
LATE = 10_000_000_000 * 1_000_000_000


@pytest.fixture
def known(tmp_path: Path) -> InboxState:
    """Two files of one folder are known, and one in a folder below it."""
    inbox_state = InboxState.of(Watch(root=tmp_path), {})
    (tmp_path / "dub-es/below").mkdir(parents=True)
    for name in ("a.mp4", "b.mp4", "below/c.mp4"):
        (tmp_path / "dub-es" / name).write_bytes(mp4(name))
    know_all(inbox_state, tmp_path)
    return inbox_state


def know_all(inbox_state: InboxState, root: Path, *, local: bool = True) -> None:
    """Have every file below this root known as it is now."""
    for file in root.rglob("*.mp4"):
        path = os.fsencode(file.relative_to(root))
        inbox_state.know(path, of_stat(file.lstat()), local=local)


def scan(
    inbox_state: InboxState, root: Path, start: bytes = b"", *, local: bool = True
) -> ScanDiff:
    """What a scan that begins there finds."""
    differ = ScanDiffer(inbox_state.book, inbox_state.known, (), lambda path: local)
    return differ.survey(walk(root, inbox_state.ignore, start, listed=differ.changed), start)


def test_files_at_rest_leave_no_trace(known: InboxState, tmp_path: Path) -> None:
    """Nothing is new, nothing is missing."""
    found = scan(known, tmp_path)
    assert (found.fresh, found.missing) == ({}, set())


@pytest.mark.parametrize("local", [True, False])
def test_the_listing_itself_leaves_files_at_rest_out(tmp_path: Path, local: bool) -> None:
    """By the very hash that is remembered: otherwise each file would be compared once more, and
    nothing but the time would tell."""
    file = tmp_path / "a.mp4"
    file.write_bytes(mp4("a"))
    remembered = {"a.mp4": content_hash(of_stat(file.lstat()), local=local)}
    alike: list[str] = []
    with folder_of(tmp_path, b"") as folder:
        assert list(entries_unlike(folder, remembered, alike, local=local)) == []
    assert alike == ["a.mp4"]


def test_a_file_is_missing_though_another_one_came(known: InboxState, tmp_path: Path) -> None:
    """As many files as before are not the same files."""
    (tmp_path / "dub-es/a.mp4").rename(tmp_path / "dub-es/new.mp4")
    found = scan(known, tmp_path)
    assert set(found.fresh) == {b"dub-es/new.mp4"}
    assert found.missing == {b"dub-es/a.mp4"}


def test_a_changed_file_is_there(known: InboxState, tmp_path: Path) -> None:
    """It is taken up anew, and not missing."""
    (tmp_path / "dub-es/a.mp4").write_bytes(mp4("more"))
    found = scan(known, tmp_path)
    assert set(found.fresh) == {b"dub-es/a.mp4"}
    assert found.missing == set()


@pytest.mark.parametrize("local", [True, False])
def test_a_link_in_a_files_place_is_not_that_file(tmp_path: Path, local: bool) -> None:
    """Not even with the size and the times that it had."""
    inbox_state = InboxState.of(Watch(root=tmp_path), {})
    (tmp_path / "dub-es").mkdir()
    (tmp_path / "dub-es/a.mp4").symlink_to("elsewhere")
    know_all(inbox_state, tmp_path, local=local)
    found = scan(inbox_state, tmp_path, local=local)
    assert [one.path for one in found.odd] == [b"dub-es/a.mp4"]
    assert found.missing == {b"dub-es/a.mp4"}


@pytest.mark.parametrize("local", [True, False])
def test_a_file_with_a_time_beyond_64_bits_is_known_again(tmp_path: Path, local: bool) -> None:
    """Its time is kept as the latest that fits, and compared so."""
    inbox_state = InboxState.of(Watch(root=tmp_path), {})
    (tmp_path / "dub-es").mkdir()
    file = tmp_path / "dub-es/a.mp4"
    file.write_bytes(mp4())
    os.utime(file, ns=(LATE, LATE))
    know_all(inbox_state, tmp_path, local=local)
    found = scan(inbox_state, tmp_path, local=local)
    assert (found.fresh, found.missing) == ({}, set())


def test_what_is_in_a_folder_that_went_is_missing(known: InboxState, tmp_path: Path) -> None:
    """A scan that begins in another folder says nothing of it."""
    (tmp_path / "dub-es/below/c.mp4").unlink()
    (tmp_path / "dub-es/below").rmdir()
    (tmp_path / "dub-nl").mkdir()
    assert scan(known, tmp_path, b"dub-nl").missing == set()
    for start in (b"", b"dub-es", b"dub-es/below"):
        assert scan(known, tmp_path, start).missing == {b"dub-es/below/c.mp4"}


def test_a_folder_in_a_files_place_leaves_it_missing(known: InboxState, tmp_path: Path) -> None:
    """Whether the scan begins there or above."""
    (tmp_path / "dub-es/a.mp4").unlink()
    (tmp_path / "dub-es/a.mp4").mkdir()
    for start in (b"", b"dub-es/a.mp4"):
        assert scan(known, tmp_path, start).missing == {b"dub-es/a.mp4"}


def test_known_files_keep_every_name(known: InboxState) -> None:
    """Names in no encoding too; a folder whose files were forgotten holds none."""
    odd = b"dub-es/odd\xff/\xe4.mp4"
    known.known[odd] = 1
    assert set(known.known) == {odd, b"dub-es/a.mp4", b"dub-es/b.mp4", b"dub-es/below/c.mp4"}
    assert known.known.is_any_below(b"dub-es/odd\xff")
    known.forget([odd, odd])
    assert not known.known.is_any_below(b"dub-es/odd\xff")
    assert len(known.known) == 3
