"""Whether the cloud answers at all: one failing job is that job's matter, a cloud that nobody
reaches is everybody's."""

from __future__ import annotations

#: Calls that fail in a row, with none succeeding in between, before a cloud that answers badly
#: counts as down. A connection that cannot be made at all counts at once.
FAILURES_IN_A_ROW = 4


class Cloud:
    """Counts successes and failures of calls."""

    def __init__(self) -> None:
        self._failures = 0
        self.answers = 0  #: calls that went as they should, so far

    def __repr__(self) -> str:
        return f"Cloud(failures={self._failures})"

    def answered(self) -> None:
        """A call went as it should."""
        self._failures = 0
        self.answers += 1

    def forgive(self) -> None:
        """Failures count anew."""
        self._failures = 0

    def failed(self) -> None:
        """A call did not get a proper answer."""
        self._failures += 1

    @property
    def down(self) -> bool:
        """Several calls in a row failed and none succeeded."""
        return self._failures >= FAILURES_IN_A_ROW
