"""Files with unknown endings that look like part of a file that is still to come (`clip.mp4.xyz`):
nothing is reported about them while they grow.

Owns how long each has been still, from scan to scan. It reads no disk.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nemowatch.content.endings import converted_to, ending_of
from nemowatch.content.kinds import kind_by_name
from nemowatch.fs.identity import content_key
from nemowatch.intake.records import FolderProblem
from nemowatch.intake.scan.paths import as_text, seen_from
from nemowatch.model import Snapshot
from nemowatch.tasks.words import one_name

#: Seconds without a change, from one scan to another, after which it has stopped growing.
STALLED_AFTER = 60.0
#: Endings of what people and programs write about a file, and at once as a whole.
_ABOUT_A_FILE = frozenset(
    {
        *("json", "xml", "xmp", "nfo", "meta", "log", "ini", "csv"),  # what is known of it
        *("md5", "sha1", "sha256", "sfv", "asc", "sig", "torrent"),  # whether it is whole
        *("ass", "ssa", "sub", "sbv", "idx", "lrc", "thm", "edl"),  # subtitles, pictures, cuts
    }
)
#: Endings of what a whole file is packed in: without them it would be no more readable.
_PACKED = frozenset({"gz", "bz2", "xz", "zst", "zip", "7z", "rar", "gpg", "pgp", "age", "enc"})
#: Names given as examples.
_EXAMPLES = 5


def looks_partial(name: bytes) -> bool:
    """True when the name without its last ending is of a kind that is processed, and that ending is
    not one of media, of texts, of packed files, or of what is written about a file."""
    shorter, _, _ = name.rpartition(b".")
    is_known = bool(converted_to(name)) or kind_by_name(name) is not None
    if is_known or ending_of(name) in _ABOUT_A_FILE | _PACKED:
        return False
    return kind_by_name(shorter) is not None


@dataclass(frozen=True, slots=True)
class _State:
    """How a file was at a scan."""

    content: tuple[int, ...]
    since: float  #: monotonic seconds of its last change


class PartialFiles:
    """The partial files of one inbox."""

    def __init__(self) -> None:
        self._files: dict[bytes, _State] = {}  # how each was at the last scan
        self._stalled: dict[bytes, list[bytes]] = {}  # by folder

    def __repr__(self) -> str:
        return f"PartialFiles({len(self._files)} files, {len(self._stalled)} folders stalled)"

    def learn(self, by_folder: Mapping[bytes, Mapping[bytes, Snapshot]], now: float) -> None:
        """Take in what a scan at `now` has found, by folder and path."""
        before = self._files
        self._files = {}
        self._stalled = {}
        for folder, files in by_folder.items():
            for path, found in files.items():
                state = _State(content_key(found, local=False), now)
                known = before.get(path, state)
                if known.content == state.content:
                    state = known
                self._files[path] = state
                if now - state.since >= STALLED_AFTER:
                    self._stalled.setdefault(folder, []).append(path)

    def problems(self) -> list[FolderProblem]:
        """What people read about files that have stopped growing, one problem for each folder."""
        return [_problem(folder, paths) for folder, paths in self._stalled.items()]


def _problem(folder: bytes, paths: list[bytes]) -> FolderProblem:
    names = ", ".join(one_name(as_text(seen_from(folder, path))) for path in paths[:_EXAMPLES])
    if len(paths) > _EXAMPLES:
        names = f"{names} and {len(paths) - _EXAMPLES} more"
    what = f"These look like unfinished files, and have stopped growing: {names}."
    cure = (
        "Let the program that writes them finish. If one is whole, take the last ending off its"
        " name; otherwise remove it."
    )
    return FolderProblem(folder, what, cure=cure)
