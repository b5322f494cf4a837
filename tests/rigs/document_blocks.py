"""The shell blocks of a document, in order, and the machine on which each is to be typed.

The word after the language says that: "```sh" is the server, "```sh on=NAME" another machine of the
same document, "```sh engine" needs a container engine: scripts/test-container tries the same
without one."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path

DOCS = Path(__file__).resolve().parents[2] / "docs"
SERVER = "server"
#: Machines that a document may name, and what they begin with.
MACHINES = {
    SERVER: "the wheel",
    "uv": "the wheel, and uv",
    "by-hand": "a checkout",
    "new": "the wheel, and what was packed on another machine",
}
ENGINE = "engine"
OPENING = re.compile(r"```sh(?: (?P<mark>\S.*))?")
APT = re.compile(r"^\s*apt(?:-get)? install (.*?)(?:#.*)?$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """One shell block."""

    document: str
    line: int
    section: str
    mark: str
    text: str

    @property
    def machine(self) -> str:
        """The machine on which it is typed; "" for one that needs an engine."""
        if self.mark == ENGINE:
            return ""
        return self.mark.removeprefix("on=") or SERVER

    @property
    def is_known(self) -> bool:
        """Whether its mark means something."""
        return self.mark == ENGINE or self.machine in MACHINES

    def __str__(self) -> str:
        return f"{self.document}:{self.line} ({self.section}, {self.mark or SERVER})"


def blocks(path: Path) -> list[Block]:
    """The shell blocks of a document, as they follow one another."""
    found, section = list[Block](), ""
    lines = enumerate(path.read_text("utf-8").splitlines(), 1)
    for number, line in lines:
        if line.startswith("## "):
            section = line[3:]
        opening = OPENING.fullmatch(line)
        if opening is None:
            continue
        text = list[str]()
        for _, inner in lines:
            if inner == "```":
                break
            text.append(inner)
        mark = opening["mark"] or ""
        found.append(Block(path.name, number, section, mark, "\n".join(text) + "\n"))
    return found


def packages(path: Path) -> set[str]:
    """The packages that a document has apt install."""
    said = [words for block in blocks(path) for words in APT.findall(block.text)]
    return {word for words in said for word in words.split() if not word.startswith("-")}


if __name__ == "__main__":
    print(",".join(sorted(set().union(*(packages(Path(name)) for name in sys.argv[1:])))))
