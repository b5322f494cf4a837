"""The files on the status page from which something is being made, was made, or could not be made:
each in one row, with all its results. Pure."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from operator import attrgetter
from pathlib import Path

from nemowatch.clock import lasted
from nemowatch.journal.jobs import Job, ListedJob
from nemowatch.model import State
from nemowatch.reporting import inbox_words, words
from nemowatch.reporting.conversation import ConversationTurn
from nemowatch.reporting.grouping import grouped
from nemowatch.reporting.overall_progress import rounded
from nemowatch.reporting.overview import DoneJob, Overview, Transfer
from nemowatch.reporting.page_model import (
    MAKING,
    AskedAndSaid,
    Failed,
    Finished,
    Listing,
    Made,
    Part,
    Running,
)
from nemowatch.reporting.paragraphs import shortened
from nemowatch.reporting.timeline_words import said_changes, said_timeline
from nemowatch.tasks.kinds import BY_WORD
from nemowatch.tasks.usual_times import usual_time

#: The most characters of an order or an answer: the whole is in the file beside the result.
LONGEST_WORDS = 700
#: Nothing is being transferred.
NO_TRANSFER = Transfer("", 0, 0)

#: What identifies a file's row: its watch and its path.
File = tuple[str, bytes]


def name_of(path: bytes) -> bytes:
    """The last name of a path."""
    return os.path.basename(path)


def where(row: ListedJob) -> bytes:
    """The folder in the inbox that a file is in."""
    return os.path.dirname(row.path) or row.folder


def file_of(row: ListedJob) -> File:
    """Which file a job is about."""
    return row.watch, row.path


def chips_of(rows: list[ListedJob]) -> tuple[str, ...]:
    """What tells the results of a file apart; empty when there is only one, which its folder
    names."""
    task = BY_WORD.get(rows[0].task)
    is_said = len(rows) == 1 and (task is None or not task.splits_languages)
    if is_said:
        return ()
    return tuple(dict.fromkeys(row.job.target for row in rows))  # a list has one for each line


# -- what is being made ----------------------------------------------------------------


def running(overview: Overview, now_ms: int) -> Listing[Running]:
    """A row for each file from which something is being made, with its other results."""
    files = overview.in_making
    all_known = (*overview.unfinished, *overview.failed, *(done.row for done in overview.done))
    rows: list[Running] = []
    for key, of_file in grouped(all_known, file_of).items():
        if key in files:
            of_file.sort(key=attrgetter("job.id"))
            parts = tuple(_part(row.job, overview, now_ms) for row in of_file)
            first, named = of_file[0], chips_of(of_file) != ()
            rows.append(Running(name_of(first.path), where(first), parts, named))
    return Listing(tuple(rows), total=overview.total(MAKING))


def _part(job: Job, overview: Overview, now_ms: int) -> Part:
    if job.state not in MAKING:
        return Part(job.target, job.state, job=job.id)
    note = _note(job, overview, now_ms)
    return Part(job.target, job.state, _percent(job, overview), note, job.id)


def _note(job: Job, overview: Overview, now_ms: int) -> str:
    """What people read about a step besides its name."""
    said = [words.tries(job.attempt, job.tries, job.error_text)]
    transfer = overview.snapshot.transfers.get(job.id)
    if job.state is State.INSTRUCTING and transfer is not None:
        said.append(words.pace(transfer.seconds, usual_time(job.skill)))
    if job.state is State.RENDERING:
        said.append(_render_time(job, overview.figures.usual_render, now_ms))
    return " · ".join(filter(None, said))


def _render_time(job: Job, usual: float, now_ms: int) -> str:
    """How long a render has taken so far, and how long others took lately."""
    said: list[str] = []
    if job.render_at:
        said.append(f"{lasted(max(0, now_ms - job.render_at) / 1000)} so far")
    if usual:
        said.append(f"usually about {rounded(usual)}")
    return "; ".join(said)


def _percent(job: Job, overview: Overview) -> float:
    """The progress of this step in percent; -1 when that is unknown."""
    if job.state is State.RENDERING:
        return job.progress
    transfer = overview.snapshot.transfers.get(job.id, NO_TRANSFER)
    if transfer.share is None:
        return -1
    return 100 * transfer.share


# -- what has ended --------------------------------------------------------------------


def finished(overview: Overview, turns: Mapping[int, ConversationTurn]) -> Listing[Finished]:
    """A row for each file with results, the latest first."""
    rows: list[Finished] = []
    for of_file in grouped(overview.done, lambda done: file_of(done.row)).values():
        first = of_file[0].row
        made = tuple(_made(done, turns) for done in of_file)
        named = chips_of([done.row for done in of_file]) != ()
        rows.append(Finished(name_of(first.path), where(first), made, named))
    return Listing(tuple(rows), total=overview.total((State.PUBLISHED,)))


def _made(done: DoneJob, turns: Mapping[int, ConversationTurn]) -> Made:
    job = done.row.job
    return Made(
        job.target,
        job.updated_at,
        tuple(Path(os.fsdecode(output.path)) for output in done.results),
        words.cost(job.credits, about=job.credits_about),
        _words(turns.get(job.id)),
        (job.id,),
    )


def _words(turn: ConversationTurn | None) -> AskedAndSaid | None:
    if turn is None:
        return None
    return AskedAndSaid(
        shortened(turn.asked, LONGEST_WORDS),
        shortened(turn.said, LONGEST_WORDS),
        said_timeline(turn.timeline),
        said_changes(turn.changes),
        Path(os.fsdecode(turn.side_file)) if turn.side_file else None,
    )


def failed(overview: Overview) -> Listing[Failed]:
    """A row for each file and reason."""
    refused = tuple(_refused(overview))
    alike = grouped(overview.failed, _file_and_reason)
    total = overview.total((State.FAILED, State.REJECTED)) + len(refused)
    return Listing((*refused, *map(_failed, alike.values())), total=total)


def _file_and_reason(row: ListedJob) -> tuple[object, ...]:
    return (*file_of(row), row.job.state, row.job.error_text, row.job.error_code)


def _refused(overview: Overview) -> Iterable[Failed]:
    for trouble in overview.snapshot.refused:
        cure = inbox_words.about_trouble(trouble)
        name, folder = name_of(trouble.path), os.path.dirname(trouble.path)
        yield Failed(name, folder, (), trouble.refused_at, trouble.what, cure)


def _failed(alike: list[ListedJob]) -> Failed:
    """One row for the results of a file that failed for the same reason."""
    first = alike[0]
    job = first.job
    numbers = tuple(row.job.id for row in alike)
    return Failed(
        name_of(first.path),
        where(first),
        chips_of(alike),
        job.updated_at,
        words.what_happened(job.state, job.error_text),
        words.try_again(numbers, code=job.error_code, rejected=job.state is State.REJECTED),
        numbers,
    )
