"""Whether results fit: a quota counts as well as the disk, and what waits is let go when the
smallest of it fits."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from nemowatch.config.watch_section import Watch
from nemowatch.fs.space import has_room
from nemowatch.holds.disk_space import has_room as room_for
from nemowatch.model import MB

#: More than any disk of a test has.
HUGE = 1 << 43


@pytest.fixture
def quota(tmp_path: Path) -> Iterator[Path]:
    """A folder with a real quota of 10 MB on a filesystem of 200 MB; skips where none can be
    had."""
    if os.geteuid() != 0 or not all(map(shutil.which, ("mkfs.btrfs", "btrfs", "setpriv"))):
        pytest.skip("needs root, btrfs-progs and setpriv")
    image, place = tmp_path / "image", tmp_path / "disk"
    place.mkdir()
    with image.open("wb") as file:
        file.truncate(200 * MB)
    subprocess.run(["mkfs.btrfs", "-q", image], check=True, capture_output=True)
    if subprocess.run(
        ["mount", "-o", "loop", image, place], capture_output=True, check=False
    ).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        folder = place / "outbox"
        for words in (
            ["subvolume", "create", folder],
            ["quota", "enable", place],
            ["qgroup", "limit", "10M", folder],
        ):
            subprocess.run(["btrfs", *words], check=True, capture_output=True)
        os.sync()
        yield folder
    finally:
        subprocess.run(["umount", "-l", place], check=True)


def asked(folder: Path, size: int) -> str:
    """What a process answers that quotas hold for, as they do for all but root."""
    code = "import sys; from pathlib import Path; from nemowatch.fs.space import has_room\n"
    code += "print(has_room(Path(sys.argv[1]), int(sys.argv[2])))"
    command = [
        "setpriv",
        "--bounding-set",
        "-sys_resource",
        sys.executable,
        "-c",
        code,
        folder,
        str(size),
    ]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.mark.root
def test_a_quota_counts(quota: Path) -> None:
    """The disk has plenty of free bytes, and this user may have few of them. Nothing is left
    behind by the question."""
    assert shutil.disk_usage(quota).free > 50 * MB
    assert (asked(quota, 8 * MB), asked(quota, 12 * MB), asked(quota, 8 * MB)) == (
        "True",
        "False",
        "True",
    )
    assert list(quota.iterdir()) == []


def test_a_disk_counts_and_a_folder_that_is_away_does_not(tmp_path: Path) -> None:
    """What is missing there is not the space."""
    assert has_room(tmp_path, MB)
    assert not has_room(tmp_path, HUGE)
    assert has_room(tmp_path / "away", HUGE)


def test_what_waits_is_let_go_when_the_smallest_fits(tmp_path: Path) -> None:
    """Less what of it stands in its part file already; what another outbox waits for does not
    count."""
    watch = Watch(root=tmp_path)
    watch.outbox.mkdir()
    large, begun = watch.outbox / "large", watch.outbox / "begun"
    assert not room_for(watch, [(large, HUGE)])
    assert room_for(watch, [(large, HUGE), (watch.outbox / "small", MB)])
    begun.touch()
    os.truncate(begun, HUGE - 5)
    assert room_for(watch, [(begun, HUGE)])
    assert room_for(watch, [(tmp_path / "elsewhere" / "large", HUGE)])
    assert room_for(watch, [])
