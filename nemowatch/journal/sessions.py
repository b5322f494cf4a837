"""Sessions: conversations with the cloud about one item of a source, for one target each. A session
knows what was uploaded into it and whether the cloud still has it.

Owns the one way in which a job comes into being: `add_job`, an instruction in a session. It knows
nothing of what a job goes through afterwards.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from enum import StrEnum

from nemowatch.errors import UsageError
from nemowatch.journal import jobs, side_files, spend
from nemowatch.journal.jobs import Job, JobChanges
from nemowatch.journal.queries import load
from nemowatch.model import ENDED, Output, State

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


@dataclass(frozen=True, slots=True)
class Instruction:
    """What is asked of the cloud in a session, and what its results are called."""

    stem: str
    skill: str
    prompt: str
    outputs: tuple[Output, ...]


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


def is_change(conn: sqlite3.Connection, job: Job) -> bool:
    """Whether a person added this job to change what was made: no folder orders it, and what
    becomes of the file does not depend on it."""
    return bool(conn.execute(SQL["is_change"], (job.id,)).fetchone()["is_change"])


def parts_behind(conn: sqlite3.Connection, job_id: int) -> list[Job]:
    """The later parts that a folder orders in this job's session and that nothing was sent for, as
    long as they have not ended."""
    return [jobs.from_row(row) for row in conn.execute(SQL["parts_behind"], {"job": job_id})]


def unmade_before(conn: sqlite3.Connection, job_id: int) -> list[int]:
    """The earlier parts of its session that came to nothing."""
    return [row["id"] for row in conn.execute(SQL["unmade_before"], {"job": job_id})]


def versions(conn: sqlite3.Connection, job: Job) -> dict[str, int]:
    """How many earlier instructions of the same session have a result of each ending."""
    return {row["ending"]: row["n"] for row in conn.execute(SQL["versions"], _place(job))}


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


#: What a new instruction in the place of an earlier one begins with.
BEGINNING = JobChanges(
    reason="",
    checking=False,
    back="",
    attempt=0,
    tries=0,
    due_at=0,
    render_id="",
    render_at=0,
    renders=0,
    progress=0,
    result_url="",
    result_size=0,
    part=b"",
    part_sha256="",
    part_size=0,
    error_code="",
    error_text="",
)


def add_job(
    conn: sqlite3.Connection,
    session_id: int,
    order: Instruction,
    now_ms: int,
    *,
    state: State = State.CLAIMED,
    reason: str = "",
    is_change: bool = False,
    in_place_of: Job | None = None,
) -> int:
    """Give an instruction in a session; returns the new job's id.

    Jobs of a session have their turns one after the other, in the order in which they were added.
    Nothing is paid for here: every gate applies to the new job's call as to any other.

    With `in_place_of` it takes the place of that job, and its number, by which people know it. The
    earlier instruction keeps its calls, its draft and its results under a number that is not shown.
    Raises UsageError for a session that does not exist, and while a call of the earlier
    instruction is open.
    """
    session = by_id(conn, session_id)
    if in_place_of is not None:
        return _take_over(conn, session, order, in_place_of, now_ms)
    outputs = json.dumps([[o.ending, o.kind, o.required] for o in order.outputs])
    values = {
        "session": session.id,
        "stem": order.stem,
        "skill": order.skill,
        "prompt": order.prompt,
        "outputs": outputs,
        "state": state,
        "reason": reason,
        "back": State.CLAIMED if state is State.HELD else "",
        "is_change": is_change,
        "now": now_ms,
    }
    return int(conn.execute(jobs.SQL["insert"], values).fetchone()["id"])


def _take_over(
    conn: sqlite3.Connection,
    session: Session,
    order: Instruction,
    job: Job,
    now_ms: int,
) -> int:
    if spend.unsettled(conn, job.id) is not None:
        raise UsageError(
            f"What became of the paid call of job {job.id} is not known.",
            cure=f"nemowatch resolve {job.id} --done, or --resend.",
        )
    _keep_earlier(conn, job, now_ms)
    changes = BEGINNING.copy()
    changes["session"] = session.id
    changes["stem"] = order.stem
    changes["skill"] = order.skill
    changes["prompt"] = order.prompt
    changes["answer"] = ""
    changes["credits"] = None
    changes["credits_about"] = False
    jobs.apply(conn, job, State.CLAIMED, now_ms, changes)
    return job.id


def _keep_earlier(conn: sqlite3.Connection, job: Job, now_ms: int) -> None:
    state = job.state if job.state in ENDED else State.CANCELLED
    values = {"id": job.id, "state": state, "now": now_ms}
    earlier = int(conn.execute(jobs.SQL["keep_earlier"], values).fetchone()["id"])
    for name in ("move_calls", "move_draft", "move_outputs", "move_summary"):
        conn.execute(jobs.SQL[name], {"id": job.id, "earlier": earlier})
    side_files.delivered_anew(conn, job.id)


def add_turn(
    conn: sqlite3.Connection,
    job: Job,
    prompt: str,
    now_ms: int,
    *,
    session: int = 0,
    outputs: tuple[Output, ...] = (),
    is_change: bool = True,
) -> int:
    """Give a further instruction in the session of `job`, or in an earlier `session` of the same
    item and target, after all that were given in it; returns the new job's id. Its results are
    called as those of `job` are, unless `outputs` says what else it makes; each gets the number of
    its version (`promo.es (2).mp4`). `is_change`: it is nothing that the folder orders.

    It has its turn when all earlier instructions of the session have ended, however they ended.
    """
    order = Instruction(job.stem, job.skill, prompt, outputs or job.outputs)
    return add_job(conn, session or job.session, order, now_ms, is_change=is_change)


def answer(conn: sqlite3.Connection, job: Job, prompt: str, now_ms: int) -> None:
    """Go on with a job whose instruction the agent has answered with a question: what a person
    says to that is the next instruction of the same session, under the same number. Raises
    UsageError while its call is open."""
    order = Instruction(job.stem, job.skill, prompt, job.outputs)
    add_job(conn, job.session, order, now_ms, in_place_of=job)


def give_again(
    conn: sqlite3.Connection,
    job: Job,
    now_ms: int,
    *,
    prompt: str = "",
) -> None:
    """Give the instruction of `job` once more, or another `prompt`: one more paid call. It has a
    session of its own, unless it goes on from earlier instructions: without them it would mean
    nothing. Parts that wait behind it, or have ended with it, go to that session as well.

    Raises UsageError when its instructions are no longer kept, or while one of its calls is open.
    """
    if not (prompt or job.prompt):
        raise UsageError(
            f"The instructions of job {job.id} are no longer kept.", cure="Drop its file again."
        )
    session = job.session
    if not goes_on(conn, job):
        session = begin(conn, job.source_id, job.item, job.target, now_ms)
        if job.state is not State.PUBLISHED:
            _take_along(conn, job, session, now_ms)
    order = Instruction(job.stem, job.skill, prompt or job.prompt, job.outputs)
    add_job(conn, session, order, now_ms, in_place_of=job)


def _take_along(conn: sqlite3.Connection, job: Job, session: int, now_ms: int) -> None:
    values = {"session": session, "left": job.session, "job": job.id, "now": now_ms}
    conn.execute(SQL["take_along"], values)
    conn.execute(SQL["begin_along"], values)
