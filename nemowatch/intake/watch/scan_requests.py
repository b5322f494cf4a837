"""What asks for a scan of a whole inbox, and what the next one has to know. It does not scan."""

from __future__ import annotations


class ScanRequests:
    """The requests of one inbox, until a scan has begun."""

    def __init__(self) -> None:
        self._is_asked = True
        self._returned = False
        self._restored = False

    def __repr__(self) -> str:
        return (
            f"ScanRequests(asked={self._is_asked}, returned={self._returned},"
            f" restored={self._restored})"
        )

    @property
    def is_asked(self) -> bool:
        """Whether something happened that only a full scan can make up for."""
        return self._is_asked

    @property
    def must_count(self) -> bool:
        """Whether nothing may be claimed until the next scan has counted the new files."""
        return self._returned or self._restored

    def request(self) -> None:
        """Have the whole inbox scanned soon."""
        self._is_asked = True

    def note_absence(self) -> None:
        """Note that the root was away, or is another one."""
        self._returned = True

    def note_restored(self) -> None:
        """Note that the journal was restored: what the next scan finds waits for a person."""
        self._restored = self._is_asked = True

    def begin(self) -> bool:
        """A scan begins; returns whether the root was away since the last one."""
        returned = self._returned
        self._is_asked = self._returned = False
        return returned

    def repeat(self) -> None:
        """Have another scan follow, as after an absence: what this one found may not hold."""
        self._is_asked = self._returned = True

    def end(self) -> bool:
        """A scan has seen the whole inbox; returns whether the journal was restored before it."""
        restored = self._restored
        self._restored = False
        return restored
