"""The runner: takes due jobs from the journal, runs their stages within the lanes' bounds, and
writes what they decided.

It is the only writer of jobs besides a person's commands. It holds no queue of its own: what is
due stands in the journal, so a restart forgets nothing. Due work hangs on the monotonic clock of
the event loop, never on a schedule.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

import structlog

from nemowatch.config import Watch
from nemowatch.errors import JournalError, NemowatchError, RemoteError
from nemowatch.jobs.job_log import JobLog, place
from nemowatch.jobs.outcomes import Outcomes
from nemowatch.jobs.store import JobStore
from nemowatch.jobs.stuck import StuckJobs
from nemowatch.journal import holds, jobs
from nemowatch.journal.jobs import Job
from nemowatch.model import HoldReason, State
from nemowatch.stages.decision import SHARE_AGAIN, Decision, later
from nemowatch.stages.deps import Deps, Work
from nemowatch.stages.table import TABLE, Lane

log = structlog.get_logger("nemowatch.job")

#: Seconds after which the runner looks into the journal even if nobody nudged it: commands write
#: there as well.
IDLE_LOOK = 5.0
#: Calls at once in the lanes that `[limits]` does not bound: small ones, so that they cannot crowd
#: the loop.
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
    lane: tuple(reversed([state for state, step in TABLE.items() if step.lane is lane]))
    for lane in Lane
}


class Runner:
    """Works jobs off."""

    def __init__(
        self,
        deps: Deps,
        watches: Callable[[], Mapping[str, Watch]],
        on_ended: Callable[[Job], None],
        job_log: JobLog,
        offline: Callable[[str], bool] = lambda watch: False,
    ) -> None:
        self._deps = deps
        self._on_ended = on_ended
        self.judge = Outcomes(deps, job_log)
        self.store = JobStore(deps, self.judge, watches, job_log)
        self._stuck = StuckJobs(offline, deps.clock)
        self._nudge = asyncio.Event()
        self._cloud_held = False  # as it was at the last look
        self._running: dict[int, tuple[Lane, asyncio.Task[None]]] = {}
        self._stopping = False
        self.broken: JournalError | None = None  #: the journal failed: the process must end
        self.last_tick = deps.clock.monotonic()
        self.outage = asyncio.Event()  #: set when calls have stopped reaching the cloud

    def __repr__(self) -> str:
        lanes = [lane for lane, _ in self._running.values()]
        return (
            f"Runner(running={ {str(lane): lanes.count(lane) for lane in set(lanes)} },"
            f" stopping={self._stopping})"
        )

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
        return self.judge.cloud.answers

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
        """Take no new work; give paid turns and uploads under way `drain` seconds. The rest is
        left for recovery."""
        self._stopping = True
        self.nudge()
        hanging = self._stuck.jobs
        worth = [
            task
            for id_, (lane, task) in self._running.items()
            if lane in DRAINED and id_ not in hanging
        ]
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
        busy, hanging = dict(self._running), self._stuck.jobs
        counted = [lane for job_id, (lane, _) in busy.items() if job_id not in hanging]
        chosen, next_due, held = await self._deps.journal.read(
            lambda conn: self._choose(conn, now, busy, counted)
        )
        if self._cloud_held and not held:
            self.judge.cloud.forgive()  # somebody asked it, and the outage seems over
        self._cloud_held = held
        # either may have come while the journal was asked
        ending = self._stopping or self.broken is not None
        for lane, job in chosen if not ending else ():
            task = asyncio.get_running_loop().create_task(self._work(job), name=f"job-{job.id}")
            self._running[job.id] = (lane, task)
            task.add_done_callback(partial(self._over, job.id))
        return IDLE_LOOK if next_due is None else max(0.0, min((next_due - now) / 1000, IDLE_LOOK))

    def _over(self, job_id: int, task: asyncio.Task[None]) -> None:
        self._running.pop(job_id, None)
        self._stuck.ends(job_id)
        if not task.cancelled() and (exc := task.exception()) is not None:
            self.broken = (
                exc if isinstance(exc, JournalError) else JournalError(f"internal error: {exc!r}")
            )
        self.nudge()

    def _choose(
        self,
        conn: sqlite3.Connection,
        now: int,
        busy: Mapping[int, object],
        counted: Sequence[Lane],
    ) -> tuple[list[tuple[Lane, Job]], int | None, bool]:
        cloud_held = HoldReason.OUTAGE in holds.standing(conn)
        chosen: list[tuple[Lane, Job]] = []
        for lane, states in LANES.items():
            if cloud_held and lane is not Lane.LOCAL:
                continue
            taken = counted.count(lane)
            free = self._bound(lane) - taken
            if free > 0:
                found = [
                    j for j in jobs.due(conn, states, now, free + len(busy)) if j.id not in busy
                ][:free]
                chosen.extend((lane, job) for job in self._within_renders(conn, lane, found, taken))
        return chosen, jobs.next_due(conn, now), cloud_held

    def _bound(self, lane: Lane) -> int:
        limits = self._deps.config().limits
        bounds = {
            Lane.UPLOADS: limits.uploads,
            Lane.TURNS: limits.turns,
            Lane.DOWNLOADS: limits.downloads,
        }
        return bounds.get(lane) or FREE_LANES[lane]

    def _within_renders(
        self, conn: sqlite3.Connection, lane: Lane, found: list[Job], taken: int
    ) -> list[Job]:
        """`limits.renders` bounds what the cloud has at once: a new render starts only below it."""
        if lane is not Lane.RENDERS:
            return found
        room = self._deps.config().limits.renders - jobs.count_in(conn, RENDERS_THERE) - taken
        begun = [job for job in found if job.state is not State.INSTRUCTED]
        return begun + [job for job in found if job.state is State.INSTRUCTED][: max(room, 0)]

    async def _work(self, job: Job, *, may_send: bool = False) -> None:
        """Run one stage and write its decision. `may_send`: this very flow has just written the
        intent to pay."""
        work = await self.store.load(job)
        if work is None:
            return
        work = replace(work, may_send=may_send)
        if TABLE[job.state].lane in DELIVERY and self._stuck.at(work.source.watch):
            await self._carry_on(work, later(job.state, SHARE_AGAIN, text=WAITS, error_text=WAITS))
            return
        self._stuck.begins(job.id, work.source.watch)
        decision = await self._perform(work)
        if decision is not None:
            await self._carry_on(work, decision)

    async def _perform(self, work: Work) -> Decision | None:
        """What the stage comes to; None when the process ends first. Raises JournalError."""
        step = TABLE[work.job.state]
        try:
            return self.judge.passed(work, await step.stage(work, self._deps))
        except JournalError:
            raise
        except NemowatchError as exc:
            if self._stopping and isinstance(exc, RemoteError):
                # we closed the connection ourselves: the state as it stands is what recovery needs
                return None
            return self.judge.failed(work, exc)
        except Exception as exc:
            log.exception(
                "internal error", job=work.job.id, doing=step.effect, **place(work.source)
            )
            return self.judge.stumbled(work, exc)

    async def _carry_on(self, work: Work, decision: Decision) -> None:
        """Write the decision. An intent to pay is acted on at once: one that waited here for its
        turn would, after any end of the process, look like a call that was sent, and ask a
        person for nothing."""
        pays = decision.state is State.INSTRUCTING and work.job.state is State.UPLOADED
        if pays and self._stopping:
            return
        final = await self.store.write(work, decision)
        if final is None:
            return
        if final.hold is HoldReason.OUTAGE:
            self.outage.set()
        self._on_ended(replace(work.job, state=final.state))
        if pays and final.state is State.INSTRUCTING:
            # Side by side: a kill between the intent and the send asks a person, so nothing is
            # waited for in between.
            await asyncio.gather(
                self._work(replace(work.job, state=final.state), may_send=True), self.store.mark()
            )
