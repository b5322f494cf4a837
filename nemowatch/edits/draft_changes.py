"""What changed between two drafts: tracks that were added, removed or changed. Pure, and total as
`draft` is.

Tracks have no identity that is documented (docs/api.md section 7). They are the same when nothing
in them differs; else the first of the same kind and name, else of the same kind.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from nemowatch.edits.draft import DraftTrack, track_line, track_name, tracks_of

#: What two tracks have in common when one has become the other.
Likeness = Callable[[DraftTrack], Hashable]


@dataclass(frozen=True, slots=True)
class DraftChanges:
    """The tracks that differ, as people read them: `BGM: Lo-fi (0-10s, 35%)`."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[tuple[str, str], ...] = ()  #: (before, after)

    def lines(self) -> list[str]:
        """A line for each; none when nothing changed."""
        lines = [f"added: {track}" for track in self.added]
        lines += [f"removed: {track}" for track in self.removed]
        lines += [_changed_line(before, after) for before, after in self.changed]
        return lines


def _changed_line(before: str, after: str) -> str:
    if before == after:
        return f"edited: {after}"
    return f"changed: {before} -> {after}"


@dataclass(slots=True)
class _Pairing:
    """Tracks that have no partner yet, and the pairs that were found."""

    before: list[DraftTrack]
    after: list[DraftTrack]
    pairs: list[tuple[DraftTrack, DraftTrack]] = field(default_factory=list)

    def pair_by(self, likeness: Likeness) -> None:
        """Pair each track with the first earlier one that is like it."""
        partners: dict[Hashable, deque[DraftTrack]] = {}
        for track in self.before:
            partners.setdefault(likeness(track), deque()).append(track)

        alone: list[DraftTrack] = []
        for track in self.after:
            like_it = partners.get(likeness(track))
            if not like_it:
                alone.append(track)
                continue
            self.pairs.append((like_it.popleft(), track))

        paired = {id(before) for before, _ in self.pairs}
        self.before = [track for track in self.before if id(track) not in paired]
        self.after = alone


def draft_changes(before: object, after: object) -> DraftChanges:
    """What a turn changed, from the drafts before and after it."""
    pairing = _Pairing(tracks_of(before), tracks_of(after))
    for likeness in (_content, _kind_and_name, _kind):
        pairing.pair_by(likeness)

    changed: list[tuple[str, str]] = []
    for one, other in pairing.pairs:
        if one.raw != other.raw:
            changed.append((track_line(one), track_line(other)))
    return DraftChanges(
        added=tuple(map(track_line, pairing.after)),
        removed=tuple(map(track_line, pairing.before)),
        changed=tuple(changed),
    )


def _content(track: DraftTrack) -> Hashable:
    return repr(track.raw)


def _kind_and_name(track: DraftTrack) -> Hashable:
    return track_name(track)


def _kind(track: DraftTrack) -> Hashable:
    return track.kind
