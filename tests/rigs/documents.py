"""Writes parts of documents for commands: each is between its own marks, and nothing else on the
page changes."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

REPO = Path(__file__).parents[2]
RELIABILITY = REPO / "docs/reliability.md"
PERFORMANCE = REPO / "docs/performance.md"


def put(page: Path, name: str, text: str) -> None:
    """Write `text` between the marks of part `name`; a part that does not exist yet goes to the end
    of the page."""
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    before = page.read_text(encoding="utf-8") if page.exists() else ""
    if begin not in before:
        before = f"{before}\n{begin}\n{end}\n".lstrip("\n")
    pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    page.write_text(pattern.sub(lambda _: f"{begin}\n{text}\n{end}", before), encoding="utf-8")


def part(page: Path, name: str) -> str:
    """The present text of a part; "" when there is none."""
    text = page.read_text(encoding="utf-8") if page.exists() else ""
    return text.partition(f"<!-- {name} -->\n")[2].partition(f"<!-- /{name} -->")[0]


def line(cells: Iterable[object]) -> str:
    """A row of a table."""
    return f"| {' | '.join(str(cell).replace('|', '/').replace(chr(10), ' ') for cell in cells)} |"


def section(title: str, words: str, head: Iterable[object], rows: Iterable[str]) -> str:
    """A heading, a paragraph, and a table of `rows`, each made by `line`."""
    titles = list(head)
    return "\n".join(
        [f"## {title}", "", words, "", line(titles), line(["---"] * len(titles)), *rows]
    )


@cache
def code() -> str:
    """Which code this is: "c0f4daa", with a + when files differ from it; as it was when first
    asked. Ask before you measure: another commit may land meanwhile."""
    found = _git("rev-parse", "--short", "HEAD")
    return (
        f"{found}+"
        if found and _git("status", "--porcelain", "--", "nemowatch", "tests")
        else found or "unknown"
    )


def played() -> str:
    """When, which code and how many cores: "2026-11-21, commit c0f4daa, 2 cores"."""
    return f"{datetime.now(UTC).date()}, commit {code()}, {os.cpu_count()} cores"


def _git(*args: str) -> str:
    try:
        done = subprocess.run(
            ["git", "-C", REPO, *args], capture_output=True, text=True, check=False
        )
    except OSError:  # no git here
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
