"""The health of an inbox: a published state, each change of which is reported once.

Owns the state and its words. It decides nothing; the modules that find something out set it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from nemowatch.clock import Clock, iso
from nemowatch.i18n.language import message


class HealthState(StrEnum):
    """How reliably changes of files are noticed."""

    STARTING = message("starting")  #: not checked yet
    WATCHING = message("watching")  #: the kernel reports changes, and scans make sure
    SCANNING = message(
        "scanning"
    )  #: only scans find changes, by configuration or by the kind of filesystem
    #: the kernel should report changes but does not: scanned more often until that is repaired
    DEGRADED = "degraded"
    OFFLINE = "offline"  #: the root is not there: nothing is concluded from what cannot be seen
    HELD = "held"  #: another host owns this inbox


#: The states in which a root is there and ours to work.
ONLINE = frozenset({HealthState.WATCHING, HealthState.SCANNING, HealthState.DEGRADED})
#: The states in which nothing of an inbox is worked on here: another host that took
#: it over may be paying for its jobs now.
AWAY = frozenset({HealthState.OFFLINE, HealthState.HELD})
#: The states in which somebody may have to do something.
TROUBLED = AWAY | {HealthState.DEGRADED}


@dataclass(frozen=True, slots=True)
class Health:
    """A state with its reason."""

    state: HealthState
    reason: str  #: plain words; "" when there is nothing to say
    mode: str  #: "events", "scan" or "both"
    since: int  #: UTC ms
    cure: str = ""  #: what a person can do, when it is not what the state says in general

    @property
    def troubled(self) -> bool:
        """True when somebody may have to do something."""
        return self.state in TROUBLED

    def __str__(self) -> str:
        because = f" ({self.reason})" if self.reason else ""
        words = {
            HealthState.HELD: f"held by {self.reason}",
            HealthState.DEGRADED: f"degraded: {self.reason}",
            HealthState.OFFLINE: f"{self.state} since {iso(self.since)}{because}",
        }
        return words.get(self.state, f"{self.state}{because}")


class HealthTracker:
    """Keeps the state, and reports each change once."""

    def __init__(self, clock: Clock, report: Callable[[Health], None]) -> None:
        self._clock = clock
        self._report = report
        self.now = Health(HealthState.STARTING, "", "", clock.now_ms())
        self._is_doubted = False
        self._unproved: Health | None = None  #: found while in doubt

    def __repr__(self) -> str:
        return f"HealthTracker({self.now})"

    @property
    def found(self) -> HealthState:
        """What was found last: while in doubt, people do not read of it yet."""
        if self._unproved is not None:
            return self._unproved.state
        return self.now.state

    def become(
        self, state: HealthState, reason: str = "", mode: str = "", *, cure: str = ""
    ) -> bool:
        """Set the state; returns whether that is a change. A troubled state needs a reason."""
        if state in TROUBLED and not reason:
            raise ValueError(f"{state} needs a reason")

        before = self.now
        found = Health(state, reason, mode or before.mode, before.since, cure)
        self._unproved = None
        if self._is_doubted and state in ONLINE:
            self._unproved = found
            return False
        return self._publish(found)

    def doubt(self) -> None:
        """From now on a root that is there is no proof that it can be worked."""
        self._is_doubted = True

    def believe(self) -> None:
        """The work has gone well: what was found meanwhile is what people read."""
        self._is_doubted = False
        if self._unproved is not None:
            found, self._unproved = self._unproved, None
            self._publish(found)

    def _publish(self, found: Health) -> bool:
        before = self.now
        if found == before:
            return False
        if found.state is not before.state:
            found = replace(found, since=self._clock.now_ms())
        self.now = found
        self._report(found)
        return True
