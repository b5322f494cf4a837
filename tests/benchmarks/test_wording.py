"""What hostile texts of the cloud cost, which people are to read."""

from __future__ import annotations

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from nemowatch.remote.wording import for_people, without_noise

#: Seconds for one of them; in time quadratic in its length it would take hours.
LIMIT = 2.0


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [" " * 1_000_000 + "x", "to a, " * 100_000, "I encountered a temporary issue " * 30_000],
    ids=["spaces", "commas", "noise"],
)
def test_a_megabyte_that_nearly_matches(benchmark: BenchmarkFixture, text: str) -> None:
    """A megabyte of spaces, commas or the noise itself takes no time to speak of."""
    benchmark.pedantic(lambda: (for_people(text), without_noise(text)), rounds=3)
    assert benchmark.stats.stats.max < LIMIT
