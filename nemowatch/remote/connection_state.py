"""The state of the connection with the cloud, as a value: what it answered last. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from nemowatch.errors import LocalError, NemowatchError, NotSent, RemoteError, TokenRefused
from nemowatch.model import HoldReason

#: What keeps new work from beginning, and the hold that it is when a job meets it; any other
#: trouble may concern one question alone. A LocalError: the anonymous token cannot be read or
#: stored here.
STOPPING: tuple[tuple[type[NemowatchError], HoldReason], ...] = (
    (NotSent, HoldReason.OUTAGE),
    (TokenRefused, HoldReason.TOKEN),
    (LocalError, HoldReason.TOKEN),
)


class ConnectionPhase(StrEnum):
    """How the connection is."""

    CONNECTING = "connecting"  #: no answer yet
    READY = "ready"
    NOT_READY = "not ready"


@dataclass(frozen=True, slots=True)
class ConnectionState:
    """How the connection is, and why."""

    link: ConnectionPhase = ConnectionPhase.CONNECTING
    text: str = ""  #: what is the matter
    cure: str = ""
    reason: HoldReason | None = None  #: what a job would be held for; None: nothing

    @property
    def ready(self) -> bool:
        """Whether the cloud takes us."""
        return self.link is ConnectionPhase.READY

    @property
    def words(self) -> str:
        """All of it in one line; "" when all is well."""
        said = {
            ConnectionPhase.CONNECTING: "connecting to the cloud",
            ConnectionPhase.NOT_READY: f"not ready: {self.text}",
        }
        return said.get(self.link, "")


READY = ConnectionState(ConnectionPhase.READY)


def failed(exc: RemoteError | LocalError) -> ConnectionState:
    """What an error says of the connection."""
    for kind, reason in STOPPING:
        if isinstance(exc, kind):
            return ConnectionState(ConnectionPhase.NOT_READY, exc.text, exc.cure, reason)
    return ConnectionState(ConnectionPhase.NOT_READY, exc.text, exc.cure)
