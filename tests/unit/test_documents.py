"""Parts of documents that commands write."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rigs import documents


def test_a_machine_without_git_measures_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half an hour of measuring is not lost for the name of the commit."""
    monkeypatch.setenv("PATH", str(tmp_path))
    # what is remembered is of a machine with git, and has to stay so
    monkeypatch.setattr(documents, "code", documents.code.__wrapped__)
    assert documents.code() == "unknown"
    assert "commit unknown" in documents.played()


def test_a_part_takes_its_own_place_and_no_other(tmp_path: Path) -> None:
    """New ones go to the end, known ones are written over where they stand."""
    page = tmp_path / "page.md"
    page.write_text("# Title\n")
    for name, text in (("a", "one"), ("b", "two"), ("a", r"three \1")):
        documents.put(page, name, text)
    assert (
        page.read_text()
        == "# Title\n\n<!-- a -->\nthree \\1\n<!-- /a -->\n\n<!-- b -->\ntwo\n<!-- /b -->\n"
    )
    assert documents.part(page, "a") == "three \\1\n"
