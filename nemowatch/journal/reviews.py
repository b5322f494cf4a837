"""Texts that a person reviews before anything is made of them: what waits for which text, and what
is ordered once the approved words are there.

The dub of a reviewed text is a job like any other, one more instruction in the session that made
the text. It waits for a person from the time when the text exists, and has no prompt until it has
the words.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass

from nemowatch.errors import UsageError
from nemowatch.journal import jobs, new_jobs, spend
from nemowatch.journal.jobs import Job, JobChanges
from nemowatch.journal.new_jobs import Instruction
from nemowatch.journal.queries import first, load
from nemowatch.model import AttentionReason, Output, OutputKind, Review, State

SQL = load("reviews")
#: The question where there is nothing more to say.
TO_APPROVE = "Its text waits to be approved."
#: States in which a job can be given other words as if it had had them from the start.
_NOT_BEGUN = frozenset({State.CLAIMED, State.UPLOADING})


@dataclass(frozen=True, slots=True)
class Planned:
    """A row of table review."""

    text_job: int
    review: Review
    dub_job: int | None


def plan(conn: sqlite3.Connection, text_job: int, review: Review) -> None:
    """Plan what is to be made of this job's text once that exists and is approved."""
    outputs = json.dumps([[o.ending, o.kind, o.required] for o in review.outputs])
    values = {"text_job": text_job, "skill": review.skill, "prompt": review.prompt}
    conn.execute(SQL["plan"], values | {"outputs": outputs})


def of_dub(conn: sqlite3.Connection, job_id: int) -> Planned | None:
    """What this job makes, and of which text; None for a job of another kind."""
    return first(conn, SQL["of_dub"], (job_id,), _planned)


def _planned(row: sqlite3.Row) -> Planned:
    outputs: list[Output] = []
    for ending, kind, required in json.loads(row["outputs"]):
        outputs.append(Output(ending, OutputKind(kind), required))
    review = Review(row["skill"], row["prompt"], tuple(outputs))
    return Planned(row["text_job"], review, row["dub_job"])


def ask(conn: sqlite3.Connection, text_job: int, question: str, now_ms: int) -> None:
    """Have what is to be made of a text, which now exists, wait for a person. Nothing happens for a
    job that nothing waits for, or that is delivered again."""
    planned = first(conn, SQL["of_text"], (text_job,), _planned)
    if planned is None:
        return
    job = jobs.by_id(conn, text_job)
    dub = _known_dub(conn, planned, job)
    if dub is None:
        order = Instruction(job.stem, planned.review.skill, "", planned.review.outputs)
        dub = jobs.by_id(conn, new_jobs.add_job(conn, job.session, order, now_ms))
        conn.execute(SQL["asked"], {"text_job": text_job, "dub_job": dub.id})
    elif not is_waiting(dub):
        return
    wait(conn, dub, job.session, question, now_ms)


def _known_dub(conn: sqlite3.Connection, planned: Planned, text: Job) -> Job | None:
    """The job that makes something of this text, or still waits for a text; None when it has to be
    ordered again."""
    if planned.dub_job is None:
        return None
    dub = jobs.by_id(conn, planned.dub_job)
    if dub.session != text.session and not is_waiting(dub):
        return None  # it was made of an earlier take of the text
    return dub


def wait(
    conn: sqlite3.Connection,
    job: Job,
    session: int,
    question: str,
    now_ms: int,
) -> None:
    """Have this job wait until a person has approved its text; `session`: where that was made."""
    asked = JobChanges(
        reason=AttentionReason.REVIEW.value,
        due_at=0,
        error_code="",
        error_text=question,
        session=session,
    )
    jobs.apply(conn, job, State.ATTENTION, now_ms, asked)


def is_waiting(job: Job) -> bool:
    """Whether this job waits for its text to be approved."""
    return job.state is State.ATTENTION and job.reason == AttentionReason.REVIEW


def waiting_in(conn: sqlite3.Connection, session: int) -> Job | None:
    """The job of a session that waits for its text to be approved; None when none does."""
    row = conn.execute(SQL["waiting"], {"session": session}).fetchone()
    if row is None:
        return None
    return jobs.by_id(conn, row["dub_job"])


def may_approve(conn: sqlite3.Connection, job: Job) -> bool:
    """Whether words that come now can be used: nothing is paid for yet, or about to be."""
    if is_waiting(job):
        return True
    is_reviewed = of_dub(conn, job.id) is not None
    has_not_begun = job.working_state in _NOT_BEGUN
    return is_reviewed and has_not_begun and not _is_paid(conn, job)


def _is_paid(conn: sqlite3.Connection, job: Job) -> bool:
    """Whether this job itself is, or may be, paid for."""
    return spend.is_paid(conn, job.id) or spend.undecided_call(conn, job.id) is not None


def approve(conn: sqlite3.Connection, job: Job, words: str, now_ms: int) -> State:
    """Let the job go on with these words: one paid call, like any other. Returns the state in which
    it goes on. Raises UsageError if it does not wait for words."""
    planned = of_dub(conn, job.id)
    if planned is None or not may_approve(conn, job):
        raise UsageError(f"Job {job.id} does not wait for a text.")
    prompt = f"{planned.review.prompt}{words}"
    if not is_waiting(job):
        jobs.apply(conn, job, job.state, now_ms, JobChanges(prompt=prompt))
        return job.state
    changes = new_jobs.BEGINNING | JobChanges(prompt=prompt)
    jobs.apply(conn, job, State.CLAIMED, now_ms, changes)
    return State.CLAIMED


def revise(conn: sqlite3.Connection, waiting: Job, text: str, now_ms: int) -> int:
    """Change the text before it is approved: one more instruction of the session takes the number
    of the waiting dub, which then waits for the new text. Returns the number of the job."""
    planned = of_dub(conn, waiting.id)
    assert planned is not None  # only such jobs wait
    made_by = jobs.by_id(conn, planned.text_job)
    order = Instruction(made_by.stem, made_by.skill, text, made_by.outputs)
    new_jobs.add_job(conn, waiting.session, order, now_ms, in_place_of=waiting)
    conn.execute(SQL["make_text"], {"job": waiting.id, "text_job": made_by.id})
    conn.execute(SQL["other_text"], {"text_job": waiting.id})
    return waiting.id
