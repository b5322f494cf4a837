"""Every cheap way in which files come, once each: nothing lost, nothing early, nothing doubled.
The long ones, and twenty runs of each, are `scripts/test-shares`."""

from __future__ import annotations

from pathlib import Path

import pytest
from _pytest.mark import ParameterSet

from tests.acceptance.shares.all import SCENARIOS
from tests.rigs.shares import Scenario, play


def chosen(*, slow: bool) -> list[ParameterSet]:
    """The scenarios for a run of the suite, or those that take longer."""
    return [
        pytest.param(one, id=one.name, marks=[pytest.mark.alone] if one.alone else [])
        for one in SCENARIOS.values()
        if one.slow == slow
    ]


@pytest.mark.parametrize("one", chosen(slow=False))
def test_cheap(one: Scenario, open_path: Path) -> None:
    """Files that come this way are each worked on once, when they are whole."""
    verdict = play(one, open_path)
    assert verdict.good, str(verdict)


@pytest.mark.slow
@pytest.mark.parametrize("one", chosen(slow=True))
def test_long(one: Scenario, open_path: Path) -> None:
    """Files that come this way, which takes longer to set up, are each worked on once, when they
    are whole."""
    verdict = play(one, open_path)
    assert verdict.good, str(verdict)
