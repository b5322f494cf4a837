"""The source leaves the inbox: only the claimed file, nothing overwritten, recognised after a
kill, across filesystems too."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from nemowatch.errors import (
    LocalError,
    LocalFinal,
    LocalPassing,
    NoSpace,
    SourceChanged,
    SourceGone,
)
from nemowatch.fs import copy_across, exclusive_create
from nemowatch.model import Snapshot
from nemowatch.outbox.retire import AfterAction, Leaving, retire_all

DATA = b"a film" * 1000
NAME = b"dub-es/a/promo.mp4"


def look(path: Path) -> Snapshot:
    now = os.lstat(path)
    return Snapshot(
        now.st_size, now.st_mtime_ns, now.st_ctime_ns, now.st_blocks, now.st_dev, now.st_ino
    )


def retire(
    inbox: Path,
    relative: bytes,
    snapshot: Snapshot,
    tree: Path,
    mode: str = AfterAction.MOVE,
    *,
    digest: str = "",
) -> Path | None:
    """A source of one file leaves."""
    return retire_all(inbox, [Leaving(relative, snapshot, digest)], tree, mode)[0]


class Share:
    """An inbox with one claimed file, and the tree it goes to."""

    def __init__(self, root: Path, tree: Path) -> None:
        self.inbox, self.tree = root / "inbox", tree
        (self.inbox / "dub-es/a").mkdir(parents=True)
        tree.mkdir(exist_ok=True)
        self.file = self.inbox / "dub-es/a/promo.mp4"
        self.file.write_bytes(DATA)
        os.utime(self.file, (1_000_000_000, 1_000_000_000))
        self.claimed = look(self.file)
        self.digest = hashlib.sha256(DATA).hexdigest()

    def leave(self, mode: str = "move") -> Path | None:
        return retire(self.inbox, NAME, self.claimed, self.tree, mode, digest=self.digest)

    def names(self, tree: Path | None = None) -> list[str]:
        top = tree or self.tree
        return sorted(str(path.relative_to(top)) for path in top.rglob("*") if not path.is_dir())


@pytest.fixture
def share(tmp_path: Path) -> Share:
    return Share(tmp_path, tmp_path / "done")


@pytest.fixture
def other_disk(tmp_path: Path) -> Iterator[Path]:
    where = tmp_path / "disk"
    where.mkdir()
    if os.geteuid() != 0:
        pytest.skip("mounting a second filesystem needs root")
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(where)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        pytest.skip(f"cannot mount here: {done.stderr.strip()}")
    yield where
    subprocess.run(["umount", "-l", str(where)], check=True)


@pytest.fixture
def apart(tmp_path: Path, other_disk: Path) -> Share:
    """done/ on another filesystem than the inbox."""
    return Share(tmp_path, other_disk)


def test_the_source_moves_with_its_shadow_and_its_folder_stays(share: Share) -> None:
    """The mirrored path, the same inode, the AppleDouble file beside it; the emptied inbox
    folder stays."""
    share.file.with_name("._promo.mp4").write_bytes(b"fork")
    went = share.leave()
    assert went == share.tree / "dub-es/a/promo.mp4"
    assert went.stat().st_ino == share.claimed.ino
    assert share.names() == ["dub-es/a/._promo.mp4", "dub-es/a/promo.mp4"]
    assert list(share.file.parent.iterdir()) == []


def test_nothing_in_the_tree_is_overwritten(share: Share) -> None:
    """A second file of one name gets a number, and so does its shadow."""
    (share.tree / "dub-es/a").mkdir(parents=True)
    (share.tree / "dub-es/a/promo.mp4").write_bytes(b"earlier")
    share.file.with_name("._promo.mp4").write_bytes(b"fork")
    assert share.leave() == share.tree / "dub-es/a/promo (2).mp4"
    assert (share.tree / "dub-es/a/promo.mp4").read_bytes() == b"earlier"
    assert (share.tree / "dub-es/a/._promo (2).mp4").read_bytes() == b"fork"


def test_a_kill_after_the_move_is_recognised(share: Share) -> None:
    """Repeated, it names the same place, moves nothing, and takes the shadow that was left
    behind."""
    first = share.leave()
    share.file.with_name("._promo.mp4").write_bytes(b"fork")
    assert share.leave() == first
    assert share.names() == ["dub-es/a/._promo.mp4", "dub-es/a/promo.mp4"]


@pytest.mark.parametrize("mode", ["move", "delete"])
def test_another_file_under_the_name_stays(share: Share, mode: str) -> None:
    """Other content than was claimed is left where it is, even with the old size and time."""
    share.file.unlink()
    share.file.write_bytes(DATA[::-1])
    os.utime(share.file, (1_000_000_000, 1_000_000_000))
    with pytest.raises(SourceChanged):
        share.leave(mode)
    assert share.file.read_bytes() == DATA[::-1]


def test_a_link_or_folder_under_the_name_stays(share: Share, tmp_path: Path) -> None:
    """A link that took the file's place is not followed."""
    share.file.rename(tmp_path / "private")
    share.file.symlink_to(tmp_path / "private")
    with pytest.raises(SourceChanged):
        share.leave()
    share.file.unlink()
    share.file.mkdir()
    with pytest.raises(SourceChanged):
        share.leave()


