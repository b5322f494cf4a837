"""The pure parts of intake: names, mounts, stillness, health, backoff, coverage."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemowatch.clock import ManualClock
from nemowatch.fs.lease import Lease
from nemowatch.fs.mounts import Ground, Mode, MountTable, mode_of, parse, tells_leases
from nemowatch.intake.ready.settle_rules import SettleRule
from nemowatch.intake.ready.stability import Observation, TrackedFile, Verdict
from nemowatch.intake.ready.tracked_files import TrackedFiles
from nemowatch.intake.ready.waiting_reasons import why
from nemowatch.intake.scan import ignored_names
from nemowatch.intake.scan.file_names import stem_of
from nemowatch.intake.scan.ignore import Ignore, NameClass
from nemowatch.intake.scan.paths import as_text
from nemowatch.intake.watch.health import Health, HealthState, HealthTracker
from nemowatch.intake.watch.liveness import REPAIR_MOST, Backoff, Identity, is_lost_mount, uncovered
from nemowatch.intake.watch.mount_history import MountHistory
from nemowatch.model import Snapshot

IGNORED = [
    "a.part",
    "a.PARTIAL",
    "a.filepart",
    "a.crdownload",
    "a.download",
    "a.opdownload",
    "a.tmp",
    "a.Temp",
    "a.uploading",
    "a.aria2",
    "a.!qB",
    "a.!ut",
    "a.ytdl",
    "a.crswap",
    "a.swp",
    "a.kate-swp",
    "a.unmanic.part",
    "a.fftemp",
    "._a.mp4",
    ".~a",
    "~$a.docx",
    ".~lock.a#",
    ".syncthing.a.mp4.tmp",
    "~syncthing~a.tmp",
    ".nfs0001",
    ".fuse_hidden1",
    ".goutputstream-X",
    ".org.chromium.x",
    ".com.google.Chrome.x",
    ".a.mp4.Xy12Zz",
    "a.ocTransferId1.part",
    "a.0123abcd.partial",
    "a.mp4.sb-1234-Xy",
    "~x.tmp",
    "a.mp4~",
    ".DS_Store",
    "DESKTOP.INI",
    "Thumbs.db",
    "ehthumbs.db",
    ".localized",
    ".directory",
    ".apdisk",
    ".stignore",
    ".nosync",
    ".dropbox",
    ".dropbox.attr",
    ".sync.ffs_db",
    "a@SynoResource",
    "a@SynoEAStream",
]
FOLDERS = [
    "@eaDir",
    "#recycle",
    "#snapshot",
    "@tmp",
    "@sharebin",
    "@Recycle",
    ".@__thumb",
    "@Recently-Snapshot",
    "@Transcode",
    ".streams",
    ".qsync",
    ".SynologyWorkingDirectory",
    "$RECYCLE.BIN",
    ".Trash-1000",
    ".Trashes",
    ".Spotlight-V100",
    ".fseventd",
    ".TemporaryItems",
    ".DocumentRevisions-V100",
    "__MACOSX",
    "lost+found",
    ".snapshot",
    ".zfs",
    ".stfolder",
    ".stversions",
    ".dropbox.cache",
    ".sync",
    ".git",
    ".hidden",
]


@pytest.mark.parametrize("name", [*IGNORED, "Icon\r"])
def test_names_of_the_list_are_ignored_in_any_case_and_say_why(name: str) -> None:
    """Every line of the ignore list holds, whatever its case."""
    for form in (name, name.upper(), name.lower()):
        verdict = Ignore().name(form.encode())
        assert verdict.kind is NameClass.IGNORED, form
        assert verdict.why


@pytest.mark.parametrize("name", [*FOLDERS, "System Volume Information"])
def test_folders_of_the_list_are_never_entered(name: str) -> None:
    """Every folder of the list is pruned, and so is all below it."""
    assert Ignore().name(name.upper().encode(), folder=True).kind is NameClass.IGNORED
    assert Ignore().path(b"dub-es/" + name.encode() + b"/clip.mp4").kind is NameClass.IGNORED
    assert Ignore().path(b"dub-es/" + name.encode(), folder=True).kind is NameClass.IGNORED


@pytest.mark.parametrize("name", sorted(ignored_names.FOLDERS))
def test_bins_versions_and_staging_folders_are_never_entered(name: str) -> None:
    """Whatever the list names is pruned in any case, with its reason."""
    for form in (name, name.upper()):
        verdict = Ignore().name(form.encode(), folder=True)
        assert verdict.kind is NameClass.IGNORED
        assert verdict.why


@pytest.mark.parametrize(
    "name",
    [
        "_UNPACK_Show.S01",
        "_FAILED_Show.S01",
        "Wedding.fcpbundle",
        "iMovie Library.imovielibrary",
        "Photos Library.photoslibrary",
        "Sequence 01.PRV",
        "found.000",
        ".Trash-1000",
    ],
)
def test_packages_and_what_programs_unpack_are_never_entered(name: str) -> None:
    """A package is one thing to its program: nothing in it is work."""
    path = f"dub-es/{name}/clip.mp4".encode()
    assert Ignore().path(path).kind is NameClass.IGNORED
    assert Ignore().name(name.encode(), folder=True).why


@pytest.mark.parametrize(
    "name", ["dub-es", "clientA", "final cut", "Recycling campaign", "media", "snapshot day"]
)
def test_folders_of_people_are_entered(name: str) -> None:
    """Ordinary words are no bin and no cache."""
    assert Ignore().name(name.encode(), folder=True).kind is NameClass.WORK


@pytest.mark.parametrize(
    "name", ["a.mp4.download", "a.mp4.sb-1a2b-c", "x.part", "~syncthing~a.tmp", "~$a"]
)
def test_folders_that_a_program_still_fills_are_never_entered(name: str) -> None:
    """Safari and macOS put a file that is not whole into a folder of its own."""
    assert Ignore().path(f"dub-es/{name}/a.mp4".encode()).kind is NameClass.IGNORED


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a (Conflict 1).mp4", NameClass.CONFLICT),
        ("nemowatch - Read Me.txt", NameClass.OURS),
        ("a.mp4.error.txt", NameClass.OURS),
        ("PAUSE", NameClass.OURS),
        ("Pause.TXT", NameClass.OURS),
        ("approve", NameClass.OURS),
        ("prompt.txt.txt", NameClass.OURS),
        ("a.es.mp4.revise.txt.txt", NameClass.OURS),
        (".~nemowatch-7.part", NameClass.OURS),
        (".nemowatch-owner.json", NameClass.OURS),
        ("a.question.txt", NameClass.OURS),
        ("a.answer.txt", NameClass.OURS),
        ("clip.mp4", NameClass.WORK),
        ("part.mp4", NameClass.WORK),
        ("my.tmp.mp4", NameClass.WORK),
        ("tmp", NameClass.WORK),
        ("paused.mp4", NameClass.WORK),
        ("prompt.mp4", NameClass.WORK),
    ],
)
def test_conflicts_and_our_own_names_are_told_apart_from_work(name: str, kind: NameClass) -> None:
    """Conflict copies are held, ours are never sources, everything else is work."""
    assert Ignore().name(name.encode()).kind is kind


@pytest.mark.parametrize(
    "name",
    [
        "talk.sync-conflict-20240131-120000-ABCDEFG.mp4",
        "talk (Anna's conflicted copy 2024-01-31).mp4",
        "talk (conflicted copy 2024-01-31 120000).mp4",
        "talk (PC-7's conflicted copy 2024-01-31 (1)).mp4",
        "talk (In Konflikt stehende Kopie von Anna 2024-01-31).mp4",
        "talk (Copie en conflit de Anna 2024-01-31).mp4",
        "talk (Copia en conflicto de Anna 2024-01-31).mp4",
        "talk (Anna の競合コピー 2024-01-31).mp4",
        "talk (конфликтующая копия Anna 2024-01-31).mp4",
        "talk (Annas konfliktkopia 2024-01-31).mp4",
        "talk (Case Conflict 1).mp4",
        "talk (Unicode Encoding Conflict).mp4",
        "talk (case clash from 2024-01-31 120000).mp4",
        "talk (conflicting copy).mp4",
        "talk[Conflict].mp4",
        "talk (conflicted).mp4",
        "talk_conflict-20240131-120000.mp4",
        "talk_conflict-anna-20240131-120000.mp4",
        "talk (SFConflict anna@example.com 2024-01-31-12-00-00).mp4",
        "talk_DiskStation_Jan-31-120000-2024_Conflict.mp4",
        "talk-DESKTOP-AB12CD3.mp4",
        "talk-LAPTOP-AB12CD3-2.mp4",
        "talk-studio-safeBackup-0001.mp4",
        "talk.conflict1.mp4",
    ],
)
def test_copies_that_sync_clients_make_of_a_conflict_are_told_by_their_forms(name: str) -> None:
    """In any case, composed or not, as a file and as a folder."""
    for form in (name, name.upper(), unicodedata.normalize("NFD", name)):
        assert Ignore().name(form.encode()).kind is NameClass.CONFLICT, form
    folder = name.removesuffix(".mp4").encode()
    assert Ignore().path(b"dub-es/" + folder + b"/clip.mp4").kind is NameClass.CONFLICT


@pytest.mark.parametrize(
    "name",
    [
        "Conflict.mp4",
        "conflict resolution.mp4",
        "talk (conflict resolution).mp4",
        "talk (Conflict of Interest, part 2).mp4",
        "The_conflict-in-Syria.mp4",
        "sync-conflict-explained.mp4",
        "How Dropbox makes a conflicted copy.mp4",
        "interview (2024-01-31).mp4",
        "Konflikt am Arbeitsplatz (Teil 1).mp4",
        "Der Konflikt 2024-01-31.mp4",
        "talk (1).mp4",
        "talk-desktop-version.mp4",
        "talk-laptop.mp4",
        "win-win-situations.mp4",
        "armed_conflict.mp4",
        "The.Conflict.mp4",
    ],
)
def test_conflict_as_an_ordinary_word_is_no_conflict_copy(name: str) -> None:
    """Only what a client puts around the word counts."""
    assert Ignore().name(name.encode()).kind is NameClass.WORK


def test_own_patterns_are_added_and_odd_bytes_are_no_obstacle() -> None:
    """A user's pattern adds to the list; names that are not UTF-8 are judged too."""
    own = Ignore(("*.DRAFT.mp4",))
    assert own.name(b"a.draft.MP4").kind is NameClass.IGNORED
    assert own.name(b"a.part").kind is NameClass.IGNORED
    assert own.name(b"caf\xe9.mp4").kind is NameClass.WORK


