"""Reads simple command lines without typer: commands that are typed often, or run for months, with
their own options and without mistakes. Loading typer takes longer than most of them, and the daemon
need not carry it.

Everything else, `--help` and any mistake, is left to typer, whose signatures this table repeats; a
test compares the two.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

Read = Callable[[str], Any]


class PlainCommand(NamedTuple):
    """How one command is called."""

    function: str  #: "module:function" in this package
    flags: Mapping[str, str]  #: option -> argument
    values: Mapping[str, tuple[str, Read]]  #: option -> argument, and how its value is read
    argument: tuple[str, Read] | None = None  #: the one without a name, which is required


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
    """A function that carries out a command line and returns its exit code; None: let typer read
    it."""
    try:
        command = COMMANDS[line[0]]
        given = arguments(command, line[1:])
    except (LookupError, ValueError):
        return None
    return lambda: _carry_out(command.function, given)


def arguments(command: PlainCommand, words: list[str]) -> dict[str, Any]:
    """The arguments in `words`, by name. Raises LookupError or ValueError when there is anything
    else among them."""
    found: dict[str, Any] = {}
    nameless = list(filter(None, [command.argument]))
    rest = iter(words)
    for word in rest:
        name, value = _one(command, nameless, word, rest)
        found[name] = value
    if nameless:
        raise LookupError(nameless)
    return found


def _one(
    command: PlainCommand, nameless: list[tuple[str, Read]], word: str, rest: Iterator[str]
) -> tuple[str, Any]:
    """The argument that begins with `word`; its value is taken from `rest`."""
    if word in command.flags:
        return command.flags[word], True
    if not word.startswith("-"):
        return _valued(nameless.pop(), word)
    option, equals, value = word.partition("=")
    if not equals:
        value = next(rest, "")
    return _valued(command.values[option], value)


def _valued(argument: tuple[str, Read], text: str) -> tuple[str, Any]:
    """The argument with `text` as its value. A text that is empty, or may be an option, is left to
    typer."""
    if text[:1] in ("", "-"):
        raise ValueError(text)
    name, convert = argument
    return name, convert(text)


def _carry_out(function: str, given: Mapping[str, Any]) -> int:
    module, name = function.split(":")
    return getattr(importlib.import_module(f"nemowatch.cli.{module}"), name)(**given) or 0
