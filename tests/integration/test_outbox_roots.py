"""A tree that results go to stays where it led: a link that somebody puts in its place is
refused until it is gone."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from nemowatch.clock import SystemClock
from nemowatch.config.watch_section import Watch
from nemowatch.errors import LocalFinal, LocalPassing
from nemowatch.fs import anchor
from nemowatch.fs.folders import ensure_folder, ensure_root
from nemowatch.fs.threads import Disks
from nemowatch.journal.database import Journal
from nemowatch.journal.retired_files import RetiredFile
from nemowatch.outbox import expired_sources
from nemowatch.outbox.anchor_memory import AnchorMemory
from nemowatch.outbox.note_file import write_note
from nemowatch.outbox.publish import part_path, publish, write_part
from nemowatch.reporting.note_writer import NoteWriter
from nemowatch.reporting.notes import READ_ME


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """An outbox that nobody has looked at yet, beside somebody else's folder."""
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "file").touch()
    outbox = tmp_path / "outbox"
    outbox.mkdir()
    anchor.hold(outbox)
    return outbox


def put(tree: Path) -> Path:
    """A result, as the stages publish one."""
    folder = ensure_folder(tree, b"dub-es")
    part = write_part(part_path(folder, 1), b"result")
    return publish(part.path, "a.mp4", part.sha256, part.size).path


def swap(folder: Path) -> None:
    """A link to somebody else's folder, in a folder's place."""
    folder.rename(folder.with_name("before"))
    folder.symlink_to(folder.parent.joinpath("theirs").resolve())


def test_a_link_in_the_place_of_a_tree_is_refused_until_it_is_gone(tree: Path) -> None:
    """For results, notes, and the old sources that are deleted; what it was meant to lead to
    stays as it is."""
    put(tree)
    swap(tree)
    for act in (lambda: put(tree), lambda: write_note(tree, tree / "dub-es" / "a.txt", "text")):
        with pytest.raises(
            LocalPassing, match=r"a link to .*theirs has taken the folder's place"
        ) as refused:
            act()
        assert "resumes by itself" in refused.value.cure
    found = (tree.parent / "theirs/file").stat()
    theirs = RetiredFile(
        os.fsencode(tree / "file"), 0, found.st_mtime_ns, found.st_ino, hashlib.sha256().hexdigest()
    )
    with pytest.raises(LocalPassing):
        expired_sources.delete(tree, theirs)
    assert [path.name for path in (tree.parent / "theirs").rglob("*")] == ["file"]
    tree.unlink()
    (tree.parent / "before").rename(tree)
    assert put(tree).read_bytes() == b"result"


def test_a_link_that_was_put_there_while_nothing_ran_is_refused(tree: Path) -> None:
    """An earlier process has seen that it was none."""
    swap(tree)
    anchor.hold(tree, (True, "", "", ""))
    with pytest.raises(LocalPassing, match="has taken the folder's place"):
        put(tree)


def test_a_link_that_exists_from_the_start_is_followed(tree: Path) -> None:
    """It is the administrator's own; turned elsewhere, it is not."""
    swap(tree)
    assert put(tree).resolve() == tree.parent / "theirs" / "dub-es" / "a.mp4"
    assert not anchor.memory(tree)[0]
    tree.unlink()
    tree.symlink_to(tree.parent / "before")
    with pytest.raises(LocalPassing, match=r"its link leads to .*before now") as refused:
        put(tree)
    assert refused.value.cure == "Restart nemowatch if it should."


def test_a_link_in_the_place_of_a_task_folder_is_refused_at_every_step(tree: Path) -> None:
    """Also when it comes between the making of the folder and the writing into it."""
    folder = put(tree).parent
    (tree / "theirs").symlink_to(tree.parent / "theirs")
    swap(folder)
    with pytest.raises(LocalFinal, match="a file or a link is where a folder is needed"):
        ensure_folder(tree, b"dub-es")
    with pytest.raises(LocalPassing):
        write_part(part_path(folder, 1), b"result")
    assert [path.name for path in (tree.parent / "theirs").iterdir()] == ["file"]


