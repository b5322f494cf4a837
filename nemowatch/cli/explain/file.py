"""Everything about one file in an inbox: the decisions about it, its jobs, and their outcome. It
changes nothing; the daemon, if it runs, adds what only it knows."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

from nemowatch.cli.connection import ask_if_running, read_journal
from nemowatch.cli.explain.chain import chain
from nemowatch.cli.explain.records import ChainStep, Location, file_record
from nemowatch.errors import NemowatchError
from nemowatch.model import ENDED, State
from nemowatch.reporting import words
from nemowatch.reporting.phrases import because, brackets

if TYPE_CHECKING:
    from nemowatch.cli.context import CommandContext
    from nemowatch.journal.jobs import Job

#: The beginning of what only the daemon knows.
DAEMON_SAYS = "The daemon says: "


def explain_file(context: CommandContext, location: Location) -> dict[str, Any]:
    """The record: {kind, path, steps, jobs, verdict}."""
    jobs = jobs_of(context, location)
    steps = [
        *chain(context, location),
        *waiting(context, location),
        *map(job_step, jobs),
    ]
    return file_record(location.path, steps, jobs, verdict(steps, jobs, context.option))


def waiting(context: CommandContext, location: Location) -> list[ChainStep]:
    """Why the file waits, as the daemon says; empty when that does not run."""
    try:
        answer = ask_if_running(context, "explain", path=str(location.path))
    except NemowatchError:
        return []
    if answer is None:
        return []
    return list(map(_waiting_step, answer["waiting"]))


def _waiting_step(why: object) -> ChainStep:
    text = str(why).rstrip(".")
    return ChainStep("wait", f"{DAEMON_SAYS}{text}.")


def jobs_of(context: CommandContext, location: Location) -> list[Job]:
    """The jobs of the newest source of this name."""
    from nemowatch.journal import jobs, sources

    if location.watch is None:
        return []
    watch = location.watch.name

    def read(conn: sqlite3.Connection) -> list[Job]:
        found = sources.at_path(conn, watch, location.relative)
        if not found:
            return []
        return jobs.of_source(conn, found[0].id)

    return read_journal(context, read, list[jobs.Job])


def job_step(job: Job) -> ChainStep:
    state = f"{job.state}{brackets(job.reason)}"
    return ChainStep("info", f"Job {job.id}, {job.target}: {state}{because(job.why)}")


# -- what comes of it ------------------------------------------------------------------


def verdict(steps: list[ChainStep], jobs: list[Job], option: str) -> str:
    found = {step.result: step.text for step in steps}
    if "no" in found:
        return f"It is not taken: {found['no']}"
    if jobs:
        return _jobs_verdict(jobs, option)
    if "wait" in found:
        return f"It waits: {found['wait'].removeprefix(DAEMON_SAYS)}"
    return "It will be taken as soon as it has stopped changing."


def _jobs_verdict(jobs: list[Job], option: str) -> str:
    """The state of its jobs in a word, and what a person can do about each that does not go on by
    itself."""
    head = _summary({job.state for job in jobs})
    lines: dict[str, None] = {}
    for job in jobs:
        cure = words.about_job(job.id, job.state, job.reason, job.error_code)
        lines.update(dict.fromkeys(cure.typed(option)))
    if not lines:
        return head
    return "\n  ".join([f"{head} What to do:", *lines])


def _summary(states: set[State]) -> str:
    if State.ATTENTION in states:
        return "It waits for a person's decision."
    if states == {State.PUBLISHED}:
        return "It is done."
    if states <= ENDED:
        return "It could not be done, or not all of it."
    if states == {State.HELD}:
        return "It waits."
    return "It is being worked on."