def test_the_same_content_on_a_new_inode_is_still_the_source(share: Share) -> None:
    """Remounts renumber inodes and sync clients rewrite files: the content decides."""
    share.file.unlink()
    share.file.write_bytes(DATA)
    assert share.leave() == share.tree / "dub-es/a/promo.mp4"


def test_without_a_digest_only_the_very_inode_counts(share: Share) -> None:
    """A chmod is no change; a new file is."""
    share.file.chmod(0o600)
    assert retire(share.inbox, NAME, share.claimed, share.tree) is not None
    share.file.write_bytes(DATA)
    with pytest.raises(SourceChanged):
        retire(share.inbox, NAME, share.claimed, share.tree)


def test_a_file_that_a_person_took_away_is_gone(share: Share) -> None:
    """Neither in the inbox nor in the tree: the caller notes it and goes on."""
    share.file.unlink()
    with pytest.raises(SourceGone):
        share.leave()


def test_kept_and_deleted_sources(share: Share) -> None:
    """`keep` touches nothing; `delete` takes the shadow along and may be repeated."""
    shadow = share.file.with_name("._promo.mp4")
    shadow.write_bytes(bytes.fromhex("00051607 00020000") + bytes(74))
    assert share.leave(AfterAction.KEEP) is None
    assert share.file.exists()
    assert share.leave(AfterAction.DELETE) is None
    assert share.leave(AfterAction.DELETE) is None
    assert not share.file.exists()
    assert not shadow.exists()
    assert share.names() == []


@pytest.mark.parametrize("mode", ["move", "delete"])
def test_a_file_is_read_once_as_it_leaves(share: Share, mode: str) -> None:
    """It may have gigabytes, and lie on a share."""
    data = os.urandom(8 * 1024 * 1024)
    share.file.write_bytes(data)
    share.claimed, share.digest = look(share.file), hashlib.sha256(data).hexdigest()
    before = bytes_read()
    share.leave(mode)
    assert len(data) <= bytes_read() - before < 2 * len(data)


def bytes_read() -> int:
    """By this thread so far."""
    fields = dict(
        line.split(": ") for line in Path("/proc/thread-self/io").read_text().splitlines()
    )
    return int(fields["rchar"])


def test_what_is_only_called_like_a_shadow_is_not_deleted(share: Share) -> None:
    """It is a person's file."""
    other = share.file.with_name("._promo.mp4")
    other.write_bytes(b"somebody's")
    share.leave(AfterAction.DELETE)
    assert not share.file.exists()
    assert other.read_bytes() == b"somebody's"


def test_members_move_together_or_not_at_all(share: Share) -> None:
    """One member that changed keeps the others; then they go under one number."""
    script = share.file.with_name("promo.txt")
    script.write_bytes(b"words")
    members = [
        Leaving(NAME, share.claimed, share.digest),
        Leaving(b"dub-es/a/promo.txt", look(script), hashlib.sha256(b"words").hexdigest()),
    ]
    script.write_bytes(b"wordy")
    with pytest.raises(SourceChanged):
        retire_all(share.inbox, members, share.tree)
    assert share.file.exists()
    script.write_bytes(b"words")
    (share.tree / "dub-es/a").mkdir(parents=True)
    (share.tree / "dub-es/a/promo.mp4").write_bytes(b"earlier")
    went = retire_all(share.inbox, members, share.tree)
    assert [path.name for path in went if path] == ["promo (2).mp4", "promo (2).txt"]
    assert retire_all(share.inbox, members, share.tree) == went


def test_a_member_that_a_person_took_keeps_nobody(share: Share) -> None:
    """The script was deleted meanwhile: the clip goes all the same."""
    script = share.file.with_name("promo.txt")
    script.write_bytes(b"words")
    members = [
        Leaving(b"dub-es/a/promo.txt", look(script)),
        Leaving(NAME, share.claimed, share.digest),
    ]
    script.unlink()
    assert retire_all(share.inbox, members, share.tree) == (None, share.tree / "dub-es/a/promo.mp4")


def test_a_share_that_is_away_is_passing(share: Share, tmp_path: Path) -> None:
    """A missing inbox or tree root is waited for; nothing is made below it."""
    share.tree.rename(tmp_path / "elsewhere")
    share.inbox.rename(tmp_path / "away")
    with pytest.raises(LocalPassing):
        share.leave()
    assert not share.tree.exists()


def test_names_that_are_not_text_keep_their_bytes(share: Share) -> None:
    """Moving back must give the very name that was dropped."""
    for name in (b"caf\xe9.mp4", "e\u0301.mp4".encode(), b"n" * 251 + b".mp4"):
        path = share.inbox / os.fsdecode(b"dub-es/" + name)
        path.write_bytes(name)
        went = retire(share.inbox, b"dub-es/" + name, look(path), share.tree)
        assert went is not None
        assert os.fsencode(went) == os.fsencode(share.tree) + b"/dub-es/" + name
        path.write_bytes(name + b"2")
        second = retire(share.inbox, b"dub-es/" + name, look(path), share.tree)
        assert second is not None
        assert second.read_bytes() == name + b"2"


