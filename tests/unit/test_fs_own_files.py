"""Reading nemowatch's own small files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nemowatch.fs.own_files import read_own


def test_a_file_beyond_its_limit_is_not_loaded(tmp_path: Path) -> None:
    """Whatever stands there, however large, takes no memory."""
    path = tmp_path / "mark"
    path.write_bytes(b"x" * 100)
    assert read_own(path, 100) == b"x" * 100
    os.truncate(path, 1 << 40)
    with pytest.raises(OSError, match="large"):
        read_own(path, 100)
