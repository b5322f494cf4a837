"""What the mount table says: which filesystems are watched, and roots whose share is away."""

from __future__ import annotations

from pathlib import Path

import pytest

from nemowatch.clock import ManualClock
from nemowatch.fs.mounts import Ground, Mode, MountTable, mode_of, parse, tells_leases
from nemowatch.intake.watch.health import Health, HealthState, HealthTracker
from nemowatch.intake.watch.liveness import REPAIR_MOST, Backoff, Identity, is_lost_mount, uncovered
from nemowatch.intake.watch.mount_history import MountHistory
from tests.rigs.rows import each_row

TABLE = """\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:40 / /mnt/nas\\040one rw - nfs4 srv:/x rw
31 22 0:41 / /data rw - tmpfs tmpfs rw
32 31 0:42 / /data/in rw - fuse.bindfs /back ro
33 22 0:43 / /data rw - ext4 /dev/sdb1 rw
cut short
"""


def test_the_mount_table_answers_by_what_is_visible() -> None:
    """Escapes are read; a mount over another hides it and what is below it."""
    table = MountTable(parse(TABLE))
    assert table.at(b"/mnt/nas one/inbox").fstype == "nfs4"
    assert table.at(b"/mnt/nas").fstype == "ext4"
    assert table.at(b"/data/in/x").id == 33
    assert table.below(b"/data") == ()
    before = MountTable(parse(TABLE.replace("33 22", "33 9999")))
    assert before.at(b"/data/in/x").fstype == "fuse.bindfs"
    assert [m.id for m in before.below(b"/data")] == [32]
    assert before.concerns(b"/data") != table.concerns(b"/data")


@each_row(
    ["gpfs", "cvfs", "panfs", "wekafs", "fakeowner", "fhgfs", "quobyte", "brandnewfs", "unknown"]
)
def test_an_unknown_filesystem_is_watched_and_scanned(fstype: str) -> None:
    """A filesystem that nobody knows may be written by other hosts: events are not the whole
    truth there, and no lease is believed."""
    assert mode_of(fstype) is Mode.BOTH
    assert not tells_leases(fstype)


@each_row(
    [
        "ext2",
        "ext3",
        "ext4",
        "xfs",
        "btrfs",
        "zfs",
        "f2fs",
        "bcachefs",
        "overlay",
        "tmpfs",
        "ntfs3",
        "vfat",
        "exfat",
    ]
)
def test_a_local_filesystem_is_watched_and_its_leases_believed(fstype: str) -> None:
    """Where only this kernel writes, its events and its leases are the truth."""
    assert mode_of(fstype) is Mode.EVENTS
    assert tells_leases(fstype)


def test_modes_follow_the_filesystem() -> None:
    """Shares and FUSE are scanned, local disks watched, array filesystems both; leases only
    count on local disks."""
    assert mode_of("nfs4") is mode_of("cifs") is mode_of("fuse.sshfs") is Mode.SCAN
    assert mode_of("ext4") is mode_of("overlay") is mode_of("fuseblk") is Mode.EVENTS
    assert mode_of("fuse.shfs") is Mode.BOTH
    assert tells_leases("ext4")
    assert not tells_leases("fuseblk")
    assert not tells_leases("nfs")


def test_health_reports_each_change_once_and_trouble_needs_a_reason() -> None:
    """The same state twice is told once; a trouble without a reason is refused."""
    told: list[Health] = []
    clock = ManualClock()
    tracker = HealthTracker(clock, told.append)
    assert tracker.become(HealthState.SCANNING, "nfs4", "scan")
    assert not tracker.become(HealthState.SCANNING, "nfs4", "scan")
    assert str(tracker.now) == "scanning (nfs4)"
    with pytest.raises(ValueError, match="reason"):
        tracker.become(HealthState.DEGRADED)
    clock.advance(5)
    tracker.become(HealthState.OFFLINE, "it is not there")
    since = tracker.now.since
    clock.advance(5)
    tracker.become(HealthState.OFFLINE, "it does not answer")
    assert tracker.now.since == since
    assert str(tracker.now).startswith("offline since 20")
    tracker.become(HealthState.HELD, "nas2")
    assert str(tracker.now) == "held by nas2"
    assert len(told) == 4


