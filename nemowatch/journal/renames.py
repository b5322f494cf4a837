"""Finds sources by their paths and, when their files have been renamed, by their content, for many
files at once; and gives them their new paths.

Decides nothing: `intake` knows whether a file is the one that was claimed.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from operator import itemgetter

from nemowatch.journal import jobs, source_members
from nemowatch.journal.queries import every, load
from nemowatch.journal.sources import SourceRow, source_of
from nemowatch.model import Member

SQL = load("renames")


def with_digests(
    conn: sqlite3.Connection, watch: str, digests: Iterable[str]
) -> dict[str, list[SourceRow]]:
    """Every source of this inbox with one of these digests, by digest, newest first."""
    found: dict[str, list[SourceRow]] = {}
    asked = {"watch": watch, "digests": json.dumps(sorted(set(digests)))}
    for row in conn.execute(SQL["with_digests"], asked):
        source = source_of(row)
        found.setdefault(source.digest, []).append(source)
    return found


def paths_seen(conn: sqlite3.Connection, watch: str, paths: Iterable[bytes]) -> set[bytes]:
    """Those of these paths at which a source ever was, in one question; names that are not UTF-8
    count as such, since they cannot be asked about so."""
    odd: set[bytes] = set()
    names: list[str] = []
    for path in paths:
        try:
            names.append(path.decode("utf-8"))
        except UnicodeDecodeError:  # JSON cannot have them
            odd.add(path)
    asked = {"watch": watch, "paths": json.dumps(names)}
    return odd.union(every(conn, SQL["paths_seen"], asked, itemgetter("path")))


def move(
    conn: sqlite3.Connection,
    source_id: int,
    folder: bytes,
    path: bytes,
    members: tuple[Member, ...],
) -> None:
    """Give the files of this source their new paths. What was uploaded of them stays known."""
    conn.execute(SQL["move_source"], {"id": source_id, "folder": folder, "path": path})
    before = source_members.of_source(conn, source_id)
    for member, now in zip(before, members, strict=True):
        conn.execute(SQL["move_member"], {"id": member.id, "path": now.path, "name": now.name})
    source_members.refresh(conn, source_id, members)
    conn.execute(SQL["notes_due"], {"id": source_id})


def name_results(
    conn: sqlite3.Connection, source_id: int, stems: Mapping[tuple[str, str], str]
) -> None:
    """Name what is still to be published after these stems, by (item, target)."""
    for job in jobs.of_source(conn, source_id):
        stem = stems.get((job.item, job.target), job.stem)
        conn.execute(SQL["name_job"], {"id": job.id, "stem": stem})
