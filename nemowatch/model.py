"""The shared vocabulary: frozen records and enums that every package uses.

No I/O, no clock, no configuration. A record that only one package uses is defined there.
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
    """The state of a job. An `-ing` state is committed before its effect and means "it may have
    happened"."""

    CLAIMED = "claimed"  #: needs a session; whether it is paid for, `spend` knows
    UPLOADING = "uploading"  #: a session exists; its files may be in transit
    UPLOADED = "uploaded"  #: the session has the files; the paid turn is next
    INSTRUCTING = "instructing"  #: the paid turn may have been sent
    INSTRUCTED = "instructed"  #: the paid turn happened; its draft may still be in the cloud
    SUBMITTING = "submitting"  #: the render, under our id, may have been asked for
    RENDERING = "rendering"  #: the cloud knows the render; it is polled
    RENDERED = "rendered"  #: the render is complete and has a URL
    DOWNLOADING = "downloading"  #: a part file may hold some of it
    DOWNLOADED = "downloaded"  #: all that the results are made of is here
    PUBLISHED = "published"  #: every result is in the outbox
    HELD = "held"  #: waits for something outside this job; the reason says what
    ATTENTION = "attention"  #: waits for a person; the reason says what to decide
    CANCELLED = "cancelled"  #: a person cancelled it
    REJECTED = "rejected"  #: the cloud will not take this file (4001, 4002)
    FAILED = "failed"  #: any other final failure


#: States from which a stage takes the job to the next one.
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
#: States that end by no stage: the source may move once all its jobs are in one of these.
ENDED = frozenset({State.PUBLISHED, State.CANCELLED, State.REJECTED, State.FAILED})
#: States after the paid turn.
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
    """Why a job is `held`. The value is `reason` in JSON."""

    CREDITS = "credits"  #: 2001: the account has none left
    CAP = "cap"  #: one more turn could pass limits.daily_credits
    PLAN = "plan"  #: 402: the plan refuses exports
    TOKEN = "token"  #: 1001 on a token that the user supplied
    OUTAGE = "outage"  #: the API cannot be reached
    SPACE = "space"  #: the disk of the outbox is full
    OUTBOX = "outbox"  #: results could not be put into the outbox
    HOURS = "hours"  #: outside limits.hours
    PAUSED = "paused"  #: a PAUSE file, or `nemowatch pause`
    APPROVAL = "approval"  #: a batch larger than limits.confirm_above
    CONFLICT = "conflict"  #: a sync client's conflict copy
    SLOW_RENDER = "slow render"  #: longer than render.give_up; it continues in the cloud


class AttentionReason(StrEnum):
    """Why a job waits for a person."""

    UNKNOWN = "unknown"  #: it is not known whether the paid turn happened
    QUESTION = "question"  #: the agent asked a question
    ERROR = "error"  #: the agent reported an error and nothing changed
    CHANGED = "changed instructions"  #: what was done can be changed by what its folder says now
    LOST = "lost session"  #: what it goes on from is gone, and would have to be paid for again
    REVIEW = "review"  #: a text is ready, and is to be approved before anything is made of it


class MediaKind(StrEnum):
    """The kind of a dropped file, by its first bytes."""

    VIDEO = "video"
    AUDIO = "audio"
    IMAGE = "image"
    SCRIPT = "script"  #: .txt, .md, .docx, .srt, .vtt: read locally, never uploaded
    LINK = "link"  #: .url, .webloc, .urls.txt: uploaded by URL


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
    #: False: left out when the cloud gave nothing to make it of (an .srt without times)
    required: bool = True


@dataclass(frozen=True, slots=True)
class Review:
    """What is made of a target's text once a person has approved it: one more turn in its
    session."""

    skill: str
    prompt: str  #: the message, which the words follow
    outputs: tuple[Output, ...]


@dataclass(frozen=True, slots=True)
class Target:
    """One thing to make of a source: one session, one paid turn, one job."""

    name: str  #: "es", "pt-BR", "voiceover", "transcript", the recipe's name
    prompt: str  #: the message of the paid turn
    outputs: tuple[Output, ...]
    review: Review | None = None  #: its results are for a person to approve first


