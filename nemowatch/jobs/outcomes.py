"""What a stage's outcome means, with everything it depends on gathered: the configuration, the
cloud's state, what was paid.

Owns no journal and starts nothing: the rules themselves are `decide`'s, the writing is the
scribe's.
"""

from __future__ import annotations

import random
from dataclasses import replace
from functools import partial

from nemowatch.errors import NemowatchError, NotSent, RateLimited, RemoteError, RemotePassing
from nemowatch.jobs.backoff import backoff
from nemowatch.jobs.circuit_breaker import Cloud
from nemowatch.jobs.error_policy import Circumstances, again, decide
from nemowatch.jobs.job_log import JobLog
from nemowatch.journal import spend
from nemowatch.journal.jobs import Job
from nemowatch.journal.spend import Outcome
from nemowatch.model import State
from nemowatch.stages.decision import Decision, refuse
from nemowatch.stages.deps import Deps, Work
from nemowatch.stages.table import TABLE, Lane


class Outcomes:
    """Turns errors, and attempts that come to nothing, into decisions; keeps count of whether
    the cloud answers."""

    def __init__(self, deps: Deps, job_log: JobLog) -> None:
        self._deps = deps
        self._job_log = job_log
        self.cloud = Cloud()

    def __repr__(self) -> str:
        return f"Judge({self.cloud!r})"

    def passed(self, work: Work, decision: Decision) -> Decision:
        """A stage has ended with this decision; it may still come to the end of its attempts."""
        # these two ask nobody
        if TABLE[work.job.state].lane is not Lane.LOCAL and work.job.state is not State.RENDERED:
            self._answered(work.job)
        return self._bounded(work, decision)

    def failed(self, work: Work, error: NemowatchError) -> Decision:
        """A stage has raised `error`."""
        if isinstance(error, RemotePassing) and not isinstance(error, RateLimited):
            self.cloud.failed()
        elif isinstance(error, RemoteError) and not isinstance(error, NotSent):
            self._answered(work.job)
        return _doubted(
            work,
            decide(work.job, error, self.circumstances(work)),
            self._deps.config().chat.recheck[0],
        )

    def stumbled(self, work: Work, exc: Exception) -> Decision:
        """A fault of ours: the job rests and is tried again."""
        error = NemowatchError(
            f"nemowatch itself failed here ({type(exc).__name__}); the log has the details."
        )
        return _doubted(
            work,
            again(work.job, error, self.circumstances(work)),
            self._deps.config().chat.recheck[0],
        )

    def circumstances(self, work: Work) -> Circumstances:
        """What `decide` has to know besides the job and its error."""
        config = self._deps.config()
        return Circumstances(
            base=config.retry.base,
            cap=config.retry.cap,
            attempts=config.retry.attempts,
            roll=random.random(),
            now_ms=self._deps.clock.now_ms(),
            cloud_down=self.cloud.down,
            has_draft=work.has_draft,
            sibling_paid=work.sibling_paid,
            rebuild=config.chat.on_lost_session == "rebuild" and not work.paid_before,
            registration=self._deps.api.account.registration_link,
        )

    def _answered(self, job: Job) -> None:
        """The cloud has answered a call for `job`, as it was before."""
        self.cloud.answered()
        self._job_log.answered(job)

    def _bounded(self, work: Work, decision: Decision) -> Decision:
        """Attempts that a stage counts come to an end like those of errors, and only the first
        of them is made at once."""
        job, at = work.job, self.circumstances(work)
        if not decision.counts or job.state is State.INSTRUCTING:
            return decision
        if job.attempt + 1 >= at.attempts:
            return refuse(State.FAILED, RemotePassing(decision.text))
        if decision.after == 0 and job.attempt:
            return replace(decision, after=backoff(job.attempt, at.base, at.cap, at.roll))
        return decision


def _doubted(work: Work, decision: Decision, recheck: float) -> Decision:
    """After any error between the send and the commit of its outcome the call may have happened:
    it becomes unknown, so that its stage never takes it for one that is still to be sent; it is
    looked for in `recheck` seconds at the earliest.
    """
    if (
        work.job.state is not State.INSTRUCTING
        or work.spend is None
        or work.spend.outcome is not Outcome.OPEN
    ):
        return decision
    doubt = partial(spend.doubt, spend_id=work.spend.id)
    return replace(decision, writes=(*decision.writes, doubt), after=max(decision.after, recheck))
