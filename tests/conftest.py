"""What every test may use: anyio on asyncio, and a Hypothesis profile that is quick by default."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "quick", max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("quick")


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """The daemon runs on asyncio alone, so the tests do too."""
    return "asyncio"