@given(st.binary(min_size=1, max_size=255).filter(lambda b: b"/" not in b and b"\0" not in b))
def test_any_name_gets_a_verdict_and_a_valid_text(name: bytes) -> None:
    """No byte string breaks the list, the stem or the text of a name."""
    Ignore().name(name)
    assert stem_of(name)
    as_text(name).encode("utf-8")


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


@pytest.mark.parametrize(
    "fstype",
    ["gpfs", "cvfs", "panfs", "wekafs", "fakeowner", "fhgfs", "quobyte", "brandnewfs", "unknown"],
)
def test_an_unknown_filesystem_is_watched_and_scanned(fstype: str) -> None:
    """A filesystem that nobody knows may be written by other hosts: events are not the whole
    truth there, and no lease is believed."""
    assert mode_of(fstype) is Mode.BOTH
    assert not tells_leases(fstype)


@pytest.mark.parametrize(
    "fstype",
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
    ],
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


LOCAL = SettleRule(10, local=True, leases=True)
SHARE = SettleRule(30, local=False, blocks=False)
WHOLE = Snapshot(10_000, 5, 5, 24, 1, 2)


def test_a_closed_file_that_nobody_writes_is_ready_after_a_second() -> None:
    """The short cut: a close that was seen, a granted lease, all blocks."""
    tracked = TrackedFile(Observation(WHOLE, 100, Lease.FREE, 100), LOCAL)
    assert tracked.verdict() is Verdict.WAIT
    tracked.see(Observation(WHOLE, 100.9, Lease.FREE))
    assert tracked.verdict() is Verdict.WAIT
    tracked.see(Observation(WHOLE, 101, Lease.FREE))
    assert tracked.verdict() is Verdict.READY


