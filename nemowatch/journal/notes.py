"""Notes that stand in people's folders: remembered, so that they are taken away again when their cause is gone."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from nemowatch.journal.queries import load

SQL = load("rest")


def remember(conn: sqlite3.Connection, path: bytes | Path, text: str, now_ms: int) -> None:
    """A note with this text stands at this absolute path."""
    conn.execute(SQL["note_put"], {"path": _raw(path), "text": text, "now": now_ms})


def forget(conn: sqlite3.Connection, path: bytes | Path) -> None:
    """It was taken away."""
    conn.execute(SQL["note_drop"], (_raw(path),))


def all(conn: sqlite3.Connection) -> dict[bytes, str]:
    """Every note that stands, by its absolute path."""
    return {row["path"]: row["text"] for row in conn.execute(SQL["notes"])}


def _raw(path: bytes | Path) -> bytes:
    return path if isinstance(path, bytes) else str(path).encode("utf-8", "surrogateescape")
