"""Defines a row of the table of measurements, and writes its line: figures of several rounds, in
each of which the daemon and its baseline take turns.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import linear_regression, median

from tests.rigs.documents import PERFORMANCE, line, part, put, section

#: One round: figures by name. Those that `Row.figures` does not name are shown as they are.
Round = Mapping[str, float]
#: Measures one round; its number decides which begins.
Measure = Callable[[int], Round]


@dataclass(frozen=True)
class Figure:
    """A figure that is judged: its name in a round, and what it must reach."""

    name: str
    limit: float
    at_least: bool = False  #: otherwise the figure must be at most this

    def reached(self, value: float) -> bool:
        """Whether this is good enough."""
        if self.at_least:
            return value >= self.limit
        return value <= self.limit

    @property
    def words(self) -> str:
        """The limit, for the table."""
        sign = "≥" if self.at_least else "≤"
        return f"{sign} {self.limit:g}"


@dataclass(frozen=True)
class Growth:
    """How the cost of something grows with its size: three sizes, measured once each."""

    what: str  #: what was measured, of how many of what: "CPU, of jobs"
    sizes: tuple[int, int, int]
    measure: Callable[[Path, int], float]  #: (folder, size) -> seconds or CPU seconds

    def words(self, costs: Iterable[float]) -> str:
        """The exponent and the sizes, for the table."""
        sizes = ", ".join(f"{size:,}" for size in self.sizes)
        return f"n^{exponent(self.sizes, costs):.2f} ({self.what}: {sizes})"


@dataclass(frozen=True)
class Row:
    """A row: what is measured against what."""

    key: str
    what: str
    baseline: str
    figures: tuple[Figure, ...]
    setup: Callable[[Path], AbstractContextManager[Measure]]
    rounds: int = 5
    growth: Growth | None = None


@dataclass
class Found:
    """What the rounds of a row showed."""

    row: Row
    rounds: list[Round] = field(default_factory=list)
    growth: str = ""  #: how it grows, in words

    def values(self, name: str) -> list[float]:
        """One figure, in all rounds."""
        return [found[name] for found in self.rounds if name in found]

    @property
    def good(self) -> bool:
        """Whether every judged figure is good enough."""
        return all(figure.reached(median(self.values(figure.name))) for figure in self.row.figures)

    def lines(self, when: str) -> list[str]:
        """The lines of the table: one for each figure that is judged."""
        return [self._line(figure, when) for figure in self.row.figures]

    def _line(self, figure: Figure, when: str) -> str:
        values = self.values(figure.name)
        verdict = "yes" if figure.reached(median(values)) else "**no**"
        cells = (
            self.row.key,
            self.row.what,
            self.row.baseline,
            figure.name,
            spread(values),
            figure.words,
            verdict,
            self._rest(),
            self.growth,
            when,
        )
        return line(cells)

    def _rest(self) -> str:
        """Figures that are not judged."""
        judged = {figure.name for figure in self.row.figures}
        others = [name for name in self.rounds[0] if name not in judged]
        return ", ".join(f"{name} {short(median(self.values(name)))}" for name in others)


def exponent(sizes: Iterable[float], times: Iterable[float]) -> float:
    """k, if time grows as size^k: the slope of the logarithms."""
    logs = [math.log(size) for size in sizes]
    return linear_regression(logs, [math.log(max(time, 1e-9)) for time in times]).slope


def short(value: float) -> str:
    """A value with three significant digits."""
    if abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:.3g}"


def spread(values: list[float]) -> str:
    """Median, least and most."""
    if not values:
        return "not measured"
    return f"{short(median(values))} ({short(min(values))} to {short(max(values))})"


HEAD = (
    "row",
    "what",
    "baseline in the same run",
    "figure",
    "median (least to most)",
    "limit",
    "reached",
    "beside it",
    "grows with",
    "measured",
)


def write(found: Iterable[Found], when: str, words: str) -> None:
    """Put these rows into docs/performance.md; the lines of other rows stay as they are."""
    before = [text for text in part(PERFORMANCE, "bench").splitlines() if text.startswith("| ")]
    lines = {text: text.split(" | ")[0].removeprefix("| ") for text in before[2:]}
    for row in found:
        lines = {text: key for text, key in lines.items() if key != row.row.key}
        lines |= dict.fromkeys(row.lines(when), row.row.key)
    put(PERFORMANCE, "bench", section("Side by side", words, HEAD, lines))
