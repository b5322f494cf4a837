"""Records: what became of a candidate when it was claimed, and what was known before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from nemowatch.intake.claim.renames import Earlier
from nemowatch.intake.records import Candidate


class ClaimOutcome(StrEnum):
    """What became of a candidate."""

    NEW = "new"
    RESETTLED = "resettled"  #: it had changed after its claim, and has settled again
    KNOWN = "known"  #: the file of a source that is being worked on, or is kept here
    AGAIN = "again"  #: it failed before: only what is missing is done
    REDELIVERED = "redelivered"  #: its results are gone and are made again from the saved draft
    OFFERED = "offered"  #: done, but under different instructions: a person is asked
    DUPLICATE = "duplicate"  #: done, and its results exist
    NO_DRAFT = "no draft"  #: done, its results are gone, and there is no draft
    FOLLOWED = "followed"  #: renamed: its source goes on under the new name
    LATE = "late"  #: its subtitles came after work on its clip had begun
    VERSION = "version"  #: another version of a project, which nobody has ordered
    SAME_NAME = "same name"  #: the same file also exists under the other Unicode form of its name


@dataclass(frozen=True, slots=True)
class Claimed:
    """A candidate with its outcome."""

    candidate: Candidate
    source_id: int
    outcome: ClaimOutcome
    before: bytes = b""  #: for FOLLOWED: the path that it had
    late: tuple[bytes, ...] = ()  #: for LATE: the files that came too late


@dataclass(frozen=True, slots=True)
class ClaimContext:
    """What was found out about a portion of candidates before the transaction that claims them."""

    watch: str
    now_ms: int
    confirm_above: int
    keeps: bool  #: sources stay in the inbox when they are done
    lost: frozenset[int]  #: ids of published jobs whose results are gone
    earlier: Mapping[bytes, Earlier]  #: the known source that each candidate is, by its path
    #: why the candidates that a PAUSE holds wait, by their paths
    paused: Mapping[bytes, str] = field(default_factory=dict)
