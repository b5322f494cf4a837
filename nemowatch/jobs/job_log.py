"""What the log says of jobs: one line for each change, with the job, its file and its folder.

A job that is stopped by a cause of many has its line at level debug; the cause has lines of its own
(`hold_log`). It decides nothing.
"""

from __future__ import annotations

import structlog

from nemowatch.clock import Clock
from nemowatch.errors import show_path
from nemowatch.hold_reasons import HOLDS, Scope
from nemowatch.jobs.hold_log import Cause, HoldLog, whole
from nemowatch.journal.jobs import Job
from nemowatch.journal.sources import SourceRow
from nemowatch.model import HoldReason, State
from nemowatch.stages.decision import ANSWERED, Decision

log = structlog.get_logger("nemowatch.job")

#: States that a person should see when only warnings are read.
LOUD = (State.FAILED, State.REJECTED, State.ATTENTION)


def location(source: SourceRow) -> dict[str, str]:
    """Where a source was dropped."""
    return location_of(source.watch, source.path)


def location_of(watch: str, path: bytes) -> dict[str, str]:
    """Where something lies in the inbox of that name: the task folder, whole, and the file within
    it."""
    folder, _, file = path.partition(b"/")
    if file:
        return {"file": show_path(file), "folder": whole(watch, folder)}
    return {"file": show_path(path), "folder": watch}


class JobLog:
    """Writes the lines."""

    def __init__(self, clock: Clock) -> None:
        self.holds = HoldLog(clock)

    def __repr__(self) -> str:
        return f"JobLog({self.holds!r})"

    def moved(self, job: Job, source: SourceRow, decision: Decision) -> None:
        """A decision about `job` has been written."""
        if self._proves_upload(job, decision):
            self.holds.works(job.state)
        if _is_known(job, decision):
            return

        about = {"job": job.id, **location(source), "target": job.target}
        if decision.state is State.HELD and self._begins_hold(job, source, decision):
            log.debug(_event(decision), **about)
            return

        if decision.text:
            about["why"] = decision.text
        if decision.state in LOUD:
            log.warning(_event(decision), **about)
        else:
            log.info(_event(decision), **about)

    def answered(self, job: Job) -> None:
        """A call for `job`, as it was before, went through."""
        self.holds.answered(job.state, checking=job.checking)

    def _proves_upload(self, job: Job, decision: Decision) -> bool:
        """Asked whether an upload had arrived after all, the cloud has said so."""
        if decision.state is job.state or decision.state not in ANSWERED:
            return False
        return self.holds.has_met_outage(job.state)

    def _begins_hold(self, job: Job, source: SourceRow, decision: Decision) -> bool:
        """Tell of a cause that stops many jobs; False when it concerns this one alone."""
        reason = HoldReason(decision.values["reason"])
        if not HOLDS[reason].shared:
            return False

        if reason is HoldReason.OUTAGE:
            self.holds.meets_outage(job.state)
        folder = ""
        if HOLDS[reason].scope is Scope.FOLDER:
            folder = location(source)["folder"]
        self.holds.begins(Cause(reason, folder), decision.text)
        return True


def _is_known(job: Job, decision: Decision) -> bool:
    """Whether the decision says nothing that was not said before."""
    if decision.state is not job.state:
        return False
    return not decision.text or decision.text in job.why


def _event(decision: Decision) -> str:
    """The state, with its reason."""
    reason = decision.values.get("reason")
    if decision.values.get("checking"):
        reason = "checking"
    if not reason:
        return str(decision.state)
    return f"{decision.state} ({reason})"
