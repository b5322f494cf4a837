"""Rules of style that no linter has."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.rigs import source_code

COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
#: Lines that a function may have: what is longer does more than one thing.
LONGEST_FUNCTION = 60


def ternaries_within(node: ast.AST) -> Iterator[int]:
    """Lines of ternaries that are in a comprehension, where the node is one."""
    if isinstance(node, COMPREHENSIONS):
        yield from (one.lineno for one in ast.walk(node) if isinstance(one, ast.IfExp))


def long_functions(node: ast.AST) -> Iterator[str]:
    """The name of a function that is too long, where the node is one."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        lines = (node.end_lineno or node.lineno) - node.lineno + 1
        if lines > LONGEST_FUNCTION:
            yield node.name


def test_no_ternary_hides_in_a_comprehension() -> None:
    """Two decisions in one expression are two thoughts on a line."""
    found = {
        f"{module}:{line}"
        for module, node in source_code.nodes()
        for line in ternaries_within(node)
    }
    assert found == set()
    assert list(ternaries_within(ast.parse("[1 if y else 2 for y in z]", mode="eval").body)) == [1]


def test_no_function_is_longer_than_a_page() -> None:
    """Nobody has to scroll within a function."""
    found = {
        f"{module}: {name}" for module, node in source_code.nodes() for name in long_functions(node)
    }
    assert found == set()
    long = ast.parse("def f():\n" + "    x = 1\n" * 60).body[0]
    assert list(long_functions(long)) == ["f"]
