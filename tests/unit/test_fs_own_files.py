"""Reading and replacing nemowatch's own small files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nemowatch.errors import LocalError
from nemowatch.fs.own_files import read_own, write_line


def test_a_file_beyond_its_limit_is_not_loaded(tmp_path: Path) -> None:
    """Whatever stands there, however large, takes no memory."""
    path = tmp_path / "mark"
    path.write_bytes(b"x" * 100)
    assert read_own(path, 100) == b"x" * 100
    os.truncate(path, 1 << 40)
    with pytest.raises(OSError, match="large"):
        read_own(path, 100)


def test_a_line_replaces_a_file_or_leaves_nothing(tmp_path: Path) -> None:
    """It is for its owner alone; where it cannot be put there, nothing of it stays."""
    path = tmp_path / "mark"
    path.write_text("old")
    write_line(path, "new")
    assert read_own(path) == b"new\n"
    assert path.stat().st_mode & 0o777 == 0o600
    (tmp_path / "folder/inside").mkdir(parents=True)
    with pytest.raises(LocalError):
        write_line(tmp_path / "folder", "new")
    assert sorted(os.listdir(tmp_path)) == ["folder", "mark"]
