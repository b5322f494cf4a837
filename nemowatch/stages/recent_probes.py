"""Folders of an outbox that took a probe of a result a moment ago.

Owns how long that counts. It tries nothing itself, and nothing is paid for on its word.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TypeAlias

from nemowatch.stages.work import Work

#: Seconds for which a folder counts as it was found: files come in bursts, and within a second
#: every one of them would find the same.
LATELY_S = 1.0
#: Names that no filesystem refuses for their characters or their length.
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")

#: An outbox, and the folder of the source.
Target: TypeAlias = tuple[Path, bytes]


class RecentProbes:
    """When each folder was last found to take results."""

    def __init__(self) -> None:
        self._at: dict[Target, float] = {}

    def __repr__(self) -> str:
        return f"RecentProbes({len(self._at)} folders)"

    def found(self, work: Work, now: float) -> None:
        """The folder for this job's results takes them; `now`: monotonic seconds."""
        self._at = {target: at for target, at in self._at.items() if now - at < LATELY_S}
        self._at[_target(work)] = now

    def failed(self, work: Work) -> None:
        """It does not take them."""
        self._at.pop(_target(work), None)

    def cover(self, work: Work, now: float) -> bool:
        """Whether this job's results need not be tried: another's were a moment ago, in the same
        folder, and these have nothing in their names that it could refuse."""
        at = self._at.get(_target(work))
        if at is None or now - at >= LATELY_S:
            return False
        return _PLAIN.fullmatch(work.job.stem) is not None


def _target(work: Work) -> Target:
    return work.watch.outbox, work.source.path.rpartition(b"/")[0]
