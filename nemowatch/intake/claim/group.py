"""A group: the files that are claimed together as one source."""

from __future__ import annotations

from dataclasses import dataclass

from nemowatch.intake.ready.stability import StillnessVerdict
from nemowatch.intake.scan.ignore import NameClass
from nemowatch.intake.scan.paths import as_text, name_of
from nemowatch.intake.state import InboxState


@dataclass(frozen=True, slots=True)
class Group:
    """A file and the texts that belong to it: its narration (b"": none), or its subtitles as
    (language tag, path)."""

    main: bytes
    text: bytes = b""
    subtitles: tuple[tuple[str, bytes], ...] = ()

    @property
    def paths(self) -> tuple[bytes, ...]:
        """Its files, the clip first."""
        paths = [self.main]
        if self.text:
            paths.append(self.text)
        paths += [path for _, path in self.subtitles]
        return tuple(paths)


def wait_for(state: InboxState, path: bytes, partner: bytes) -> None:
    """Block a file because of another one of its group."""
    tracked = state.tracked.get(partner)
    settles = tracked is not None and not tracked.stuck
    why = f"waits for {as_text(name_of(partner))}, which belongs to it"
    state.block(path, why, soon=settles)


def is_ready(state: InboxState, path: bytes) -> bool:
    """Whether a file of a group has settled."""
    tracked = state.tracked.get(path)
    if tracked is None:
        # claimed before its partner came: the journal decides whether that still counts
        return path in state.known
    return tracked.verdict() is StillnessVerdict.READY


def is_work(state: InboxState, path: bytes) -> bool:
    """Whether its folder accepts files of this kind, and it was not refused."""
    if state.problems.refused(path):
        return False
    is_named_so = state.ignore.name(name_of(path)).kind is NameClass.WORK
    return is_named_so and state.book.takes(path)
