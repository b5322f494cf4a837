"""What is known of a reason to wait stands in one place."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.rigs import source_code

#: Where what is known of each reason lives: the rows, and the probes that the rows ask for.
HOMES = ("hold_reasons.py", "holds/probes.py")


def test_no_other_module_keeps_a_table_of_reasons() -> None:
    """A dictionary keyed by reasons elsewhere would have to be changed with each new one."""
    found = [f"{module}:{line}" for module, line in tables() if module not in HOMES]
    assert found == []


def tables() -> Iterator[tuple[str, int]]:
    """(module, line) of dictionaries in which several keys are reasons to wait."""
    for module, node in source_code.nodes():
        if isinstance(node, ast.Dict) and sum(is_reason(key) for key in node.keys) > 1:
            yield module, node.lineno


def is_reason(key: ast.expr | None) -> bool:
    """Whether an expression reads `HoldReason.SOMETHING`."""
    return (
        isinstance(key, ast.Attribute)
        and isinstance(key.value, ast.Name)
        and key.value.id == "HoldReason"
    )
