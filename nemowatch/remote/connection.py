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


class Link(StrEnum):
    """How the connection is."""

    CONNECTING = "connecting"  #: no answer yet
    READY = "ready"
    NOT_READY = "not ready"


@dataclass(frozen=True, slots=True)
class Connection:
    """How the connection is, and why."""

    link: Link = Link.CONNECTING
    text: str = ""  #: what is the matter
    cure: str = ""
    reason: HoldReason | None = None  #: what a job would be held for; None: nothing

    @property
    def ready(self) -> bool:
        """Whether the cloud takes us."""
        return self.link is Link.READY

    @property
    def words(self) -> str:
        """All of it in one line; "" when all is well."""
        said = {
            Link.CONNECTING: "connecting to the cloud",
            Link.NOT_READY: f"not ready: {self.text}",
        }
        return said.get(self.link, "")


READY = Connection(Link.READY)


def failed(exc: RemoteError | LocalError) -> Connection:
    """What an error says of the connection."""
    for kind, reason in STOPPING:
        if isinstance(exc, kind):
            return Connection(Link.NOT_READY, exc.text, exc.cure, reason)
    return Connection(Link.NOT_READY, exc.text, exc.cure)
