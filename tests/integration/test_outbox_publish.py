"""Publishing on real filesystems: nothing overwritten, nothing doubled after a kill, no half
file under a final name."""

from __future__ import annotations

import hashlib
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from nemowatch.errors import LocalFinal, LocalPassing, NoSpace, SourceGone
from nemowatch.fs import exclusive_create, part_files
from nemowatch.fs.folders import ensure_root
from nemowatch.fs.names import PROCESS
from nemowatch.fs.safe_open import open_root
from nemowatch.outbox.leftovers import find, remove
from nemowatch.outbox.publish import (
    ensure_folder,
    part_path,
    publish,
    publish_bytes,
    safe_name,
    write_part,
)
from tests.rigs.exfat import mounted_exfat

DATA = b"not really a film" * 1000


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def visible(folder: Path) -> list[str]:
    return sorted(name for name in os.listdir(folder))


def mount(where: Path, *arguments: str) -> None:
    if os.geteuid() != 0:
        pytest.skip("mounting a filesystem needs root")
    where.mkdir(exist_ok=True)
    done = subprocess.run(
        ["mount", *arguments, str(where)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip(f"cannot mount here: {done.stderr.strip()}")


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    where = tmp_path / "small"
    mount(where, "-t", "tmpfs", "-o", "size=1m", "tmpfs")
    yield where
    subprocess.run(["umount", "-l", str(where)], check=True)


@pytest.fixture
def fat(tmp_path: Path) -> Iterator[Path]:
    """A filesystem without hard links that takes one name in any case for one file."""
    with mounted_exfat(tmp_path) as where:
        yield where


def test_a_result_has_its_name_and_the_part_is_gone(tmp_path: Path) -> None:
    """A whole part becomes the wanted name, and nothing else is left in the folder."""
    whole = write_part(part_path(tmp_path, 7), DATA)
    done = publish(whole.path, "promo.es.mp4", whole.sha256, whole.size)
    assert (done.path, done.already) == (tmp_path / "promo.es.mp4", False)
    assert visible(tmp_path) == ["promo.es.mp4"]
    assert done.path.read_bytes() == DATA


def test_a_taken_name_is_numbered_before_its_last_ending(tmp_path: Path) -> None:
    """People's files are never overwritten, links and folders of that name neither."""
    (tmp_path / "promo.es.mp4").write_bytes(b"mine")
    (tmp_path / "promo.es (2).mp4").symlink_to("/nowhere")
    (tmp_path / "promo.es (3).mp4").mkdir()
    done = publish(
        write_part(part_path(tmp_path, 7), DATA).path, "promo.es.mp4", sha(DATA), len(DATA)
    )
    assert done.path.name == "promo.es (4).mp4"
    assert (tmp_path / "promo.es.mp4").read_bytes() == b"mine"


def test_a_kill_between_link_and_unlink_is_not_a_second_result(tmp_path: Path) -> None:
    """The part with a second name is recognised, and only cleaned up."""
    part = write_part(part_path(tmp_path, 7), DATA).path
    (tmp_path / "promo.mp4").write_bytes(b"mine")
    os.link(part, tmp_path / "promo (2).mp4")
    done = publish(part, "promo.mp4", sha(DATA), len(DATA))
    assert (done.path.name, done.already) == ("promo (2).mp4", True)
    assert visible(tmp_path) == ["promo (2).mp4", "promo.mp4"]


def test_a_kill_after_everything_is_recognised_by_content_past_gaps(tmp_path: Path) -> None:
    """The part is gone: the numbered result is found although the names before it are free by
    now."""
    part = part_path(tmp_path, 7)
    (tmp_path / "promo (3).mp4").write_bytes(DATA)
    done = publish(part, "promo.mp4", sha(DATA), len(DATA))
    assert (done.path.name, done.already) == ("promo (3).mp4", True)


def test_neither_part_nor_result_says_so(tmp_path: Path) -> None:
    """Nothing to publish is an error that the stage can answer by fetching again."""
    (tmp_path / "promo.mp4").write_bytes(b"another")
    with pytest.raises(SourceGone):
        publish(part_path(tmp_path, 7), "promo.mp4", sha(DATA), len(DATA))


def test_a_part_is_never_written_through_its_published_name(tmp_path: Path) -> None:
    """Writing the part again after a kill between link and unlink leaves the published file
    alone."""
    part = write_part(part_path(tmp_path, 7), DATA).path
    os.link(part, tmp_path / "a.txt")
    write_part(part, b"other")
    assert (tmp_path / "a.txt").read_bytes() == DATA


def test_bytes_of_our_own_are_published_once(tmp_path: Path) -> None:
    """A transcript that stands there already is not published again as (2) when the stage is
    repeated."""
    part = part_path(tmp_path, 7, 2)
    first, second = (
        publish_bytes(part, "clip.srt", DATA)[1],
        publish_bytes(part, "clip.srt", DATA)[1],
    )
    assert (first.already, second.already) == (False, True)
    assert visible(tmp_path) == ["clip.srt"]


def test_what_is_surely_new_is_no_copy_of_what_is_there(tmp_path: Path) -> None:
    """The same words under a later number are somebody's: nothing is overwritten, or taken for
    ours."""
    part = part_path(tmp_path, 7, 2)
    (tmp_path / "clip (2).srt").write_bytes(DATA)
    placed = publish_bytes(part, "clip.srt", DATA, is_new=True)[1]
    assert (placed.path.name, placed.already) == ("clip.srt", False)
    assert visible(tmp_path) == ["clip (2).srt", "clip.srt"]


def test_a_filesystem_without_hard_links_takes_the_rename(fat: Path) -> None:
    """On exFAT nothing is overwritten, other spellings of one name included, and a repeat finds
    the result."""
    (fat / "x").touch()
    with pytest.raises(PermissionError):
        os.link(fat / "x", fat / "y")
    (fat / "PROMO.mp4").write_bytes(b"mine")
    part = write_part(part_path(fat, 7), DATA).path
    assert publish(part, "promo.mp4", sha(DATA), len(DATA)).path.name == "promo (2).mp4"
    assert publish(part, "promo.mp4", sha(DATA), len(DATA)).already
    assert (fat / "PROMO.mp4").read_bytes() == b"mine"
    assert visible(fat) == ["PROMO.mp4", "promo (2).mp4", "x"]


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """A filesystem that answers as vboxsf and rclone mounts do: no hard links, no flags for a
    rename."""

    def refuse(*_: object) -> None:
        raise OSError(22, "Invalid argument")

    monkeypatch.setattr(exclusive_create, "link_exclusive", lambda *_: False)
    monkeypatch.setattr(exclusive_create, "rename_exclusive", refuse)


@pytest.mark.usefixtures("bare")
def test_where_neither_link_nor_rename_exists_a_copy_takes_a_free_name(tmp_path: Path) -> None:
    """The last way overwrites nothing either and leaves nothing behind."""
    (tmp_path / "promo.mp4").write_bytes(b"mine")
    part = write_part(part_path(tmp_path, 7), DATA).path
    done = publish(part, "promo.mp4", sha(DATA), len(DATA))
    assert done.path.read_bytes() == DATA
    assert visible(tmp_path) == ["promo (2).mp4", "promo.mp4"]


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize("half", [b"", DATA[:5000], DATA[:5000] + bytes(3000)])
def test_a_copy_that_was_cut_off_is_taken_up_again(tmp_path: Path, half: bytes) -> None:
    """Its half (with the zeros that power loss leaves) is recognised and replaced by the whole."""
    part = write_part(part_path(tmp_path, 7), DATA).path
    (tmp_path / part_files.copy_marker(part.name)).write_bytes(b"promo.mp4")
    (tmp_path / "promo.mp4").write_bytes(half)
    assert publish(part, "promo.mp4", sha(DATA), len(DATA)).path.name == "promo.mp4"
    assert (tmp_path / "promo.mp4").read_bytes() == DATA
    assert visible(tmp_path) == ["promo.mp4"]


@pytest.mark.usefixtures("bare")
def test_a_finished_copy_is_not_made_again(tmp_path: Path) -> None:
    """Killed after the copy: the same size, time and content is ours."""
    part = write_part(part_path(tmp_path, 7), DATA).path
    (tmp_path / "promo.mp4").write_bytes(DATA)
    was = part.stat()
    os.utime(tmp_path / "promo.mp4", ns=(was.st_atime_ns, was.st_mtime_ns))
    assert publish(part, "promo.mp4", sha(DATA), len(DATA)).already
    assert visible(tmp_path) == ["promo.mp4"]


@pytest.mark.usefixtures("bare")
def test_a_claim_never_costs_a_person_their_file(tmp_path: Path) -> None:
    """A file under the claimed name that holds anything but our bytes stays, even when it begins
    like ours."""
    part = write_part(part_path(tmp_path, 7), DATA).path
    (tmp_path / part_files.copy_marker(part.name)).write_bytes(b"promo.mp4")
    (tmp_path / "promo.mp4").write_bytes(DATA[:100] + b"and then mine")
    assert publish(part, "promo.mp4", sha(DATA), len(DATA)).path.name == "promo (2).mp4"
    assert (tmp_path / "promo.mp4").read_bytes() == DATA[:100] + b"and then mine"


def test_a_full_disk_is_no_space_and_leaves_no_half_part(small: Path) -> None:
    """A full disk waits; what was half written is taken away again."""
    with pytest.raises(NoSpace):
        write_part(part_path(small, 7), bytes(2 * 1024 * 1024))
    assert visible(small) == []


def test_a_read_only_disk_is_passing(small: Path) -> None:
    """A filesystem that went read-only may come back: no job fails for it."""
    part = write_part(part_path(small, 7), DATA).path
    subprocess.run(["mount", "-o", "remount,ro", str(small)], check=True)
    with pytest.raises(LocalPassing):
        publish(part, "promo.mp4", sha(DATA), len(DATA))
    with pytest.raises(LocalPassing):
        ensure_folder(small, b"new")


def test_nothing_is_made_below_a_missing_root(tmp_path: Path) -> None:
    """A share that is away is waited for, not rebuilt on the local disk."""
    with pytest.raises(LocalPassing, match="not there"):
        ensure_folder(tmp_path / "share", b"dub-es/a")
    with pytest.raises(LocalPassing):
        write_part(part_path(tmp_path / "share", 7), DATA)
    with pytest.raises(LocalPassing):
        ensure_root(tmp_path / "share/done", tmp_path / "share/inbox")
    assert visible(tmp_path) == []


def test_a_removed_tree_is_made_again_beside_its_inbox(tmp_path: Path) -> None:
    """A person who deletes `done` does not stop the work as long as the inbox beside it shows
    that the share is there."""
    (tmp_path / "inbox").mkdir()
    ensure_root(tmp_path / "done", tmp_path / "inbox")
    assert (tmp_path / "done").is_dir()


def test_folders_are_mirrored_byte_for_byte(tmp_path: Path) -> None:
    """Names that are NFD, not UTF-8, or 255 bytes long are mirrored as they are."""
    relative = b"dub-es/caf\xe9/e\xcc\x81/" + b"n" * 255
    made = ensure_folder(tmp_path, relative)
    assert os.fsencode(made) == os.fsencode(tmp_path) + b"/" + relative
    assert made.is_dir()
    assert ensure_folder(tmp_path, relative) == made
    assert ensure_folder(tmp_path, b"") == tmp_path


@pytest.mark.parametrize("relative", [b"../out", b"a/../../out", b"/etc"])
def test_no_path_leads_out_of_the_tree(tmp_path: Path, relative: bytes) -> None:
    """Parent steps and absolute paths are refused."""
    with pytest.raises(LocalFinal):
        ensure_folder(tmp_path, relative)


def test_no_link_leads_out_of_the_tree(tmp_path: Path) -> None:
    """A link (or a file) in the place of a folder is refused and left alone; a root that is a
    link is the owner's will."""
    (tmp_path / "tree").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "tree/dub-es").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(LocalFinal, match="a link is where"):
        ensure_folder(tmp_path / "tree", b"dub-es/a")
    assert visible(tmp_path / "elsewhere") == []
    (tmp_path / "root").symlink_to(tmp_path / "elsewhere")
    assert ensure_folder(tmp_path / "root", b"dub-es").is_dir()


def test_group_comes_from_the_folder_and_mode_from_the_umask(tmp_path: Path) -> None:
    """In a setgid folder results and subfolders belong to the folder's group; others' bits
    follow the umask."""
    if os.geteuid() != 0:
        pytest.skip("giving a folder to another group needs root")
    os.chown(tmp_path, -1, 4242)
    os.chmod(tmp_path, 0o2775)
    before = os.umask(0o027)
    try:
        folder = ensure_folder(tmp_path, b"a")
        done = publish(
            write_part(part_path(folder, 7), DATA).path, "promo.mp4", sha(DATA), len(DATA)
        ).path
    finally:
        os.umask(before)
    assert (folder.stat().st_gid, done.stat().st_gid) == (4242, 4242)
    assert stat.S_IMODE(done.stat().st_mode) == 0o640
    assert stat.S_IMODE(folder.stat().st_mode) == 0o2750


def test_the_longest_names_are_published_and_numbered(tmp_path: Path) -> None:
    """A stem of 255 bytes gives names that every filesystem takes, numbers included."""
    name = safe_name("é".encode() * 127, ".pt-BR.mp4")
    for job in range(12):
        data = DATA + bytes([job])
        done = publish(write_part(part_path(tmp_path, job), data).path, name, sha(data), len(data))
        assert done.path.read_bytes() == data
    assert len(visible(tmp_path)) == 12
    assert max(len(os.fsencode(entry)) for entry in visible(tmp_path)) <= 255


def test_recovery_removes_only_leftovers_that_no_job_owns(tmp_path: Path) -> None:
    """Parts of unknown jobs, claims and half notes go; known parts with their claims, and
    everything of people's, stay."""
    ours = [
        ".~nemowatch-1.part",
        ".~nemowatch-1.part.to",
        ".~nemowatch-2-1.part",
        ".~nemowatch-note-00ff00ff-12ab34cd",
        ".~nemowatch-12.part",
    ]
    own = f".~nemowatch-note-{PROCESS}-12ab34cd"
    kept = [
        own,
        ".~nemowatch-3.part",
        ".~nemowatch-3.part.to",
        "promo.mp4",
        ".~other",
        ".nemowatch-owner.json",
        "a.part",
    ]
    for name in ours + kept:
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / ".~nemowatch-9.part").mkdir()
    removed = remove(leftover for leftover in find([tmp_path]) if leftover.job != 3)
    assert sorted(path.name for path in removed) == sorted(ours)
    assert visible(tmp_path) == sorted([*kept, ".~nemowatch-9.part"])
    assert remove(find([tmp_path / "none"])) == []