@pytest.mark.parametrize(
    "look",
    [
        Observation(WHOLE, 100, Lease.UNKNOWN, 100),
        Observation(WHOLE, 100, Lease.FREE),
        Observation(replace(WHOLE, blocks=8), 100, Lease.FREE, 100),
    ],
)
def test_without_lease_event_or_blocks_the_whole_time_is_waited(look: Observation) -> None:
    """No short cut for a foreign owner, a file found by a scan, or one whose blocks do not cover
    its size."""
    tracked = TrackedFile(look, LOCAL)
    tracked.see(replace(look, at=109.9, event_at=-1))
    assert tracked.verdict() is Verdict.WAIT
    tracked.see(replace(look, at=110, event_at=-1))
    assert tracked.verdict() is Verdict.READY


def test_a_writer_is_never_outwaited_and_its_end_begins_the_wait() -> None:
    """Refused leases mean not ready for ever; after the last one the stillness begins."""
    tracked = TrackedFile(Observation(WHOLE, 0, Lease.WRITER), LOCAL)
    for hour in range(1, 50):
        tracked.see(Observation(WHOLE, hour * 3600, Lease.WRITER))
        assert tracked.verdict() is Verdict.WRITER
    tracked.see(Observation(WHOLE, 49 * 3600 + 5, Lease.FREE))
    assert tracked.verdict() is Verdict.WAIT
    tracked.see(Observation(WHOLE, 49 * 3600 + 10, Lease.FREE))
    assert tracked.verdict() is Verdict.READY


