"""How an inbox is: a published state, whose every change is reported once.

Owns the state and its words. It decides nothing; whoever finds something out says it here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from nemowatch.clock import Clock, iso


class HealthState(StrEnum):
    """What news of files can be relied on."""

    STARTING = "starting"  #: nobody has checked yet
    WATCHING = "watching"  #: the kernel reports changes, scans make sure
    SCANNING = "scanning"  #: only scans find changes, by configuration or by the kind of filesystem
    #: the kernel should report changes and does not: scanned more often until it is repaired
    DEGRADED = "degraded"
    OFFLINE = "offline"  #: the root is not there: nothing is concluded from what cannot be seen
    HELD = "held"  #: another host works this folder


#: The states in which a root is there and ours to work.
ONLINE = frozenset({HealthState.WATCHING, HealthState.SCANNING, HealthState.DEGRADED})


@dataclass(frozen=True, slots=True)
class Health:
    """A state with its reason."""

    state: HealthState
    reason: str  #: plain words; "" when there is nothing to say
    mode: str  #: "events", "scan" or "both"
    since: int  #: UTC ms

    @property
    def troubled(self) -> bool:
        """True when somebody may have to do something."""
        return self.state in (HealthState.DEGRADED, HealthState.OFFLINE, HealthState.HELD)

    def __str__(self) -> str:
        match self.state:
            case HealthState.OFFLINE:
                why = f" ({self.reason})" if self.reason else ""
                return f"offline since {iso(self.since)}{why}"
            case HealthState.HELD:
                return f"held by {self.reason}"
            case HealthState.SCANNING:
                return f"scanning ({self.reason})" if self.reason else "scanning"
            case HealthState.DEGRADED:
                return f"degraded: {self.reason}"
        return str(self.state) + (f" ({self.reason})" if self.reason else "")


class HealthTracker:
    """Keeps the state, and reports each change once."""

    def __init__(self, clock: Clock, tell: Callable[[Health], None]) -> None:
        self._clock = clock
        self._tell = tell
        self.now = Health(HealthState.STARTING, "", "", clock.now_ms())

    def __repr__(self) -> str:
        return f"HealthTracker({self.now})"

    def become(self, state: HealthState, reason: str = "", mode: str = "") -> bool:
        """The state is this now; returns whether that is a change. A trouble must have a reason."""
        if state in (HealthState.DEGRADED, HealthState.OFFLINE, HealthState.HELD) and not reason:
            raise ValueError(f"{state} needs a reason")
        mode = mode or self.now.mode
        if (state, reason, mode) == (self.now.state, self.now.reason, self.now.mode):
            return False
        since = self.now.since if state is self.now.state else self._clock.now_ms()
        self.now = Health(state, reason, mode, since)
        self._tell(self.now)
        return True
