"""Command lines that are read without typer mean what typer would read."""

from __future__ import annotations

import inspect
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from nemowatch.cli.app import app
from nemowatch.cli.simple_command_lines import COMMANDS, arguments, read
from tests.rigs.rows import each_row


@pytest.mark.parametrize("name", COMMANDS)
def test_the_table_repeats_the_signatures(name: str) -> None:
    """Each option of the command as typer knows it, and each argument of what carries it out."""
    plain = COMMANDS[name]
    flags, values, positional = set(), set(), []
    for parameter in get_command(app).commands[name].params:  # type: ignore[attr-defined]
        if parameter.param_type_name == "argument":
            positional.append(parameter.name)
        elif parameter.name != "help":
            (flags if parameter.is_flag else values).update(parameter.opts)

    assert (flags, values) == (set(plain.flags), set(plain.values))
    assert len(positional) == (plain.argument is not None)
    module, function = plain.function.split(":")
    taken = inspect.signature(getattr(import_module(f"nemowatch.cli.{module}"), function))
    named = {*plain.flags.values(), *(pair[0] for pair in plain.values.values())}
    if plain.argument is not None:
        named.add(plain.argument[0])
    assert named == set(taken.parameters)


@pytest.mark.parametrize(
    ("line", "given"),
    [
        ("run", {}),
        ("run --config x --once", {"config": Path("x"), "once": True}),
        ("run --config=y", {"config": Path("y")}),
        ("jobs --state failed --json", {"state": "failed", "as_json": True}),
        ("explain a/b --json", {"path": Path("a/b"), "as_json": True}),
    ],
)
def test_a_line_without_mistakes(line: str, given: dict[str, Any]) -> None:
    """Read as it is meant."""
    name, *words = line.split()
    assert arguments(COMMANDS[name], words) == given
    assert read([name, *words]) is not None


@each_row(
    [
        *("", "--help", "run --config", "run --help", "run --onse", "run x", "run --once=1"),
        *("jobs --state --json", "jobs --state=", "explain", "explain a b", "explain -- a"),
        *("explain -a", "status -h", "show 1", "--config x run"),
        *("jobs --limit abc", "jobs --limit=1.5"),
    ]
)
def test_whatever_else_there_is(line: str) -> None:
    """Left to typer, which says what is wrong."""
    assert read(line.split()) is None
