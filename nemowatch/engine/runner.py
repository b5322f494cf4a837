"""The runner: takes due jobs from the journal, runs their stages within the lanes' bounds, and writes what they decided.

It is the only writer of jobs besides a person's commands. It holds no queue of its own: what is due stands in the
journal, so a restart forgets nothing. Due work hangs on the monotonic clock of the event loop, never on a schedule.
"""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

import structlog

from nemowatch.config import Watch
from nemowatch.engine.backoff import backoff
from nemowatch.engine.chronicle import Chronicle, place
from nemowatch.engine.cloud import Cloud
from nemowatch.engine.decide import Circumstances, again, decide
from nemowatch.engine.gate import SHARE_AGAIN
from nemowatch.engine.hanging import Hanging
from nemowatch.errors import (
    JournalError,
    JournalRefused,
    LocalError,
    NemowatchError,
    NotSent,
    RateLimited,
    RemoteError,
    RemotePassing,
)
from nemowatch.journal import holds, jobs, marks, sources, spend
from nemowatch.journal.jobs import Job
from nemowatch.journal.spend import Outcome
from nemowatch.model import PAID, HoldReason, State
from nemowatch.stages.decision import Decision, later, refuse
from nemowatch.stages.deps import Deps, Work
from nemowatch.stages.table import TABLE, Lane

log = structlog.get_logger("nemowatch.job")

#: Seconds after which the runner looks into the journal even if nobody nudged it: commands write there as well.
IDLE_LOOK = 5.0
#: Calls at once in the lanes that `[limits]` does not bound: small ones, so that they cannot crowd the loop.
FREE_LANES = {Lane.POLLS: 8, Lane.RENDERS: 4, Lane.LOCAL: 2}
#: Lanes whose work is worth waiting for at a stop: what was paid or sent for is not begun again.
DRAINED = (Lane.TURNS, Lane.UPLOADS, Lane.LOCAL)
#: Lanes that write into a workspace; the others ask the gate before they touch it.
DELIVERY = (Lane.DOWNLOADS, Lane.LOCAL)
#: Said of what is to be delivered into a share that hangs.
WAITS = "Waits for the share."
#: States that count as renders the cloud has at once.
RENDERS_THERE = (State.SUBMITTING, State.RENDERING)
#: The states of each lane, those furthest along first.
LANES: dict[Lane, tuple[State, ...]] = {
    lane: tuple(reversed([state for state, step in TABLE.items() if step.lane is lane])) for lane in Lane
}