def test_empty_files_and_placeholders_are_never_ready() -> None:
    """No byte, or a size without blocks, waits for ever; where blocks are not told, the content
    decides."""
    empty, hollow = replace(WHOLE, size=0, blocks=0), replace(WHOLE, blocks=0)
    for look, verdict in ((empty, Verdict.EMPTY), (hollow, Verdict.PLACEHOLDER)):
        tracked = TrackedFile(Observation(look, 0), LOCAL)
        tracked.see(Observation(look, 1e6))
        assert tracked.verdict() is verdict
        assert why(tracked, 1e6)
    share = TrackedFile(Observation(hollow, 0), SHARE)
    share.see(Observation(hollow, 30))
    assert share.verdict() is Verdict.READY


def test_a_writer_that_opens_again_for_each_piece_loses_the_short_cut() -> None:
    """Closed, grown and closed again: from then on the whole settle time counts."""
    tracked = TrackedFile(Observation(WHOLE, 0, Lease.FREE, 0), LOCAL)
    more = replace(WHOLE, size=20_000, mtime_ns=6, ctime_ns=6, blocks=40)
    tracked.see(Observation(more, 0.8, Lease.FREE, 0.8))
    tracked.see(Observation(more, 2.5, Lease.FREE))
    assert tracked.verdict() is Verdict.WAIT


def test_a_writer_that_kept_it_open_all_the_time_keeps_the_short_cut() -> None:
    """Created, grown under one open descriptor, closed: a second after the close is enough."""
    tracked = TrackedFile(Observation(WHOLE, 0, Lease.WRITER, 0), LOCAL)
    more = replace(WHOLE, size=20_000, mtime_ns=6, ctime_ns=6, blocks=40)
    tracked.see(Observation(more, 5, Lease.FREE, 5))
    tracked.see(Observation(more, 6, Lease.FREE))
    assert tracked.verdict() is Verdict.READY


def test_the_short_cut_counts_from_the_close() -> None:
    """A writer that wrote nothing for some time before it closed may still open again at once."""
    tracked = TrackedFile(Observation(WHOLE, 0, Lease.WRITER), LOCAL)
    tracked.see(Observation(WHOLE, 5, Lease.FREE, 5))
    assert tracked.verdict() is Verdict.WAIT
    assert tracked.next_at == 6
    tracked.see(Observation(WHOLE, 6, Lease.FREE))
    assert tracked.verdict() is Verdict.READY


def test_a_writer_found_after_a_close_has_opened_the_file_again() -> None:
    """Pieces that take long are met while they are written: their closes are no short cut
    either."""
    tracked = TrackedFile(Observation(WHOLE, 0, Lease.FREE, 0), LOCAL)
    more = replace(WHOLE, size=20_000, mtime_ns=6, ctime_ns=6, blocks=40)
    tracked.see(Observation(more, 0.9, Lease.WRITER))
    tracked.see(Observation(more, 2, Lease.FREE, 2))
    tracked.see(Observation(more, 3, Lease.FREE))
    assert tracked.verdict() is Verdict.WAIT


def test_inode_numbers_of_shares_may_change_without_a_change() -> None:
    """On FUSE the kernel may make up new inode numbers; locally another inode is another file."""
    other = replace(WHOLE, ino=99, dev=7)
    for rule, still in ((SHARE, 5), (LOCAL, 0)):
        tracked = TrackedFile(Observation(WHOLE, 0), rule)
        tracked.see(Observation(other, 5))
        assert tracked.still == still


