"""What stands in outbox, done or failed: which file it comes from, which job made it, what that
cost, how to have it once more. Looks into the journal and at names, and changes nothing."""

from __future__ import annotations

import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nemowatch.cli.connection import read_journal
from nemowatch.cli.explain.place import Place
from nemowatch.cli.explain.record import Step, file_record
from nemowatch.cli.formatting import credits, local_time, name
from nemowatch.journal import jobs, sources
from nemowatch.model import State
from nemowatch.outbox.note_file import ERROR_ENDING
from nemowatch.reporting.note_writer import DONE_ENDING

if TYPE_CHECKING:
    from nemowatch.cli.context import CommandContext
    from nemowatch.config import Watch
    from nemowatch.journal.jobs import Job
    from nemowatch.journal.sources import SourceRow

#: Endings of the notes that stand beside moved files.
NOTES = (ERROR_ENDING, DONE_ENDING)


@dataclass(frozen=True, slots=True)
class Origin:
    """What the journal knows of a file that nemowatch has put somewhere."""

    source: SourceRow
    jobs: list[Job]  #: of that source
    made_by: int = 0  #: the job whose result it is; 0: it is the source itself


def explain_result(setting: CommandContext, place: Place) -> dict[str, Any] | None:
    """The record of a file in outbox, done or failed, shaped as that of a file; None for one
    that lies elsewhere."""
    if place.watch is not None:
        return None
    for watch in setting.config.watch:
        for tree, what in (
            (watch.outbox, "outbox"),
            (watch.done, "done"),
            (watch.failed, "failed"),
        ):
            if (path := _below(place.path, tree)) is not None:
                return _record(setting, watch, path, what)
    return None


def _below(path: Path, tree: Path) -> Path | None:
    """The path as nemowatch writes it, through whatever links it was named; None when it lies
    elsewhere."""
    for place, top in (
        (path, tree),
        (Path(os.path.realpath(path.parent)) / path.name, Path(os.path.realpath(tree))),
    ):
        if place.is_relative_to(top):
            return tree / place.relative_to(top)
    return None


def _record(setting: CommandContext, watch: Watch, path: Path, tree: str) -> dict[str, Any]:
    about, steps = (
        path,
        [
            Step(
                "ok",
                f"It lies in the {tree} tree of {name(os.fsencode(watch.root or watch.outbox))}.",
            )
        ],
    )
    for ending in NOTES:
        if path.name.lower().endswith(ending):
            about = path.with_name(path.name[: -len(ending)])
            steps.append(
                Step("info", f"It is a note of nemowatch about {name(os.fsencode(about.name))}.")
            )
    if not os.path.lexists(path):
        steps.append(Step("info", "It is not there now."))
    origin = read_journal(setting, lambda conn: _origin(conn, os.fsencode(about)), lambda: None)
    if origin is None:
        return file_record(
            path, [*steps, Step("info", _unknown(tree))], [], _verdict_unknown(watch, about, tree)
        )
    steps += _steps(watch, origin)
    return file_record(path, steps, origin.jobs, _verdict(watch, origin, setting.option))


def _origin(conn: sqlite3.Connection, path: bytes) -> Origin | None:
    made_by = jobs.of_output(conn, path)
    row = (
        sources.by_id(conn, jobs.by_id(conn, made_by).source_id)
        if made_by
        else sources.moved_to(conn, path)
    )
    return Origin(row, jobs.of_source(conn, row.id), made_by) if row else None


def _unknown(tree: str) -> str:
    if tree == "failed":
        return (
            "The journal knows no job of it: it was refused before anything was sent, or put here"
            " by somebody."
        )
    return (
        "The journal does not know it: somebody put it here, or its history is no longer kept"
        " (retention.jobs_days)."
    )


def _verdict_unknown(watch: Watch, path: Path, tree: str) -> str:
    if tree != "failed":
        return "nemowatch has nothing to say about it."
    back = watch.inbox / path.relative_to(watch.failed).parent
    return (
        f"Its note, {name(os.fsencode(path.name))}{ERROR_ENDING}, says why. To try again, move it"
        f" back to {back}."
    )


def _steps(watch: Watch, origin: Origin) -> list[Step]:
    source = origin.source
    dropped = name(os.fsencode(watch.inbox) + b"/" + source.path)
    what = "It was made from" if origin.made_by else "It was dropped as"
    found = [Step("ok", f"{what} {dropped}, taken at {local_time(source.created_at)}.")]
    if origin.made_by and source.retired_to:
        found.append(Step("info", f"That file is now {name(source.retired_to)}."))
    shown = [job for job in origin.jobs if origin.made_by in (0, job.id)]
    return found + [
        Step("ok" if job.state is State.PUBLISHED else "no", _job_words(job)) for job in shown
    ]


def _job_words(job: Job) -> str:
    cost = (
        f", {'about ' if job.credits_about else ''}{credits(job.credits)} credits"
        if job.credits is not None
        else ""
    )
    why = f": {job.error_text}" if job.error_text else ""
    return f"Job {job.id}, {job.target}: {job.state}, {local_time(job.updated_at)}{cost}{why}"


def _verdict(watch: Watch, origin: Origin, option: str) -> str:
    """What can be ordered, each with its price."""
    wanted = [job for job in origin.jobs if origin.made_by in (0, job.id)]
    done = " ".join(str(job.id) for job in wanted if job.state is State.PUBLISHED)
    bad = " ".join(
        str(job.id)
        for job in wanted
        if job.state in (State.FAILED, State.REJECTED, State.CANCELLED)
    )
    lines = []
    if bad:
        back = name(os.fsencode(watch.inbox) + b"/" + os.path.dirname(origin.source.path))
        lines += [
            f"To try again what is missing: move it back to {back}, or type",
            f"  nemowatch retry {bad}{option}",
        ]
    if done:
        lines += [
            "To have what is done delivered once more, free of charge:",
            f"  nemowatch again {done}{option}",
            "To have it made anew, which costs again:",
            f"  nemowatch again {done} --new-take{option}",
        ]
    first = wanted[0].id if wanted else 0
    return "\n".join([*lines, "Its whole history:", f"  nemowatch show {first}{option}"])
