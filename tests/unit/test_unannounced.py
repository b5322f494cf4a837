"""A mount whose events do not arrive is found out by what only scans find."""

from __future__ import annotations

from nemowatch.intake.watch.unannounced import Unannounced


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