class Runner:
    """Works jobs off."""

    def __init__(
        self, deps: Deps, watches: Callable[[], Mapping[str, Watch]], on_ended: Callable[[Job], None], chronicle: Chronicle,
        offline: Callable[[str], bool] = lambda watch: False,
    ) -> None:  # fmt: skip
        self._deps = deps
        self._watches = watches
        self._on_ended = on_ended
        self._chronicle = chronicle
        self._hanging = Hanging(offline, deps.clock)
        self._cloud = Cloud()
        self._nudge = asyncio.Event()
        self._cloud_held = False  # as it was at the last look
        self._running: dict[int, tuple[Lane, asyncio.Task[None]]] = {}
        self._stopping = False
        self.broken: JournalError | None = None  #: the journal failed: the process must end
        self.last_tick = deps.clock.monotonic()
        self.outage = asyncio.Event()  #: set when calls have stopped reaching the cloud

    def __repr__(self) -> str:
        lanes = [lane for lane, _ in self._running.values()]
        return f"Runner(running={ {str(lane): lanes.count(lane) for lane in set(lanes)} }, stopping={self._stopping})"

    def nudge(self) -> None:
        """Something may be due."""
        self._nudge.set()

    @property
    def busy(self) -> dict[int, Lane]:
        """Jobs whose stages run now."""
        return {job_id: lane for job_id, (lane, _) in self._running.items()}

    @property
    def answers(self) -> int:
        """Calls for jobs that the cloud has answered so far."""
        return self._cloud.answers

    async def run(self) -> None:
        """Work until `stop`. Raises JournalError when the journal can no longer be used."""
        while not self._stopping:
            self._nudge.clear()
            self.last_tick = self._deps.clock.monotonic()
            if self.broken is not None:
                raise self.broken
            pause = await self._fill()
            try:
                await asyncio.wait_for(self._nudge.wait(), timeout=pause)
            except TimeoutError:
                continue

    async def stop(self, drain: float) -> None:
        """Take no new work; give paid turns and uploads under way `drain` seconds. The rest is left for recovery."""
        self._stopping = True
        self.nudge()
        hanging = self._hanging.jobs
        worth = [task for id_, (lane, task) in self._running.items() if lane in DRAINED and id_ not in hanging]
        if worth:
            await asyncio.wait(worth, timeout=drain)

    async def join(self, seconds: float) -> None:
        """Wait for what is left to end, after its connections were closed."""
        left = [task for _, task in self._running.values()]
        if left:
            await asyncio.wait(left, timeout=seconds)

    async def _fill(self) -> float:
        """Start what may start; returns the seconds until something else is due."""
        now = self._deps.clock.now_ms()
        busy, hanging = dict(self._running), self._hanging.jobs
        counted = [lane for job_id, (lane, _) in busy.items() if job_id not in hanging]
        chosen, next_due, held = await self._deps.journal.read(lambda conn: self._choose(conn, now, busy, counted))
        if self._cloud_held and not held:
            self._cloud.forgive()  # somebody asked it, and the outage seems over
        self._cloud_held = held
        ending = self._stopping or self.broken is not None  # either may have come while the journal was asked
        for lane, job in chosen if not ending else ():
            task = asyncio.get_running_loop().create_task(self._work(job), name=f"job-{job.id}")
            self._running[job.id] = (lane, task)
            task.add_done_callback(partial(self._over, job.id))
        return IDLE_LOOK if next_due is None else max(0.0, min((next_due - now) / 1000, IDLE_LOOK))

    def _over(self, job_id: int, task: asyncio.Task[None]) -> None:
        self._running.pop(job_id, None)
        self._hanging.ends(job_id)
        if not task.cancelled() and (exc := task.exception()) is not None:
            self.broken = exc if isinstance(exc, JournalError) else JournalError(f"internal error: {exc!r}")
        self.nudge()

    def _choose(
        self, conn: sqlite3.Connection, now: int, busy: Mapping[int, object], counted: Sequence[Lane]
    ) -> tuple[list[tuple[Lane, Job]], int | None, bool]:
        cloud_held = HoldReason.OUTAGE in holds.standing(conn)
        chosen: list[tuple[Lane, Job]] = []
        for lane, states in LANES.items():
            if cloud_held and lane is not Lane.LOCAL:
                continue
            taken = counted.count(lane)
            free = self._bound(lane) - taken
            if free > 0:
                found = [j for j in jobs.due(conn, states, now, free + len(busy)) if j.id not in busy][:free]
                chosen.extend((lane, job) for job in self._within_renders(conn, lane, found, taken))
        return chosen, jobs.next_due(conn, now), cloud_held

    def _bound(self, lane: Lane) -> int:
        limits = self._deps.config().limits
        bounds = {Lane.UPLOADS: limits.uploads, Lane.TURNS: limits.turns, Lane.DOWNLOADS: limits.downloads}
        return bounds.get(lane) or FREE_LANES[lane]

    def _within_renders(self, conn: sqlite3.Connection, lane: Lane, found: list[Job], taken: int) -> list[Job]:
        """`limits.renders` bounds what the cloud has at once: a new render starts only below it."""
        if lane is not Lane.RENDERS:
            return found
        room = self._deps.config().limits.renders - jobs.count_in(conn, RENDERS_THERE) - taken
        begun = [job for job in found if job.state is not State.INSTRUCTED]
        return begun + [job for job in found if job.state is State.INSTRUCTED][: max(room, 0)]

    async def _work(self, job: Job, *, may_send: bool = False) -> None:
        """Run one stage and write its decision. `may_send`: this very flow has just written the intent to pay."""
        work = await self._deps.journal.read(lambda conn: self._load(conn, job.id))
        if work is None:
            await self._deps.journal.write(lambda conn: self._park(conn, job))
            return
        if work.job.state is not job.state:
            return  # a command was quicker
        work = replace(work, may_send=may_send)
        step = TABLE[work.job.state]
        decision: Decision | None
        if step.lane in DELIVERY and self._hanging.at(work.source.watch):
            await self._carry_on(work, later(work.job.state, SHARE_AGAIN, text=WAITS, error_text=WAITS))
            return
        self._hanging.begins(work.job.id, work.source.watch)
        try:
            decision = self._bounded(work, await step.stage(work, self._deps))
        except NemowatchError as exc:
            if isinstance(exc, JournalError):
                raise
            decision = self._judge(work, exc)
        except Exception as exc:
            log.exception("internal error", job=job.id, doing=step.effect, **place(work.source))
            decision = self._stumbled(work, exc)
        else:
            if step.lane is not Lane.LOCAL and work.job.state is not State.RENDERED:  # these two ask nobody
                self._answered()
        if decision is not None:
            await self._carry_on(work, decision)

    def _answered(self) -> None:
        """The cloud has answered a job's call."""
        self._cloud.answered()
        self._chronicle.answered()

    async def _carry_on(self, work: Work, decision: Decision) -> None:
        """Write the decision. An intent to pay is acted on at once: one that waited here for its turn would, after any end
        of the process, look like a call that was sent, and ask a person for nothing."""
        pays = decision.state is State.INSTRUCTING and work.job.state is State.UPLOADED
        if pays and self._stopping:
            return
        final = await self._write(work, decision)
        if pays and final is not None and final.state is State.INSTRUCTING:
            # Side by side: a kill between the intent and the send asks a person, so nothing is waited for in between.
            await asyncio.gather(self._work(replace(work.job, state=final.state), may_send=True), self._mark())

    async def _mark(self) -> None:
        """Write outside the journal that something is being paid for: a copy of it made before now will be known for one."""
        folder = self._deps.journal.path.parent
        try:
            await self._deps.journal.read(lambda conn: marks.keep(conn, folder))
        except LocalError as exc:  # the intent stands in the journal: nothing is lost but the second witness
            log.warning("the mark of what is paid could not be written", why=exc.text)

    def _load(self, conn: sqlite3.Connection, job_id: int) -> Work | None:
        job = jobs.by_id(conn, job_id)
        source = sources.by_id(conn, job.source_id)
        watch = self._watches().get(source.watch) if source else None
        if source is None or watch is None:
            return None
        members = tuple(m for m in sources.members(conn, source.id) if m.item in (job.item, ""))
        paid = PAID | {State.INSTRUCTING}
        sibling_paid = any(j.state in paid for j in jobs.of_source(conn, source.id) if j.id != job.id)
        has_draft = jobs.has_draft(conn, job_id)
        calls = spend.of_job(conn, job_id)
        before = any(call.outcome not in (Outcome.UNSENT, Outcome.REFUSED) for call in calls[:-1])
        return Work(job, source, members, watch, has_draft, calls[-1] if calls else None, sibling_paid, before)

    def _park(self, conn: sqlite3.Connection, job: Job) -> None:
        """Its folder is no longer in the configuration: the job waits until it is."""
        text = "Its folder is no longer in the configuration. Put the [[watch]] back, or cancel the job."
        values = {"reason": HoldReason.PAUSED.value, "back": job.state.value, "error_text": text}
        jobs.apply(conn, job, State.HELD, self._deps.clock.now_ms(), values)
        log.warning("held (paused)", job=job.id, why=text)

    def _judge(self, work: Work, error: NemowatchError) -> Decision | None:
        if self._stopping and isinstance(error, RemoteError):
            return None  # we closed the connection ourselves: the state as it stands is what recovery needs
        if isinstance(error, RemotePassing) and not isinstance(error, RateLimited):
            self._cloud.failed()
        elif isinstance(error, RemoteError) and not isinstance(error, NotSent):
            self._answered()
        return self._doubted(work, decide(work.job, error, self._circumstances(work)))

    def _circumstances(self, work: Work) -> Circumstances:
        config = self._deps.config()
        return Circumstances(
            base=config.retry.base, cap=config.retry.cap, attempts=config.retry.attempts, roll=random.random(),
            now_ms=self._deps.clock.now_ms(), cloud_down=self._cloud.down, has_draft=work.has_draft,
            sibling_paid=work.sibling_paid,
            rebuild=config.chat.on_lost_session == "rebuild" and not work.paid_before,
            registration=self._deps.api.account.registration_link,
        )  # fmt: skip

    def _stumbled(self, work: Work, exc: Exception) -> Decision:
        """A fault of ours: the job rests and is tried again."""
        error = NemowatchError(f"nemowatch itself failed here ({type(exc).__name__}); the log has the details.")
        return self._doubted(work, again(work.job, error, self._circumstances(work)))

    def _doubted(self, work: Work, decision: Decision) -> Decision:
        """After any error between the send and the commit of its outcome the call may have happened: it becomes unknown,
        so that its stage never takes it for one that is still to be sent."""
        if work.job.state is not State.INSTRUCTING or work.spend is None or work.spend.outcome is not Outcome.OPEN:
            return decision
        doubt = partial(spend.doubt, spend_id=work.spend.id)
        pause = max(decision.after, self._deps.config().chat.recheck[0])
        return replace(decision, writes=(*decision.writes, doubt), after=pause)

    async def _write(self, work: Work, decision: Decision) -> Decision | None:
        try:
            final = await self._commit_safely(work, decision)
        except (JournalRefused, ArithmeticError, LookupError, TypeError, ValueError) as exc:
            # This decision cannot be written, and no other try would write it: a fault of ours in one job, not an end for all.
            log.exception("internal error", job=work.job.id, doing="write down the outcome", **place(work.source))
            final = await self._commit_safely(work, self._stumbled(work, exc))
        if final is None:
            return None
        self._chronicle.moved(work.job, work.source, final)
        if final.hold is HoldReason.OUTAGE:
            self.outage.set()
        self._on_ended(replace(work.job, state=final.state))
        return final

    async def _commit_safely(self, work: Work, decision: Decision) -> Decision | None:
        now = self._deps.clock.now_ms()
        return await self._deps.journal.write(lambda conn: self._commit(conn, work, decision, now))

    def _commit(self, conn: sqlite3.Connection, work: Work, decision: Decision, now: int) -> Decision | None:
        """One transaction: the state, what belongs to it, and the hold it means. None when a person was quicker."""
        job, final = work.job, decision
        if job.state is State.UPLOADED and final.state is State.INSTRUCTING:  # an intent to pay
            final = self._deps.gate.closed_at_last(conn, work) or final
        moved = jobs.apply(conn, job, final.state, now, self._values(job, final, now))
        if moved or job.state is State.INSTRUCTING:  # what is known of a paid call is written whatever became of the job
            for write in final.writes:
                write(conn)
        if not moved:
            return None
        if final.fault is not None:
            fresh = jobs.by_id(conn, job.id)
            judged = decide(fresh, final.fault, self._circumstances(work))
            return self._commit(conn, replace(work, job=fresh), judged, now)
        if job.state is State.SUBMITTING and final.state is State.RENDERING:
            self._plan_allows(conn, now)
        if final.hold is not None:
            holds.put(conn, final.hold, final.text, now, self._balance_seen(conn, job))
        return final

    @staticmethod
    def _plan_allows(conn: sqlite3.Connection, now: int) -> None:
        """An export was accepted: whatever waits for the plan goes on."""
        if HoldReason.PLAN in holds.standing(conn):
            holds.drop(conn, HoldReason.PLAN)
            jobs.wake_held(conn, HoldReason.PLAN, now)

    def _bounded(self, work: Work, decision: Decision) -> Decision:
        """Attempts that a stage counts come to an end like those of errors, and only the first of them is made at once."""
        job, at = work.job, self._circumstances(work)
        if not decision.counts or job.state is State.INSTRUCTING:
            return decision
        if job.attempt + 1 >= at.attempts:
            return refuse(State.FAILED, RemotePassing(decision.text))
        if decision.after == 0 and job.attempt:
            return replace(decision, after=backoff(job.attempt, at.base, at.cap, at.roll))
        return decision

    @staticmethod
    def _values(job: Job, decision: Decision, now: int) -> dict[str, object]:
        values: dict[str, object] = {"due_at": now + round(decision.after * 1000) if decision.after > 0 else 0}
        if decision.counts:
            values["attempt"] = job.attempt + 1
        return {**values, **decision.values}

    @staticmethod
    def _balance_seen(conn: sqlite3.Connection, job: Job) -> float | None:
        last = spend.latest(conn, job.id)
        return last.credits_before if last else None
