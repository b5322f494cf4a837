"""What documents have people type: commands that exist, and configurations that are read."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import typer.main

from nemowatch.cli import exits
from nemowatch.cli.app import app
from nemowatch.config.load import load
from nemowatch.config.schema import Recipe
from nemowatch.fs.names import SIDE_ENDING
from nemowatch.outbox import note_file
from nemowatch.reporting.notes import READ_ME
from nemowatch.tasks.grammar import read_folder
from nemowatch.tasks.records import Folder
from tests.rigs.rows import each_row

REPO = Path(__file__).parents[2]
GUIDES = (
    "folders",
    "recipes",
    "results",
    "conversation",
    "notifications",
    "web",
    "troubleshooting",
)
PAGES = (REPO / "README.md", *(REPO / f"docs/{name}.md" for name in GUIDES))
COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]
#: A block of a document, with the language that it is in.
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#\s]+)(?:#([\w-]+))?\)")
#: What a configuration needs besides what an example shows.
WATCH = '\n[[watch]]\nroot = "/srv/studio"\n'


def blocks(page: Path, language: str) -> list[str]:
    return [text for found, text in BLOCK.findall(page.read_text("utf-8")) if found == language]


def usage() -> str:
    """README's part about the commands."""
    return (REPO / "README.md").read_text("utf-8").partition("## The commands")[2]


def typed() -> list[tuple[str, str]]:
    """Every line with a command of nemowatch in a document, and which document it is."""
    found: list[tuple[str, str]] = []
    for page in PAGES:
        text = page.read_text("utf-8")
        lines = "".join(blocks(page, "sh")).splitlines()
        for line in (*lines, *re.findall(r"`(nemowatch [^-`][^`]*)`", text)):
            if line.startswith("nemowatch "):
                found.append((page.name, line.partition(" #")[0].strip()))
    return found


@each_row(typed())
def test_a_line_can_be_typed(page: str, line: str) -> None:
    """The command and its options exist; what stands for a number is one."""
    words = shlex.split(line.replace("JOB", "12").replace("…", ""))
    command, *rest = words[1:]
    if command in ("COMMAND", "--help"):
        return
    found = COMMANDS[command]
    if hasattr(found, "commands") and rest:
        found, rest = found.commands[rest[0]], rest[1:]
    if rest and "--help" not in rest:
        found.make_context(command, rest)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_configurations_and_links_are_good(page: Path, tmp_path: Path) -> None:
    """Each example is read by the real loader; each link leads to a file and a heading."""
    for text in blocks(page, "toml"):
        whole = text if "[[watch]]" in text else f"{text}{WATCH}"
        (tmp_path / "config.toml").write_text(whole)
        load(tmp_path / "config.toml", {"HOME": str(tmp_path)})
    for target, heading in LINK.findall(page.read_text("utf-8")):
        if "://" in target:
            continue
        place = page.parent / target
        assert place.exists(), target
        if heading:
            titles = re.findall(r"^#+ (.*)$", place.read_text("utf-8"), re.MULTILINE)
            assert heading in [slug(title) for title in titles]


def test_folders_in_examples_are_orders() -> None:
    """Whatever lies in an inbox of an example is read as an order; its recipe is the one that
    config.example.toml shows."""
    [prompt] = re.findall(r"^prompt = .*$", "".join(blocks(PAGES[2], "toml")), re.MULTILINE)
    assert f"#{prompt}" in (REPO / "config.example.toml").read_text("utf-8")
    names: set[str] = set()
    for page in PAGES:
        names |= set(re.findall(r"inbox/([a-z][\w-]*)/", page.read_text("utf-8")))
    assert len(names) > 4
    recipes = {"shorts": Recipe(prompt="{languages}")}
    for name in names:
        assert isinstance(read_folder(name, recipes), Folder), name


def test_every_note_and_exit_code_has_its_cure() -> None:
    """The page for trouble names each kind of note that is written, and each exit code."""
    page = (REPO / "docs/troubleshooting.md").read_text("utf-8")
    notes = [value for name, value in vars(note_file).items() if name.endswith("_ENDING")]
    for ending in (*notes, SIDE_ENDING):
        assert f"| `NAME{ending}` |" in page
    assert f"| `{READ_ME}` |" in page
    for code in (exits.OK, exits.FAILED, exits.USAGE, exits.NEEDS_DAEMON, exits.INTERRUPTED):
        assert f"| {code} |" in page


def slug(title: str) -> str:
    """How a heading is called in a link."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def test_the_readme_has_every_command_and_no_other() -> None:
    """Each command is there, and each option that is named exists."""
    shown = blocks_of(usage())[0]
    named = set()
    for part in re.split(r"(?:^|  )nemowatch ", shown, flags=re.MULTILINE)[1:]:
        words = part.partition("   ")[0].split()
        for name in words[0].split("|"):
            named.add(name)
            options = set(re.findall(r"--[\w-]+", part))
            assert options <= offered(name), (name, options)
    assert named == set(COMMANDS)


def blocks_of(text: str) -> list[str]:
    return [found for _, found in BLOCK.findall(text)]


def offered(name: str) -> set[str]:
    """The options of a command, and of those below it."""
    command = COMMANDS[name]
    parts = [command, *getattr(command, "commands", {}).values()]
    return {option for part in parts for one in part.params for option in one.opts}
