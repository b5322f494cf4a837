"""Our own source, parsed once for all tests in a process, since parsing it takes seconds."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import nemowatch

PACKAGE = Path(nemowatch.__file__).parent


@cache
def modules() -> dict[str, ast.Module]:
    """Every module, by its path below the package ("fs/names.py"). Callers must not change them."""
    found: dict[str, ast.Module] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        found[path.relative_to(PACKAGE).as_posix()] = ast.parse(path.read_text("utf-8"))
    return found


@cache
def nodes_of(module: str) -> tuple[ast.AST, ...]:
    """All nodes of a module, found only once."""
    return tuple(ast.walk(modules()[module]))


def nodes() -> Iterator[tuple[str, ast.AST]]:
    """All nodes of the package, each with its module."""
    for module in modules():
        for node in nodes_of(module):
            yield module, node
