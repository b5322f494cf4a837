"""How far everything is, and about how long the rest takes."""

from __future__ import annotations

import pytest

from nemowatch.reporting.overall_progress import Figures, figures_line, rounded


@pytest.mark.parametrize(
    ("figures", "line"),
    [
        (Figures(), ""),
        (Figures(making=1), "1 being made"),
        (Figures(queued=3), "3 in the queue"),
        (
            Figures(187, 1_050, 12, 851, 2_350),
            "187 of 1,050 done · 12 being made · 851 in the queue · about 40 min left",
        ),
    ],
)
def test_the_line_says_only_what_is_known(figures: Figures, line: str) -> None:
    """Without a basis there is no time, and no part where there is nothing of it."""
    assert figures_line(figures) == line


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(5, "1 min"), (500, "8 min"), (2_350, "40 min"), (9_000, "2 h"), (400_000, "5 days")],
)
def test_times_are_no_more_exact_than_they_can_be(seconds: float, said: str) -> None:
    """Minutes, then five of them, hours, days."""
    assert rounded(seconds) == said
