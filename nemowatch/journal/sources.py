"""Sources: what was dropped. A source is one file (or a group of one stem, a list of URLs, or a
project) with one content at one place; (watch, path, content) is its identity, which the database
keeps unique."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from nemowatch.clock import Clock
from nemowatch.journal import (
    job_steps,
    jobs,
    new_jobs,
    queue,
    results,
    retired_files,
    reviews,
    sessions,
    source_members,
    spend,
    tips,
)
from nemowatch.journal.new_jobs import Instruction
from nemowatch.journal.queries import every, first, load
from nemowatch.journal.results import PublishedOutput
from nemowatch.journal.retired_files import RetiredFile
from nemowatch.model import PAID, Member, State, Target


@dataclass(frozen=True, slots=True)
class NewJob:
    """A job that a new source brings."""

    item: str  #: which of the source's items it works on; "" except for URL lists
    stem: str  #: what its results are named after
    target: Target
    skill: str
    #: its results, if they are already in the outbox: it is not carried out then
    existing: tuple[PublishedOutput, ...] = ()
    edit_of: int = 0  #: the job from whose saved edit it is delivered; 0: it is made anew

    @property
    def is_review_over(self) -> bool:
        """Whether a person reviews its text and what is made of that already exists."""
        if self.target.review is None:
            return True
        endings = {output.ending for output in self.target.review.outputs}
        return not endings.isdisjoint(result.ending for result in self.existing)

    @property
    def is_free(self) -> bool:
        """Whether it costs nothing."""
        return bool(self.existing or self.edit_of)


@dataclass(frozen=True, slots=True)
class NewSource:
    """A source that intake has read and accepted, to be written."""

    watch: str
    folder: bytes  #: the task folder's name
    path: bytes  #: of the main member, relative to the inbox
    digest: str  #: over all members' contents
    task: str
    members: tuple[Member, ...]
    #: those of one item and target share a session, and take their turns in this order
    jobs: tuple[NewJob, ...]
    batch_id: int | None = None
    held: str = ""  #: a HoldReason value in which the jobs begin, or ""
    held_why: str = ""  #: the text about that; "": the reason's own
    tips: tuple[str, ...] = ()  #: what would give better results, a line each


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A row of table source."""

    id: int
    watch: str
    folder: bytes
    path: bytes
    digest: str
    task: str
    settled: bool
    batch_id: int | None
    retired_at: int | None  #: UTC ms when its file left the inbox
    retired_to: bytes | None  #: absolute path it went to
    created_at: int

    @property
    def is_here(self) -> bool:
        """Whether its file is still in the inbox: it was not retired, or stays there when done."""
        return self.retired_at is None or self.retired_to == b""


SQL = load("sources")


def claim(conn: sqlite3.Connection, new: NewSource, now_ms: int) -> SourceRow:
    """Write a source with its members and jobs. Raises sqlite3.IntegrityError (as JournalError)
    for a known identity."""
    row = conn.execute(
        SQL["insert"],
        {
            "watch": new.watch,
            "folder": new.folder,
            "path": new.path,
            "digest": new.digest,
            "task": new.task,
            "batch_id": new.batch_id,
            "now": now_ms,
        },
    ).fetchone()
    claimed = source_of(row)
    source_members.write(conn, claimed.id, new.members)
    begun: dict[tuple[str, str], int] = {}
    if new.tips:
        tips.keep(conn, claimed.id, new.tips)
    for job in new.jobs:
        key = (job.item, job.target.name)
        if key not in begun:
            begun[key] = sessions.begin(conn, claimed.id, job.item, job.target.name, now_ms)
        _begin(conn, begun[key], job, new, now_ms)
    return claimed


def _begin(
    conn: sqlite3.Connection,
    session: int,
    new: NewJob,
    source: NewSource,
    now_ms: int,
) -> None:
    order = Instruction(new.stem, new.skill, new.target.prompt, new.target.outputs)
    state, reason, why = _first_state(new, source)
    job_id = new_jobs.add_job(conn, session, order, now_ms, state=state, reason=reason, why=why)
    for result in new.existing:
        results.remember(conn, job_id, result)
    if new.target.review is not None:
        reviews.plan(conn, job_id, new.target.review)
        if new.existing and not new.is_review_over:
            reviews.ask(conn, job_id, reviews.TO_APPROVE, now_ms)
    edit = results.draft(conn, new.edit_of) if new.edit_of else None
    if edit is not None:
        results.save_draft(conn, job_id, edit, now_ms)
        spend.inherit(conn, job_id, now_ms)


def _first_state(new: NewJob, source: NewSource) -> tuple[State, str, str]:
    """(state, reason, text) with which a job begins. One that costs nothing does not wait."""
    if new.existing:
        return State.PUBLISHED, "", ""
    if source.held and not new.edit_of:
        return State.HELD, source.held, source.held_why
    return State.CLAIMED, "", ""


def by_id(conn: sqlite3.Connection, source_id: int) -> SourceRow | None:
    """The source with this id."""
    return first(conn, SQL["by_id"], (source_id,), source_of)


def of_job(conn: sqlite3.Connection, job: jobs.Job) -> SourceRow:
    """The source of a job: no job is ever without one, as its foreign key sees to."""
    return source_of(conn.execute(SQL["by_id"], (job.source_id,)).fetchone())


