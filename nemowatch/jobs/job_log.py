"""What the log says of jobs and holds: one line for each change, with the job, its file and its
folder.

Owns what has been said. A cause that stops many jobs (an outage, a full disk, hours, a pause) is
one line when it begins and one when it ends, however many jobs meet it; what each of them does
meanwhile is there at level debug. It decides nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

import structlog

from nemowatch.clock import Clock, lasted
from nemowatch.errors import show_path
from nemowatch.hold_reasons import BY_SETTING, HOLDS
from nemowatch.journal import holds, jobs
from nemowatch.journal.jobs import Job
from nemowatch.journal.sources import SourceRow
from nemowatch.model import HoldReason, State
from nemowatch.stages.decision import ANSWERED, Decision

log = structlog.get_logger("nemowatch.job")
holds_log = structlog.get_logger("nemowatch.hold")

#: Seconds after which an outage counts as over although no job's call has proven it: nobody may
#: have one to make. A call that hangs is given up sooner.
UNPROVEN = 180.0
#: States that a person should see when only warnings are read.
LOUD = (State.FAILED, State.REJECTED, State.ATTENTION)


@dataclass(frozen=True, slots=True)
class Cause:
    """What stops jobs: a reason, and for a pause the folder it is for."""

    reason: HoldReason
    folder: str = ""


def place(source: SourceRow) -> dict[str, str]:
    """Where a source was dropped."""
    return spot(source.watch, source.path)


def spot(watch: str, path: bytes) -> dict[str, str]:
    """A place in the inbox of that name: the task folder, whole, and the file within it."""
    folder, _, file = path.partition(b"/")
    return (
        {"file": show_path(file), "folder": whole(watch, folder)}
        if file
        else {"file": show_path(path), "folder": watch}
    )


class JobLog:
    """Writes the lines."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._standing: dict[Cause, float] = {}  # what has begun and not ended: when, monotonic
        self._why: dict[Cause, str] = {}  # the words for it that were said last
        # seems over and is not proven to be: since when, jobs woken
        self._doubted: dict[Cause, tuple[float, int]] = {}
        # where jobs met the outage; empty: not known, as after a restart
        self._met: set[State] = set()
        self._proven_at = 0.0  # when a call that would have met it last went through

    def __repr__(self) -> str:
        return f"Chronicle(standing={[str(cause.reason) for cause in self._standing]})"

    def moved(self, job: Job, source: SourceRow, decision: Decision) -> None:
        """A decision about `job` has been written."""
        if (
            job.state in self._met
            and decision.state in ANSWERED
            and decision.state is not job.state
        ):
            # asked whether an upload had arrived after all, the cloud has said so
            self._works(job.state)
        if decision.state is job.state and (not decision.text or decision.text in job.error_text):
            return  # nothing new
        where = place(source)
        about = {"job": job.id, **where, "target": job.target}
        reason = str(decision.values.get("reason") or "")
        if decision.values.get("checking"):
            reason = "checking"
        event = f"{decision.state} ({reason})" if reason else str(decision.state)
        if decision.state is State.HELD and HOLDS[HoldReason(reason)].shared:
            if reason == HoldReason.OUTAGE:
                self._met.add(job.state)
            self.begins(
                Cause(HoldReason(reason), where["folder"] if reason == HoldReason.PAUSED else ""),
                decision.text,
            )
            log.debug(event, **about)
            return
        text = {"why": decision.text} if decision.text else {}
        (log.warning if decision.state in LOUD else log.info)(event, **about, **text)

    def begins(self, cause: Cause, why: str) -> None:
        """Jobs are stopped by `cause` from now on; said once until it ends, or until a token is
        wrong in another way."""
        where = {"folder": cause.folder} if cause.folder else {}
        self._doubted.pop(cause, None)
        if cause not in self._standing:
            self._standing[cause] = self._clock.monotonic()
            holds_log.warning(f"hold begins: {cause.reason}", why=why, **where)
        elif cause.reason is HoldReason.TOKEN and self._why[cause] != why:
            holds_log.warning(f"hold goes on: {cause.reason}", why=why)
        self._why[cause] = why

    def stands(
        self, causes: Mapping[Cause, str], woken: Mapping[HoldReason, int], asked_at: float
    ) -> None:
        """All that stopped jobs when the journal was asked (monotonic seconds), with its words;
        what had begun by then and is not among it has ended. `woken`: jobs that went on with it."""
        for cause, why in causes.items():
            self.begins(cause, why)
        for cause in [
            c for c, since in self._standing.items() if since < asked_at and c not in causes
        ]:
            number = woken.get(cause.reason, self._doubted.get(cause, (0.0, -1))[1])
            if cause.reason is HoldReason.OUTAGE and not self._proven(cause, asked_at, number):
                continue
            self._ends(cause, number)

    def _proven(self, cause: Cause, asked_at: float, woken: int) -> bool:
        """Whether an outage is really over. Part of a cloud may answer, the balance for one,
        while what the jobs need does not: then they meet the same outage again at once, and it
        is one, not many."""
        now = self._clock.monotonic()
        since, _ = self._doubted.setdefault(cause, (now, woken))
        return (self._proven_at >= asked_at and not self._met) or now - since > UNPROVEN

    def answered(self, job: Job) -> None:
        """A call for `job`, as it was before, went through. Where an upload or a render was in
        doubt, it was a question and says nothing of the call that failed."""
        if not self._met or (job.state in self._met and not job.checking):
            self._works(job.state)

    def _works(self, state: State) -> None:
        """What jobs do in this state works again; the outage is over when all does that met it."""
        self._met.discard(state)
        self._proven_at = self._clock.monotonic()
        for cause, (_, woken) in list(self._doubted.items()) if not self._met else ():
            self._ends(cause, woken)

    def _ends(self, cause: Cause, woken: int) -> None:
        self._doubted.pop(cause, None)
        if cause.reason is HoldReason.OUTAGE:
            self._met.clear()
        seconds = self._clock.monotonic() - self._standing.pop(cause)
        more: dict[str, object] = {"folder": cause.folder} if cause.folder else {}
        if woken >= 0:
            more["woken"] = woken
        holds_log.info(f"hold ends: {cause.reason}", after=lasted(seconds), **more)


def causes(conn: sqlite3.Connection) -> dict[Cause, str]:
    """Everything that stops more than one job now, with its words."""
    found = {Cause(row.reason): row.text for row in holds.standing(conn).values()}
    for reason in BY_SETTING:
        if waiting := jobs.held_for(conn, reason):
            found[Cause(reason)] = waiting[0].error_text
    for watch, folder, _ in jobs.paused_folders(conn):
        found[Cause(HoldReason.PAUSED, whole(watch, folder))] = (
            "nemowatch resume, or a PAUSE file taken away, goes on."
        )
    return found


def whole(watch: str, folder: bytes) -> str:
    """A task folder with the inbox it is in."""
    return show_path(watch.encode("utf-8", "surrogateescape") + b"/" + folder)
