"""Loads the SQL files, and reads what their queries find. A query is a block that begins with
`-- name: NAME`; the comment lines after that describe it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

#: The parameters of a query, by position or by name.
Values = tuple[Any, ...] | dict[str, Any]
T = TypeVar("T")

_SQL = Path(__file__).with_name("sql")


@cache
def load(file: str) -> dict[str, str]:
    """All queries of `sql/<file>.sql`, by name."""
    text = (_SQL / f"{file}.sql").read_text("utf-8")
    found: dict[str, str] = {}
    for block in text.split("-- name: ")[1:]:
        name, _, body = block.partition("\n")
        found[name.strip()] = body.strip()
    return found


def migrations() -> list[tuple[int, str]]:
    """Every migration as (number, SQL), in order."""
    return [(number, path.read_text("utf-8")) for number, path in _migrations()]


def newest_version() -> int:
    """The number of the last migration."""
    return _migrations()[-1][0]


def _migrations() -> list[tuple[int, Path]]:
    files = sorted((_SQL / "migrations").glob("*.sql"))
    return [(int(path.name[:4]), path) for path in files]


def every(
    conn: sqlite3.Connection, query: str, values: Values, make: Callable[[sqlite3.Row], T]
) -> list[T]:
    """Every row that a query finds, in its order, as `make` returns it."""
    return list(map(make, conn.execute(query, values)))


def first(
    conn: sqlite3.Connection, query: str, values: Values, make: Callable[[sqlite3.Row], T]
) -> T | None:
    """The first row that a query finds, as `make` returns it; None when it finds nothing."""
    row = conn.execute(query, values).fetchone()
    if row is None:
        return None
    return make(row)


def first_value(conn: sqlite3.Connection, query: str, values: Values, default: T) -> T:
    """The first column of the first row that a query finds; `default`, which has the type of that
    column, when it finds nothing."""
    row = conn.execute(query, values).fetchone() or (default,)
    value: T = row[0]
    return value


def version(conn: sqlite3.Connection) -> tuple[int, int]:
    """What is another one after each change of the journal, by this connection or another."""
    return conn.total_changes, conn.execute("PRAGMA data_version").fetchone()[0]
