"""What a turn came to, in words for people: its timeline, and what it changed. Pure, total and
bounded, whatever the draft is."""

from __future__ import annotations

from nemowatch.edits.draft import left_out, timeline, tracks_of
from nemowatch.edits.draft_changes import draft_changes
from nemowatch.edits.transcript import has_captions
from nemowatch.journal.results import Summary

#: Tracks that are listed: an edit has a handful, and a page that lists more is not read.
MOST_TRACKS = 30
#: What is said of a turn whose draft is the one before.
NOTHING_SEEN = "nothing that the timeline shows"


def summary_of(before: object, after: object) -> Summary:
    """`after`: the draft of the turn; `before`: that of the turn before in its session, None for
    the first."""
    if not tracks_of(after):
        return Summary()
    return Summary(timeline(after, MOST_TRACKS), _changes(before, after), has_captions(after))


def _changes(before: object, after: object) -> tuple[str, ...]:
    if before is None:
        return ()
    lines = draft_changes(before, after).lines() or [NOTHING_SEEN]
    return (*lines[:MOST_TRACKS], *left_out(lines, MOST_TRACKS))
