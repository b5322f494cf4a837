"""Loads the SQL files: a query is a block that begins `-- name: NAME`; the comment lines after
it describe it."""

from __future__ import annotations

from functools import cache
from importlib import resources


@cache
def load(file: str) -> dict[str, str]:
    """All queries of `sql/<file>.sql`, by name."""
    text = resources.files("nemowatch.journal").joinpath("sql", f"{file}.sql").read_text("utf-8")
    found: dict[str, str] = {}
    for block in text.split("-- name: ")[1:]:
        name, _, body = block.partition("\n")
        found[name.strip()] = body.strip()
    return found


def migrations() -> list[tuple[int, str]]:
    """Every migration as (number, SQL), in order."""
    folder = resources.files("nemowatch.journal").joinpath("sql", "migrations")
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".sql")), key=lambda f: f.name)
    return [(int(f.name[:4]), f.read_text("utf-8")) for f in files]
