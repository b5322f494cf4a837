"""Everything about one file in an inbox: the decisions about it, its jobs, and what comes of
them. It changes nothing; the daemon, when it runs, adds what only it knows."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

from nemowatch.cli.connection import ask_if_running, read_journal
from nemowatch.cli.explain.chain import chain
from nemowatch.cli.explain.records import Place, Step, file_record
from nemowatch.errors import NemowatchError
from nemowatch.model import ENDED, State
from nemowatch.reporting import words

if TYPE_CHECKING:
    from nemowatch.cli.context import CommandContext
    from nemowatch.journal.jobs import Job


def explain_file(setting: CommandContext, place: Place) -> dict[str, Any]:
    """The record: {kind, path, steps, jobs, verdict}."""
    steps = list(chain(setting, place))
    jobs = _jobs(setting, place) if place.watch else []
    for why in _waiting(setting, place):
        steps.append(Step("wait", f"The daemon says: {why}."))
    for job in jobs:
        steps.append(Step("info", _job_text(job)))
    return file_record(place.path, steps, jobs, _verdict(steps, jobs, setting.option))


def _waiting(setting: CommandContext, place: Place) -> list[str]:
    """Why the daemon waits with this file; nothing when it does not run."""
    try:
        answer = ask_if_running(setting, "explain", path=str(place.path))
    except NemowatchError:
        return []
    if answer is None:
        return []
    return [str(why).rstrip(".") for why in answer["waiting"]]


def _jobs(setting: CommandContext, place: Place) -> list[Job]:
    """The jobs of the newest source of this name."""
    from nemowatch.journal import jobs, sources

    watch = place.watch.name if place.watch else ""

    def read(conn: sqlite3.Connection) -> list[Job]:
        found = sources.at_path(conn, watch, place.relative)
        return jobs.of_source(conn, found[0].id) if found else []

    return read_journal(setting, read, list[jobs.Job])


def _job_text(job: Job) -> str:
    reason = f" ({job.reason})" if job.reason else ""
    why = f": {job.error_text}" if job.error_text else ""
    return f"Job {job.id}, {job.target}: {job.state}{reason}{why}"


# -- what comes of it ------------------------------------------------------------------


def _verdict(steps: list[Step], jobs: list[Job], option: str) -> str:
    refused = [step for step in steps if step.result == "no"]
    if refused:
        return f"It is not taken: {refused[0].text}"
    if jobs:
        return _jobs_verdict(jobs, option)
    waits = [step for step in steps if step.result == "wait"]
    if waits:
        return f"It waits: {waits[-1].text}"
    return "It will be taken as soon as it has stopped changing."


def _jobs_verdict(jobs: list[Job], option: str) -> str:
    """The state of its jobs in a word, and what a person can do about each that does not go on
    by itself."""
    lines: dict[str, None] = {}
    for job in jobs:
        cure = words.about_job(job.id, job.state, job.reason, job.error_code)
        lines.update(dict.fromkeys(f"  {line}" for line in cure.typed(option)))
    head = _summary({job.state for job in jobs})
    if not lines:
        return head
    return "\n".join([f"{head} What to do:", *lines])


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
