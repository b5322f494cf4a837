"""What became of a file in outbox, done or failed: which file it comes from, which job made it,
what that cost, and how to get it again. It reads the journal and names, and changes nothing."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nemowatch.cli.connection import read_journal
from nemowatch.cli.explain.location import below, exists
from nemowatch.cli.explain.records import ChainStep, Location, file_record
from nemowatch.cli.formatting import local_time, name
from nemowatch.journal import jobs, results, side_files, sources
from nemowatch.model import State
from nemowatch.outbox.note_file import DONE_ENDING, ERROR_ENDING
from nemowatch.reporting import words
from nemowatch.reporting.phrases import because, following

if TYPE_CHECKING:
    from nemowatch.cli.context import CommandContext
    from nemowatch.config.watch_section import Watch
    from nemowatch.journal.jobs import Job
    from nemowatch.journal.sources import SourceRow

#: Endings of the notes beside moved files.
NOTES = (ERROR_ENDING, DONE_ENDING)
#: What is said about a file that the journal does not know, by the folder that it is in.
UNKNOWN_FAILED = (
    "The journal knows no job of it: it was refused before anything was sent, or somebody put it"
    " here."
)
UNKNOWN = (
    "The journal does not know it: somebody put it here, or its history is no longer kept"
    " (retention.jobs_days)."
)


@dataclass(frozen=True, slots=True)
class Origin:
    """What the journal knows about a file that nemowatch has put somewhere."""

    source: SourceRow
    jobs: list[Job]  #: those of its source
    made_by: int = 0  #: the job whose result it is; 0: it is the source itself

    @property
    def concerned(self) -> list[Job]:
        """The job that made it; all jobs if it is the source."""
        return [job for job in self.jobs if self.made_by in (0, job.id)]

    def in_state(self, *states: State) -> list[int]:
        """The numbers of the concerned jobs in these states."""
        return [job.id for job in self.concerned if job.state in states]


def explain_result(context: CommandContext, location: Location) -> dict[str, Any] | None:
    """The record of a file in outbox, done or failed, in the form of any file's; None for one that
    is elsewhere."""
    if location.watch is not None:
        return None
    for watch in context.config.watch:
        found = _where(watch, location.path)
        if found is not None:
            title, path = found
            return _record(context, watch, path, title)
    return None


def _where(watch: Watch, path: Path) -> tuple[str, Path] | None:
    """Which of outbox, done and failed this is in, and its path there."""
    roots = {
        "outbox": watch.outbox,
        "done": watch.done,
        "failed": watch.failed,
    }
    for title, root in roots.items():
        inside = below(path, root)
        if inside is not None:
            return title, inside
    return None


def _record(
    context: CommandContext,
    watch: Watch,
    path: Path,
    title: str,
) -> dict[str, Any]:
    about = _subject(path)
    steps = [
        ChainStep("ok", f"It is in {title} of {name(os.fsencode(watch.root or watch.outbox))}.")
    ]
    if about != path:
        what = name(os.fsencode(about.name))
        steps.append(ChainStep("info", f"It is one of nemowatch's own notes, about {what}."))
    if not exists(path):
        steps.append(ChainStep("info", "It is not there now."))

    origin = read_journal(context, lambda conn: _origin(conn, os.fsencode(about)), lambda: None)
    if origin is not None:
        steps += _steps(watch, origin)
        return file_record(path, steps, origin.jobs, _verdict(watch, origin, context.option))
    unknown = UNKNOWN
    verdict = "nemowatch has nothing to say about it."
    if title == "failed":
        unknown = UNKNOWN_FAILED
        verdict = _verdict_refused(watch, about)
    steps.append(ChainStep("info", unknown))
    return file_record(path, steps, [], verdict)


def _subject(path: Path) -> Path:
    """The file that a note is about; for any other file the file itself."""
    for ending in NOTES:
        if path.name.lower().endswith(ending):
            return path.with_name(path.name[: -len(ending)])
    return path


def _origin(conn: sqlite3.Connection, path: bytes) -> Origin | None:
    made_by = results.of_output(conn, path) or side_files.of_path(conn, path)
    if made_by:
        row = sources.by_id(conn, jobs.by_id(conn, made_by).source_id)
    else:
        row = sources.moved_to(conn, path)
    if row is None:
        return None
    return Origin(row, jobs.of_source(conn, row.id), made_by)


def _steps(watch: Watch, origin: Origin) -> list[ChainStep]:
    found = list(_source_steps(watch, origin))
    for job in origin.concerned:
        result = "ok" if job.state is State.PUBLISHED else "no"
        found.append(ChainStep(result, _job_words(job)))
    return found


def _source_steps(watch: Watch, origin: Origin) -> Iterator[ChainStep]:
    """What was dropped and, for a result, where that file is now."""
    source = origin.source
    dropped = name(os.fsencode(watch.inbox) + b"/" + source.path)
    taken = local_time(source.created_at)
    if not origin.made_by:
        yield ChainStep("ok", f"It was dropped as {dropped}, taken at {taken}.")
        return

    yield ChainStep("ok", f"It was made from {dropped}, taken at {taken}.")
    if source.retired_to:
        yield ChainStep("info", f"That file is now {name(source.retired_to)}.")


def _job_words(job: Job) -> str:
    cost = following(words.cost(job.credits, about=job.credits_about))
    head = f"Job {job.id}, {job.target}: {job.state}, {local_time(job.updated_at)}"
    return f"{head}{cost}{because(job.why)}"


def _verdict_refused(watch: Watch, path: Path) -> str:
    back = name(os.fsencode(watch.inbox / path.relative_to(watch.failed).parent))
    note = name(os.fsencode(path.name))
    return f"Its note, {note}{ERROR_ENDING}, says why. {words.move_back(back)}"


def _verdict(watch: Watch, origin: Origin, option: str) -> str:
    """What can be ordered, each with its price."""
    done = origin.in_state(State.PUBLISHED)
    bad = origin.in_state(*words.ENDED_WORDS)
    lines = ["What you can do:"]
    if bad:
        back = name(os.fsencode(watch.inbox) + b"/" + os.path.dirname(origin.source.path))
        lines += words.try_again(bad, back=back).typed(option)
    if done:
        lines += words.once_more(done).typed(option)
    for job in origin.concerned[:1]:
        lines += words.history(job.id).typed(option)
    return "\n  ".join(lines)
