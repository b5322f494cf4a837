"""Every cheap way in which files come, once each: nothing lost, nothing early, nothing doubled.
The long ones, and twenty runs of each, are `scripts/test-shares`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.acceptance.shares.all import SCENARIOS
from tests.rigs.shares import play

CHEAP = [one for one in SCENARIOS.values() if not one.slow]
LONG = [one for one in SCENARIOS.values() if one.slow]


@pytest.mark.parametrize("one", CHEAP, ids=lambda one: one.name)
def test_cheap(one, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    """Files that come this way are each worked on once, when they are whole."""
    verdict = play(one, tmp_path)
    assert verdict.good, str(verdict)


@pytest.mark.slow
@pytest.mark.parametrize("one", LONG, ids=lambda one: one.name)
def test_long(one, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    """Files that come this way, which takes longer to set up, are each worked on once, when they
    are whole."""
    verdict = play(one, tmp_path)
    assert verdict.good, str(verdict)
