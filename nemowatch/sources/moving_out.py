"""Which sources are being moved out of their inbox right now, and which an order needs there: no
source is both at a time.

One is shared by all that move claimed files. It moves nothing itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager


class MovingOut:
    """The sources on their way out of an inbox."""

    def __init__(self) -> None:
        # counted: a second copy leaves beside the source that it is a copy of
        self._moves = Counter[int]()
        self._needed = Counter[int]()

    def __contains__(self, source_id: int) -> bool:
        """May be asked on any thread."""
        return self._moves[source_id] > 0

    @contextmanager
    def holding(self, source_id: int) -> Iterator[None]:
        """Have orders wait while its files are moved. Begin this before its jobs are read: an
        order comes before that, and is seen there, or waits."""
        self._moves[source_id] += 1
        try:
            yield
        finally:
            self._moves[source_id] -= 1
            if not self._moves[source_id]:
                del self._moves[source_id]

    def is_needed(self, source_id: int) -> bool:
        """Whether an order is being carried out that needs its files where they are."""
        return self._needed[source_id] > 0

    @contextmanager
    def keeping(self, source_ids: Collection[int]) -> Iterator[None]:
        """Have nobody move their files while an order is carried out: what it has moved back is
        not written down yet."""
        self._needed.update(source_ids)
        try:
            yield
        finally:
            self._needed.subtract(source_ids)
            self._needed = +self._needed