def find(conn: sqlite3.Connection, watch: str, path: bytes, digest: str) -> SourceRow | None:
    """The source with this identity."""
    return first(conn, SQL["find"], (watch, path, digest), source_of)


def at_path(conn: sqlite3.Connection, watch: str, path: bytes) -> list[SourceRow]:
    """Every source that was ever at this path, newest first."""
    return every(conn, SQL["at_path"], (watch, path), source_of)


def between(
    conn: sqlite3.Connection, watch: str, first_path: bytes, last_path: bytes, digest: str
) -> list[SourceRow]:
    """The sources of one content whose paths were between these two, exclusively."""
    asked = {"watch": watch, "first": first_path, "last": last_path, "digest": digest}
    return every(conn, SQL["between"], asked, source_of)


def in_inbox(conn: sqlite3.Connection, watch: str, path: bytes) -> list[SourceRow]:
    """The sources at this path whose file has not left the inbox, newest first."""
    return every(conn, SQL["unretired_at_path"], (watch, path), source_of)


def moved_to(conn: sqlite3.Connection, path: bytes) -> SourceRow | None:
    """The source whose file was moved to this absolute path in done/ or failed/."""
    return first(conn, SQL["moved_to"], (path,), source_of)


def to_retire(
    conn: sqlite3.Connection,
    after_id: int,
    limit: int,
    watch: str = "",
) -> list[SourceRow]:
    """Up to `limit` sources with an id above `after_id`, of one inbox (or "": of all), whose jobs
    have all ended and whose file was not moved yet."""
    return every(
        conn, SQL["to_retire"], {"after": after_id, "limit": limit, "watch": watch}, source_of
    )


def retire(
    conn: sqlite3.Connection,
    source_id: int,
    target: bytes | None,
    now_ms: int,
    files: Iterable[RetiredFile] = (),
) -> None:
    """Record that its file has left the inbox for `target` (None: deleted, or already gone; b"": it
    stays there although it is done). `files`: all of its files, where they were moved."""
    conn.execute(SQL["retire"], {"id": source_id, "target": target, "now": now_ms})
    retired_files.record(conn, source_id, files)


def retire_now(
    conn: sqlite3.Connection,
    source_id: int,
    target: bytes | None,
    files: Iterable[RetiredFile],
    clock: Clock,
) -> None:
    """`retire`, dated now by a clock that may have jumped: earlier jumps are made up for first."""
    retired_files.follow_clock(conn, clock)
    retire(conn, source_id, target, clock.now_ms(), files)


def unretire(conn: sqlite3.Connection, source_id: int) -> None:
    """Record that its file is in the inbox again: for a retry, or as a second copy."""
    conn.execute(SQL["unretire"], {"id": source_id})


def unsettle(conn: sqlite3.Connection, source_id: int, now_ms: int) -> None:
    """Let its unpaid jobs rest until it has settled again: it has changed after the claim.

    Nothing happens once something was, or may have been, paid for it: then the new content belongs
    to another source.
    """
    if any(is_paying(conn, job) for job in jobs.of_source(conn, source_id)):
        return
    conn.execute(SQL["set_settled"], (0, source_id))
    _start_over(conn, source_id, now_ms)


def _start_over(conn: sqlite3.Connection, source_id: int, now_ms: int) -> None:
    """Leave what is unpaid behind in the cloud. A job never stays in a session that is left: a call
    that was under way may have brought it there since its source was unsettled."""
    sessions.leave_unpaid(conn, source_id)
    queue.reset_unpaid(conn, source_id, now_ms)


def is_paying(conn: sqlite3.Connection, job: jobs.Job) -> bool:
    """Whether this job is, is about to be, or may be paid for."""
    return job.state in PAID | {State.INSTRUCTING} or spend.is_paid(conn, job.id)


def resettle(
    conn: sqlite3.Connection,
    source_id: int,
    digest: str,
    found: tuple[Member, ...],
    now_ms: int,
) -> None:
    """Go on with a source that has settled with this content: its jobs start over, with nothing in
    the cloud.

    If this very content was here before, that source counts, and the jobs of this one are
    cancelled.
    """
    content = {"id": source_id, "digest": digest}
    if conn.execute(SQL["other_version"], content).fetchone() is not None:
        _give_way(conn, source_id, now_ms)
        return
    source_members.replace(conn, source_id, found)
    conn.execute(SQL["set_digest"], content)
    _start_over(conn, source_id, now_ms)
    queue.wake_source(conn, source_id, now_ms)


def _give_way(conn: sqlite3.Connection, source_id: int, now_ms: int) -> None:
    for job in reversed(jobs.of_source(conn, source_id)):  # ending a part ends those after it
        if not jobs.has_ended(job):
            job_steps.cancel(
                conn, job.id, "An earlier version of the file came back in its place.", now_ms
            )
    conn.execute(SQL["set_settled"], (1, source_id))
    retire(conn, source_id, None, now_ms)


def source_of(row: sqlite3.Row) -> SourceRow:
    """A row of the table as a record."""
    return SourceRow(**{**dict(row), "settled": bool(row["settled"])})
