"""Whether the cloud answers at all: one failing job is that job's matter, a cloud that nobody
reaches is everybody's. Jobs that fail while others succeed say nothing about the cloud."""

from __future__ import annotations

#: Calls that fail in a row, with none succeeding in between, before a cloud that answers badly
#: counts as down. A connection that cannot be made at all counts at once.
FAILURES_IN_A_ROW = 4
#: Jobs that are remembered for failing alone: more than ever fail at a time.
_MOST = 10_000


class Cloud:
    """Counts successes and failures of calls."""

    def __init__(self) -> None:
        self._failures = 0
        self._failed: set[int] = set()  # jobs that failed since the last success
        self._failing_alone: set[int] = set()  # jobs that failed while another one succeeded
        self.answers = 0  #: calls that went as they should, so far
        self.in_doubt = False  #: it answers again, and no job's call has proven it so far

    def __repr__(self) -> str:
        return f"Cloud(failures={self._failures})"

    def answered(self, job_id: int) -> None:
        """A call for this job went as it should."""
        self._failing_alone.discard(job_id)
        self._failed.discard(job_id)
        if len(self._failing_alone) < _MOST:
            self._failing_alone |= self._failed
        self.forgive()
        self.in_doubt = False
        self.answers += 1

    def forgive(self) -> None:
        """Failures are counted from zero."""
        self._failures = 0
        self._failed.clear()
        self.in_doubt = True

    def failed(self, job_id: int) -> None:
        """A call for this job did not get a proper answer."""
        if job_id in self._failing_alone:
            return
        self._failures += 1
        self._failed.add(job_id)

    @property
    def down(self) -> bool:
        """Several calls in a row failed and none succeeded."""
        return self._failures >= FAILURES_IN_A_ROW
