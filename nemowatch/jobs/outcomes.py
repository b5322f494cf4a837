"""Gathers what a stage's outcome depends on (the configuration, whether the cloud answers, what
was paid) and hands it to the error policy.

It writes nothing and starts nothing: the rules are those of `jobs/error_policy.py`, the writing is
done by `jobs/store.py`.
"""

from __future__ import annotations

import random
from dataclasses import replace
from functools import partial

from nemowatch.errors import NemowatchError, NotSent, RateLimited, RemoteError, RemotePassing
from nemowatch.jobs.circuit_breaker import Cloud
from nemowatch.jobs.error_policy import decide
from nemowatch.jobs.job_log import JobLog
from nemowatch.jobs.retries import Circumstances, again
from nemowatch.journal import spend
from nemowatch.journal.jobs import Job
from nemowatch.journal.spend import CallOutcome
from nemowatch.model import AttentionReason, State
from nemowatch.stages.context import StageContext
from nemowatch.stages.decision import Decision, Write, ask, refuse
from nemowatch.stages.table import TABLE, Lane
from nemowatch.stages.work import Work


class OutcomeJudge:
    """Turns errors, and attempts that come to nothing, into decisions; keeps count of whether
    the cloud answers."""

    def __init__(self, context: StageContext, job_log: JobLog) -> None:
        self._context = context
        self._job_log = job_log
        self.cloud = Cloud()

    def __repr__(self) -> str:
        return f"OutcomeJudge({self.cloud!r})"

    def after_stage(self, work: Work, decision: Decision) -> Decision:
        """A stage has ended with this decision; it may still come to the end of its attempts."""
        state = work.job.state
        asks_nobody = TABLE[state].lane is Lane.LOCAL or state is State.RENDERED
        if not asks_nobody:
            self._answered(work.job)
        return self._bounded(work, decision)

    def after_error(self, work: Work, error: NemowatchError) -> Decision:
        """A stage has raised `error`."""
        if _is_bad_answer(error):
            self.cloud.failed(work.job.id)
        elif isinstance(error, RemoteError) and not isinstance(error, NotSent):
            self._answered(work.job)
        decision = decide(work.job, error, self.circumstances(work))
        return self._doubting(work, decision)

    def after_crash(self, work: Work, exc: Exception) -> Decision:
        """A fault of ours: the job rests and is tried again, until its attempts are used up.
        Then it fails, or asks a person where its paid call may be open."""
        error = NemowatchError(
            f"nemowatch itself failed here ({type(exc).__name__}); the log has the details."
        )
        job, at = work.job, self.circumstances(work)
        if job.state is State.INSTRUCTING and at.is_last(job.tries):
            return self._doubting(work, ask(AttentionReason.UNKNOWN, error.text))
        return self._doubting(work, again(job, error, at))

    def circumstances(self, work: Work) -> Circumstances:
        """What the policy has to know besides the job and its error."""
        config = self._context.config()
        return Circumstances(
            base=config.retry.base,
            cap=config.retry.cap,
            attempts=config.retry.attempts,
            roll=random.random(),
            now_ms=self._context.clock.now_ms(),
            cloud_down=self.cloud.down,
            paid=work.paid,
            draft_saved=work.draft_saved,
            sibling_paid=work.sibling_paid,
            files=work.members,
            rebuild=config.chat.on_lost_session == "rebuild" and not work.paid_before,
            registration=self._context.api.account.registration_link,
        )

    def _answered(self, job: Job) -> None:
        """The cloud has answered a call for `job`, as it was before."""
        self.cloud.answered(job.id)
        self._job_log.answered(job)

    def _bounded(self, work: Work, decision: Decision) -> Decision:
        """Attempts that a stage counts come to an end like those of errors, and only the first
        of them is made at once."""
        job, at = work.job, self.circumstances(work)
        if not decision.counts or job.state is State.INSTRUCTING:
            return decision
        if at.is_last(job.attempt):
            return refuse(State.FAILED, RemotePassing(decision.text))

        has_pause = decision.after > 0
        is_first = job.attempt == 0
        if has_pause or is_first:
            return decision
        return replace(decision, after=at.pause(job.attempt))

    def _doubting(self, work: Work, decision: Decision) -> Decision:
        """After any error between the send and the commit of its outcome the call may have
        happened: it becomes unknown, so that its stage never takes it for one that is still to be
        sent; it is checked by the schedule of chat.recheck at the earliest."""
        call = work.spend
        if work.job.state is not State.INSTRUCTING or call is None:
            return decision
        if call.outcome is not CallOutcome.OPEN:
            return decision

        recheck = self._context.config().chat.recheck[0]
        doubt: Write = partial(spend.doubt, spend_id=call.id)
        writes = (*decision.writes, doubt)
        return replace(decision, writes=writes, after=max(decision.after, recheck))


def _is_bad_answer(error: NemowatchError) -> bool:
    """Whether the cloud itself seems unwell; one that limits the rate answers as it should."""
    return isinstance(error, RemotePassing) and not isinstance(error, RateLimited)