PUBLISHER = """
import hashlib, sys
from pathlib import Path
from nemowatch.outbox.publish import part_path, publish, write_part
folder, who = Path(sys.argv[1]), int(sys.argv[2])
for turn in range(25):
    data = f"{who}-{turn}".encode()
    whole = write_part(part_path(folder, who * 100 + turn), data)
    print(publish(whole.path, "promo.mp4", whole.sha256, whole.size).path.name)
"""


def test_many_processes_publish_one_name_without_losing_any(tmp_path: Path) -> None:
    """Four processes, a hundred results of one name: a hundred files, each with its own content."""
    running = [
        subprocess.Popen(
            [sys.executable, "-c", PUBLISHER, str(tmp_path), str(who)], stdout=subprocess.PIPE
        )
        for who in range(4)
    ]
    names = [
        line
        for process in running
        for line in process.communicate(timeout=60)[0].split(b"\n")
        if line
    ]
    assert len(names) == len(set(names)) == 100
    assert len({(tmp_path / os.fsdecode(name)).read_bytes() for name in names}) == 100
    assert len(visible(tmp_path)) == 100


def test_a_root_that_is_a_file_is_away(tmp_path: Path) -> None:
    """A file where the root should be is waited for like a missing share."""
    (tmp_path / "root").touch()
    with pytest.raises(LocalPassing):
        open_root(tmp_path / "root")


def test_a_candidate_of_another_size_is_not_read(tmp_path: Path) -> None:
    """A sparse file of terabytes under the result's name costs nothing: sizes are compared
    first."""
    folder = tmp_path / "out"
    folder.mkdir()
    with (folder / "promo.mp4").open("wb") as file:
        file.truncate(1 << 42)
    (folder / "promo (2).mp4").write_bytes(DATA)
    done = publish(part_path(folder, 7), "promo.mp4", sha(DATA), len(DATA))
    assert done.already
    assert done.path.name == "promo (2).mp4"
