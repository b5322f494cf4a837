"""The records of the sandbox: accounts, received bytes, sessions, turns and renders.

They know their own state; `world` has the rules that change them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Json = dict[str, Any]


@dataclass(slots=True)
class CloudAccount:
    """The holder of a token."""

    user_id: str
    available: int
    frozen: int = 0


@dataclass(frozen=True, slots=True)
class Blob:
    """Bytes that were received, or the packaged sample."""

    name: str
    path: Path
    size: int  #: bytes
    sha256: str
    playable: bool  #: a whole MP4: results are made from it
    duration: float  #: seconds
    file_type: str


@dataclass(slots=True)
class CloudUpload:
    """One file that a session took."""

    blob: Blob
    name: str
    by: str  #: bytes or url
    skill: str
    url: str = ""  #: as asked for, when by url


@dataclass(slots=True)
class TurnRecord:
    """One chat turn that was begun."""

    number: int  #: counted over the whole sandbox, from 0
    message: str
    skill: str
    cost: int
    charged: int = 0
    outcome: str = "running"
    began: float = 0.0


@dataclass(slots=True)
class CloudSession:
    """One session: its files, its turns, and every draft it has had."""

    sid: str
    account: CloudAccount
    task_id: str
    task_name: str
    language: str
    uploads: list[CloudUpload] = field(default_factory=list)
    turns: list[TurnRecord] = field(default_factory=list)
    #: oldest first; the last one is current
    drafts: list[Json | None] = field(default_factory=list)
    generated: list[Json] = field(default_factory=list)
    upload_requests: int = 0
    running: int = 0  #: turns in progress
    expired: bool = False

    @property
    def charged(self) -> int:
        """Credits that its turns have cost."""
        return sum(turn.charged for turn in self.turns)


@dataclass(slots=True)
class RenderedFile:
    """The result of a render: a base file, followed by a box of its own."""

    base: Path
    base_size: int  #: bytes
    tail: bytes
    sha256: str

    @property
    def size(self) -> int:
        """Bytes in all."""
        return self.base_size + len(self.tail)


@dataclass(slots=True)
class CloudRender:
    """One render, under the id that its client has chosen."""

    rid: str
    session: CloudSession
    draft: Json
    skill: str
    quality: str
    number: int
    result: RenderedFile
    began: float
    seconds: float
    shape: str
    failed: str = ""  #: why it will fail
    cancelled: bool = False
    polls: int = 0
    polled_at: float = -1.0
    downloads: int = 0
    #: serial -> time it was given; dropped when expired
    urls: dict[int, float] = field(default_factory=dict)
    expiring: str = ""  #: "once": the next URL that is given has expired; "always": all have

    def status(self, now: float) -> str:
        """pending, processing, completed, failed (docs/api.md section 9) or cancelled."""
        elapsed = now - self.began
        if self.cancelled:
            return "cancelled"
        if elapsed >= self.seconds:
            return "failed" if self.failed else "completed"
        return "pending" if elapsed < self.seconds / 3 else "processing"

    def progress(self, now: float) -> int:
        """Percent."""
        if self.seconds <= 0:
            return 100
        return max(5, min(100, round((now - self.began) / self.seconds * 100)))
