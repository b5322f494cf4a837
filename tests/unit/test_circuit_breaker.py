"""Whether the cloud answers at all."""

from __future__ import annotations

from nemowatch.jobs.circuit_breaker import FAILURES_IN_A_ROW, Cloud


def test_several_failures_in_a_row_are_an_outage() -> None:
    """One job's failures are that job's matter; a row of them without any success is
    everybody's."""
    cloud = Cloud()
    for _ in range(FAILURES_IN_A_ROW - 1):
        cloud.failed(1)
    assert not cloud.down
    cloud.failed(1)
    assert cloud.down


def test_one_success_ends_it() -> None:
    """An answer in between starts the count over."""
    cloud = Cloud()
    for _ in range(FAILURES_IN_A_ROW):
        cloud.failed(1)
    cloud.answered(1)
    assert not cloud.down
    for _ in range(FAILURES_IN_A_ROW - 1):
        cloud.failed(1)
    assert not cloud.down


def test_jobs_that_fail_while_others_succeed_are_no_outage() -> None:
    """Once another job got through, those that failed meanwhile say nothing about the cloud, until
    a call for them goes well."""
    cloud = Cloud()
    cloud.failed(1)
    cloud.failed(2)
    cloud.answered(3)
    for _ in range(FAILURES_IN_A_ROW):
        cloud.failed(1)
        cloud.failed(2)
    assert not cloud.down

    cloud.answered(1)
    for _ in range(FAILURES_IN_A_ROW):
        cloud.failed(1)
    assert cloud.down
