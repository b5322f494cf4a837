"""Works out from the journal what the notes about one source have to say.

A question goes beside the file in the inbox, an error note beside the file in failed/. Nothing is
written here: `note_sync` calls it, `note_writer` writes.
"""

from __future__ import annotations

import os
import sqlite3
from dataclasses import dataclass, replace
from enum import Enum, auto
from operator import attrgetter

from nemowatch.config.watch_section import Watch
from nemowatch.errors import show_path
from nemowatch.fs.names import note_name, plain, safe_name, split_ending
from nemowatch.journal import jobs, results, sessions, sources, tips
from nemowatch.journal.jobs import Job
from nemowatch.journal.sources import SourceRow
from nemowatch.model import ENDED, State
from nemowatch.outbox.note_file import error_path, question_path
from nemowatch.reporting import notes, words
from nemowatch.reporting.note_writer import Note
from nemowatch.reporting.notes import Done, Failure, Question
from nemowatch.reporting.paragraphs import shortened

#: States of a job that has ended without success, whatever becomes of its source.
BAD = (State.FAILED, State.REJECTED)


#: How many characters of a change are enough to tell which one is meant.
_LONGEST_CHANGE = 120


class SourceEnd(Enum):
    """How a source has ended, for its error note."""

    OPEN = auto()  #: not yet
    WELL = auto()  #: everything is done
    BADLY = auto()  #: not everything could be done, or its file is in failed/
    #: a person removed it before anything was made from it: there is nothing to say
    TAKEN = auto()


@dataclass(frozen=True, slots=True)
class SourceHistory:
    """A source with its jobs."""

    source: SourceRow
    jobs: list[Job]
    tips: tuple[str, ...] = ()
    changes: frozenset[int] = frozenset()  #: ids of the jobs that were to change a result

    def in_state(self, *states: State) -> list[Job]:
        """Its jobs in these states."""
        return [job for job in self.jobs if job.state in states]

    @property
    def end(self) -> SourceEnd:
        """How the source has ended."""
        states = set(map(attrgetter("state"), self.jobs))
        if not states.isdisjoint(BAD):
            return SourceEnd.BADLY
        if states == {State.PUBLISHED}:
            return SourceEnd.WELL

        has_left = self.source.retired_at is not None and states <= ENDED
        if not has_left:
            return SourceEnd.OPEN
        was_taken = states == {State.CANCELLED} and self.source.retired_to is None
        if was_taken:
            return SourceEnd.TAKEN
        return SourceEnd.BADLY

    def what(self, some: list[Job]) -> str:
        """What people read about some of its jobs, with their targets if there are several."""
        lines = dict.fromkeys(map(self._what, some))
        return "\n".join(lines)

    def _what(self, job: Job) -> str:
        text = words.what_happened(job.state, job.error_text)
        if job.id in self.changes:
            said = shortened(" ".join(job.prompt.split()), _LONGEST_CHANGE)
            return f'The change of {plain(_result_name(job))} ("{plain(said)}"): {text}'
        if len(self.jobs) > 1:
            return f"{self.part(job)}: {text}"
        return text

    def part(self, job: Job) -> str:
        """What people call this job among those of its source: its target or, if several have the
        same, the name of its result."""
        same = [other for other in self.jobs if other.target == job.target]
        if len(same) > 1 and job.outputs:
            return job.first_result
        return job.target


def wanted(conn: sqlite3.Connection, watch: Watch, source_id: int) -> list[Note]:
    """The notes that should be beside this source's file, with empty texts for those to be removed.
    While a file is being tried again, its error note stays until the outcome is known.
    """
    row = sources.by_id(conn, source_id)
    if row is None:
        return []
    # everything that was ever dropped under this name, newest first
    histories = []
    for source in sources.at_path(conn, row.watch, row.path):
        histories.append(_history_of(conn, source))

    folder = os.fsdecode(os.path.dirname(row.path))
    name = os.path.basename(row.path)
    asked = question_path(watch.inbox / folder, name)
    found = [Note(watch.inbox, asked, _question(histories))]
    text = _error(conn, watch, histories)
    if text is not None:
        found.append(Note(watch.failed, error_path(watch.failed / folder, name), text))
    return found


