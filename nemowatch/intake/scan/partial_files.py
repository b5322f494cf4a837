"""Files of unknown endings that look like parts of a file that is still to come (`clip.mp4.xyz`):
nothing is said of them while they grow.

Owns since when each has kept still, from scan to scan. It reads no disk.
"""

from __future__ import annotations

from collections.abc import Mapping

from nemowatch.content.endings import converted_to
from nemowatch.content.sniff import kind_by_name
from nemowatch.fs.identity import content_key
from nemowatch.intake.records import FolderProblem
from nemowatch.intake.scan.folders import as_text
from nemowatch.model import Snapshot

#: Seconds without a change, from one scan to another, after which it has stopped growing.
STALLED_AFTER = 60.0
#: Names given as examples.
_EXAMPLES = 5


def looks_partial(name: bytes) -> bool:
    """True when a name of a kind that is processed is below the last ending, and that is none of
    media itself."""
    shorter, dot, _ = name.rpartition(b".")
    if not dot or converted_to(name):
        return False
    return kind_by_name(shorter) is not None


class PartialFiles:
    """The partial files of one inbox."""

    def __init__(self) -> None:
        self._seen: dict[bytes, tuple[int, ...]] = {}  # how each was at the last scan
        self._since: dict[bytes, float] = {}  # monotonic seconds of its last change
        self._stalled: dict[bytes, list[bytes]] = {}  # by folder

    def __repr__(self) -> str:
        return f"PartialFiles({len(self._seen)} files, {len(self._stalled)} folders stalled)"

    def learn(self, by_folder: Mapping[bytes, Mapping[bytes, Snapshot]], now: float) -> None:
        """Take in what a scan at `now` has found, by folder and path."""
        seen: dict[bytes, tuple[int, ...]] = {}
        since: dict[bytes, float] = {}
        self._stalled = {}
        for folder, files in by_folder.items():
            for path, found in files.items():
                seen[path] = content_key(found, local=False)
                since[path] = now
                if self._seen.get(path) == seen[path]:
                    since[path] = self._since[path]
                if now - since[path] >= STALLED_AFTER:
                    self._stalled.setdefault(folder, []).append(path)
        self._seen, self._since = seen, since

    def problems(self) -> list[FolderProblem]:
        """What people are told, one for each folder that holds such files which have stopped
        growing."""
        return [_problem(folder, paths) for folder, paths in self._stalled.items()]


def _problem(folder: bytes, paths: list[bytes]) -> FolderProblem:
    names = ", ".join(as_text(path.rpartition(b"/")[2]) for path in paths[:_EXAMPLES])
    if len(paths) > _EXAMPLES:
        names = f"{names} and {len(paths) - _EXAMPLES} more"
    what = f"These look like unfinished files, and have stopped growing: {names}."
    cure = (
        "Let the program that writes them finish. If one is whole, take the last ending off its"
        " name; otherwise remove it."
    )
    return FolderProblem(folder, what, cure=cure)
