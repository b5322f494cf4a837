"""Command lines that are read without typer mean what typer would read, and load little."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from nemowatch.cli.app import app
from nemowatch.cli.plain import COMMANDS, arguments, read

#: What prints the modules that a command has loaded, behind what it prints itself.
SCRIPT = """
import sys
from nemowatch.cli import main
code = main()
print("\\n--", *sys.modules)
sys.exit(code)
"""
#: What takes long to load, and tells a command that only reads nothing.
HEAVY = {
    *("typer", "pydantic", "pydantic_settings", "structlog", "pygments", "attr", "asyncio"),
    *("httpx", "ssl", "babel", "lxml", "jinja2", "logging", "importlib.metadata", "email"),
    *("nemowatch.tasks.kinds", "nemowatch.content.text", "nemowatch.config.reading"),
    *("nemowatch.journal.database", "nemowatch.service.control"),
}


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


@pytest.mark.parametrize(
    "line",
    [
        *("", "--help", "run --config", "run --help", "run --onse", "run x", "run --once=1"),
        *("jobs --state --json", "jobs --state=", "explain", "explain a b", "explain -- a"),
        *("explain -a", "status -h", "show 1", "--config x run"),
    ],
)
def test_whatever_else_there_is(line: str) -> None:
    """Left to typer, which says what is wrong."""
    assert read(line.split()) is None


def test_what_status_loads(tmp_path: Path) -> None:
    """Neither a parser nor a reader of configurations, once this one has been read before; nothing
    of the daemon, nor of what it works with."""
    config = tmp_path / "config.toml"
    config.write_text('state_dir = "state"\n[[watch]]\nroot = "w"\n')
    env = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")}
    for words in (["status"], ["jobs"], ["jobs", "--json"]):
        for again in (False, True):
            done = subprocess.run(
                [sys.executable, "-c", SCRIPT, *words, "--config", config],
                capture_output=True,
                text=True,
                env=env,
                check=False,
            )
            assert done.returncode == 0, done.stderr
            loaded = done.stdout.rpartition("\n-- ")[2].split()
            if again:
                assert HEAVY.isdisjoint(loaded), HEAVY.intersection(loaded)
