"""What was asked and said about a file, turn by turn, as people read it: on the page, in the file
beside a result, and in `nemowatch show`. It reads the journal, and renders nothing.
"""

from __future__ import annotations

import os
import sqlite3
from dataclasses import dataclass

from nemowatch.edits.turn_summary import summary_of
from nemowatch.fs.names import split_ending
from nemowatch.i18n.language import message, said
from nemowatch.journal import job_history, results, side_files, spend
from nemowatch.journal.job_history import PastInstruction
from nemowatch.journal.jobs import Job
from nemowatch.journal.results import PublishedOutput, Summary
from nemowatch.model import State
from nemowatch.remote.wording import Scene
from nemowatch.reporting import words
from nemowatch.reporting.paragraphs import shortened
from nemowatch.secrecy import SECRET_ROOM, harmless, redact
from nemowatch.stages.shown_answer import answer_in

#: The most characters of an order or an answer that people are shown: a script or a transcript of
#: hours is in a file of its own.
LONGEST = 4000
#: Takes the place of a preview in what the agent says: whatever shows a turn has the timeline right
#: below.
TIMELINE_BELOW = message("The timeline is below")


@dataclass(frozen=True, slots=True)
class ConversationTurn:
    """One instruction and its outcome. Texts are safe to show and of limited length."""

    number: int  #: from 1, in its conversation
    take: int  #: 2 and more: in a session that replaces another
    job: int  #: the job's number, as people know it
    state: State
    replaced: bool  #: another instruction has replaced it: an answer, or a new take
    asked: str
    said: str  #: "" when the agent said nothing, or not yet
    timeline: str  #: "" when there is no edit
    changes: tuple[str, ...]  #: since the previous turn of its session
    at_ms: int  #: UTC ms at which it was asked
    render_id: str
    results: tuple[PublishedOutput, ...]
    credits: float | None  #: None while it is unknown
    credits_about: bool
    side_file: bytes = b""  #: absolute path of the file beside the results; b"" when there is none

    @property
    def cost(self) -> str:
        """ "98 credits", "about 50 credits"; "" while that is unknown."""
        return words.cost(self.credits, about=self.credits_about)


def conversation(conn: sqlite3.Connection, job_id: int) -> list[ConversationTurn]:
    """Every turn of the conversation that a job belongs to, oldest first."""
    turns: list[ConversationTurn] = []
    for given in job_history.conversation(conn, job_id):
        summary = _summary(conn, given.job)
        turns.append(_turn(conn, given, len(turns) + 1, summary))
    return turns


def turn_of(conn: sqlite3.Connection, job_id: int) -> ConversationTurn:
    """The turn of this job, which the journal has, from what is kept of it without its draft."""
    return turns_until(conn, job_id)[-1]


def turns_until(conn: sqlite3.Connection, job_id: int) -> list[ConversationTurn]:
    """The turn of this job, after the turns directly before it that are shown with it: those in
    which the agent only talked, for instance asked, and the text of a dub that a person has
    approved.
    """
    turns: list[ConversationTurn] = []
    for number, given in enumerate(job_history.conversation(conn, job_id), 1):
        turns.append(_turn(conn, given, number, results.summary(conn, given.job.id)))
        if given.job.id == job_id:
            return _told_together(turns)
    return []


def _told_together(turns: list[ConversationTurn]) -> list[ConversationTurn]:
    """The last of these turns, and those directly before it that are shown with it."""
    last = turns[-1]
    begin = len(turns) - 1
    while begin and _belongs_to(turns[begin - 1], last):
        begin -= 1
    return turns[begin:]


def _belongs_to(turn: ConversationTurn, last: ConversationTurn) -> bool:
    is_talk = bool(turn.said) and not turn.results
    return is_talk or _is_text_of(turn, last)


def _is_text_of(turn: ConversationTurn, last: ConversationTurn) -> bool:
    """Whether the results of both have the same name with different endings."""
    if not (turn.results and last.results):
        return False
    one, other = (split_ending(os.fsdecode(each.results[0].path)) for each in (turn, last))
    return one[0] == other[0] and one[1] != other[1]


def _turn(
    conn: sqlite3.Connection,
    given: PastInstruction,
    number: int,
    summary: Summary,
) -> ConversationTurn:
    job = given.job
    call = spend.latest(conn, job.id)
    return ConversationTurn(
        number=number,
        take=given.take,
        job=given.number,
        state=job.state,
        replaced=given.replaced,
        asked=asked_of(job),
        said=said_of(job, summary),
        timeline=summary.timeline,
        changes=summary.changes,
        at_ms=job.created_at if call is None else call.opened_at,
        render_id=job.render_id,
        results=tuple(results.outputs(conn, job.id)),
        credits=job.credits,
        credits_about=job.credits_about,
        side_file=side_files.path_of(conn, job.id),
    )


def asked_of(job: Job) -> str:
    """What was asked, for people."""
    return _shown(job.prompt)


def said_of(job: Job, summary: Summary) -> str:
    """What the agent said, for people; wording meant for a web editor is replaced by ours, in the
    language of the reader."""
    kept = job.answer[: LONGEST + SECRET_ROOM]
    tracks = TIMELINE_BELOW if summary.timeline else ""
    scene = Scene(said(words.STAGES[job.state]), tracks)
    return _shown(answer_in(job, kept, scene, captions=summary.captions, ours=said))


def _shown(text: str) -> str:
    kept = text[: LONGEST + SECRET_ROOM]
    return shortened(redact(harmless(kept)).strip(), LONGEST)


def _summary(conn: sqlite3.Connection, job: Job) -> Summary:
    """A turn's outcome: as it is kept, or else from its draft."""
    kept = results.summary(conn, job.id)
    if kept.timeline:
        return kept
    return summary_of(results.draft_before(conn, job.id), results.draft(conn, job.id))
