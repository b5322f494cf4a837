"""The table of scenarios that a command writes."""

from __future__ import annotations

from pathlib import Path

from tests.acceptance.shares.all import SCENARIOS
from tests.acceptance.shares.table import PART, Row, standing, table
from tests.rigs.documents import put
from tests.rigs.shares import Verdict


def _row(name: str, files: int) -> Row:
    return Row(SCENARIOS[name], [Verdict(files=files)], "abc1234")


def test_a_run_of_one_scenario_leaves_the_other_rows_as_they_stand(tmp_path: Path) -> None:
    """What was not played now keeps its row, in the order of the scenarios; one that no longer
    exists goes."""
    first, second, third = list(SCENARIOS)[:3]
    page = tmp_path / "page.md"
    page.write_text("# What else stands there\n")
    put(page, PART, table([_row(first, 1), _row(third, 3)], {}))
    page.write_text(page.read_text().replace(SCENARIOS[third].name, "one of old"))
    put(page, PART, table([_row(second, 2)], standing(page)))
    assert list(standing(page)) == [first, second]
    assert f"| {first} | 1 | 1 | 0 | 0 | 0 | 0.0 s | abc1234 |" in page.read_text()
    assert "one of old" not in page.read_text()
    assert page.read_text().startswith("# What else stands there\n")
