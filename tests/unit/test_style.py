"""Rules of style that no linter has."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

HOUSE = Path(__file__).resolve().parents[2] / "nemowatch"
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
#: Lines that a function may have: what is longer does more than one thing.
LONGEST_FUNCTION = 60


def ternaries_within(source: str) -> Iterator[int]:
    """Lines of ternaries that stand in a comprehension."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, COMPREHENSIONS):
            yield from (one.lineno for one in ast.walk(node) if isinstance(one, ast.IfExp))


def long_functions(source: str) -> Iterator[str]:
    """Names of functions that are too long."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > LONGEST_FUNCTION:
                yield node.name


def test_no_ternary_hides_in_a_comprehension() -> None:
    """Two decisions in one expression are two thoughts on a line."""
    found = {
        f"{path.relative_to(HOUSE)}:{line}"
        for path in HOUSE.rglob("*.py")
        for line in ternaries_within(path.read_text())
    }
    assert found == set()
    assert list(ternaries_within("x = [1 if y else 2 for y in z]")) == [1]


def test_no_function_is_longer_than_a_page() -> None:
    """Nobody has to scroll within a function."""
    found = {
        f"{path.relative_to(HOUSE)}: {name}"
        for path in HOUSE.rglob("*.py")
        for name in long_functions(path.read_text())
    }
    assert found == set()
    assert list(long_functions("def f():\n" + "    x = 1\n" * 60)) == ["f"]