def test_repairs_begin_soon_and_back_off_to_an_hour() -> None:
    """Seconds first, then a minute, doubling, never more than an hour; a success starts over."""
    backoff, waits = Backoff(), []
    for _ in range(16):
        backoff.tried(0)
        waits.append(backoff.due_at)
    assert waits[0] < 5
    assert 60 in waits
    assert waits == sorted(waits)
    assert waits[-1] == REPAIR_MOST
    backoff.worked()
    backoff.tried(0)
    assert backoff.due_at == waits[0]


def test_coverage_counts_what_is_not_watched() -> None:
    """Missing inodes count; where numbers differ altogether (overlay) the counts are compared."""
    assert uncovered({1, 2, 3}, {1, 2, 3, 9}) == 0
    assert uncovered({1, 2, 3}, {1, 2}) == 1
    assert uncovered({1, 2, 3}, {11, 12, 13, 14}) == 0
    assert uncovered({1, 2, 3}, {11}) == 2


def test_an_empty_folder_where_a_share_was_is_a_share_that_is_away() -> None:
    """Only an empty folder that is no mount any more counts as lost; a filled one is somebody's
    decision."""
    plain = Identity(1, 2, Ground(b"", "ext4", ""), frozenset(), False)
    assert is_lost_mount(Ground(b"", "nfs4", ""), True, plain, lambda: True)
    assert is_lost_mount(Ground(b"", "tmpfs", ""), True, plain, lambda: True)
    assert not is_lost_mount(Ground(b"", "nfs4", ""), True, plain, lambda: False)
    assert not is_lost_mount(Ground(b"", "ext4", ""), False, plain, lambda: True)
    assert not is_lost_mount(
        Ground(b"", "nfs4", ""),
        True,
        Identity(1, 2, Ground(b"", "nfs4", ""), frozenset(), True),
        lambda: True,
    )


def test_a_workspace_that_lay_on_a_share_is_away_with_it() -> None:
    """The inbox need not be the mount point itself; the same disk by another mount is no loss."""
    disk = Identity(1, 2, Ground(b"/", "ext4", "/dev/sda1"), frozenset(), False)
    assert is_lost_mount(Ground(b"/mnt/nas", "nfs4", "nas:/x"), False, disk, lambda: True)
    assert is_lost_mount(Ground(b"/mnt/disk", "ext4", "/dev/sdb1"), False, disk, lambda: True)
    assert not is_lost_mount(Ground(b"/mnt/nas", "nfs4", "nas:/x"), False, disk, lambda: False)
    assert not is_lost_mount(Ground(b"/srv", "ext4", "/dev/sda1"), False, disk, lambda: True)
    assert not is_lost_mount(Ground(b"/", "ext4", "/dev/sdb1"), False, disk, lambda: True)
    over = Identity(1, 2, Ground(b"/mnt/disk", "tmpfs", "tmpfs"), frozenset(), True)
    assert not is_lost_mount(Ground(b"/", "ext4", "/dev/sda1"), False, over, lambda: True), (
        "mounted over is mounted"
    )


def _mounted(*lines: tuple[str, str, str]) -> MountTable:
    """A table of (point, type, source) below a local root."""
    rows = ["1 1 8:1 / / rw - ext4 /dev/sda1 rw"]
    for number, (point, fstype, source) in enumerate(lines, 2):
        rows.append(
            f"{number} {number - 1} 8:{sum(source.encode())} / {point} rw - {fstype} {source} rw"
        )
    return MountTable(parse("\n".join(rows)))


def test_what_a_mount_below_hides_is_known_and_another_name_of_the_root_is_no_change() -> None:
    """A disk that is found under another name after a while is the same place; one put over a
    folder, or taken away, is not."""
    root, disk = Path("/srv/studio"), ("/srv", "ext4", "/dev/sdb1")
    grounds = MountHistory()
    grounds.learn(root, _mounted(disk), 100)
    grounds.learn(root, _mounted(("/srv", "ext4", "/dev/sdc1")), 200)
    assert not grounds.changed(b"dub-es/a.mp4", 150)
    grounds.learn(root, _mounted(disk, ("/srv/studio/dub-es", "tmpfs", "tmpfs")), 300)
    assert grounds.changed(b"dub-es/a.mp4", 150)
    assert not grounds.changed(b"dub-fr/a.mp4", 150)
    assert not grounds.changed(b"dub-es/a.mp4", 350)
    grounds.learn(root, _mounted(disk), 400)
    assert grounds.changed(b"dub-es/a.mp4", 350)
    assert not grounds.changed(b"dub-es/a.mp4", 150)
