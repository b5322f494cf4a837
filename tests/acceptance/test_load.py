"""The inbox at scale with the whole daemon: everything ends up claimed exactly once, in bounded
memory."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.acceptance.shares.limits import limited
from tests.rigs.load import Load, carry

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.geteuid() != 0, reason="changing the kernel's limits needs root"),
]


@pytest.mark.parametrize(
    "load",
    [
        Load("a tree", 100_000, 100),
        Load("subfolders", 10_000, 10_000),
        Load("task folders", 10_000, 10_000, depth=0),
        Load("a burst", 60_000, 50, running=True),
        Load("a burst through a queue of 16", 60_000, 50, running=True, queue=16),
        Load(
            "20 watches",
            20_000,
            500,
            running=True,
            prefix=tuple(limited("max_inotify_watches", 20)),
        ),
    ],
    ids=lambda load: load.name,
)
def test_everything_is_claimed_once(load: Load, tmp_path: Path) -> None:
    """Whatever the kernel's limits lose, the scans make good; memory stays bounded."""
    found = carry(load, tmp_path)
    assert not found.wrong(load), str(found)
