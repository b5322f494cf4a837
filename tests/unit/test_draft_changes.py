"""What changed between two drafts, as people read it."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from nemowatch.edits.draft import timeline, tracks_of
from nemowatch.edits.draft_changes import draft_changes
from tests.rigs.rows import each_row

CLIP = {"tt": 0, "sg": [{"s": 0, "d": 10_000, "m": {"name": "clip.mp4"}}]}
TITLE = {"tt": 7, "sg": [{"s": 0, "d": 3000, "m": {"text": "Urban Dreams"}}]}


def music(name: str = "Lo-fi", volume: float = 0.35) -> dict[str, Any]:
    meta = {"type": "bgm", "name": name, "volume": volume}
    return {"tt": 1, "sg": [{"s": 0, "d": 10_000, "m": meta}]}


def draft(*tracks: dict[str, Any]) -> dict[str, Any]:
    return {"t": list(tracks), "d": 10_000}


@each_row(
    [
        (draft(CLIP), draft(CLIP), []),
        (draft(CLIP), draft(CLIP, music()), ["added: BGM: Lo-fi (0-10s, 35%)"]),
        (draft(CLIP, TITLE), draft(CLIP), ['removed: Title: "Urban Dreams" (0-3s)']),
        (
            draft(CLIP, music()),
            draft(music(volume=0.2), CLIP),
            ["changed: BGM: Lo-fi (0-10s, 35%) -> BGM: Lo-fi (0-10s, 20%)"],
        ),
        (
            draft(CLIP, music()),
            draft(CLIP, music("Jazz")),
            ["changed: BGM: Lo-fi (0-10s, 35%) -> BGM: Jazz (0-10s, 35%)"],
        ),
        (
            draft(CLIP),
            draft(CLIP | {"effect": "blur"}),
            ["edited: Video: clip.mp4 (0-10s)"],
        ),
        (draft(CLIP, music()), draft(CLIP, music(), music()), ["added: BGM: Lo-fi (0-10s, 35%)"]),
        (
            draft(CLIP, TITLE),
            draft(CLIP, music()),
            ["added: BGM: Lo-fi (0-10s, 35%)", 'removed: Title: "Urban Dreams" (0-3s)'],
        ),
        (None, draft(CLIP), ["added: Video: clip.mp4 (0-10s)"]),
        (draft(CLIP), {}, ["removed: Video: clip.mp4 (0-10s)"]),
    ]
)
def test_what_a_turn_changed(before: Any, after: Any, lines: list[str]) -> None:
    """Tracks that were added, removed or changed; their order counts for nothing."""
    assert draft_changes(before, after).lines() == lines


TRACKS = st.lists(
    st.sampled_from([CLIP, TITLE, music(), music("Jazz"), music(volume=0.1)]), max_size=6
)


@given(TRACKS, TRACKS)
def test_every_track_is_accounted_for(before: list[Any], after: list[Any]) -> None:
    """None is counted twice, and the same draft has no changes."""
    changes = draft_changes(draft(*before), draft(*after))
    assert len(after) - len(before) == len(changes.added) - len(changes.removed)
    assert draft_changes(draft(*after), draft(*after)).lines() == []
    assert len(tracks_of(draft(*after))) == len(after)
    assert isinstance(timeline(draft(*after)), str)


@given(
    st.recursive(
        st.none() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner) | st.dictionaries(st.sampled_from(["t", "tt", "sg", "m"]), inner)
        ),
        max_leaves=25,
    )
)
def test_no_draft_raises(anything: Any) -> None:
    """Any JSON."""
    assert draft_changes(anything, anything).lines() == []