def test_across_filesystems_time_and_bytes_stay(apart: Share) -> None:
    """Copied, compared, named, and only then unlinked; the AppleDouble file is copied as well."""
    apart.file.with_name("._promo.mp4").write_bytes(b"fork")
    went = apart.leave()
    assert went == apart.tree / "dub-es/a/promo.mp4"
    assert went.read_bytes() == DATA
    assert went.stat().st_mtime_ns == apart.claimed.mtime_ns
    assert apart.names() == ["dub-es/a/._promo.mp4", "dub-es/a/promo.mp4"]
    assert apart.names(apart.inbox) == []
    assert apart.leave() == went


def test_across_filesystems_a_kill_before_the_unlink_makes_no_second_copy(apart: Share) -> None:
    """The copy of an earlier call is recognised, and the original goes then."""
    went = apart.leave()
    apart.file.write_bytes(DATA)
    os.utime(apart.file, (1_000_000_000, 1_000_000_000))
    (apart.tree / "dub-es/a" / copy_across._part("promo.mp4")).write_bytes(
        b"half of an earlier copy"
    )
    assert apart.leave() == went
    assert apart.names(apart.inbox) == []


def test_across_filesystems_a_full_disk_keeps_the_source(apart: Share) -> None:
    """No space: the source stays whole in the inbox, and no half copy is left in the tree."""
    big = bytes(2 * 1024 * 1024)
    apart.file.write_bytes(big)
    with pytest.raises(NoSpace):
        retire(
            apart.inbox, NAME, look(apart.file), apart.tree, digest=hashlib.sha256(big).hexdigest()
        )
    assert apart.file.stat().st_size == len(big)
    assert apart.names() == []


def test_across_filesystems_a_change_during_the_copy_keeps_the_source(
    apart: Share, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a person writes while we copy is neither unlinked nor left in the tree as if it were
    the source."""
    copy_bytes = copy_across._copy_bytes

    def and_a_person_writes(*args: object) -> None:
        copy_bytes(*args)  # type: ignore[arg-type]
        apart.file.write_bytes(b"newer")

    monkeypatch.setattr(copy_across, "_copy_bytes", and_a_person_writes)
    with pytest.raises(SourceChanged):
        apart.leave()
    assert apart.file.read_bytes() == b"newer"
    assert apart.names() == []


def test_a_file_swapped_in_at_the_last_moment_goes_back(
    share: Share, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look and the rename a person put another file there: it stands in the inbox
    again."""
    rename = exclusive_create.rename_exclusive

    def after_a_swap(name: str, folder: int, new_name: str, new_folder: int) -> None:
        monkeypatch.setattr(exclusive_create, "rename_exclusive", rename)
        share.file.unlink()
        share.file.write_bytes(b"newer")
        rename(name, folder, new_name, new_folder)

    monkeypatch.setattr(exclusive_create, "rename_exclusive", after_a_swap)
    with pytest.raises(SourceChanged):
        share.leave()
    assert share.file.read_bytes() == b"newer"
    assert share.names() == []


def test_where_nothing_renames_without_replacing_the_source_is_copied(
    share: Share, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some FUSE mounts offer neither links nor a rename that refuses to replace: still nothing
    is overwritten."""

    def refuse(*_: object) -> None:
        raise OSError(22, "Invalid argument")

    monkeypatch.setattr(exclusive_create, "link_exclusive", lambda *_: False)
    monkeypatch.setattr(exclusive_create, "rename_exclusive", refuse)
    (share.tree / "dub-es/a").mkdir(parents=True)
    (share.tree / "dub-es/a/promo.mp4").write_bytes(b"earlier")
    went = share.leave()
    assert went == share.tree / "dub-es/a/promo (2).mp4"
    assert went.read_bytes() == DATA
    assert share.names() == ["dub-es/a/promo (2).mp4", "dub-es/a/promo.mp4"]
    assert share.names(share.inbox) == []


def test_a_refused_move_says_which_file_and_what_to_do(share: Share) -> None:
    """Where the rights are missing the file stays and the error names it and the cure."""
    if os.geteuid() == 0:
        done = subprocess.run(["chattr", "+i", str(share.file)], capture_output=True, check=False)
        if done.returncode:
            pytest.skip("this filesystem has no immutable files, and root may do all else")
    else:
        share.file.parent.chmod(0o555)
    try:
        with pytest.raises(LocalFinal, match=r"promo\.mp4") as refused:
            share.leave()
    finally:
        if os.geteuid() == 0:
            subprocess.run(["chattr", "-i", str(share.file)], check=True)
        else:
            share.file.parent.chmod(0o755)
    assert isinstance(refused.value, LocalError)
    assert refused.value.cure
    assert share.file.exists()
