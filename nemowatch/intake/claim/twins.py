"""A video and a recording of the same name in one folder are most likely a video and its own sound
track, for which nobody wants to pay twice.

Owns what counts as such a pair, by names alone; a person decides what is meant. It is pure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from nemowatch.content.kinds import kind_by_name
from nemowatch.intake.records import FileProblem
from nemowatch.intake.scan.name_order_and_stems import stem_of
from nemowatch.intake.scan.paths import as_text, name_of, parent, promised_kind, same_name
from nemowatch.model import MediaKind
from nemowatch.tasks.words import enumerated_files

#: The short name of this question, in JSON.
CODE = "twins"
_CLIPS = frozenset({MediaKind.VIDEO, MediaKind.AUDIO})
_CURE = "Remove one of them. If each is to be done, give one of them a name of its own."


class Twins:
    """The clips of one folder, by their names."""

    def __init__(self, folder: bytes, names: Iterable[bytes]) -> None:
        self._clips: dict[str, list[bytes]] = defaultdict(list)
        found = list(names)
        # by endings first: thousands of names have a few, and nearly always there are no twins
        endings = {name.rpartition(b".")[2] for name in found}
        if not _CLIPS.issubset(map(_kind_of, endings)):
            return
        for name in found:
            if promised_kind(name) in _CLIPS:
                self._clips[_stem(name)].append(folder + b"/" + name)

    def of(self, clip: bytes) -> list[bytes]:
        """The clips of the same name and the other kind."""
        kind = promised_kind(clip)
        if kind not in _CLIPS:
            return []
        same = self._clips.get(_stem(name_of(clip)), [])
        return [other for other in same if promised_kind(other) is not kind]


def question(clip: bytes, twins: Iterable[bytes]) -> FileProblem:
    """What a person is asked about a clip."""
    several = enumerated_files([as_text(name_of(one)) for one in sorted({clip, *twins})])
    what = (
        f"{several} have the same name, and may be a video and its own audio. They wait, since each"
        " would be paid for."
    )
    return FileProblem(clip, parent(clip), what, _CURE, code=CODE)


def _stem(name: bytes) -> str:
    return same_name(stem_of(name))


def _kind_of(ending: bytes) -> MediaKind | None:
    return kind_by_name(b"file." + ending)
