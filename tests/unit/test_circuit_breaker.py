"""Whether the cloud answers at all."""

from __future__ import annotations

from nemowatch.jobs.circuit_breaker import FAILURES_IN_A_ROW, Cloud


def test_several_failures_in_a_row_are_an_outage() -> None:
    """One job's failures are that job's matter; a row of them without any success is
    everybody's."""
    cloud = Cloud()
    for _ in range(FAILURES_IN_A_ROW - 1):
        cloud.failed()
    assert not cloud.down
    cloud.failed()
    assert cloud.down


def test_one_success_ends_it() -> None:
    """An answer in between begins the count anew."""
    cloud = Cloud()
    for _ in range(FAILURES_IN_A_ROW):
        cloud.failed()
    cloud.answered()
    assert not cloud.down
    for _ in range(FAILURES_IN_A_ROW - 1):
        cloud.failed()
    assert not cloud.down
