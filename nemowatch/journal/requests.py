"""Texts about results and questions: those that were carried out, and the results that one can be
about.

A text is recorded in the transaction that carries out what it asks for, so that none is paid for
twice, however often it comes back. This module does not know what a text asks for.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from nemowatch.journal import jobs, retired_files
from nemowatch.journal.jobs import Job
from nemowatch.journal.queries import every, first, load
from nemowatch.journal.retired_files import RetiredFile

SQL = load("requests")


@dataclass(frozen=True, slots=True)
class RequestText:
    """A text in an inbox."""

    watch: str
    path: bytes  #: relative to the inbox
    kind: str
    digest: str  #: SHA-256 of its content, hex
    mtime_ns: int

    @property
    def _identity(self) -> dict[str, Any]:
        return {
            "watch": self.watch,
            "path": self.path,
            "kind": self.kind,
            "digest": self.digest,
        }


@dataclass(frozen=True, slots=True)
class TakenRequest:
    """A text that was carried out before."""

    job: int  #: the job that it ordered, or answered
    mtime_ns: int
    taken_at: int  #: UTC ms
    moved: bool  #: whether it has left the inbox


def add(
    conn: sqlite3.Connection,
    words: RequestText,
    session: int,
    job: int,
    now_ms: int,
) -> None:
    """Record a text that was carried out: it was about that session, and ordered or answered that
    job. Earlier texts at its path have gone."""
    conn.execute(SQL["replaced"], words._identity)
    values = words._identity | {"session": session, "job": job}
    conn.execute(SQL["add"], values | {"mtime_ns": words.mtime_ns, "now": now_ms})


def at_path(conn: sqlite3.Connection, words: RequestText) -> list[TakenRequest]:
    """Texts with the same words that were carried out at the same path, newest first."""
    return every(conn, SQL["at_path"], words._identity, _taken)


def about(conn: sqlite3.Connection, words: RequestText, session: int) -> list[TakenRequest]:
    """Texts with the same words about this session, under any name, newest first."""
    values = {"session": session, "kind": words.kind, "digest": words.digest}
    return every(conn, SQL["same"], values, _taken)


def moved(
    conn: sqlite3.Connection, words: RequestText, files: Iterable[RetiredFile], now_ms: int
) -> None:
    """Record that the text has left the inbox, and where it is now."""
    conn.execute(SQL["moved"], words._identity)
    waits_no_more(conn, words.watch, words.path)
    source_id = first(conn, SQL["source_of"], words._identity, itemgetter("source_id"))
    if source_id is not None:
        retired_files.record_text(conn, source_id, files, now_ms)


def waits(conn: sqlite3.Connection, words: RequestText, seen_at: int) -> None:
    """Record that this answer was there at `seen_at` (UTC ms), and nothing had been asked."""
    values = words._identity | {"mtime_ns": words.mtime_ns, "seen_at": seen_at}
    conn.execute(SQL["waits"], values)


def sighted(conn: sqlite3.Connection, watch: str, path: bytes, mtime_ns: int, seen_at: int) -> None:
    """Record that an answer was there at `seen_at` (UTC ms) that has not been read yet; one that is
    already known is left as it is."""
    values = {"watch": watch, "path": path, "mtime_ns": mtime_ns, "seen_at": seen_at}
    conn.execute(SQL["sighted"], values)


def waits_since(conn: sqlite3.Connection, words: RequestText) -> int | None:
    """When this answer was first seen, UTC ms; None for one that was never recorded."""
    values = words._identity | {"mtime_ns": words.mtime_ns}
    return first(conn, SQL["waits_since"], values, itemgetter("seen_at"))


def waits_no_more(conn: sqlite3.Connection, watch: str, path: bytes) -> None:
    """Record that there is no answer at this path any more."""
    conn.execute(SQL["waits_no_more"], {"watch": watch, "path": path})


def asked_at(conn: sqlite3.Connection, job: int) -> int:
    """When this job last asked a person, UTC ms; 0 when it never did."""
    row = conn.execute(SQL["asked_at"], {"job": job}).fetchone()
    return int(row["at"] or 0)


def _taken(row: sqlite3.Row) -> TakenRequest:
    return TakenRequest(row["job"], row["mtime_ns"], row["taken_at"], bool(row["moved"]))


@dataclass(frozen=True, slots=True)
class PublishedResult:
    """A published result, and what it was made of."""

    path: bytes  #: absolute
    source: bytes  #: the path of its source, relative to the inbox
    job: int  #: the instruction that made it
    shown_job: int  #: the number by which people know that
    session: int


def published(conn: sqlite3.Connection, watch: str, folder: bytes) -> list[PublishedResult]:
    """What was published of the sources of this folder, of any age, the latest first."""
    return _results(conn, "published", watch, folder)


def formerly(conn: sqlite3.Connection, watch: str, folder: bytes) -> list[PublishedResult]:
    """Where results of these sources were before they were delivered again, or are to be."""
    return _results(conn, "formerly", watch, folder)


def _results(
    conn: sqlite3.Connection, query: str, watch: str, folder: bytes
) -> list[PublishedResult]:
    found: list[PublishedResult] = []
    for row in conn.execute(SQL[query], _below(watch, folder)):
        if _is_in(row["source"], folder):
            ids = (row["job_id"], row["shown_id"], row["session"])
            found.append(PublishedResult(row["path"], row["source"], *ids))
    return found


def latest(conn: sqlite3.Connection, watch: str) -> list[tuple[bytes, bytes]]:
    """(absolute path, path of its source) of the latest results of an inbox, the newest first."""
    return every(conn, SQL["latest"], {"watch": watch}, itemgetter("path", "source"))


def published_as(conn: sqlite3.Connection, name: bytes) -> list[tuple[bytes, str, bytes]]:
    """(absolute path, watch, path of its source) of results of any inbox with this in their
    name."""
    wanted = itemgetter("path", "watch", "source")
    return every(conn, SQL["published_as"], {"name": name}, wanted)


def of_folder(conn: sqlite3.Connection, watch: str, folder: bytes) -> list[tuple[bytes, Job]]:
    """The jobs of the sources of this folder, each with the source's path, the latest first."""
    found: list[tuple[bytes, Job]] = []
    for row in conn.execute(SQL["of_folder"], _below(watch, folder)):
        if _is_in(row["source"], folder):
            found.append((row["source"], jobs.from_row(row)))
    return found


def _below(watch: str, folder: bytes) -> dict[str, Any]:
    """The parameters for all paths that begin with this folder: "0" comes right after "/"."""
    return {"watch": watch, "first": folder + b"/", "last": folder + b"0"}


def _is_in(path: bytes, folder: bytes) -> bool:
    return path.rpartition(b"/")[0] == folder
