"""Sessions: conversations with the cloud about one item of a source, for one target each. A session
knows what was uploaded into it and whether the cloud still has it.

It knows nothing of how instructions are given in one (`new_jobs`).
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from enum import StrEnum
from operator import itemgetter

from nemowatch.errors import UsageError
from nemowatch.journal import jobs
from nemowatch.journal.jobs import Job
from nemowatch.journal.queries import every, load

SQL = load("sessions")


class SessionState(StrEnum):
    """How a session is."""

    NEW = "new"  #: the cloud was not asked for it yet
    ALIVE = "alive"  #: the cloud has it, as far as we know
    LOST = "lost"  #: the cloud has lost it, or it was left behind


class UploadedBy(StrEnum):
    """How the clips came into a session."""

    NOT_YET = ""
    BYTES = "bytes"
    URL = "url"
    DRAFT = "draft"  #: the file is gone, and the saved draft knows its clips
    NOTHING = "nothing"  #: there is nothing to upload: the instruction says it all


@dataclass(frozen=True, slots=True)
class Session:
    """A row of table session."""

    id: int
    source_id: int
    item: str
    target: str
    take: int  #: 1 for the first conversation about its item and target
    state: SessionState
    remote_id: str  #: the cloud's id, kept when it is lost
    uploaded_by: UploadedBy
    created_at: int  #: UTC ms
    rebuild: bool  #: a person wants its timeline made again

    @property
    def has_clips(self) -> bool:
        """Whether everything that was to be uploaded is in it."""
        return self.state is SessionState.ALIVE and self.uploaded_by is not UploadedBy.NOT_YET


def begin(
    conn: sqlite3.Connection,
    source_id: int,
    item: str,
    target: str,
    now_ms: int,
) -> int:
    """Begin a conversation; nothing is asked of the cloud yet. Returns the session's id."""
    values = {"source_id": source_id, "item": item, "target": target, "now": now_ms}
    return int(conn.execute(SQL["begin"], values).fetchone()["id"])


def by_id(conn: sqlite3.Connection, session_id: int) -> Session:
    """The session with this id. Raises UsageError when there is none."""
    row = conn.execute(SQL["by_id"], (session_id,)).fetchone()
    if row is None:
        raise UsageError(f"There is no session {session_id}.")
    values = dict(row)
    values["state"] = SessionState(row["state"])
    values["uploaded_by"] = UploadedBy(row["uploaded_by"])
    values["rebuild"] = bool(row["rebuild"])
    return Session(**values)


def opened(conn: sqlite3.Connection, session_id: int, remote_id: str) -> None:
    """The cloud has made it, under this id and with nothing in it."""
    conn.execute(SQL["opened"], {"id": session_id, "remote_id": remote_id})


def uploaded(conn: sqlite3.Connection, session_id: int, by: UploadedBy) -> None:
    """It holds every clip now."""
    conn.execute(SQL["uploaded"], {"id": session_id, "by": by})


def lost(conn: sqlite3.Connection, session_id: int) -> None:
    """The cloud has lost it, or it is left behind: the next job needs a new one."""
    conn.execute(SQL["lost"], {"id": session_id})


def allow_rebuilding(conn: sqlite3.Connection, session_id: int) -> None:
    """The instructions that were given in it may be carried out again, each as a paid call, in its
    next conversation with the cloud; should that be lost too, somebody is asked again."""
    conn.execute(SQL["rebuild"], {"id": session_id})


def leave_unpaid(conn: sqlite3.Connection, source_id: int) -> None:
    """Leave those sessions of a source behind in which nothing was paid for."""
    conn.execute(SQL["leave_unpaid"], {"source_id": source_id})


def is_later_turn(conn: sqlite3.Connection, job: Job) -> bool:
    """Whether an earlier instruction of the same session was carried out, or answered."""
    return conn.execute(SQL["is_later_turn"], _place(job)).fetchone() is not None


def goes_on(conn: sqlite3.Connection, job: Job) -> bool:
    """Whether this job is a further instruction in its session: without those before it, it would
    mean nothing."""
    return conn.execute(SQL["goes_on"], _place(job)).fetchone() is not None


def goes_on_from_edit(conn: sqlite3.Connection, job: Job) -> bool:
    """Whether an edit of its session is kept here that this job goes on from."""
    return conn.execute(SQL["goes_on_from_edit"], _place(job)).fetchone() is not None


def is_change(conn: sqlite3.Connection, job: Job) -> bool:
    """Whether a person added this job to change what was made: no folder orders it, and what
    becomes of the file does not depend on it."""
    return bool(conn.execute(SQL["is_change"], (job.id,)).fetchone()["is_change"])


def parts_behind(conn: sqlite3.Connection, job_id: int) -> list[Job]:
    """The later parts that a folder orders in this job's session and that nothing was sent for, as
    long as they have not ended."""
    return every(conn, SQL["parts_behind"], {"job": job_id}, jobs.from_row)


def unmade_before(conn: sqlite3.Connection, job_id: int) -> list[int]:
    """The earlier parts of its session that came to nothing."""
    return every(conn, SQL["unmade_before"], {"job": job_id}, itemgetter("id"))


def versions(conn: sqlite3.Connection, job: Job) -> dict[str, int]:
    """How many earlier instructions of the same session have a result of each ending."""
    return dict(every(conn, SQL["versions"], _place(job), itemgetter("ending", "n")))


@dataclass(frozen=True, slots=True)
class Given:
    """An earlier instruction of a session."""

    job: int
    prompt: str


def missing(conn: sqlite3.Connection, job: Job) -> tuple[Given, ...]:
    """The earlier instructions of its session that its conversation in the cloud does not know, in
    their order: they were given in one that is lost, and the timeline with it."""
    values = _place(job) | {"remote_id": job.session_id}
    rows = conn.execute(SQL["missing"], values)
    return tuple(Given(row["id"], row["prompt"]) for row in rows)


def _place(job: Job) -> dict[str, int | str]:
    return {"session": job.session, "job": job.id}
