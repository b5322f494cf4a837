"""When a file has settled, and when it is looked at again."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemowatch.fs.lease import Lease
from nemowatch.intake.ready.settle_rules import SettleRule
from nemowatch.intake.ready.stability import GIVE_UP, Observation, StillnessVerdict, TrackedFile
from nemowatch.intake.ready.tracked_files import TrackedFiles
from nemowatch.intake.ready.waiting_reasons import why
from nemowatch.intake.records import FileProblem
from nemowatch.model import Snapshot

LOCAL = SettleRule(10, local=True, leases=True)


SHARE = SettleRule(30, local=False, blocks=False)


WHOLE = Snapshot(10_000, 5, 5, 24, 1, 2)


def test_a_closed_file_that_nobody_writes_is_ready_after_a_second() -> None:
    """The short cut: a close that was seen, a granted lease, all blocks."""
    tracked = TrackedFile(Observation(WHOLE, 100, Lease.FREE, 100), LOCAL)
    assert tracked.verdict() is StillnessVerdict.WAIT
    tracked.see(Observation(WHOLE, 100.9, Lease.FREE))
    assert tracked.verdict() is StillnessVerdict.WAIT
    tracked.see(Observation(WHOLE, 101, Lease.FREE))
    assert tracked.verdict() is StillnessVerdict.READY


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
    assert tracked.verdict() is StillnessVerdict.WAIT
    tracked.see(replace(look, at=110, event_at=-1))
    assert tracked.verdict() is StillnessVerdict.READY


def test_a_writer_is_never_outwaited_and_its_end_begins_the_wait() -> None:
    """Refused leases mean not ready for ever; after the last one the stillness begins."""
    tracked = TrackedFile(Observation(WHOLE, 0, Lease.WRITER), LOCAL)
    for hour in range(1, 50):
        tracked.see(Observation(WHOLE, hour * 3600, Lease.WRITER))
        assert tracked.verdict() is StillnessVerdict.WRITER
    tracked.see(Observation(WHOLE, 49 * 3600 + 5, Lease.FREE))
    assert tracked.verdict() is StillnessVerdict.WAIT
    tracked.see(Observation(WHOLE, 49 * 3600 + 10, Lease.FREE))
    assert tracked.verdict() is StillnessVerdict.READY


def test_empty_files_and_placeholders_are_never_ready() -> None:
    """No byte, or a size without blocks, waits for ever; where blocks are not told, the content
    decides."""
    empty, hollow = replace(WHOLE, size=0, blocks=0), replace(WHOLE, blocks=0)
    for look, verdict in ((empty, StillnessVerdict.EMPTY), (hollow, StillnessVerdict.PLACEHOLDER)):
        tracked = TrackedFile(Observation(look, 0), LOCAL)
        tracked.see(Observation(look, 1e6))
        assert tracked.verdict() is verdict
        assert why(tracked, 1e6)
    share = TrackedFile(Observation(hollow, 0), SHARE)
    share.see(Observation(hollow, 30))
    assert share.verdict() is StillnessVerdict.READY


def test_a_file_that_only_waits_for_its_turn_is_not_said_to_be_copied() -> None:
    """Once it has kept still for long enough: as checked, or for all that was seen of it where its
    check comes late."""
    checked = TrackedFile(Observation(WHOLE, 100, Lease.FREE, 100), LOCAL)
    assert why(checked, 100.5) == "still being copied (0 s)"
    checked.see(Observation(WHOLE, 101, Lease.FREE))
    assert why(checked, 150) == "waits its turn to be taken (50 s)"
    late = TrackedFile(Observation(WHOLE, 100), LOCAL)
    assert why(late, 109) == "still being copied (9 s)"
    assert why(late, 149) == "waits its turn to be taken (49 s)"
    late.see(Observation(replace(WHOLE, size=20_000, blocks=40), 149))
    assert why(late, 150) == "still being copied (50 s)"
    late.see(Observation(late.last, 151, Lease.WRITER))
    assert "another program has it open" in why(late, 500)


def test_a_writer_that_opens_again_for_each_piece_loses_the_short_cut() -> None:
    """Closed, grown and closed again: from then on the whole settle time counts."""
    tracked = TrackedFile(Observation(WHOLE, 0, Lease.FREE, 0), LOCAL)
    more = replace(WHOLE, size=20_000, mtime_ns=6, ctime_ns=6, blocks=40)
    tracked.see(Observation(more, 0.8, Lease.FREE, 0.8))
    tracked.see(Observation(more, 2.5, Lease.FREE))
    assert tracked.verdict() is StillnessVerdict.WAIT


def test_a_writer_that_kept_it_open_all_the_time_keeps_the_short_cut() -> None:
    """Created, grown under one open descriptor, closed: a second after the close is enough."""
    tracked = TrackedFile(Observation(WHOLE, 0, Lease.WRITER, 0), LOCAL)
    more = replace(WHOLE, size=20_000, mtime_ns=6, ctime_ns=6, blocks=40)
    tracked.see(Observation(more, 5, Lease.FREE, 5))
    tracked.see(Observation(more, 6, Lease.FREE))
    assert tracked.verdict() is StillnessVerdict.READY


def test_the_short_cut_counts_from_the_close() -> None:
    """A writer that wrote nothing for some time before it closed may still open again at once."""
    tracked = TrackedFile(Observation(WHOLE, 0, Lease.WRITER), LOCAL)
    tracked.see(Observation(WHOLE, 5, Lease.FREE, 5))
    assert tracked.verdict() is StillnessVerdict.WAIT
    assert tracked.next_at == 6
    tracked.see(Observation(WHOLE, 6, Lease.FREE))
    assert tracked.verdict() is StillnessVerdict.READY


def test_a_writer_found_after_a_close_has_opened_the_file_again() -> None:
    """Pieces that take long are met while they are written: their closes are no short cut
    either."""
    tracked = TrackedFile(Observation(WHOLE, 0, Lease.FREE, 0), LOCAL)
    more = replace(WHOLE, size=20_000, mtime_ns=6, ctime_ns=6, blocks=40)
    tracked.see(Observation(more, 0.9, Lease.WRITER))
    tracked.see(Observation(more, 2, Lease.FREE, 2))
    tracked.see(Observation(more, 3, Lease.FREE))
    assert tracked.verdict() is StillnessVerdict.WAIT


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
        if tracked.verdict() is StillnessVerdict.READY:
            assert still >= rule.quick
            assert told is not Lease.WRITER
        if still >= rule.settle and told is not Lease.WRITER:
            assert tracked.verdict() is StillnessVerdict.READY
        assert tracked.next_at >= now
        assert tracked.next_at - now <= rule.check_every + 1e-6


def test_looks_are_due_more_often_than_half_the_settle_time() -> None:
    """A pause of half the settle time is always seen as one."""
    for settle in (0.2, 1, 10):
        tracked = TrackedFile(Observation(WHOLE, 0), SettleRule(settle, local=True))
        assert tracked.next_at <= settle / 2


def test_a_scan_neither_revokes_an_answer_nor_delays_a_check() -> None:
    """Scans ask for no lease: what was known of writers stands, and files that are looked at
    seldom keep their turn."""
    tracked = TrackedFile(Observation(WHOLE, 0, Lease.FREE, 0), LOCAL)
    tracked.see(Observation(WHOLE, 0.5))
    assert tracked.next_at == 1.0
    tracked.see(Observation(WHOLE, 1.0, Lease.FREE))
    assert tracked.verdict() is StillnessVerdict.READY
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
    assert tracked.verdict() is StillnessVerdict.WAIT


def test_a_file_that_waits_for_a_settling_one_is_checked_as_before() -> None:
    """A clip and its text never wait for each other's next look; what is stuck is checked
    seldom, and keeps nobody busy."""
    tracker = TrackedFiles()
    tracked = tracker.see(b"f", Observation(WHOLE, 0, Lease.FREE, 0), LOCAL)
    tracker.see(b"f", Observation(WHOLE, 1, Lease.FREE), LOCAL)
    tracked.block("waits for its text", soon=True)
    assert tracked.next_at <= 1 + LOCAL.check_every
    assert tracker.is_busy()
    tracked.block("cut short")
    assert tracked.next_at > 10
    assert not tracker.is_busy()


def noticed(files: TrackedFiles, now: float) -> list[bytes]:
    """The files about which something may be said at this moment."""
    return [path for path, _ in files.noticeable(now)]


def test_only_held_and_old_files_are_asked_whether_there_is_something_to_say() -> None:
    """After each portion of a burst thousands of fresh ones would be asked in vain."""
    files = TrackedFiles()
    for number in range(3):
        files.see(b"%d" % number, Observation(WHOLE, 100 + number), SHARE)
    assert noticed(files, 103) == []

    files.hold(b"2", FileProblem(b"2", b"", "what"), "why")
    assert noticed(files, 103) == [b"2"]
    assert noticed(files, 101 + GIVE_UP) == [b"2", b"0", b"1"]

    files.see(b"2", Observation(replace(WHOLE, size=20_000), 104), SHARE)
    files.drop(b"0")
    assert noticed(files, 104) == []
    assert noticed(files, 101 + GIVE_UP) == [b"1"]
