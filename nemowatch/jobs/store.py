"""Between a job's stage and the journal: what a stage is given, and the one transaction in which
its decision is written.

Owns what is written about a job's course. It decides nothing but what can only be known inside
the transaction: that a person was quicker, that no more may be paid for today, that another
job's call has settled the matter meanwhile.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import TypeGuard

import structlog

from nemowatch.config.watch_section import Watch
from nemowatch.errors import JournalError, JournalRefused, LocalError, NemowatchError
from nemowatch.jobs.account_holds import change_holds
from nemowatch.jobs.error_policy import decide
from nemowatch.jobs.job_log import JobLog, location
from nemowatch.jobs.outcomes import OutcomeJudge
from nemowatch.jobs.work_reading import read_work
from nemowatch.journal import (
    holds,
    job_steps,
    jobs,
    payment_marks,
    sessions,
    spend,
)
from nemowatch.journal.jobs import Job, JobChanges
from nemowatch.model import AttentionReason, HoldReason, State
from nemowatch.stages.context import StageContext
from nemowatch.stages.decision import Decision
from nemowatch.stages.table import TABLE
from nemowatch.stages.work import Work

log = structlog.get_logger("nemowatch.job")

#: The change that is an intent to pay.
PAYS = (State.UPLOADED, State.INSTRUCTING)
#: Why a job waits whose [[watch]] was taken out of the configuration.
NO_WATCH = "Its folder is no longer in the configuration. Restore the [[watch]], or cancel the job."


def is_end_of_journal(exc: BaseException) -> TypeGuard[JournalError]:
    """Whether this error means that the journal can no longer be used; a change that its rules
    refuse concerns one job."""
    return isinstance(exc, JournalError) and not isinstance(exc, JournalRefused)


@dataclass(frozen=True, slots=True)
class Written:
    """A decision that was written."""

    decision: Decision  #: the one that holds
    following: Work | None  #: for a step that may be taken at once, in the same place of the lane


class JobStore:
    """Reads jobs for their stages and writes what became of them."""

    def __init__(
        self,
        context: StageContext,
        outcomes: OutcomeJudge,
        watches: Callable[[], Mapping[str, Watch]],
        job_log: JobLog,
    ) -> None:
        self._context = context
        self._outcomes = outcomes
        self._watches = watches
        self._job_log = job_log

    async def load(self, job: Job) -> Work | None:
        """What the job's stage needs; None when there is nothing to do: its folder is no longer
        configured (then the job is held), or a command was quicker. Raises JournalError."""
        work = await self._context.journal.read(
            lambda conn: read_work(conn, self._watches(), jobs.by_id(conn, job.id))
        )
        if work is None:
            await self._context.journal.write(lambda conn: self._park(conn, job))
            return None
        if work.job.state is not job.state:
            return None
        return work

    def read_chosen(self, conn: sqlite3.Connection, chosen: Iterable[Job]) -> dict[int, Work]:
        """What the stages of these jobs need, read together with the choice of them: each turn with
        the journal costs as much as a step. Without those whose rows make no sense: `load` says
        why. Raises sqlite3.Error."""
        found: dict[int, Work] = {}
        watches = self._watches()
        for job in chosen:
            try:
                work = read_work(conn, watches, job)
            except sqlite3.Error:  # it concerns the transaction, and so all of them
                raise
            except Exception:  # noqa: BLE001 - `load` meets it again, and writes it down
                continue
            if work is not None:
                found[job.id] = work
        return found

    async def write(self, work: Work, decision: Decision) -> Written | None:
        """Write the decision; None when a person was quicker.

        A decision that cannot be written is a fault of ours in one job, not an end for all: the job
        rests and is tried again, as after any other fault. Raises JournalError."""
        try:
            final = await self._commit_safely(work, decision)
        except Exception as exc:
            if is_end_of_journal(exc):
                raise
            where = location(work.source)
            log.exception(
                "internal error",
                job=work.job.id,
                doing="record the outcome",
                **where,
            )
            final = await self._commit_safely(work, self._outcomes.after_crash(work, exc))
        if final is not None:
            self._job_log.moved(work.job, work.source, final.decision)
        return final

    async def give_up(self, job: Job, exc: BaseException) -> None:
        """Record a fault of ours that led to no decision: the job fails, or asks a person where its
        paid call may be open. Raises JournalError."""
        log.error(
            "internal error",
            job=job.id,
            doing="process the job",
            exc_info=exc,
        )
        now = self._context.clock.now_ms()
        await self._context.journal.write(lambda conn: _give_up(conn, job, exc, now))

    async def mark(self) -> None:
        """Write outside the journal that something is being paid for: a copy of it made before
        now will be known for one."""
        folder = self._context.journal.path.parent
        try:
            await self._context.journal.read(lambda conn: payment_marks.keep(conn, folder))
        except LocalError as exc:
            # the intent is in the journal: nothing is lost but the second witness
            log.warning("the mark of what is paid could not be written", why=exc.text)

    def _park(self, conn: sqlite3.Connection, job: Job) -> None:
        values = JobChanges(
            reason=HoldReason.PAUSED.value,
            checking=False,
            back=job.state.value,
            error_text=NO_WATCH,
        )
        jobs.apply(conn, job, State.HELD, self._context.clock.now_ms(), values)
        log.warning("held (paused)", job=job.id, why=NO_WATCH)

    async def _commit_safely(self, work: Work, decision: Decision) -> Written | None:
        now = self._context.clock.now_ms()

        def commit(conn: sqlite3.Connection) -> Written | None:
            final = self._commit(conn, work, decision, now)
            if final is None:
                return None
            return Written(final, self._following(conn, work, final))

        return await self._context.journal.write(commit)

    def _following(self, conn: sqlite3.Connection, work: Work, final: Decision) -> Work | None:
        """What the next step needs, where it is in the same lane and nothing stands against it;
        read together with the write, since each turn with the journal costs as much as a step."""
        step = TABLE.get(final.state)
        if step is None or step.lane is not TABLE[work.job.state].lane or final.after > 0:
            return None
        # the queue knows which job of a session is next
        if final.state is State.UPLOADED:
            return None
        if HoldReason.OUTAGE in holds.active(conn):
            return None
        following = read_work(conn, self._watches(), jobs.by_id(conn, work.job.id))
        if following is None:
            return None
        rests = not following.source.settled and not following.paid
        if rests:
            return None
        return following

    def _commit(
        self,
        conn: sqlite3.Connection,
        work: Work,
        decision: Decision,
        now: int,
    ) -> Decision | None:
        """One transaction: the state, what belongs to it, and the hold it means. None when a
        person was quicker."""
        job, final = work.job, decision
        if is_intent(job, final):
            final = self._context.gate.closed_at_last(conn, work) or final
        if final.state is State.ATTENTION:
            final = _with_parts_behind(conn, job, final)

        moved = jobs.apply(conn, job, final.state, now, _values(job, final, now))
        # what is known of a paid call is written whatever became of the job
        is_written = moved or job.state is State.INSTRUCTING
        if is_written:
            for write in final.writes:
                write(conn)

        if not moved:
            return None
        if final.fault is not None:
            return self._commit_fault(conn, work, final.fault, now)

        job_steps.end_parts_behind(conn, job, final.state, now)
        change_holds(conn, job, final, now)
        return final

    def _commit_fault(
        self,
        conn: sqlite3.Connection,
        work: Work,
        fault: NemowatchError,
        now: int,
    ) -> Decision | None:
        """What an error means for the job as it was just written."""
        fresh = jobs.by_id(conn, work.job.id)
        judged = decide(fresh, fault, self._outcomes.circumstances(work))
        return self._commit(conn, replace(work, job=fresh), judged, now)


def is_intent(job: Job, decision: Decision) -> bool:
    """Whether the decision is to pay."""
    return (job.state, decision.state) == PAYS


def _with_parts_behind(conn: sqlite3.Connection, job: Job, asked: Decision) -> Decision:
    """A question that says which later parts a cancel of this one would end, too."""
    parts = sessions.parts_behind(conn, job.id)
    if not parts:
        return asked
    names = ", ".join(map(attrgetter("first_result"), parts))
    said = f"The later parts wait for this one ({names}): cancel ends them, too, unpaid."
    text = f"{asked.values.get('error_text', '')} {said}".lstrip()
    return replace(asked, values=asked.values | JobChanges(error_text=text))


def _values(job: Job, decision: Decision, now: int) -> JobChanges:
    values = JobChanges(due_at=0)
    if decision.after > 0:
        values["due_at"] = now + round(decision.after * 1000)
    if decision.counts:
        values["attempt"] = job.attempt + 1
    return values | decision.values


def _give_up(
    conn: sqlite3.Connection,
    job: Job,
    exc: BaseException,
    now: int,
) -> None:
    fresh = jobs.by_id(conn, job.id)
    if fresh.state is not job.state:
        return
    text = f"nemowatch itself failed here ({type(exc).__name__}); the log has the details."
    changes = JobChanges(
        reason="",
        checking=False,
        error_code="internal",
        error_text=text,
    )
    call = spend.undecided_call(conn, job.id)
    if call is None or fresh.state is not State.INSTRUCTING:
        jobs.apply(conn, fresh, State.FAILED, now, changes)
        job_steps.end_parts_behind(conn, fresh, State.FAILED, now)
        return
    spend.doubt(conn, call.id)
    changes["reason"] = AttentionReason.UNKNOWN.value
    changes["back"] = State.INSTRUCTING.value
    jobs.apply(conn, fresh, State.ATTENTION, now, changes)
