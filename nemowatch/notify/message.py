"""A message as every channel gets it. A plain record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any
from uuid import uuid4


class NotifyEvent(StrEnum):
    """What a message is about: the words of `[notify] on`."""

    ATTENTION = "attention"  #: something waits for what only a person can decide or do
    HOLD = "hold"  #: work waits for something that concerns many jobs
    FAILED = "failed"  #: jobs that could not be done
    BATCH_DONE = "batch done"  #: the last of what came together is done
    RECOVERED = "recovered"  #: what work waited for is over
    TEST = "test"  #: somebody wants to see that it arrives


@dataclass(frozen=True, slots=True)
class Message:
    """One message. It may come twice after a crash: `id` stays the same."""

    event: str
    title: str  #: one line
    text: str  #: plain text of some lines
    site: str
    at: str  #: ISO 8601 in UTC: when it was worded
    about: Mapping[str, Any] = field(default_factory=dict)  #: the same for programs
    id: str = field(default_factory=lambda: uuid4().hex)

    @property
    def record(self) -> dict[str, Any]:
        """The message as a JSON object."""
        return asdict(self)


def read(record: Mapping[str, Any]) -> Message:
    """A message from its record."""
    return Message(**record)
