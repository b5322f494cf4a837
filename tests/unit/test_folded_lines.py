"""Lines for a terminal that are longer than it is wide."""

from __future__ import annotations

import pytest

from nemowatch.cli.output import folded


@pytest.mark.parametrize(
    ("line", "lines"),
    [
        (
            "  why      The cloud answered, but shows no edit.",
            ["  why      The cloud answered, but", "             shows no edit."],
        ),
        (
            "           nemowatch cancel 1   (leave it as it is)",
            ["           nemowatch cancel 1", "             (leave it as it is)"],
        ),
        (
            "    now at   /studio/done/dub-es/a film.mp4",
            ["    now at   /studio/done/dub-es/a", "               film.mp4"],
        ),
        (
            "  A sentence that has no title goes on.",
            ["  A sentence that has no title goes", "    on."],
        ),
        (
            "  2026-11-29 14:05:00  claimed, and uploading",
            ["  2026-11-29 14:05:00  claimed, and", "    uploading"],
        ),
    ],
)
def test_the_rest_of_a_field_goes_on_below_its_text(line: str, lines: list[str]) -> None:
    """And that of any other line a little further in than its beginning."""
    assert folded(line, 35) == lines


def test_a_line_that_fits_is_left_as_it_is() -> None:
    """And in a pipe every line is one record."""
    line = "  why      The cloud answered."
    assert folded(line, 80) == [line]
    assert folded(line * 9, 0) == [line * 9]
