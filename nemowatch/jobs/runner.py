"""The runner: takes due jobs from the journal, runs their stages within the lanes' bounds, and
writes what they decided.

It is the only writer of jobs besides a person's commands. It holds no queue of its own: what is
due is in the journal, so a restart forgets nothing. Due work hangs on the monotonic clock of
the event loop, except for polls of renders, which a schedule outside has to ask for (`poll`).
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace
from operator import itemgetter

import structlog

from nemowatch.config.watch_section import Watch
from nemowatch.errors import JournalError, NemowatchError, RemoteError
from nemowatch.jobs.job_log import JobLog, location
from nemowatch.jobs.lanes import SMALL, Busy, LaneChoice, Looks
from nemowatch.jobs.outcomes import OutcomeJudge
from nemowatch.jobs.running import RunningStages
from nemowatch.jobs.slow_answers import SlowAnswers
from nemowatch.jobs.still_working import StillWorking
from nemowatch.jobs.store import JobStore, is_end_of_journal, is_intent
from nemowatch.jobs.stuck import StuckJobs
from nemowatch.journal.jobs import Job
from nemowatch.model import HoldReason, State
from nemowatch.stages.context import StageContext
from nemowatch.stages.decision import SHARE_AGAIN, Decision, later
from nemowatch.stages.table import TABLE, Lane
from nemowatch.stages.work import Work

log = structlog.get_logger("nemowatch.job")

#: Seconds after which the runner reads the journal even without a nudge: commands write
#: there as well.
IDLE_READ = 5.0
#: The same while calls are under way whose answers may turn out to drip.
SLOW_READ = 1.0
#: Seconds in which what many jobs say at once is gathered to one look into the journal.
GATHERED_S = 0.01
#: Lanes whose work is worth waiting for at a stop: what was paid or sent for is not begun again.
DRAINED = (Lane.TURNS, Lane.UPLOADS, Lane.LOCAL)
#: Lanes that write into a workspace; the others ask the gate before they touch it.
DELIVERY = (Lane.DOWNLOADS, Lane.LOCAL)
#: Said of what is to be delivered into a share that hangs.
WAITS = "Waits for the share."


class Runner:
    """Runs the stages of due jobs."""

    def __init__(
        self,
        context: StageContext,
        watches: Callable[[], Mapping[str, Watch]],
        on_ended: Callable[[Job], None],
        job_log: JobLog,
        offline: Callable[[str], bool],
        plan_poll: Callable[[int], None],
    ) -> None:
        self._context = context
        self._on_ended = on_ended
        self._plan_poll = plan_poll  # notified when the next render is due, in UTC ms
        self.outcomes = OutcomeJudge(context, job_log)
        self.store = JobStore(context, self.outcomes, watches, job_log)
        self._stuck = StuckJobs(offline, context.clock)
        self._slow = SlowAnswers(context.board, context.clock)
        self._still_working = StillWorking(context.config, context.clock)
        self._nudge = asyncio.Event()
        self._polling = False  # the schedule has asked for polls
        self._cloud_held = False  # as it was at the last pass
        self._looks = Looks()
        self._newest = 0  # the job that was made last, as of then
        self._running = RunningStages(self._over)
        self._set_aside: set[int] = set()
        self._stopping = False
        self.broken: JournalError | None = None  #: the journal failed: the process must end
        self.last_tick = context.clock.monotonic()
        self.outage = asyncio.Event()  #: set when calls have stopped reaching the cloud
        self.new_work = asyncio.Event()  #: set when a job has come during an outage

    def __repr__(self) -> str:
        running = Counter(map(str, self.busy.values()))
        return f"Runner(running={dict(running)}, stopping={self._stopping})"

    def nudge(self) -> None:
        """Something may be due."""
        self._nudge.set()

    def poll(self) -> None:
        """Poll the renders that are due now. Nothing else makes the runner poll one."""
        self._polling = True
        self.nudge()

    @property
    def busy(self) -> dict[int, Lane]:
        """Jobs whose stages run now."""
        return self._running.lanes

    @property
    def answers(self) -> int:
        """Calls for jobs that the cloud has answered so far."""
        return self.outcomes.cloud.answers

    async def run(self) -> None:
        """Work until `stop`. Raises JournalError when the journal can no longer be used."""
        while not self._stopping:
            self._nudge.clear()
            self.last_tick = self._context.clock.monotonic()
            if self.broken is not None:
                raise self.broken
            pause = await self._fill()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._nudge.wait()
            if self._running:
                await asyncio.sleep(GATHERED_S)

    async def stop(self, drain: float) -> None:
        """Take no new work; give paid turns and uploads under way `drain` seconds. The rest is
        left for recovery."""
        self._stopping = True
        self.nudge()
        await self._running.wait(drain, lanes=DRAINED, leave=self._stuck.jobs)

    async def join(self, seconds: float) -> None:
        """Wait for what is left to end, after its connections were closed."""
        await self._running.wait(seconds)

    async def _fill(self) -> float:
        """Start what may start; returns the seconds until something else is due."""
        choice, read = await self._choose()
        self._note_outage(choice)
        # either may have come while the journal was asked
        ending = self._stopping or self.broken is not None
        if not ending:
            self._start(choice, read)
        return self._pause_until(choice.next_due)

    async def _choose(self) -> tuple[LaneChoice, dict[int, Work]]:
        """The jobs whose stages may start now, and what these need."""
        now, limits = self._context.clock.now_ms(), self._context.config().limits
        placeless = self._stuck.jobs | self._slow.among(self.busy, limits)
        large = self._context.board.larger_than(SMALL)
        busy = Busy(self.busy, placeless, frozenset(self._set_aside), large)
        polling, self._polling = self._polling, False
        in_doubt = self._cloud_held or self.outcomes.cloud.in_doubt

        def look(conn: sqlite3.Connection) -> tuple[LaneChoice, dict[int, Work]]:
            choice = self._looks.choose(conn, now, limits, busy, polling=polling, in_doubt=in_doubt)
            chosen = map(itemgetter(1), choice.start)
            return choice, self.store.read_chosen(conn, chosen)

        return await self._context.journal.read(look)

    def _note_outage(self, choice: LaneChoice) -> None:
        """Keep whether the cloud is held, and what begins or ends with that."""
        was_held, self._cloud_held = self._cloud_held, choice.cloud_held
        if was_held and choice.newest > self._newest:
            self.new_work.set()
        self._newest = choice.newest
        seems_over = was_held and not choice.cloud_held
        if seems_over:  # somebody asked it
            self.outcomes.cloud.forgive()

    def _pause_until(self, next_due: int | None) -> float:
        """Seconds until the journal is read again; `next_due`: UTC ms."""
        longest = IDLE_READ
        if self._slow.may_find(self.busy):
            longest = SLOW_READ
        if next_due is None:
            return longest
        left = (next_due - self._context.clock.now_ms()) / 1000
        return max(0.0, min(left, longest))

    def _start(self, choice: LaneChoice, read: Mapping[int, Work]) -> None:
        for lane, job in choice.start:
            self._running.begin(job.id, lane, self._work(job, read.get(job.id)))

        if choice.next_poll is not None:
            self._plan_poll(choice.next_poll)

    def _over(self, job_id: int, failure: BaseException | None) -> None:
        self._stuck.ends(job_id)
        self._keep_failure(job_id, failure)
        self.nudge()

    def _keep_failure(self, job_id: int, failure: BaseException | None) -> None:
        if failure is None:
            return
        if is_end_of_journal(failure):
            self.broken = failure
            return
        # not even its end could be written: nobody works on it before the next start
        self._set_aside.add(job_id)
        log.error(
            "internal error",
            job=job_id,
            doing="record its end",
            exc_info=failure,
        )

    async def _work(self, job: Job, work: Work | None) -> None:
        """Run a job's stage, and those that follow in the same lane. `work`: what it needs; None:
        it is read first. Raises JournalError."""
        async with self._own_end(job):
            work = work or await self.store.load(job)
        await self._go_on(work)

    async def _go_on(self, work: Work | None) -> None:
        """Take steps, and write what comes of each. Raises JournalError."""
        while work is not None:
            at, work = work, None
            async with self._own_end(at.job):
                work = await self._take_step(at)

    @contextlib.asynccontextmanager
    async def _own_end(self, job: Job) -> AsyncIterator[None]:
        """Whatever goes wrong in this is the job's end, and no other's. Raises JournalError."""
        try:
            yield
        except Exception as exc:
            if is_end_of_journal(exc):
                raise
            await self.store.give_up(job, exc)

    async def _take_step(self, work: Work) -> Work | None:
        """One step; returns what the next one needs that may be taken at once."""
        job = work.job
        is_delivery = TABLE[job.state].lane in DELIVERY
        if is_delivery and self._stuck.at(work.source.watch):
            waits = later(job.state, SHARE_AGAIN, text=WAITS, error_text=WAITS)
            return await self._carry_on(work, waits)
        self._stuck.begins(job.id, work.source.watch)
        decision = await self._perform(work)
        if decision is None:
            return None
        return await self._carry_on(work, decision)

    async def _perform(self, work: Work) -> Decision | None:
        """What the stage comes to; None when the process ends first. Raises JournalError."""
        step = TABLE[work.job.state]
        try:
            async with self._still_working.during(work):
                decision = await step.stage(work, self._context)
            return self.outcomes.after_stage(work, decision)
        except JournalError:
            raise
        except NemowatchError as exc:
            if self._stopping and isinstance(exc, RemoteError):
                # we closed the connection ourselves: the state as it is now is what recovery needs
                return None
            return self.outcomes.after_error(work, exc)
        except Exception as exc:
            log.exception(
                "internal error",
                job=work.job.id,
                doing=step.effect,
                **location(work.source),
            )
            return self.outcomes.after_crash(work, exc)

    async def _carry_on(self, work: Work, decision: Decision) -> Work | None:
        """Write the decision; returns what a step needs that may follow at once. An intent to pay
        is acted on at once: one that waited here for its turn would, after any end of the process,
        look like a call that was sent, and ask a person for nothing."""
        pays = is_intent(work.job, decision)
        if pays and self._stopping:
            return None
        written = await self.store.write(work, decision)
        if written is None:
            return None

        final, following = written.decision, written.following
        if final.hold is HoldReason.OUTAGE:
            self.outage.set()
        self._on_ended(replace(work.job, state=final.state))
        if pays and final.state is State.INSTRUCTING:
            await self._pay(work, following)
            return None
        if self._stopping:
            return None
        return following

    async def _pay(self, work: Work, following: Work | None) -> None:
        """Send what the intent is for. Side by side with its mark: a kill between the intent and
        the send asks a person, so nothing is waited for in between."""
        if following is None:
            following = await self.store.load(replace(work.job, state=State.INSTRUCTING))
        if following is not None:
            following = replace(following, may_send=True)
        await asyncio.gather(self._go_on(following), self.store.mark())