@dataclass(frozen=True, slots=True)
class FolderOrder:
    """What a folder's name asks for, for one dropped file or group."""

    task: str  #: "dub", "voiceover", "transcribe", "edit" or the recipe's name
    skill: str  #: X-Skill-Source, docs/api.md section 2
    targets: tuple[Target, ...]
    tips: tuple[str, ...] = ()  #: what would give better results, a line each


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The metadata of a file at one moment. Two equal ones mean that it did not change in
    between."""

    size: int  #: bytes
    mtime_ns: int
    ctime_ns: int
    blocks: int  #: of 512 bytes
    dev: int
    ino: int

    @property
    def identity(self) -> tuple[int, int]:
        """(device, inode), which a move or an unlink compares right before it acts."""
        return (self.dev, self.ino)


class MemberRole(StrEnum):
    """The role of a file in its source."""

    CLIP = "clip"  #: uploaded (or taken by URL) into the session
    SCRIPT = "script"  #: its text went into the prompt
    LIST = "list"  #: a file of URLs; its clips are separate members


@dataclass(frozen=True, slots=True)
class Member:
    """One file, or one URL, of a source."""

    role: MemberRole
    name: str  #: the name that the cloud sees: valid UTF-8, with its suffix
    path: bytes = b""  #: relative to the inbox; empty when it is a URL from a list
    url: str = ""  #: uploaded by URL instead of by bytes
    #: members and jobs of one item belong together; only a URL list has more than one item
    item: str = ""
    kind: MediaKind = MediaKind.VIDEO
    snapshot: Snapshot | None = None  #: as claimed; None for a URL
    digest: str = ""  #: SHA-256 of the content, hex; "" for a URL
    id: int = 0  #: the journal's row
    cdn_url: str = ""  #: where the cloud keeps it, so that other sessions can take it from there


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """One uploaded file as the cloud describes it (docs/api.md section 5)."""

    filename: str
    cdn_url: str = ""
    file_type: str = ""
    duration: float | None = None  #: seconds


@dataclass(frozen=True, slots=True)
class RemoteState:
    """`GET /api/state/…/latest` (docs/api.md section 7): the draft stays opaque, everything else
    is probed."""

    draft: dict[str, Any] | None  #: passed on unchanged; None when there is none
    video_infos: tuple[dict[str, Any], ...] = ()
    generated_media: tuple[Any, ...] = ()
    raw: dict[str, Any] = field(default_factory=dict)  #: the complete `state` object


@dataclass(frozen=True, slots=True)
class Credits:
    """The balance (docs/api.md section 8)."""

    available: float
    frozen: float = 0
    total: float = 0


class TurnEnd(StrEnum):
    """How the stream of a paid turn ended. Only CLOSED is clean; the others leave the outcome
    open."""

    CLOSED = "closed"  #: the server closed the stream: the turn is over
    ERROR = "error"  #: there was an error event
    CUT = "cut"  #: the connection broke, or the answer was 5xx: the outcome is unknown
    TIMEOUT = "timeout"  #: chat.timeout, or only heartbeats for chat.quiet_timeout


@dataclass(frozen=True, slots=True)
class TurnResult:
    """The outcome of one chat turn (docs/api.md section 6)."""

    end: TurnEnd
    text: str = ""  #: the agent's answer as it came, without trailing noise
    error: str = ""  #: the text of the error event, or of what cut the stream
    code: int = 0  #: a business code inside the stream (2001 …), else 0


class RenderStatus(StrEnum):
    """`status` of a render; an unknown word counts as PROCESSING."""

    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class RenderPoll:
    """The answer to one poll of a render (docs/api.md section 9)."""

    status: RenderStatus
    progress: float = 0  #: percent
    url: str = ""  #: only when completed; secret, never logged
    size: int = 0  #: bytes, 0 when unknown
    error: str = ""


@dataclass(frozen=True, slots=True)
class Downloaded:
    """A complete part file."""

    path: Path
    size: int  #: bytes
    sha256: str
