"""Files brought back from failed/ or done/ when a person orders a job that needs them."""

from __future__ import annotations

from pathlib import Path

import pytest

from nemowatch.errors import UsageError
from nemowatch.orders.restore_files import Restore, move_back


def a_restore(tmp_path: Path) -> tuple[Restore, Path]:
    (tmp_path / "failed").mkdir()
    (tmp_path / "inbox").mkdir()
    here = tmp_path / "failed" / "clip (2).mp4"
    here.write_text("film")
    return (
        Restore(here, tmp_path / "inbox", b"dub-es/deep/clip.mp4"),
        tmp_path / "inbox/dub-es/deep/clip.mp4",
    )


def test_it_comes_back_under_its_old_name(tmp_path: Path) -> None:
    """The folder is made again, the number is gone; a second order finds it there already."""
    back, place = a_restore(tmp_path)
    move_back(back)
    move_back(back)
    assert place.read_text() == "film"
    assert not back.here.exists()


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    """Another file in its place stays, and the order says so."""
    back, place = a_restore(tmp_path)
    place.parent.mkdir(parents=True)
    place.write_text("other")
    with pytest.raises(UsageError, match="another file"):
        move_back(back)
    assert (place.read_text(), back.here.read_text()) == ("other", "film")


def test_a_file_that_is_gone_is_asked_for(tmp_path: Path) -> None:
    """Neither here nor there: the order names the file and the cure."""
    back, _ = a_restore(tmp_path)
    back.here.unlink()
    with pytest.raises(UsageError, match="no longer there") as error:
        move_back(back)
    assert "inbox" in error.value.cure
