"""Members: the files and URLs of a source, each file with its snapshot from when it was read.

Knows neither jobs nor payment.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from operator import itemgetter

from nemowatch.journal.inode_numbers import signed, unsigned
from nemowatch.journal.queries import every, first_value, load
from nemowatch.model import MediaKind, Member, MemberRole, Snapshot

SQL = load("source_members")
#: The snapshot of a member that is not a file.
NO_SNAPSHOT = Snapshot(0, 0, 0, 0, 0, 0)


def of_source(conn: sqlite3.Connection, source_id: int) -> list[Member]:
    """The files and URLs of a source, in order."""
    return every(conn, SQL["of_source"], (source_id,), _member)


def of_item(conn: sqlite3.Connection, source_id: int, item: str) -> list[Member]:
    """The files and URLs of one item of a source, and those that belong to every item, in order."""
    found: list[Member] = []
    for member in of_source(conn, source_id):
        if member.item in ("", item):
            found.append(member)
    return found


def clip_bytes(conn: sqlite3.Connection, source_id: int, item: str) -> int:
    """How large the clips of one item of a source are together; addresses have no bytes."""
    return int(first_value(conn, SQL["clip_bytes"], (source_id, item), 0))


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A file that is in the inbox and is already claimed."""

    source_id: int
    snapshot: Snapshot
    settled: bool


def known_files(conn: sqlite3.Connection, watch: str) -> dict[bytes, KnownFile]:
    """Every file of every source of `watch` that has not been moved away yet, by its path
    relative to the inbox."""
    rows = conn.execute(SQL["unretired"], (watch,))
    return {row["path"]: KnownFile(row["id"], _snapshot(row), bool(row["settled"])) for row in rows}


def known_projects(conn: sqlite3.Connection, watch: str) -> dict[bytes, str]:
    """The digest of the instructions of every project of `watch` that has not been moved away
    yet, by its path; of several versions of one the newest counts."""
    return dict(every(conn, SQL["projects"], (watch,), itemgetter("path", "digest")))


def write(conn: sqlite3.Connection, source_id: int, found: tuple[Member, ...]) -> None:
    """Add the members of a source, in this order."""
    for ordinal, member in enumerate(found):
        snapshot = member.snapshot or NO_SNAPSHOT
        conn.execute(
            SQL["insert"],
            {
                "source_id": source_id,
                "item": member.item,
                "ordinal": ordinal,
                "role": member.role,
                "kind": member.kind,
                "name": member.name,
                "path": member.path,
                "url": member.url,
                "digest": member.digest,
                "size": snapshot.size,
                "mtime_ns": snapshot.mtime_ns,
                "ctime_ns": snapshot.ctime_ns,
                "blocks": snapshot.blocks,
                "dev": signed(snapshot.dev),
                "ino": signed(snapshot.ino),
            },
        )


def replace(conn: sqlite3.Connection, source_id: int, found: tuple[Member, ...]) -> None:
    """Replace the members of a source."""
    conn.execute(SQL["drop"], (source_id,))
    write(conn, source_id, found)


def refresh(conn: sqlite3.Connection, source_id: int, found: tuple[Member, ...]) -> None:
    """Update the snapshots of files with the same content, but another inode or other times (after
    being touched, restored or moved back)."""
    kept = {m.name: m.cdn_url for m in of_source(conn, source_id)}
    replace(conn, source_id, found)
    for member in of_source(conn, source_id):
        if kept.get(member.name):
            set_cdn(conn, member.id, kept[member.name])


def set_cdn(conn: sqlite3.Connection, member_id: int, url: str) -> None:
    """Record where the cloud keeps this clip; "" when that address no longer works."""
    conn.execute(SQL["set_cdn"], (url, member_id))


def _snapshot(row: sqlite3.Row) -> Snapshot:
    return Snapshot(
        row["size"],
        row["mtime_ns"],
        row["ctime_ns"],
        row["blocks"],
        unsigned(row["dev"]),
        unsigned(row["ino"]),
    )


def _member(row: sqlite3.Row) -> Member:
    return Member(
        role=MemberRole(row["role"]),
        name=row["name"],
        path=row["path"],
        url=row["url"],
        item=row["item"],
        kind=MediaKind(row["kind"]),
        snapshot=_snapshot(row) if row["path"] else None,
        digest=row["digest"],
        id=row["id"],
        cdn_url=row["cdn_url"],
    )