@given(
    st.lists(
        st.tuples(st.floats(0.01, 40), st.booleans(), st.sampled_from(list(Lease)), st.booleans()),
        max_size=40,
    ),
    st.sampled_from([LOCAL, SHARE, SettleRule(0.2, local=True, leases=True)]),
)
def test_whatever_happens_ready_means_still_and_nobody_writing(
    steps: list[tuple[float, bool, Lease, bool]], rule: SettleRule
) -> None:
    """For any sequence of looks: ready only after the quick time without a change and without a
    writer, and after the whole settle time at the latest."""
    now, version, quiet_since, told = 0.0, 5, 0.0, Lease.NOT_ASKED
    tracker = TrackedFiles()
    tracked = tracker.see(b"f", Observation(WHOLE, now), rule)
    for step, changes, lease, event in steps:
        now += step
        version += changes
        look = replace(WHOLE, mtime_ns=version, ctime_ns=version)
        if changes or lease is Lease.WRITER:
            quiet_since = now
        tracked = tracker.see(b"f", Observation(look, now, lease, now if event else -1), rule)
        still = now - quiet_since
        # a scan takes no answer back
        told = lease if changes or lease is not Lease.NOT_ASKED else told
        if tracked.verdict() is Verdict.READY:
            assert still >= rule.quick
            assert told is not Lease.WRITER
        if still >= rule.settle and told is not Lease.WRITER:
            assert tracked.verdict() is Verdict.READY
        assert tracked.next_at >= now
        assert tracked.next_at - now <= rule.check_every + 1e-6


def test_looks_are_due_more_often_than_half_the_settle_time() -> None:
    """A pause of half the settle time is always seen as one."""
    for settle in (0.2, 1, 10):
        tracked = TrackedFile(Observation(WHOLE, 0), SettleRule(settle, local=True))
        assert tracked.next_at <= settle / 2


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


def test_a_scan_neither_revokes_an_answer_nor_delays_a_check() -> None:
    """Scans ask for no lease: what was known of writers stands, and files that are looked at
    seldom keep their turn."""
    tracked = TrackedFile(Observation(WHOLE, 0, Lease.FREE, 0), LOCAL)
    tracked.see(Observation(WHOLE, 0.5))
    assert tracked.next_at == 1.0
    tracked.see(Observation(WHOLE, 1.0, Lease.FREE))
    assert tracked.verdict() is Verdict.READY
    tracked.block("cut short")
    due = tracked.next_at
    for at in range(2, 40, 3):
        tracked.see(Observation(WHOLE, at))
    assert tracked.next_at == max(due, 38)


def test_a_piece_that_had_to_wait_is_a_piece_that_was_closed() -> None:
    """A writer that opens again after a piece that asked for the whole settle time has no short
    cut for the next one."""
    tracked = TrackedFile(Observation(WHOLE, 0, Lease.FREE, 0), LOCAL)
    tracked.see(Observation(WHOLE, 1, Lease.FREE))
    tracked.no_short_cut(1)
    more = replace(WHOLE, size=20_000, mtime_ns=6, ctime_ns=6, blocks=40)
    tracked.see(Observation(more, 1.5, Lease.FREE, 1.5))
    tracked.see(Observation(more, 3, Lease.FREE))
    assert tracked.verdict() is Verdict.WAIT


def test_a_file_that_waits_for_a_settling_one_is_checked_as_before() -> None:
    """A clip and its text never wait for each other's next look; what is stuck is checked
    seldom, and keeps nobody busy."""
    tracker = TrackedFiles()
    tracked = tracker.see(b"f", Observation(WHOLE, 0, Lease.FREE, 0), LOCAL)
    tracker.see(b"f", Observation(WHOLE, 1, Lease.FREE), LOCAL)
    tracked.block("waits for its text", soon=True)
    assert tracked.next_at <= 1 + LOCAL.check_every
    assert tracker.busy() == 1
    tracked.block("cut short")
    assert tracked.next_at > 10
    assert tracker.busy() == 0


def _mounted(*lines: tuple[str, str, str]) -> MountTable:
    """A table of (point, type, source) below a local root."""
    rows = ["1 1 8:1 / / rw - ext4 /dev/sda1 rw"]
    for number, (point, fstype, source) in enumerate(lines, 2):
        rows.append(
            f"{number} {number - 1} 8:{sum(source.encode())} / {point} rw - {fstype} {source} rw"
        )
    return MountTable(parse("\n".join(rows)))


def test_what_a_mount_below_the_root_hides_is_known_and_another_name_of_the_root_s_own_is_no_change() -> (
    None
):
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
