"""Sessions: conversations with the cloud, each about one item of a source for one target. A session
knows what was uploaded into it and whether the cloud still has it.

How instructions are given in one is up to `new_jobs`.
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
    """Whether the cloud has a session."""

    NEW = "new"  #: the cloud has not been asked for it yet
    ALIVE = "alive"  #: the cloud has it, as far as is known
    LOST = "lost"  #: the cloud has lost it, or it was abandoned


class UploadedBy(StrEnum):
    """How a session got its clips."""

    NOT_YET = ""
    BYTES = "bytes"
    URL = "url"
    DRAFT = "draft"  #: the file is gone, and the saved draft knows its clips
    NOTHING = "nothing"  #: there is nothing to upload: the instruction is enough


@dataclass(frozen=True, slots=True)
class Session:
    """A row of table session."""

    id: int
    source_id: int
    item: str
    target: str
    take: int  #: 1 for the first conversation about its item and target
    state: SessionState
    remote_id: str  #: the cloud's id; kept when the session is lost
    uploaded_by: UploadedBy
    created_at: int  #: UTC ms
    rebuild: bool  #: a person has allowed its timeline to be made again

    @property
    def has_clips(self) -> bool:
        """Whether everything has been uploaded into it."""
        return self.state is SessionState.ALIVE and self.uploaded_by is not UploadedBy.NOT_YET


def begin(
    conn: sqlite3.Connection,
    source_id: int,
    item: str,
    target: str,
    now_ms: int,
) -> int:
    """Begin a session, without asking the cloud for it yet. Returns its id in the journal."""
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
    """Record that the cloud has created it, empty and with this id. Where that is the id of another
    one, it counts as lost instead: two turns would be paid for in one session at once."""
    values = {"id": session_id, "remote_id": remote_id}
    if conn.execute(SQL["is_in_use"], values).fetchone() is not None:
        lost(conn, session_id)
        return
    conn.execute(SQL["opened"], values)


def uploaded(conn: sqlite3.Connection, session_id: int, by: UploadedBy) -> None:
    """Record that it has every clip now."""
    conn.execute(SQL["uploaded"], {"id": session_id, "by": by})


def lost(conn: sqlite3.Connection, session_id: int) -> None:
    """Record that the cloud has lost it, or that it is abandoned: its next job needs a new one."""
    conn.execute(SQL["lost"], {"id": session_id})


def allow_rebuilding(conn: sqlite3.Connection, session_id: int) -> None:
    """Allow the instructions that were given in it to be carried out again, each as a paid call, in
    its next conversation with the cloud. If that is lost too, a person is asked again."""
    conn.execute(SQL["rebuild"], {"id": session_id})


def leave_unpaid(conn: sqlite3.Connection, source_id: int) -> None:
    """Abandon the sessions of a source in which nothing was paid for."""
    conn.execute(SQL["leave_unpaid"], {"source_id": source_id})


def is_later_turn(conn: sqlite3.Connection, job: Job) -> bool:
    """Whether an earlier instruction of the same session was carried out or answered."""
    return conn.execute(SQL["is_later_turn"], _place(job)).fetchone() is not None


def goes_on(conn: sqlite3.Connection, job: Job) -> bool:
    """Whether this job is a further instruction in its session, which would mean nothing without
    those before it."""
    return conn.execute(SQL["goes_on"], _place(job)).fetchone() is not None


def goes_on_from_edit(conn: sqlite3.Connection, job: Job) -> bool:
    """Whether this job goes on from an edit of its session that is saved here."""
    return conn.execute(SQL["goes_on_from_edit"], _place(job)).fetchone() is not None


def is_change(conn: sqlite3.Connection, job: Job) -> bool:
    """Whether a person added this job to change what was made. No folder orders it, and its outcome
    does not decide where the file goes."""
    return bool(conn.execute(SQL["is_change"], (job.id,)).fetchone()["is_change"])


def parts_behind(conn: sqlite3.Connection, job_id: int) -> list[Job]:
    """The later parts that the folder orders in this job's session, if nothing was sent for them
    and they have not ended."""
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
    """The earlier instructions of its session, in their order, that its present conversation in the
    cloud does not know: they were given in one that is lost together with its timeline."""
    values = _place(job) | {"remote_id": job.session_id}
    rows = conn.execute(SQL["missing"], values)
    return tuple(Given(row["id"], row["prompt"]) for row in rows)


def _place(job: Job) -> dict[str, int | str]:
    return {"session": job.session, "job": job.id}
