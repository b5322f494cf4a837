"""A group: the files that are one thing, claimed together."""

from __future__ import annotations

from dataclasses import dataclass

from nemowatch.intake.scan.paths import as_text, name_of
from nemowatch.intake.state import InboxState


@dataclass(frozen=True, slots=True)
class Group:
    """A file, and the texts that belong to it: the one that is its narration (else b""), or its
    subtitles as (tag of the language, path)."""

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