def _history_of(conn: sqlite3.Connection, source: SourceRow) -> SourceHistory:
    """A source with the jobs that count: a change that was cancelled, or that failed before another
    one succeeded, no longer matters to anybody."""
    own = jobs.of_source(conn, source.id)
    changes = frozenset(job.id for job in own if sessions.is_change(conn, job))
    made = {job.session: job.id for job in own if job.state is State.PUBLISHED}  # the latest

    counting: list[Job] = []
    for job in own:
        is_change = job.id in changes
        is_over = job.state is State.CANCELLED or made.get(job.session, 0) > job.id
        if is_change and is_over and job.state in ENDED:
            continue
        counting.append(job)
    return SourceHistory(
        source,
        counting,
        tips.of_source(conn, source.id),
        changes,
    )


def _question(histories: list[SourceHistory]) -> str:
    """The note about what only a person can decide; "" when nothing is asked."""
    for history in histories:
        asking = history.in_state(State.ATTENTION)
        if asking:
            return question_of(history, asking)
    return ""


def question_of(history: SourceHistory, asking: list[Job]) -> str:
    how = dict.fromkeys(_for_each(asking))
    name = note_name(os.path.basename(history.source.path), "")
    for job in asking:
        cure = words.about_job(job.id, job.state, job.reason).for_file(plain(name))
        how.update(dict.fromkeys(cure.asked()))
    question = Question(
        os.path.basename(history.source.path),
        history.what(asking),
        tuple(how),
        _numbers(asking),
        history.tips,
    )
    return notes.question_note(question)


def _for_each(asking: list[Job]) -> list[str]:
    """What people read when one answer would be given to several questions, at a cost for each."""
    if len(asking) < 2:
        return []
    return [
        f"This is about {len(asking)} results. Your answer goes to each of them, and each is paid"
        f" for separately. To answer for one alone, name the answer after it:"
        f" {plain(_result_name(asking[0]))}.answer.txt."
    ]


def _numbers(some: list[Job]) -> tuple[int, ...]:
    return tuple(job.id for job in some)


def _error(conn: sqlite3.Connection, watch: Watch, histories: list[SourceHistory]) -> str | None:
    """The error note; "" when there should be none, None when the existing one stays."""
    ends = [history.end for history in histories]
    for history, end in zip(histories, ends, strict=True):
        if end is SourceEnd.BADLY:
            return notes.error_note(failure_of(conn, watch, history))
        if end is SourceEnd.WELL:
            return ""

    if SourceEnd.OPEN in ends:
        return None
    return ""


def failure_of(conn: sqlite3.Connection, watch: Watch, history: SourceHistory) -> Failure:
    """The outcome of a source's jobs, for its note."""
    bad = history.in_state(*BAD, State.CANCELLED)
    numbers = _numbers(bad)
    failure = Failure(
        os.path.basename(history.source.path),
        history.what(bad),
        kept=_kept(conn, bad),
        done=tuple(_results(conn, history.in_state(State.PUBLISHED))),
        jobs=numbers,
    )
    if history.changes.issuperset(numbers):
        # everything that was ordered is done: only a change of it has failed
        names = list(dict.fromkeys(map(_result_name, bad)))
        undone = tuple(f"the change of {name}" for name in names)
        return replace(failure, cure=words.change_again(numbers, names), undone=undone)

    back = f"{watch.inbox.name}/{show_path(os.path.dirname(history.source.path))}"
    code = "".join(job.error_code for job in bad[:1])
    rejected = {job.state for job in bad} == {State.REJECTED}
    return replace(
        failure,
        cure=words.try_again(numbers, back=back, code=code, rejected=rejected),
        undone=tuple(map(history.part, bad)),
        tips=history.tips,
    )


def _result_name(job: Job) -> str:
    """What people call a job's result: its name without the ending."""
    stem = job.stem.encode("utf-8", "surrogateescape")
    return split_ending(safe_name(stem, job.outputs[0].ending))[0]


def _kept(conn: sqlite3.Connection, bad: list[Job]) -> str:
    for job in bad:
        if results.is_draft_saved(conn, job.id):
            return words.EDIT_IS_KEPT
    return ""


def _results(conn: sqlite3.Connection, done: list[Job]) -> list[Done]:
    found = []
    for job in done:
        for output in results.outputs(conn, job.id):
            name = os.path.basename(output.path)
            found.append(Done(job.target, os.fsdecode(name)))
    return found
