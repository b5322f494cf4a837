"""Times of files that somebody has set to what no clock says."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nemowatch.fs.identity import of_stat, unchanged

#: What SQLite holds in an integer.
LATEST = (1 << 63) - 1


@pytest.mark.parametrize("seconds", [-62_135_596_800, -1, 15_000_000_000, 253_402_300_799])
def test_a_time_beyond_the_journals_integers_is_kept_within_them(
    seconds: int, tmp_path: Path
) -> None:
    """A file from the year 1 or 9999 can be claimed, and is then recognised."""
    path = tmp_path / "clip.mp4"
    path.touch()
    os.utime(path, (seconds, seconds))
    found = of_stat(path.stat())
    assert abs(found.mtime_ns) <= LATEST
    assert unchanged(found, of_stat(path.stat()))
