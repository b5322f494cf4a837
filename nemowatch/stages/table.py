"""The stage of each state, and its lane. `[limits]` bounds the lanes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

from nemowatch.model import State
from nemowatch.stages import download, instruct, new_session, publish, render, upload
from nemowatch.stages.context import StageContext
from nemowatch.stages.decision import Decision
from nemowatch.stages.work import Work

Stage = Callable[[Work, StageContext], Awaitable[Decision]]


class Lane(StrEnum):
    """Steps that share a limit."""

    UPLOADS = "uploads"
    TURNS = "turns"
    RENDERS = "renders"  #: limited by how many renders the cloud has at once
    POLLS = "polls"
    DOWNLOADS = "downloads"
    LOCAL = "local"  #: needs no cloud: continues during an outage


@dataclass(frozen=True, slots=True)
class StageRow:
    """The stage of a state."""

    stage: Stage
    lane: Lane
    effect: str  #: what it does, in the log


TABLE: dict[State, StageRow] = {
    State.CLAIMED: StageRow(new_session.begin, Lane.UPLOADS, "make a session"),
    State.UPLOADING: StageRow(upload.send, Lane.UPLOADS, "upload"),
    State.UPLOADED: StageRow(instruct.prepare, Lane.TURNS, "check before paying"),
    State.INSTRUCTING: StageRow(instruct.send, Lane.TURNS, "instruct"),
    State.INSTRUCTED: StageRow(render.prepare, Lane.RENDERS, "keep the draft"),
    State.SUBMITTING: StageRow(render.submit, Lane.RENDERS, "ask for the render"),
    State.RENDERING: StageRow(render.poll, Lane.POLLS, "poll the render"),
    State.RENDERED: StageRow(download.begin, Lane.DOWNLOADS, "prepare the download"),
    State.DOWNLOADING: StageRow(download.download, Lane.DOWNLOADS, "download"),
    State.DOWNLOADED: StageRow(publish.put, Lane.LOCAL, "publish"),
}
