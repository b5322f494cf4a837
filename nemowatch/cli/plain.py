"""Command lines that need no parser: the commands that are typed often, or run for months, with
their own options and without a mistake. Loading typer takes longer than most of them, and the
daemon does not carry it.

Everything else, `--help` and whatever is wrong, is left to typer, whose signatures this table
repeats: a test compares the two.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

Read = Callable[[str], Any]


class PlainCommand(NamedTuple):
    """How one command is called."""

    function: str  #: "module:function" in this package
    flags: Mapping[str, str]  #: the argument of each
    values: Mapping[str, tuple[str, Read]]  #: the argument of each, and how its value is read
    argument: tuple[str, Read] | None = None  #: the one that has no name, and must be there


_JSON = {"--json": "as_json"}
_CONFIG: dict[str, tuple[str, Read]] = {"--config": ("config", Path)}

COMMANDS = {
    "run": PlainCommand("run:start", {"--once": "once", "--plain": "plain"}, _CONFIG),
    "status": PlainCommand("status.printed:print_status", {**_JSON, "--watch": "watch"}, _CONFIG),
    "jobs": PlainCommand(
        "job_list:print_jobs",
        {**_JSON, "--newest": "newest"},
        {**_CONFIG, "--state": ("state", str), "--limit": ("limit", int)},
    ),
    "explain": PlainCommand("explain.printed:print_explanation", _JSON, _CONFIG, ("path", Path)),
}


def read(line: list[str]) -> Callable[[], int] | None:
    """What carries out a command line and returns its exit code; None: let typer read it."""
    command = COMMANDS.get(line[0]) if line else None
    if command is None:
        return None
    given = arguments(command, line[1:])
    if given is None:
        return None
    return lambda: _carry_out(command.function, given)


def arguments(command: PlainCommand, words: list[str]) -> dict[str, Any] | None:
    """The arguments that `words` give, by their names; None when there is anything else among
    them."""
    found: dict[str, Any] = {}
    rest = iter(words)
    for word in rest:
        pair = _one(command, word, rest)
        if pair is None or (pair[0] in found and not word.startswith("-")):
            return None
        found[pair[0]] = pair[1]
    if command.argument is not None and command.argument[0] not in found:
        return None
    return found


def _one(command: PlainCommand, word: str, rest: Any) -> tuple[str, Any] | None:
    """The argument that begins with `word`; the word behind it is taken from `rest`."""
    if word in command.flags:
        return command.flags[word], True
    if not word.startswith("-"):
        return _valued(command.argument, word)
    option, equals, value = word.partition("=")
    if option in command.values and not equals:
        value = next(rest, "")
    return _valued(command.values.get(option), value)


def _valued(argument: tuple[str, Read] | None, text: str) -> tuple[str, Any] | None:
    """`text` as the argument takes it; what is empty, or may be an option, is typer's to judge."""
    if argument is None or not text or text.startswith("-"):
        return None
    name, convert = argument
    try:
        return name, convert(text)
    except ValueError:
        return None


def _carry_out(function: str, given: Mapping[str, Any]) -> int:
    module, name = function.split(":")
    return getattr(importlib.import_module(f"nemowatch.cli.{module}"), name)(**given) or 0
