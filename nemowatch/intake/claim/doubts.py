"""Whether a clip may repeat another file of its folder: be its sound track, or a copy that a sync
client made. It is pure; a person decides what is meant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from nemowatch.intake.claim import machine_copies, twins
from nemowatch.intake.records import FileProblem

#: The short names of its questions, in JSON.
TWINS = twins.CODE
MACHINE_COPY = machine_copies.CODE


class Doubts:
    """The clips of one folder that may repeat each other."""

    def __init__(self, folder: bytes, names: Iterable[bytes]) -> None:
        found = list(names)
        self._twins = twins.Twins(folder, found)
        self._copies = machine_copies.MachineCopies(folder, found)

    def question(self, clip: bytes, is_work: Callable[[bytes], bool]) -> FileProblem | None:
        """What a person is asked about a clip; `is_work`: whether another file counts at all."""
        others = list(filter(is_work, self._twins.of(clip)))
        if others:
            return twins.question(clip, others)
        original = self._copies.original(clip)
        if original and is_work(original):
            return machine_copies.question(clip, original)
        return None
