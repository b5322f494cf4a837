"""What anybody who may write into a share can do harms nobody else: the stated limits, with a real
daemon. `scripts/attacks` measures the same and writes the figures down."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rigs.attacks import ATTACKS
from tests.rigs.harm import measure


@pytest.mark.slow
@pytest.mark.parametrize("what", ATTACKS)
def test_an_attack_harms_nobody_else(what: str, tmp_path: Path) -> None:
    """Another file is done, status answers, the watchdog hears pings, and memory stays bounded."""
    harm = measure(what, tmp_path)
    assert not harm.wrong()
