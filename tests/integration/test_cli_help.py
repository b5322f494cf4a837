"""Help, its examples, the man page made of them, and what a shell proposes."""

from __future__ import annotations

import os
import runpy
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import typer.main

from nemowatch.cli.app import app
from nemowatch.cli.help import EXAMPLES, GROUPS
from nemowatch.model import State
from tests.rigs.command import Cli

REPO = Path(__file__).parents[2]
COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]
LINES = [line for lines in EXAMPLES.values() for line, _ in lines if line.startswith("nemowatch ")]


def test_every_command_is_in_one_group_and_has_an_example() -> None:
    """Nobody has to look for one."""
    grouped = [name for _, names in GROUPS for name in names]
    assert sorted(grouped) == sorted(COMMANDS)
    assert sorted(EXAMPLES) == sorted(COMMANDS)


@pytest.mark.parametrize("line", LINES)
def test_examples_can_be_typed(line: str) -> None:
    """Each is read without a mistake."""
    command, *rest = shlex.split(line.partition(" | ")[0])[1:]
    found = COMMANDS[command]
    if hasattr(found, "commands"):
        found, rest = found.commands[rest[0]], rest[1:]
    found.make_context(command, rest)


def test_the_man_page_is_of_today() -> None:
    """`scripts/man` writes it."""
    man = runpy.run_path(str(REPO / "scripts/lib/man.py"))
    assert (REPO / "docs/nemowatch.1").read_text("utf-8") == man["page"]()


def test_help_has_a_short_name_and_fits_a_terminal(tmp_path: Path) -> None:
    """`-h` is `--help`, of every command, in 80 columns and without colours in a pipe."""
    cli = Cli(tmp_path)
    said = cli.spawn("-h")
    assert said.stdout == cli.spawn("--help").stdout
    assert "Decide:" in said.stdout
    short = cli.spawn("journal", "backup", "-h")
    assert short.returncode == 0
    examples = cli.spawn("jobs", "-h").stdout
    assert "nemowatch jobs --newest" in examples
    for line in (said.stdout + short.stdout + examples).splitlines():
        assert len(line) <= 80
        assert "\x1b" not in line


@pytest.mark.parametrize(
    ("typed", "proposed"),
    [
        ("nemowatch ta", ["take-over"]),
        ("nemowatch show ", ["2", "1"]),
        ("nemowatch retry 1 ", ["2", "1"]),
        ("nemowatch jobs --state fa", ["failed"]),
        ("nemowatch explain du", ["dub-es/"]),
        ("nemowatch explain dub-es/", ["dub-es/clip.mp4", "dub-es/kunde/"]),
    ],
)
def test_a_shell_completes(tmp_path: Path, typed: str, proposed: list[str]) -> None:
    """Commands, numbers of jobs, states, folders and files, by what the script for bash asks."""
    cli = Cli(tmp_path)
    (cli.root / "inbox/dub-es/kunde").mkdir(parents=True)
    (cli.root / "inbox/dub-es/clip.mp4").touch()
    cli.add_job(b"dub-es/a.mp4", State.FAILED)
    cli.add_job(b"dub-es/b.mp4")
    words = typed.split(" ")
    asked = {
        "_NEMOWATCH_COMPLETE": "complete_bash",
        "COMP_WORDS": typed,
        "COMP_CWORD": str(len(words) - 1),
        "NEMOWATCH_CONFIG": str(cli.config),
    }
    done = cli.spawn(**asked)
    assert (done.stdout.split("\n"), done.stderr) == ([*proposed, ""], "")


#: What each shell does with the script, in its own language; what stands for its own builtins
#: prints what they are given.
ASKS = {
    "bash": """
        compopt() { :; }
        COMP_WORDS=(nemowatch explain "dub-es/") COMP_CWORD=2
        _nemowatch_completion; printf '%s\\n' "${COMPREPLY[@]}"
    """,
    "zsh": """
        compadd() { print -rl -- $values $folders; values=() folders=() }
        words=(nemowatch explain "dub-es/") CURRENT=3
        _nemowatch_completion
    """,
    "fish": "complete -C 'nemowatch explain dub-es/'",
}
NAMES = ['"; touch OWNED; ".mp4', "$(touch OWNED).mp4", "\\$(touch OWNED).mp4", "it's one.mp4"]


@pytest.mark.parametrize("shell", ASKS)
def test_a_shell_proposes_names_as_they_are(tmp_path: Path, shell: str) -> None:
    """Each shell that is installed runs its script: quotes, spaces and what looks like a command
    in a name from the share are a name, and nothing is carried out."""
    if shutil.which(shell) is None:
        pytest.skip(f"there is no {shell}")
    cli = Cli(tmp_path)
    (cli.root / "inbox/dub-es").mkdir(parents=True)
    for name in NAMES:
        (cli.root / "inbox/dub-es" / name).touch()
    words = [sys.executable, "-m", "nemowatch", "completion", shell]
    script = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    program = f'#!/bin/sh\nexec {sys.executable} -m nemowatch "$@"\n'
    (tmp_path / "nemowatch").write_text(program)
    (tmp_path / "nemowatch").chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    beside = "compdef() { :; }\n" if shell == "zsh" else ""
    done = subprocess.run(
        [shell, "-c", f"{beside}{script}\n{ASKS[shell]}"],
        env=cli.env(PATH=path, NEMOWATCH_CONFIG=str(cli.config)),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    proposed = [line.partition("\t")[0] for line in done.stdout.splitlines()]
    assert sorted(filter(None, proposed)) == sorted(f"dub-es/{name}" for name in NAMES)
    assert not list(tmp_path.rglob("OWNED"))