def test_a_tree_that_is_not_there_yet_is_not_held_to_anything(tree: Path) -> None:
    """The share comes, and with it the administrator's link."""
    tree.rmdir()
    with pytest.raises(LocalPassing, match="is not there"):
        put(tree)
    tree.symlink_to(tree.parent / "theirs")
    assert put(tree).name == "a.mp4"


@pytest.fixture
def share(tmp_path: Path) -> Iterator[Path]:
    """A mount point with a share on it; below it stands an outbox of the time before it was
    mounted."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount")
    nas, share = tmp_path / "nas", tmp_path / "share"
    nas.mkdir()
    share.joinpath("outbox").mkdir(parents=True)
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "nas", nas], check=False, capture_output=True, text=True
    )
    if done.returncode:
        pytest.skip(f"cannot mount here: {done.stderr.strip()}")
    try:
        nas.joinpath("outbox").mkdir()
        mount(share)
        yield share
    finally:
        subprocess.run(["umount", "--recursive", "--lazy", share], check=False, capture_output=True)
        subprocess.run(["umount", "--lazy", nas], check=True)


def mount(share: Path) -> None:
    """The share is there."""
    subprocess.run(["mount", "--bind", share.with_name("nas"), share], check=True)


def unmount(share: Path) -> None:
    """It is away, and what stood below shows."""
    subprocess.run(["umount", share], check=True)


@pytest.mark.parametrize("restarted", [False, True])
def test_nothing_is_put_below_a_share_that_is_away(share: Path, restarted: bool) -> None:
    """Nobody would see it again once the share is back; also when it was away already at the
    start."""
    tree = share / "outbox"
    anchor.hold(tree)
    put(tree).unlink()
    unmount(share)
    if restarted:
        anchor.hold(tree, anchor.memory(tree))
    for act in (lambda: put(tree), lambda: ensure_root(tree, share)):
        with pytest.raises(
            LocalPassing, match="the share is not mounted, only an empty folder is there"
        ) as refused:
            act()
        assert refused.value.cure.startswith("Mount it")
    assert list(tree.rglob("*")) == []
    tree.rmdir()
    with pytest.raises(LocalPassing):
        ensure_root(tree, share)
    assert not tree.exists()
    mount(share)
    assert put(tree).read_bytes() == b"result"


@pytest.mark.anyio
async def test_no_note_is_put_below_an_inbox_whose_share_is_away(
    share: Path, tmp_path: Path
) -> None:
    """It would count as written, and nobody would see it: it follows when the share is back."""
    note = share / "inbox/dub-es" / READ_ME
    note.parent.mkdir(parents=True)
    unmount(share)
    note.parent.mkdir(parents=True)
    mount(share)
    watch, disks, clock = Watch(root=share), Disks(), SystemClock()
    journal = Journal.open(tmp_path / "journal.db", clock)
    note_writer, trees = NoteWriter(journal, disks, clock), AnchorMemory(watch, journal, disks)
    try:
        await trees.hold()
        await trees.learn()
        unmount(share)
        assert not await note_writer.read_me(watch, b"dub-es", "Rename this folder.")
        assert not note.exists()
        mount(share)
        assert await note_writer.read_me(watch, b"dub-es", "Rename this folder.")
        assert note.exists()
    finally:
        journal.close()
        disks.close()


def test_a_filled_folder_in_the_place_of_a_share_is_somebody_s_decision(share: Path) -> None:
    """And so is a share that is mounted over what was used before."""
    tree = share / "outbox"
    anchor.hold(tree)
    put(tree)
    unmount(share)
    (tree / "kept.mp4").touch()
    assert put(tree).name == "a.mp4"
    mount(share)
    assert share.with_name("nas").joinpath("outbox", "dub-es", put(tree).name).exists()
