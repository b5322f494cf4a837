"""The words of the house: frozen records and enums that every room shares.

Nothing here does anything: no I/O, no clock, no configuration. A record that only one package
uses lives in that package.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

MB = 1024 * 1024  #: bytes; docs/api.md section 2 counts in these
#: The skill of calls that belong to no job, and of recipes without one of their own (docs/api.md
#: section 1).
DEFAULT_SKILL = "ai-voiceover-for-video"


class State(StrEnum):
    """Where a job stands. An `-ing` state is committed before its effect and means "it may have
    happened"."""

    CLAIMED = "claimed"  #: settled and accepted; nothing has left this machine
    UPLOADING = "uploading"  #: a session exists; its files may be on their way
    UPLOADED = "uploaded"  #: the session holds the files; nothing is paid
    INSTRUCTING = "instructing"  #: the paid turn may have been sent
    INSTRUCTED = "instructed"  #: the edit has happened; its draft is saved here
    SUBMITTING = "submitting"  #: the render, under our id, may have been asked for
    RENDERING = "rendering"  #: the render is known there; it is polled
    RENDERED = "rendered"  #: the render is complete and has a URL
    DOWNLOADING = "downloading"  #: a part file may hold some of it
    DOWNLOADED = "downloaded"  #: the part file is whole, on disk and hashed
    PUBLISHED = "published"  #: every result stands in the outbox
    HELD = "held"  #: waits for a cause outside this job; the reason says which
    ATTENTION = "attention"  #: waits for a person; the reason says what to decide
    CANCELLED = "cancelled"  #: a person took it back
    REJECTED = "rejected"  #: the cloud will not take this file (4001, 4002)
    FAILED = "failed"  #: everything else that is final


#: States that a stage moves on.
WORKING = frozenset(
    {
        State.CLAIMED,
        State.UPLOADING,
        State.UPLOADED,
        State.INSTRUCTING,
        State.INSTRUCTED,
        State.SUBMITTING,
        State.RENDERING,
        State.RENDERED,
        State.DOWNLOADING,
        State.DOWNLOADED,
    }
)
#: States that nothing leaves by itself: the source may move once all its jobs are in one of these.
ENDED = frozenset({State.PUBLISHED, State.CANCELLED, State.REJECTED, State.FAILED})
#: States in which the paid turn is behind the job.
PAID = frozenset(
    {
        State.INSTRUCTED,
        State.SUBMITTING,
        State.RENDERING,
        State.RENDERED,
        State.DOWNLOADING,
        State.DOWNLOADED,
        State.PUBLISHED,
    }
)


class HoldReason(StrEnum):
    """Why a job is `held`; the value is what `reason` says in JSON."""

    CREDITS = "credits"  #: 2001: the account has none left
    CAP = "cap"  #: one more turn could pass limits.daily_credits
    PLAN = "plan"  #: 402: the plan refuses exports
    TOKEN = "token"  #: 1001 on a token that the user supplied
    OUTAGE = "outage"  #: the API cannot be reached
    SPACE = "space"  #: the disk of the outbox is full
    HOURS = "hours"  #: outside limits.hours
    PAUSED = "paused"  #: a PAUSE file, or `nemowatch pause`
    APPROVAL = "approval"  #: a batch larger than limits.confirm_above
    CONFLICT = "conflict"  #: a sync client's conflict copy
    SLOW_RENDER = "slow render"  #: longer than render.give_up; it goes on in the cloud


class AttentionReason(StrEnum):
    """Why a job waits for a person."""

    UNKNOWN = "unknown"  #: nobody can tell whether the paid turn happened
    QUESTION = "question"  #: the agent asked something back
    ERROR = "error"  #: the agent reported an error and nothing changed


class MediaKind(StrEnum):
    """What a dropped file is, by its first bytes."""

    VIDEO = "video"
    AUDIO = "audio"
    IMAGE = "image"
    SCRIPT = "script"  #: .txt, .md, .docx: read here, never uploaded
    LINK = "link"  #: .url, .webloc, .urls.txt: taken by URL


class OutputKind(StrEnum):
    """What a result is made of."""

    VIDEO = "video"  #: the rendered MP4, bit for bit as served
    TEXT = "text"  #: the transcript as plain text
    SRT = "srt"  #: the transcript as SubRip
    VTT = "vtt"  #: the transcript as WebVTT


