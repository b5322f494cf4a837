"""Notices a journal that was put back from a backup, or lost: it has seen fewer starts than the state folder has.

Such a journal does not know what was paid after it was copied, so nothing of it is paid before a person has spoken."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from nemowatch.errors import local_error
from nemowatch.journal import Journal, batches, facts
from nemowatch.journal.database import COPY

#: The fact in the journal, and the file beside it, that count the starts of the daemon.
STARTS = "starts"


def count_start(state_dir: Path, journal: Journal, watches: Iterable[str], now_ms: int) -> bool:
    """Count this start in both places; True when the journal is older than its folder. Unpaid jobs then wait for approval,
    and so does what the first scans bring. Raises LocalError, JournalError."""
    path = state_dir / STARTS
    there = _read(path)
    inside = int(journal.read_now(lambda conn: facts.get(conn, STARTS)) or 0)
    copy = journal.read_now(lambda conn: facts.get(conn, COPY)) == "yes"
    older = copy or inside < there
    if older:
        journal.write_now(lambda conn: batches.begin_rebuilding(conn, watches, now_ms))
    fresh = max(there, inside) + 1
    journal.write_now(lambda conn: facts.put(conn, STARTS, str(fresh)))  # first: a crash in between raises no alarm
    journal.write_now(lambda conn: facts.put(conn, COPY, ""))
    write_line(path, str(fresh))
    return older


def _read(path: Path) -> int:
    try:
        text = path.read_text("ascii", "replace").strip()
    except FileNotFoundError:
        return 0
    except OSError as exc:
        raise local_error(exc, path) from exc
    return int(text) if text.isdecimal() and len(text) < 16 else 0


def write_line(path: Path, line: str) -> None:
    """Replace a small file of the state folder in one step, for its owner's eyes alone whatever the umask, and on the disk
    when this returns. Raises LocalError."""
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "w", encoding="utf-8") as file:
            file.write(f"{line}\n")
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as exc:
        fresh.unlink(missing_ok=True)
        raise local_error(exc, path) from exc
