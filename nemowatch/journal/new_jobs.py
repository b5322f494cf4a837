"""Adds jobs, each as an instruction in a session.

Owns the only way to do that, `add_job`, and what it is used for: a folder's order, a further turn,
an answer, an instruction given again. It does not know what happens to a job afterwards.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from functools import lru_cache

from nemowatch.errors import UsageError
from nemowatch.journal import jobs, sessions, side_files, spend
from nemowatch.journal.jobs import Job, JobChanges
from nemowatch.model import ENDED, Output, State


@dataclass(frozen=True, slots=True)
class Instruction:
    """What is asked of the cloud in a session, and what its results are called."""

    stem: str
    skill: str
    prompt: str
    outputs: tuple[Output, ...]


#: The values with which a new instruction begins that replaces an earlier one.
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
    why: str = "",
    is_change: bool = False,
    in_place_of: Job | None = None,
) -> int:
    """Give an instruction in a session; returns the new job's id.

    Jobs of a session have their turns one after the other, in the order in which they were added.
    Nothing is paid for here: every gate stands before the new job's call as before any other.

    With `in_place_of` it replaces that job and takes over its number, by which people know it. The
    earlier instruction keeps its calls, its draft and its results under a number that is not shown.
    Raises UsageError for a session that does not exist, and while a call of the earlier instruction
    is open.
    """
    if in_place_of is not None:
        return _take_over(conn, sessions.by_id(conn, session_id), order, in_place_of, now_ms)
    values = {
        "session": session_id,
        "stem": order.stem,
        "skill": order.skill,
        "prompt": order.prompt,
        "outputs": _outputs(order.outputs),
        "state": state,
        "reason": reason,
        "why": why,
        "back": State.CLAIMED if state is State.HELD else "",
        "is_change": is_change,
        "now": now_ms,
    }
    try:
        return int(conn.execute(jobs.SQL["insert"], values).fetchone()["id"])
    except sqlite3.IntegrityError:
        sessions.by_id(conn, session_id)  # says so if that is what is missing
        raise


@lru_cache(256)  # an order is the same for every file of a folder
def _outputs(outputs: tuple[Output, ...]) -> str:
    return json.dumps([[o.ending, o.kind, o.required] for o in outputs])


def _take_over(
    conn: sqlite3.Connection,
    session: sessions.Session,
    order: Instruction,
    job: Job,
    now_ms: int,
) -> int:
    if spend.undecided_call(conn, job.id) is not None:
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
    item and target, after all that were given in it; returns the new job's id. Its results have the
    names of those of `job`, unless `outputs` says what else it makes; each gets the number of its
    version (`promo.es (2).mp4`). `is_change`: the folder does not order it.

    It has its turn when all earlier instructions of the session have ended, however they ended.
    """
    order = Instruction(job.stem, job.skill, prompt, outputs or job.outputs)
    return add_job(conn, session or job.session, order, now_ms, is_change=is_change)


def answer(conn: sqlite3.Connection, job: Job, prompt: str, now_ms: int) -> None:
    """Go on with a job to whose instruction the agent has replied with a question: a person's
    answer is the next instruction of the same session, under the same number. Raises UsageError
    while its call is open."""
    order = Instruction(job.stem, job.skill, prompt, job.outputs)
    add_job(conn, job.session, order, now_ms, in_place_of=job)


def give_again(
    conn: sqlite3.Connection,
    job: Job,
    now_ms: int,
    *,
    prompt: str = "",
) -> None:
    """Give the instruction of `job` once more, or another `prompt`: one more paid call. It gets a
    session of its own, unless it goes on from earlier instructions, without which it would mean
    nothing. Later parts that wait for it, or have ended with it, move to that session as well.

    Raises UsageError when its instructions are no longer kept, or while one of its calls is open.
    """
    if not (prompt or job.prompt):
        raise UsageError(
            f"The instructions of job {job.id} are no longer kept.", cure="Drop its file again."
        )
    session = job.session
    if not sessions.goes_on(conn, job):
        session = sessions.begin(conn, job.source_id, job.item, job.target, now_ms)
        if job.state is not State.PUBLISHED:
            _take_along(conn, job, session, now_ms)
    order = Instruction(job.stem, job.skill, prompt or job.prompt, job.outputs)
    add_job(conn, session, order, now_ms, in_place_of=job)


def _take_along(conn: sqlite3.Connection, job: Job, session: int, now_ms: int) -> None:
    values = {"session": session, "left": job.session, "job": job.id, "now": now_ms}
    conn.execute(sessions.SQL["take_along"], values)
    conn.execute(sessions.SQL["begin_along"], values)
