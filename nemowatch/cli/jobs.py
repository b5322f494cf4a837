"""`nemowatch jobs`: every job in one line, or as JSON for programs."""

from __future__ import annotations

import difflib
import sqlite3
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nemowatch.cli import options
from nemowatch.cli.words import name

if TYPE_CHECKING:
    from nemowatch.cli.setting import Setting
    from nemowatch.journal.jobs import ListedJob

StateOption = Annotated[
    str, typer.Option("--state", metavar="STATE", help="Only jobs in this state.", show_default=False)
]


def jobs(state: StateOption = "", as_json: options.Json = False, config: options.Config = None) -> None:
    """List the jobs, oldest first."""
    from nemowatch.cli.setting import find_setting

    setting = find_setting(config)
    state = known_state(state)
    if as_json:
        _print_json(setting, state)
    else:
        _print_table(setting, state)


def known_state(state: str) -> str:
    """A state's name as the journal has it; "" stays. Raises UsageError with the nearest one."""
    from nemowatch.errors import UsageError
    from nemowatch.model import State

    word = state.strip().lower()
    known = [s.value for s in State]
    if not word or word in known:
        return word
    near = difflib.get_close_matches(word, known, n=1)
    cure = f"Did you mean {near[0]}?" if near else f"States are: {', '.join(known)}."
    raise UsageError(f"There is no state {state!r}.", cure=cure)


def _print_json(setting: Setting, state: str) -> None:
    from nemowatch.cli.out import print_json
    from nemowatch.cli.talk import read_journal
    from nemowatch.engine import board
    from nemowatch.journal import jobs as journal_jobs

    def read(conn: sqlite3.Connection) -> list[dict[str, Any]]:
        watches = setting.watches
        return [board.job_json(conn, row, watches) for row in journal_jobs.listed(conn, state=state)]

    print_json(read_journal(setting, read, list[dict[str, Any]]))


def _print_table(setting: Setting, state: str) -> None:
    from nemowatch.cli.out import print_table, say
    from nemowatch.cli.talk import read_journal
    from nemowatch.journal import jobs as journal_jobs

    rows = read_journal(setting, lambda conn: journal_jobs.listed(conn, state=state), list[journal_jobs.ListedJob])
    if not rows:
        say(f"No job is {state}." if state else "There are no jobs yet.")
        return
    print_table(("JOB", "STATE", "TARGET", "FILE"), (_row(row) for row in rows), right=(0,))


def _row(row: ListedJob) -> tuple[str, str, str, str]:
    return str(row.job.id), state_words(row), row.job.target, name(row.path)


def state_words(row: ListedJob) -> str:
    """The state with its reason, or with how far it is."""
    job = row.job
    if job.reason:
        return f"{job.state} ({job.reason})"
    return f"{job.state} {job.progress:.0f} %" if job.state == "rendering" and job.progress else str(job.state)
