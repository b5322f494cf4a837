"""A mount whose events do not arrive is found out by what only scans find."""

from __future__ import annotations

from nemowatch.intake.watch.unannounced import MOST, Unannounced


def test_files_that_no_event_names_are_counted() -> None:
    """From the second scan on, and only when no event follows until the next one; an event of a
    folder names what is in it."""
    silent = Unannounced()
    silent.scanned([b"dub-es/old.mp4"])  # was there before
    silent.scanned([b"dub-es/a.mp4"])
    silent.scanned([b"dub-es/b.mp4"])
    assert not silent.many
    silent.scanned([])
    assert silent.many
    silent.begin()
    assert not silent.many

    told = Unannounced()
    told.scanned([])
    for number in range(9):
        told.hear([b"dub-es/%d.mp4" % number, b"new"])
        told.scanned([b"dub-es/%d.mp4" % number, b"new/deep/a.mp4"])
    told.scanned([b"dub-es/late.mp4", b"dub-es/later.mp4"])
    told.hear([b"dub-es/late.mp4", b"dub-es"])
    told.scanned([])
    told.scanned([])
    assert not told.many


def test_events_that_arrive_after_all_count_against_it() -> None:
    """A folder that was opened has files that no event named. Its next ones are: a few scans that
    find nothing else bring the count down; events of what is no file of people's do not."""
    opened = Unannounced()
    opened.scanned([])
    opened.scanned([b"shut/%d.mp4" % number for number in range(50)])
    opened.scanned([])
    assert opened.many

    known = {b"shut/a.mp4"}.__contains__
    for _ in range(9):
        opened.hear([b"shut/a.mp4.question.txt", b"shut"])
        opened.scanned([], known)
    assert opened.many

    for _ in range(3):
        opened.hear([b"shut/a.mp4"])
        opened.scanned([], known)
    assert not opened.many


def test_what_is_read_anew_was_there_before() -> None:
    """A reload that makes a folder one of tasks brings its files at once; what was missed before
    still counts."""
    reloaded = Unannounced()
    reloaded.scanned([])
    reloaded.scanned([b"dub-es/a.mp4"])
    reloaded.scanned([])
    reloaded.overlook()
    reloaded.scanned([b"mine/1.mp4", b"mine/2.mp4"])
    reloaded.scanned([])
    assert not reloaded.many
    reloaded.scanned([b"dub-es/b.mp4"])
    reloaded.scanned([])
    assert reloaded.many


def test_what_is_remembered_has_a_limit() -> None:
    """Between two scans, however long that is; then no file counts."""
    busy = Unannounced()
    busy.scanned([])
    for number in range(5):
        busy.hear([b"%d/%d.mp4" % (number, at) for at in range(MOST // 2)])
    assert len(busy._heard) == MOST
    busy.scanned([b"a.mp4", b"b.mp4"])
    busy.scanned([])
    assert not busy.many
