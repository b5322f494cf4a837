"""Whatever the code and the documents cite exists: documents, their sections, decisions,
modules."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
HOUSE = CHECKOUT / "nemowatch"
#: Folders and files whose prose is read.
CITING = ("nemowatch", "tests", "scripts", "systemd", "docs", ".")
ENDINGS = {".py", ".sql", ".md", ".toml", ".conf", ".service", ".j2", ""}
#: Not prose: what tools have written, and this page, which makes citations up.
LEFT_OUT = {"requirements.lock", "LICENSE", Path(__file__).name}

#: What stands between the lines of a citation that was wrapped: the next line's comment sign.
WRAP = re.compile(r"\s*\n\s*(?:#:?|--|;|>)?\s*")
DOCUMENT = re.compile(r"\bdocs/[\w./-]+\.md\b")
DECISION = re.compile(r"\bdocs/decisions/(\d{4})\b")
#: "docs/api.md section 6", "docs/api.md sections 4, 7 and 9", "docs/platform.md section httpx".
SECTION = re.compile(
    r"\b(docs/[\w-]+\.md)`?,? sections? "
    r"(?P<list>\d+(?:(?:, and |, | and | to )\d+)*|[A-Za-z][\w-]*)(?:, point (?P<point>\d+))?"
)
#: A file of this repository by its path: `fs/lease.py`, `nemowatch/fs/lease.py`, `scripts/test`.
FILE = re.compile(r"(?<![\w/.~-])((?:[a-z_0-9]+/)+[a-z_0-9]+\.(?:py|sql|toml|j2))\b")
SCRIPT = re.compile(r"(?<![\w/.])(scripts/[a-z][a-z-]+)\b(?!/)")
#: Comments, and strings that may be docstrings.
SAID = re.compile(r'"""[^"]*"""|(?:^|\s)#.*', re.MULTILINE)
#: A module in backticks: `remote.http`. Files and keys of the configuration look the same.
MODULE = re.compile(r"`([a-z_]+)\.([a-z_]+)`")
NO_MODULE = {
    *(("service", "drain"), ("journal", "db"), ("content", "parts")),
    *(("web", "hosts"), ("web", "password_file"), ("web", "password")),
}
#: A file by its name alone, which may be in any room: `lease.py`.
BARE = re.compile(r"`([a-z_]+\.py)`")
#: Names that documents had elsewhere, and rooms that are no more.
GONE = re.compile(r"(?<!/)\b(?:API|DESIGN|FINDINGS|IGNORE|HOUSE|STYLE)\.md\b|`engine\.[a-z_]+`?")


def faults(text: str) -> Iterator[str]:
    """Every citation in a text that leads nowhere."""
    flat = WRAP.sub(" ", text)
    for name in DOCUMENT.findall(flat):
        if not (CHECKOUT / name).is_file():
            yield name
    for number in DECISION.findall(flat):
        if not list((CHECKOUT / "docs/decisions").glob(f"{number}-*.md")):
            yield f"docs/decisions/{number}"
    for found in SECTION.finditer(flat):
        yield from _missing_sections(found)
    for name in [*FILE.findall(flat), *SCRIPT.findall(flat)]:
        if not (CHECKOUT / name).exists() and not (HOUSE / name).exists():
            yield name
    for name in BARE.findall(flat):
        if not list(HOUSE.rglob(name)):
            yield name
    for room, module in MODULE.findall(flat):
        is_room = (HOUSE / room).is_dir() and (room, module) not in NO_MODULE
        if is_room and not _in_room(room, module):
            yield f"{room}.{module}"
    yield from GONE.findall(flat)


def _missing_sections(found: re.Match[str]) -> Iterator[str]:
    document = CHECKOUT / found[1]
    if not document.is_file():
        return
    known = sections(document)
    wanted = re.findall(r"\d+", found["list"]) or [found["list"].lower()]
    for one in wanted:
        if one not in known:
            yield f"{found[1]} section {one}"
        elif found["point"] and not re.search(
            rf"^{found['point']}\. ", known[one], flags=re.MULTILINE
        ):
            yield f"{found[1]} section {one}, point {found['point']}"


@cache
def sections(document: Path) -> dict[str, str]:
    """The text of each section, by its number and by its title in lower case."""
    found: dict[str, str] = {}
    for part in re.split(r"^## ", document.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        heading = part.partition("\n")[0]
        number, dot, title = heading.partition(". ")
        if dot and number.isdecimal():
            found[number] = part
            heading = title
        found[heading.strip().lower()] = part
    return found


def _in_room(room: str, module: str) -> bool:
    folder = HOUSE / room
    return bool(list(folder.rglob(f"{module}.py"))) or (folder / module).is_dir()


def prose(path: Path) -> str:
    """What a file says to people: the comments and docstrings of a Python file, the whole of
    any other."""
    text = path.read_text(encoding="utf-8")
    return "\n".join(SAID.findall(text)) if path.suffix == ".py" else text


def citing() -> Iterator[Path]:
    """Every file that may cite something."""
    for name in CITING:
        folder = CHECKOUT / name
        found = folder.glob("*") if name == "." else folder.rglob("*")
        for path in sorted(found):
            cites = path.suffix in ENDINGS and path.name not in LEFT_OUT
            if cites and path.is_file() and not path.name.startswith("."):
                yield path


def test_whatever_is_cited_exists() -> None:
    """No comment, docstring or document sends a reader to something that is not there."""
    wrong = {}
    for path in citing():
        found = list(faults(prose(path)))
        if found:
            wrong[str(path.relative_to(CHECKOUT))] = found
    assert wrong == {}


@pytest.mark.parametrize(
    "made_up",
    [
        "docs/nowhere.md",
        "docs/api.md section 11",
        "docs/api.md sections 5, 6 and 12",
        "docs/api.md\n#: section 12",
        "docs/platform.md section teleports",
        "docs/behaviour.md section 3, point 99",
        "docs/decisions/9999",
        "`intake/nowhere.py`",
        "nemowatch/intake/nowhere.py",
        "scripts/nowhere",
        "`remote.nowhere`",
        "`nowhere.py`",
        "`engine.commands`",
        "API.md section 6",
        "see DESIGN.md",
    ],
)
def test_a_made_up_citation_is_found(made_up: str) -> None:
    """The check can fail, also where the citation is wrapped."""
    assert list(faults(f"As {made_up} says."))


@pytest.mark.parametrize(
    "real",
    [
        "docs/api.md section 6",
        "docs/api.md sections 1, 4 and 10",
        "docs/api.md\n    # section 2",
        "docs/platform.md section watchdog, point 7",
        "docs/behaviour.md section 3, point 9",
        "docs/decisions/0001",
        "`fs/lease.py`",
        "`lease.py`",
        "`remote.http`",
        "scripts/test",
    ],
)
def test_a_real_citation_is_not(real: str) -> None:
    """Every form that is in use is understood."""
    assert list(faults(f"As {real} says.")) == []
