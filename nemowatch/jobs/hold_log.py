"""What the log says of holds that concern many jobs: one line when such a cause begins and one when
it ends, however many jobs meet it.

Owns what has been said. It decides nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

import structlog

from nemowatch.clock import Clock, lasted
from nemowatch.errors import show_path
from nemowatch.hold_reasons import BY_SETTING
from nemowatch.journal import holds, queue
from nemowatch.model import HoldReason, State

log = structlog.get_logger("nemowatch.hold")

#: Seconds after which an outage counts as over although no job's call has proven it: nobody may
#: have one to make. A call that hangs is given up sooner.
UNPROVEN = 180.0
#: Said of how many jobs went on, where they were not counted.
UNCOUNTED = -1


@dataclass(frozen=True, slots=True)
class Cause:
    """What stops jobs: a reason, and for a pause the folder it is for."""

    reason: HoldReason
    folder: str = ""

    @property
    def is_outage(self) -> bool:
        """Whether it is the outage, which is over only when that is proven."""
        return self.reason is HoldReason.OUTAGE

    @property
    def where(self) -> dict[str, str]:
        """The fields of a line that say where."""
        if not self.folder:
            return {}
        return {"folder": self.folder}


class HoldLog:
    """Writes the lines."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._since: dict[Cause, float] = {}  # what has begun and not ended: when, monotonic
        self._why: dict[Cause, str] = {}  # the words for it that were said last
        # seems over and is not proven to be: since when, jobs woken
        self._doubted: dict[Cause, tuple[float, int]] = {}
        # where jobs met the outage; empty: not known, as after a restart
        self._met: set[State] = set()
        self._proven_at = 0.0  # when a call that would have met it last went through

    def __repr__(self) -> str:
        return f"HoldLog({[str(cause.reason) for cause in self._since]})"

    def begins(self, cause: Cause, why: str) -> None:
        """Jobs are stopped by `cause` from now on; said once until it ends, or until a token is
        wrong in another way."""
        self._doubted.pop(cause, None)
        said = self._why.get(cause)
        self._why[cause] = why
        if cause not in self._since:
            self._since[cause] = self._clock.monotonic()
            log.warning(f"hold begins: {cause.reason}", why=why, **cause.where)
            return

        if cause.reason is HoldReason.TOKEN and said != why:
            log.warning(f"hold continues: {cause.reason}", why=why)

    def update(
        self, causes: Mapping[Cause, str], woken: Mapping[HoldReason, int], asked_at: float
    ) -> None:
        """All that stopped jobs when the journal was asked (monotonic seconds), with its words;
        what had begun by then and is not among it has ended. `woken`: jobs that went on with it."""
        for cause, why in causes.items():
            self.begins(cause, why)

        for cause, since in list(self._since.items()):
            is_gone = since < asked_at and cause not in causes
            if is_gone:
                self._seems_over(cause, woken, asked_at)

    def _seems_over(self, cause: Cause, woken: Mapping[HoldReason, int], asked_at: float) -> None:
        _, counted = self._doubted.get(cause, (0.0, UNCOUNTED))
        number = woken.get(cause.reason, counted)
        if not cause.is_outage or self._proven(cause, asked_at, number):
            self._ends(cause, number)

    def _proven(self, cause: Cause, asked_at: float, woken: int) -> bool:
        """Whether an outage is really over. Part of a cloud may answer, the balance for one,
        while what the jobs need does not: then they meet the same outage again at once, and it
        is one, not many."""
        now = self._clock.monotonic()
        since, _ = self._doubted.setdefault(cause, (now, woken))
        if now - since > UNPROVEN:
            return True
        return self._proven_at >= asked_at and not self._met

    def meets_outage(self, state: State) -> None:
        """A job in this state could not reach the cloud."""
        self._met.add(state)

    def has_met_outage(self, state: State) -> bool:
        """Whether jobs in this state could not reach the cloud, and none has since."""
        return state in self._met

    def answered(self, state: State, *, checking: bool) -> None:
        """A call for a job in this state went through. Where an upload or a render was in doubt
        (`checking`), it was a question and says nothing of the call that failed."""
        if not self._met:
            self.works(state)
            return

        is_proof = state in self._met and not checking
        if is_proof:
            self.works(state)

    def works(self, state: State) -> None:
        """Calls of jobs in this state work again; the outage is over when all that failed in it
        do."""
        self._met.discard(state)
        self._proven_at = self._clock.monotonic()
        if self._met:
            return
        for cause, (_, woken) in list(self._doubted.items()):
            self._ends(cause, woken)

    def _ends(self, cause: Cause, woken: int) -> None:
        self._doubted.pop(cause, None)
        if cause.is_outage:
            self._met.clear()

        more: dict[str, object] = {**cause.where}
        if woken != UNCOUNTED:
            more["woken"] = woken
        seconds = self._clock.monotonic() - self._since.pop(cause)
        log.info(f"hold ends: {cause.reason}", after=lasted(seconds), **more)


def causes(conn: sqlite3.Connection) -> dict[Cause, str]:
    """Everything that stops more than one job now, with its words."""
    found: dict[Cause, str] = {}
    for reason, row in holds.active(conn).items():
        found[Cause(reason)] = row.text
    for reason in BY_SETTING:
        waiting = queue.held_for(conn, reason)
        if waiting:
            found[Cause(reason)] = waiting[0].why

    for watch, folder, _ in queue.paused_folders(conn):
        cause = Cause(HoldReason.PAUSED, whole(watch, folder))
        found[cause] = "To resume: nemowatch resume, or delete the PAUSE file."
    for watch, folder, why in queue.undeliverable_folders(conn):
        found[Cause(HoldReason.OUTBOX, whole(watch, folder))] = why
    return found


def whole(watch: str, folder: bytes) -> str:
    """A task folder with the inbox it is in."""
    return show_path(watch.encode("utf-8", "surrogateescape") + b"/" + folder)