@dataclass(frozen=True, slots=True)
class Output:
    """One result file of a target."""

    ending: str  #: appended to the source's stem: ".es.mp4"
    kind: OutputKind
    #: False: left out when the cloud gave nothing for it (an .srt without times)
    required: bool = True


@dataclass(frozen=True, slots=True)
class Target:
    """One thing to be made of a source: one session, one paid turn, one job."""

    name: str  #: "es", "pt-BR", "voiceover", "transcript", the recipe's name
    prompt: str  #: the message of the paid turn
    outputs: tuple[Output, ...]


@dataclass(frozen=True, slots=True)
class Order:
    """What a folder's name asks for, for one dropped file or group."""

    task: str  #: "dub", "voiceover", "transcribe", "edit" or the recipe's name
    skill: str  #: X-Skill-Source, docs/api.md section 2
    targets: tuple[Target, ...]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a file looked like when we looked: two equal ones mean that it kept still in between."""

    size: int  #: bytes
    mtime_ns: int
    ctime_ns: int
    blocks: int  #: of 512 bytes
    dev: int
    ino: int

    @property
    def identity(self) -> tuple[int, int]:
        """The inode, as (device, inode): what a move or an unlink must compare right before it
        acts."""
        return (self.dev, self.ino)


class MemberRole(StrEnum):
    """What a file of a source is for."""

    CLIP = "clip"  #: uploaded (or taken by URL) into the session
    SCRIPT = "script"  #: its text went into the prompt
    LIST = "list"  #: a file of URLs; its clips are members of their own


@dataclass(frozen=True, slots=True)
class Member:
    """One file, or one URL, of a source."""

    role: MemberRole
    name: str  #: the name the cloud is told, valid UTF-8, with its suffix
    path: bytes = b""  #: relative to the inbox; empty when it is a URL from a list
    url: str = ""  #: taken by URL instead of by bytes
    #: members and jobs of one item belong together; only a URL list has more than one item
    item: str = ""
    kind: MediaKind = MediaKind.VIDEO
    snapshot: Snapshot | None = None  #: as claimed; None for a URL
    digest: str = ""  #: SHA-256 of the content, hex; "" for a URL
    id: int = 0  #: the journal's row
    cdn_url: str = ""  #: where the cloud keeps it: other sessions take it from there


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """One uploaded file as the cloud describes it (docs/api.md section 5)."""

    filename: str
    cdn_url: str = ""
    file_type: str = ""
    duration: float | None = None  #: seconds


@dataclass(frozen=True, slots=True)
class RemoteState:
    """`GET /api/state/…/latest` (docs/api.md section 7): the draft stays opaque, everything else is
    probed."""

    draft: dict[str, Any] | None  #: passed on unchanged; None when there is none
    video_infos: tuple[dict[str, Any], ...] = ()
    generated_media: tuple[Any, ...] = ()
    raw: dict[str, Any] = field(default_factory=dict)  #: the whole `state` object


@dataclass(frozen=True, slots=True)
class Credits:
    """The balance (docs/api.md section 8)."""

    available: float
    frozen: float = 0
    total: float = 0


class TurnEnd(StrEnum):
    """How the stream of a paid turn ended. Only CLOSED is a clean end; all others leave the
    outcome open."""

    CLOSED = "closed"  #: the server closed the stream: the turn is over
    ERROR = "error"  #: an error event came
    CUT = "cut"  #: the connection broke, or answered 5xx: nobody knows
    TIMEOUT = "timeout"  #: chat.timeout, or only heartbeats for chat.quiet_timeout


@dataclass(frozen=True, slots=True)
class Turn:
    """What came of one chat turn (docs/api.md section 6)."""

    end: TurnEnd
    text: str = ""  #: the agent's answer, GUI wording translated, trailing noise removed
    error: str = ""  #: the text of an error event or of what cut the stream
    code: int = 0  #: a business code inside the stream (2001 …), else 0


class RenderStatus(StrEnum):
    """`status` of a render; a word we do not know counts as PROCESSING."""

    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Render:
    """One poll of a render (docs/api.md section 9)."""

    status: RenderStatus
    progress: float = 0  #: percent
    url: str = ""  #: only when completed; a secret in logs
    size: int = 0  #: bytes, 0 when not said
    error: str = ""


@dataclass(frozen=True, slots=True)
class Downloaded:
    """A part file that is whole."""

    path: Path
    size: int  #: bytes
    sha256: str
