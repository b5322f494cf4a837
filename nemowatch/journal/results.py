"""What jobs have made: the saved draft of the paid turn, and the published results.

A draft is something to render from, and not a sign of payment; `spend` shows that.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from typing import Any

from nemowatch.journal.queries import every, first, first_value, load

SQL = load("results")


@dataclass(frozen=True, slots=True)
class PublishedOutput:
    """A result that was put into the outbox."""

    ending: str
    path: bytes  #: absolute
    size: int  #: bytes
    sha256: str
    published_at: int  #: UTC ms


@dataclass(frozen=True, slots=True)
class Summary:
    """The outcome of a turn, in words for people."""

    timeline: str = ""  #: "" when there is no edit
    changes: tuple[str, ...] = ()  #: since the previous turn of its session, a line each
    captions: bool = False  #: the edit has texts of its own


def keep_summary(conn: sqlite3.Connection, job_id: int, summary: Summary) -> None:
    """Keep a turn's outcome, so that its draft need not be read again for that."""
    values = {
        "job_id": job_id,
        "timeline": summary.timeline,
        "changes": "\n".join(summary.changes),
        "captions": summary.captions,
    }
    conn.execute(SQL["keep_summary"], values)


def summary(conn: sqlite3.Connection, job_id: int) -> Summary:
    """A turn's outcome; empty when nothing is kept."""
    return first(conn, SQL["summary"], (job_id,), _summary) or Summary()


def _summary(row: sqlite3.Row) -> Summary:
    changes = tuple(filter(None, row["changes"].split("\n")))
    return Summary(row["timeline"], changes, bool(row["captions"]))


def save_draft(
    conn: sqlite3.Connection,
    job_id: int,
    draft: dict[str, Any],
    now_ms: int,
) -> None:
    """Keep what the paid turn made: it can be rendered from this, whatever happens to its
    session."""
    # In ASCII: a draft may hold half an emoji (a lone surrogate), which UTF-8 cannot encode, but
    # JSON's escapes can.
    conn.execute(SQL["save_draft"], (job_id, json.dumps(draft), now_ms))


def draft(conn: sqlite3.Connection, job_id: int) -> dict[str, Any] | None:
    """The saved draft, unchanged; None when the job has none."""
    return first(conn, SQL["draft"], (job_id,), _draft)


def draft_before(conn: sqlite3.Connection, job_id: int) -> dict[str, Any] | None:
    """The draft of the previous turn of the same session; None for the first."""
    return first(conn, SQL["draft_before"], {"job": job_id}, _draft)


def _draft(row: sqlite3.Row) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(row["draft"])
    return found


def is_draft_saved(conn: sqlite3.Connection, job_id: int) -> bool:
    """Whether a draft is saved for this job. It is something to render from, not a sign of
    payment."""
    return conn.execute(SQL["is_draft_saved"], (job_id,)).fetchone() is not None


def add_output(
    conn: sqlite3.Connection,
    job_id: int,
    ending: str,
    path: bytes,
    size: int,
    sha256: str,
    now_ms: int,
) -> None:
    """Remember a published result."""
    conn.execute(SQL["add_output"], (job_id, ending, path, size, sha256, now_ms))


def remember(conn: sqlite3.Connection, job_id: int, result: PublishedOutput) -> None:
    """Record that a result that was published before belongs to this job as well."""
    add_output(
        conn,
        job_id,
        result.ending,
        result.path,
        result.size,
        result.sha256,
        result.published_at,
    )


def outputs(conn: sqlite3.Connection, job_id: int) -> list[PublishedOutput]:
    """The results that were published, in order."""
    return every(conn, SQL["outputs"], (job_id,), _output)


def _output(row: sqlite3.Row) -> PublishedOutput:
    return PublishedOutput(**dict(row))


def drop_outputs(conn: sqlite3.Connection, job_id: int) -> None:
    """Forget which results were published, because they are delivered again. Their paths are kept:
    the old files may stay there for good, and are still ours."""
    conn.execute(SQL["keep_former"], (job_id,))
    conn.execute(SQL["drop_outputs"], (job_id,))


def of_output(conn: sqlite3.Connection, path: bytes) -> int:
    """The id of the job that published the result at this absolute path, even if that was to be
    delivered again since; 0 when none did."""
    published = first_value(conn, SQL["of_output"], (path,), 0)
    return published or first_value(conn, SQL["former"], (path,), 0)


def was_delivered(conn: sqlite3.Connection, job_id: int) -> bool:
    """Whether a job has had results that are delivered again, or were."""
    return conn.execute(SQL["was_delivered"], (job_id,)).fetchone() is not None
